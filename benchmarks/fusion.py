"""Fits the weights that ship for readers in company: `python -m benchmarks.fusion --data DIR [--out FILE]`.

The recommender is fitted on the training pairs of a shared library; the lists are what its own scorers
say of the validation readers of each protocol. Two-fold figures over readers come first, then the weights
from all readers, which replace those of the same scorers in FILE's "shared".
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import product
from benchmarks.library import Library, Protocol, load
from benchmarks.metrics import measure, paired
from benchmarks.ranker import best
from benchmarks.report import FIRST
from recommender.ranking.base import FloatMatrix
from recommender.ranking.fusion import Weights
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.learning import Example, columns, fit
from recommender.ranking.stages import few_likes, standard

SCORERS = ("content", "semantic", "ease", "factors", "spread")
UPWARD = frozenset({"content", "semantic"})
"""Scorers that may only speak for a paper: more alike must never mean further down."""
TAUGHT = ("W", "C", "D", "N0", "N1", "N3", "N5")
CHECKED = (*TAUGHT, "O")
_HARDEST, _RANDOM = 40, 200
"""Papers of a list that each scorer puts first, and others drawn."""
_DEPTH = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fusion", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of a shared library")
    parser.add_argument("--out", type=Path, help="file of weights whose `shared` is replaced")
    parser.add_argument("--ablation", action="store_true", help="only say what each scorer adds")
    options = parser.parse_args(arguments)
    names = SCORERS
    library = load(options.data, "val")
    start = time.monotonic()
    recommender = product.fit(library)
    print(f"fitted in {time.monotonic() - start:.0f} s", flush=True)  # noqa: T201 - the figures are what the command is for
    teaching = {name: _examples(library, library.protocols[name], recommender, names) for name in TAUGHT}
    if options.ablation:
        for line in _ablation(teaching):
            print(line, flush=True)  # noqa: T201 - the figures are what the command is for
        return 0
    folds = [_learned(names, teaching, fold) for fold in (0, 1)]
    for name in CHECKED:
        print(_checked(library, library.protocols[name], recommender, folds), flush=True)  # noqa: T201 - the figures are what the command is for
    weights = _learned(names, teaching, None)
    if options.out:
        told = json.loads(options.out.read_text(encoding="utf-8"))
        told["shared"] = {
            "scorers": told["shared"]["scorers"] | weights.told()["scorers"],
            "papers": weights.told()["papers"],
        }
        options.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


FloatSeries = npt.NDArray[np.float64]
Taught = Mapping[str, Sequence[tuple[int, Example]]]


def _learned(names: Sequence[str], teaching: Taught, fold: int | None) -> Weights:
    """Fit on all readers, or on those outside a fold."""
    own = [one for lists in teaching.values() for reader, one in lists if fold is None or reader % 2 != fold]
    return fit(names, own, upward=UPWARD)


def _ablation(teaching: Taught) -> Iterator[str]:
    """Yield what leaving a scorer out changes, on the lists of the other half of the readers.

    nDCG@20 of the lists themselves, which hold the hardest papers of every scorer; 95 % bootstrap.
    """
    whole = _held_out(SCORERS, teaching)
    yield "all: " + ", ".join(f"{name} {own.mean():.4f}" for name, own in whole.items())
    for left_out in SCORERS:
        less = _held_out(tuple(name for name in SCORERS if name != left_out), teaching)
        said = {name: paired(less[name], own, seed=0) for name, own in whole.items()}
        yield f"- {left_out}: " + ", ".join(
            f"{name} {one.mean:+.4f} [{one.low:+.4f}, {one.high:+.4f}]" for name, one in said.items()
        )


def _held_out(names: Sequence[str], teaching: Taught) -> dict[str, FloatSeries]:
    """Return nDCG@20 of every reader's list by weights fitted on the other half, by protocol."""
    places = [SCORERS.index(name) for name in names]
    cut = {
        protocol: [(reader, replace(one, z=one.z[:, places])) for reader, one in lists]
        for protocol, lists in teaching.items()
    }
    folds = [_flat(_learned(names, cut, fold)) for fold in (0, 1)]
    return {
        protocol: np.asarray([_ndcg(columns(one) @ folds[reader % 2], one.taken) for reader, one in lists])
        for protocol, lists in cut.items()
    }


def _ndcg(scores: FloatMatrix, taken: npt.NDArray[np.bool_]) -> float:
    best_first = np.argsort(-scores, kind="stable")[:20]
    discounts = 1 / np.log2(np.arange(2, 22))
    return float((taken[best_first] * discounts[: len(best_first)]).sum() / discounts[: taken.sum()].sum())


