"""Makes the background that ships with the package: `python -m benchmarks.background --data DIR --out FILE`.

DIR holds `papers-*.jsonl.gz`, one paper a line with `id`, `title`, `abstract`, `authors`, `first_seen` or
`day`, and `categories` where known. `--more DIR` adds a further pile; papers that came before are left out.
`--before DAY` leaves out what came later, for honest figures on later days. Same seed, same numbers.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.background_fit import Lessons, Texts, teach
from recommender.ranking.background import Background, directions, idf
from recommender.ranking.base import Fields, SparseMatrix
from recommender.ranking.matrices import unit
from recommender.ranking.stems import Stems
from recommender.ranking.text import FEATURES, TextSpace, words

LEAST_DOCUMENTS = 80
"""A feature in fewer papers gets no word vector: one papers hardly share is learned by heart."""
COURSES = 2
"""Word vectors from different draws, side by side: what one took from chance, the other has not."""
SAMPLE = 1200
"""Papers whose word counts ship."""
_TITLE_WEIGHT = 2
_CHUNK = 2048


def papers(folders: Sequence[Path], before: str) -> list[dict[str, Any]]:
    """Return the papers of all folders first seen before a day (ISO), each id once, in file order."""
    found: dict[str, dict[str, Any]] = {}
    for folder in folders:
        for row in _rows(folder):
            if (row.get("first_seen") or row["day"]) < before:
                found.setdefault(row["id"], row)
    return list(found.values())


def fit(rows: Sequence[dict[str, Any]], lessons: Lessons, seed: int, least: int) -> Background:
    """Learn the background from papers; a feature in fewer than `least` of them gets no vector."""
    titles = _counts([(words(row["title"]),) for row in rows])
    abstracts = _counts([(words(row["abstract"]),) for row in rows])
    whole = sparse.csr_matrix(_TITLE_WEIGHT * titles + abstracts, dtype=np.float32)
    frequencies = np.bincount(whole.indices, minlength=FEATURES).astype(np.int32)
    columns = np.flatnonzero(frequencies >= least).astype(np.int32)
    weights = idf(len(rows), frequencies)[columns]
    texts = Texts(
        whole=_weighted(whole[:, columns], weights),
        titles=_weighted(titles[:, columns], weights),
        abstracts=_weighted(abstracts[:, columns], weights),
        authors=tuple(_names(row["authors"] or ()) for row in rows),
        fields=tuple((row.get("categories") or [""])[0] for row in rows),
    )
    vectors = np.hstack([teach(texts, lessons, COURSES * seed + course) for course in range(COURSES)])
    chosen = np.random.default_rng(seed).choice(len(rows), size=min(SAMPLE, len(rows)), replace=False)
    return Background(
        documents=len(rows),
        frequencies=frequencies,
        columns=columns,
        vectors=vectors,
        centre=directions(texts.whole @ vectors).mean(axis=0),
        sample=whole[np.sort(chosen)],
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, fit, write, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of papers-*.jsonl.gz")
    parser.add_argument("--more", type=Path, action="append", default=[], help="a further folder of papers")
    parser.add_argument("--out", type=Path, required=True, help="npz to write")
    parser.add_argument("--before", default="9999", help="leave out papers first seen from this day on")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    rows = papers([given.data, *given.more], given.before)
    # One thread: sums in another order give other numbers.
    with threadpool_limits(1, "blas"):
        background = fit(rows, Lessons(), given.seed, LEAST_DOCUMENTS)
    np.savez_compressed(given.out, allow_pickle=False, **background.pack())
    size = given.out.stat().st_size / 1e6
    print(f"{len(rows)} papers, {background.vectors.shape} word vectors, {size:.1f} MB: {given.out}")  # noqa: T201 - its output


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("papers-*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _counts(texts: Sequence[Fields]) -> SparseMatrix:
    space = TextSpace(np.ones(FEATURES, dtype=np.float32), 0, Stems.english())
    chunks = [space.counts(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
    return sparse.vstack(chunks, format="csr")


def _weighted(counts: SparseMatrix, weights: npt.NDArray[np.float32]) -> SparseMatrix:
    rows = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
    rows.sort_indices()
    rows.data = (1.0 + np.log(rows.data)) * weights[rows.indices]
    return unit(rows)


def _names(authors: Sequence[str]) -> tuple[str, ...]:
    """Return names of two words or more, in one spelling; a single word is no person."""
    plain = (" ".join(name.casefold().split()) for name in authors)
    return tuple(name for name in plain if " " in name)


if __name__ == "__main__":
    main()
