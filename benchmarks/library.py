"""Shared readers' libraries with a fixed split, as numbers: what may be known, and the protocols.

A folder holds `train`, `validation`, `content`, `candidates`, `test_inputs` (.npz) and
`vocabulary.txt`. At stage "val" models know the training pairs; at stage "test" the validation pairs
of W and C too, and nothing here knows the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from benchmarks.metrics import IntArray, sets_of
from recommender.ranking.base import SparseMatrix

Stage = Literal["val", "test"]
Content = Literal["text", "citations"]
"""What a method may know of a paper: its words, or its words and citations."""
Arrays = Mapping[str, npt.NDArray[np.int64]]
NAMES = ("W", "C", "D", "O", "N0", "N1", "N3", "N5")
_SEEDS = {"N0": 0, "N1": 1, "N3": 3, "N5": 5}
_FILES = ("train", "validation", "content", "candidates", "test_inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One question: for these readers, rank these candidates.

    W known papers, C fresh ones, D a pool of both, O everything; N0 to N5 new readers who show
    five keywords or their first 1, 3 or 5 papers.
    """

    name: str
    readers: IntArray
    """(n,) reader numbers."""
    liked: SparseMatrix
    """(n, papers) ones: what each reader shows."""
    keywords: IntArray
    """(n, 5) word columns, heaviest first, at N0; (n, 0) elsewhere."""
    candidates: IntArray
    """(m,) paper numbers, sorted."""
    excluded: SparseMatrix
    """(n, papers) ones: never to be shown to that reader."""
    relevant: SparseMatrix | None
    """(n, papers) ones: the answers; None at stage "test"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything a model of one stage may be fitted on, and the protocols to rank."""

    stage: Stage
    saved: SparseMatrix
    """(readers, papers) ones; new readers' rows are empty."""
    text: SparseMatrix
    """(papers, words) float32 counts of every paper, fresh ones too."""
    citations: IntArray
    """(m, 2) papers of which one cites the other; the direction is not known."""
    vocabulary: tuple[str, ...]
    """Word of each text column."""
    protocols: Mapping[str, Protocol]

    @property
    def fresh(self) -> IntArray:
        """(k,) the stage's papers without any known reader that C asks for."""
        return self.protocols["C"].candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """The stage's arrays; `answers` is empty at stage "test"."""

    saved: SparseMatrix
    warm: IntArray
    cold: IntArray
    pool: IntArray
    asked: Arrays
    """Readers of W, C, D, O and N; `seeds` and `keywords` of N."""
    answers: Arrays
    """(k, 2) held-out pairs of W, C, D, O and N."""


def load(folder: Path, stage: Stage) -> Library:
    """Read the folder. Raise FileNotFoundError where a file is missing."""
    train, validation, content, candidates, inputs = (_arrays(folder / f"{name}.npz") for name in _FILES)
    pairs = [train["pairs"]]
    if stage == "test":
        pairs += [validation["W"], validation["C"]]
    known = np.concatenate(pairs)
    pool = np.sort(np.concatenate([candidates[f"{stage}_cold"], candidates[f"pool_warm_{stage}"]]))
    asked, answers = (inputs, {}) if stage == "test" else _validation(validation, pool)
    split = _Split(
        saved=sets_of(known[:, 0], known[:, 1], (int(train["n_users"]), int(train["n_items"]))),
        warm=np.sort(candidates["warm"]),
        cold=np.sort(candidates[f"{stage}_cold"]),
        pool=pool,
        asked=asked,
        answers=answers,
    )
    parts = (content["data"].astype(np.float32), content["indices"], content["indptr"])
    return Library(
        stage=stage,
        saved=split.saved,
        text=sparse.csr_matrix(parts, shape=tuple(content["shape"])),
        citations=content["citations"],
        vocabulary=tuple((folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]),
        protocols={name: _protocol(name, split) for name in NAMES},
    )


def chosen(library: Library, names: Sequence[str]) -> list[Protocol]:
    """Return the protocols of these names, in the order of `NAMES`. Raise ValueError for others."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise ValueError(f"no protocol {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return [library.protocols[name] for name in NAMES if name in names]


def part(protocol: Protocol, rows: IntArray) -> Protocol:
    """Return the protocol for some of its readers alone, by their rows."""
    return replace(
        protocol,
        readers=protocol.readers[rows],
        liked=protocol.liked[rows],
        keywords=protocol.keywords[rows],
        excluded=protocol.excluded[rows],
        relevant=None if protocol.relevant is None else protocol.relevant[rows],
    )


def _arrays(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.int64) for name in stored.files}


def _validation(held: Arrays, pool: IntArray) -> tuple[Arrays, Arrays]:
    """Return who is asked in each validation protocol, and the answers."""
    both = np.concatenate([held["W"], held["C"]])
    answers = {
        "W": held["W"],
        "C": held["C"],
        "D": both[np.isin(both[:, 1], pool)],
        "O": both,
        "N": held["N"],
    }
    asked = {name: np.unique(pairs[:, 0]) for name, pairs in answers.items()}
    asked |= {"N": held["new_users"], "seeds": held["seeds"], "keywords": held["keywords"]}
    return asked, answers


def _protocol(name: str, split: _Split) -> Protocol:
    new = name in _SEEDS
    readers = split.asked["N" if new else name]
    candidates = {
        "C": split.cold,
        "D": split.pool,
        "O": np.sort(np.concatenate([split.warm, split.cold])),
    }.get(name, split.warm)
    shape = (len(readers), split.saved.shape[1])
    own = split.saved[readers]
    liked, excluded = own, own
    keywords = np.zeros((len(readers), 0), dtype=np.int64)
    if new:
        liked = _rows(split.asked["seeds"][:, : _SEEDS[name]], shape)
        excluded = _rows(split.asked["seeds"], shape)
        keywords = split.asked["keywords"] if name == "N0" else keywords
    pairs = split.answers.get("N" if new else name)
    return Protocol(
        name=name,
        readers=readers,
        liked=liked,
        keywords=keywords,
        candidates=candidates,
        excluded=excluded,
        relevant=None if pairs is None else _answers(pairs, readers, shape),
    )


def _rows(lists: IntArray, shape: tuple[int, int]) -> SparseMatrix:
    """Return (n, papers) ones from (n, k) paper numbers."""
    rows = np.repeat(np.arange(len(lists), dtype=np.int64), lists.shape[1])
    return sets_of(rows, lists.ravel(), shape)


def _answers(pairs: IntArray, readers: IntArray, shape: tuple[int, int]) -> SparseMatrix:
    """Return (n, papers) ones of the pairs, in the order of `readers`."""
    order = np.argsort(readers)
    rows = order[np.searchsorted(readers, pairs[:, 0], sorter=order)]
    return sets_of(rows, pairs[:, 1], shape)