def _flat(weights: Weights) -> FloatMatrix:
    """Return weights in the order of `columns`."""
    return np.concatenate([*(own.ravel() for own in weights.scorers.values()), weights.papers.ravel()])


def _examples(
    library: Library, protocol: Protocol, recommender: HybridRecommender, names: Sequence[str]
) -> list[tuple[int, Example]]:
    """Return a list of papers for each reader that has something to find."""
    random = np.random.default_rng(0)
    found = []
    candidates = product.candidates(library, protocol, recommender)
    for rows in product.blocks(protocol):
        profiles = product.numbers(library, protocol, rows, recommender)
        z = standard(recommender.fitted, profiles, candidates)
        own = np.stack([z[name] for name in names], axis=-1)
        few = few_likes(profiles)
        for place, row in enumerate(rows):
            columns_, log_count, taken = _list(own[place], protocol, row, random)
            found.append(
                (
                    int(protocol.readers[row]),
                    Example(
                        z=own[place, columns_],
                        readers=candidates.readers[columns_],
                        few=float(few[place, 0]),
                        log_count=log_count,
                        taken=taken,
                    ),
                )
            )
    return found


def _list(
    z: FloatMatrix, protocol: Protocol, row: int, random: np.random.Generator
) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Return the columns of a list, the log of how many papers each stands for, and which were taken."""
    assert protocol.relevant is not None  # noqa: S101 - validation has answers
    taken = np.isin(protocol.candidates, protocol.relevant[row].indices)
    usable = ~np.isin(protocol.candidates, protocol.excluded[row].indices) | taken
    ranked = np.where(usable[:, None], np.nan_to_num(z, nan=-np.inf), -np.inf)
    hardest = np.argpartition(-ranked, min(_HARDEST, len(z) - 1), axis=0)[:_HARDEST].ravel()
    hard = np.unique(np.concatenate([hardest, np.flatnonzero(taken)]))
    hard = hard[usable[hard]]
    rest = np.setdiff1d(np.flatnonzero(usable), hard)
    drawn = random.choice(rest, size=min(_RANDOM, len(rest)), replace=False)
    stands = np.log(len(rest) / len(drawn)) if len(drawn) else 0.0
    chosen = np.concatenate([hard, drawn])
    log_count = np.concatenate([np.zeros(len(hard)), np.full(len(drawn), stands)]).astype(np.float32)
    return chosen, log_count, taken[chosen]


def _checked(
    library: Library, protocol: Protocol, recommender: HybridRecommender, folds: Sequence[Weights]
) -> str:
    """Return the figure of weights fitted on the other half of the readers, and of each scorer alone."""
    assert protocol.relevant is not None  # noqa: S101 - validation has answers
    names = tuple(folds[0].scorers)
    lists: dict[str, list[np.ndarray]] = {name: [] for name in (*names, "fused")}
    candidates = product.candidates(library, protocol, recommender)
    for rows in product.blocks(protocol):
        profiles = product.numbers(library, protocol, rows, recommender)
        z = standard(recommender.fitted, profiles, candidates)
        excluded = protocol.excluded[rows.start : rows.stop][:, protocol.candidates]
        fused = _fused(
            z, candidates.readers, few_likes(profiles), (protocol.readers[rows.start : rows.stop], folds)
        )
        for name, own in {
            **{name: np.nan_to_num(z[name], nan=-1e9) for name in names},
            "fused": fused,
        }.items():
            columns_ = best(own, excluded, _DEPTH)
            lists[name].append(np.where(columns_ >= 0, protocol.candidates[columns_], -1))
    figure = FIRST[protocol.name]
    said = {
        name: measure(np.concatenate(own), protocol.relevant, protocol.candidates).means()[figure]
        for name, own in lists.items()
    }
    return f"{protocol.name} {figure} " + " ".join(f"{name} {value:.4f}" for name, value in said.items())


def _fused(
    z: Mapping[str, FloatMatrix],
    readers: "np.ndarray",
    few: FloatMatrix,
    parted: "tuple[np.ndarray, Sequence[Weights]]",
) -> FloatMatrix:
    numbers, folds = parted
    fused = np.empty_like(next(iter(z.values())))
    flat = [_flat(own) for own in folds]
    for row in range(len(fused)):
        fold = int(numbers[row]) % 2
        own = Example(
            z=np.stack([z[name][row] for name in folds[0].scorers], axis=-1),
            readers=readers,
            few=float(few[row, 0]),
            log_count=readers,
            taken=readers > 0,
        )
        fused[row] = columns(own) @ flat[fold]
    return fused


if __name__ == "__main__":
    sys.exit(main())
