"""Figures of ranked lists, one number per reader, and bootstrap intervals over readers.

Rankings are (n, depth) int arrays of paper numbers, best first, padded with `PADDING`; what counts as
a hit is an (n, papers) CSR matrix of ones. A reader without a list counts with 0 everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import SparseMatrix

IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Series = npt.NDArray[np.float64]
"""One number per reader."""

PADDING = -1
DEPTH = 300
"""Places of a list that are looked at."""
RECALLS = (10, 20, 50, 100, 300)
NDCGS = (10, 20)
NAMES = (*(f"recall@{k}" for k in RECALLS), *(f"ndcg@{k}" for k in NDCGS), "precision@10", "mrr")
_FIRST = 10
_CHUNK = 256
_DISCOUNTS = 1.0 / np.log2(np.arange(2, DEPTH + 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one method reached in one protocol: `NAMES` per reader, (n,) float64 each, and coverage@10."""

    per_reader: Mapping[str, Series]
    coverage: float
    """Share of the candidates that stand in anybody's first ten."""

    @property
    def readers(self) -> int:
        """Number of readers behind every mean."""
        return len(self.per_reader["mrr"])

    def of(self, rows: IntArray) -> "Figures":
        """Return the figures of some readers alone; coverage stays that of all."""
        return Figures(
            per_reader={name: own[rows] for name, own in self.per_reader.items()}, coverage=self.coverage
        )

    def means(self) -> dict[str, float]:
        """Return every mean over readers, and `coverage@10`."""
        return {name: float(own.mean()) for name, own in self.per_reader.items()} | {
            "coverage@10": self.coverage
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over readers and the bounds of 95 % of its bootstrap means."""

    mean: float
    low: float
    high: float


def clean(rankings: IntArray, candidates: IntArray, excluded: SparseMatrix) -> IntArray:
    """Drop what is no candidate, what the reader has, and repeats; what follows moves up.

    `excluded` is (n, papers) CSR. Returns (n, `DEPTH`) padded.
    """
    papers = excluded.shape[1]
    inside = np.zeros(papers, dtype=np.bool_)
    inside[candidates] = True
    valid = (rankings >= 0) & (rankings < papers)
    valid &= inside[np.where(valid, rankings, 0)]
    valid &= ~_member(rankings, excluded)
    valid &= _first_of_its_kind(np.where(valid, rankings, PADDING))
    order = np.argsort(~valid, axis=1, kind="stable")[:, :DEPTH]
    kept = np.take_along_axis(np.where(valid, rankings, PADDING), order, axis=1)
    full = np.full((len(kept), DEPTH), PADDING, dtype=np.int64)
    full[:, : kept.shape[1]] = kept
    return full


def measure(rankings: IntArray, relevant: SparseMatrix, candidates: IntArray) -> Figures:
    """Return the figures of clean lists.

    recall@k = hits in k / all that counts; nDCG with binary gain (Järvelin & Kekäläinen 2002) and the
    ideal list cut at k; MRR over `DEPTH`. Every reader must have something to find.
    """
    width = min(DEPTH, rankings.shape[1])
    hits = np.zeros((len(rankings), DEPTH), dtype=np.float64)
    hits[:, :width] = _member(rankings[:, :width], relevant)
    counts = np.diff(relevant.indptr)
    if (counts == 0).any():
        raise ValueError("a reader without anything to find cannot be measured")
    found = hits.cumsum(axis=1)
    ideal = np.concatenate([[0.0], _DISCOUNTS.cumsum()])
    per_reader = {f"recall@{k}": found[:, k - 1] / counts for k in RECALLS}
    per_reader |= {f"ndcg@{k}": (hits[:, :k] @ _DISCOUNTS[:k]) / ideal[np.minimum(k, counts)] for k in NDCGS}
    per_reader["precision@10"] = found[:, _FIRST - 1] / _FIRST
    first = hits.argmax(axis=1)
    per_reader["mrr"] = np.where(found[:, -1] > 0, 1.0 / (first + 1), 0.0)
    shown = np.unique(rankings[:, :_FIRST])
    return Figures(per_reader=per_reader, coverage=int((shown >= 0).sum()) / max(1, len(candidates)))


def interval(values: Series, *, seed: int, resamples: int = 1000) -> Interval:
    """Return the mean of `values` and its percentile bootstrap interval (Efron 1979)."""
    rng = np.random.default_rng(seed)
    means = np.concatenate(
        [
            values[rng.integers(len(values), size=(min(_CHUNK, resamples - start), len(values)))].mean(axis=1)
            for start in range(0, resamples, _CHUNK)
        ]
    )
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(mean=float(values.mean()), low=float(low), high=float(high))


def paired(ours: Series, theirs: Series, *, seed: int, resamples: int = 1000) -> Interval:
    """Return the mean of ours - theirs over the same readers in the same order, with its interval."""
    if ours.shape != theirs.shape:
        raise ValueError(f"readers differ: {ours.shape} and {theirs.shape}")
    return interval(ours - theirs, seed=seed, resamples=resamples)


def _member(rankings: IntArray, sets: SparseMatrix) -> Flags:
    """Tell for each place of each row whether that row of `sets` has the paper."""
    rows = np.repeat(np.arange(sets.shape[0], dtype=np.int64), np.diff(sets.indptr))
    keys = np.sort(rows * sets.shape[1] + sets.indices)
    if not keys.size:
        return np.zeros(rankings.shape, dtype=np.bool_)
    inside = (rankings >= 0) & (rankings < sets.shape[1])
    asked = np.arange(len(rankings), dtype=np.int64)[:, None] * sets.shape[1] + np.where(inside, rankings, 0)
    places = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found: Flags = (keys[places] == asked) & inside
    return found


def _first_of_its_kind(rankings: IntArray) -> Flags:
    """Tell for each place whether the row holds its number here for the first time."""
    order = np.argsort(rankings, axis=1, kind="stable")
    ordered = np.take_along_axis(rankings, order, axis=1)
    fresh = np.ones(rankings.shape, dtype=np.bool_)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    flags = np.empty_like(fresh)
    np.put_along_axis(flags, order, fresh, axis=1)
    return flags


def sets_of(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> SparseMatrix:
    """Return a float32 CSR matrix with 1 at each (row, column); repeats count once, columns sorted."""
    cells = (np.ones(len(rows), dtype=np.float32), (rows, columns))
    matrix = sparse.csr_matrix(cells, shape=shape, dtype=np.float32)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix
