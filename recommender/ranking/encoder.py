"""Dense directions of texts: a sum of word vectors, so that papers meet without sharing a word.

Word vectors come with the package (see `background`), or from a store's own texts by latent semantic
analysis (Deerwester et al. 1990) where the package knows too few of its words; votes refine them (see
`contrast`). New papers are only multiplied.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.background import Background
from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.contrast import Classroom, Lessons
from recommender.ranking.matrices import unit

WIDTH, WIDE = 256, 512
"""Dimensions of directions learned from a store's own texts; dimensions read before votes taught them."""
_LEAST_DOCUMENTS = 2
_LEAST_PAPERS = 1000
"""A store of fewer papers teaches no words."""
_MOST_PAPERS = 50_000
"""Papers that latent semantic analysis reads, at most."""
_CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Word vectors (K, d) float32 of the feature `columns` (K,), sorted; `centre` (d,) of papers.

    `before` (K, e) are the vectors before votes taught them, e = 0 where they did not: what votes have
    not touched tells paper-to-paper regression things that they have blurred.
    """

    columns: npt.NDArray[np.int64]
    vectors: FloatMatrix
    centre: npt.NDArray[np.float32]
    before: FloatMatrix = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def blank(cls) -> Self:
        """Return an encoder that knows no words."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros((0, 1), np.float32), np.zeros(1, np.float32))

    @classmethod
    def shipped(cls) -> Self:
        """Return the package's own."""
        own = Background.shipped()
        return cls(own.columns.astype(np.int64), own.vectors, own.centre)

    @classmethod
    def read(cls, rows: SparseMatrix, seed: int) -> Self:
        """Learn word vectors from unit content rows (n, FEATURES) alone."""
        from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - slow to import

        rows = rows[_sample(rows.shape[0], _MOST_PAPERS, seed)]
        documents = np.bincount(rows.indices, minlength=rows.shape[1])
        columns = np.flatnonzero(documents >= _LEAST_DOCUMENTS)
        if rows.shape[0] < _LEAST_PAPERS or len(columns) <= WIDE:
            return cls.blank()
        own = rows[:, columns]
        *_, axes = randomized_svd(own, WIDE, n_iter=3, random_state=seed)
        vectors = np.ascontiguousarray(axes.T, dtype=np.float32)
        return cls(columns, vectors[:, :WIDTH].copy(), np.zeros(WIDTH, np.float32), vectors)

    def taught(self, votes: SparseMatrix, rows: SparseMatrix, lessons: Lessons, seed: int) -> Self:
        """Return one refined by likes: `votes` (R, I) ones over papers with content `rows` (I, FEATURES)."""
        own = unit(rows[:, self.columns])
        vectors = Classroom.gather(votes, own).teach(self.vectors, lessons, seed)
        return replace(self, vectors=vectors, before=self.before if self.before.size else self.vectors)

    def knows(self, rows: SparseMatrix) -> float:
        """Return which part of the rows' squared weight lies on known words, in 0..1."""
        total = float(rows.data @ rows.data)
        if not total or not len(self.columns):
            return 0.0
        known = rows.data[self._held(rows.indices)[1]]
        return float(known @ known) / total

    def dense(self, rows: SparseMatrix) -> FloatMatrix:
        """Return unit directions (n, d) float32 of content rows (n, FEATURES); zero without a known word."""
        found = np.zeros((rows.shape[0], self.vectors.shape[1]), dtype=np.float32)
        for start in range(0, rows.shape[0], _CHUNK):
            chunk = slice(start, start + _CHUNK)
            found[chunk] = directions(self._sums(rows[chunk], self.vectors))
            known = np.linalg.norm(found[chunk], axis=1, keepdims=True) > 0
            found[chunk] = directions((found[chunk] - self.centre) * known)
        return found

    def wide(self, rows: SparseMatrix, dense: FloatMatrix) -> FloatMatrix:
        """Return (n, d + e) unit rows: `dense` of the same rows and their directions before teaching."""
        if not self.before.shape[1]:
            return dense
        both = np.hstack([dense, directions(self._sums(rows, self.before))])
        return both * np.float32(np.sqrt(0.5))

    def _sums(self, rows: SparseMatrix, vectors: FloatMatrix) -> FloatMatrix:
        """Return the weighted sums of word vectors (n, d), neither centred nor made unit."""
        places, held = self._held(rows.indices)
        ends = np.concatenate([[0], np.cumsum(held)])[rows.indptr]
        own = sparse.csr_matrix(
            (rows.data[held], places[held], ends), shape=(rows.shape[0], len(self.columns))
        )
        return np.asarray(own @ vectors, dtype=np.float32)

    def _held(self, indices: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Return the place of each feature among `columns`, and whether it is one of them."""
        if not len(self.columns):
            return np.zeros(len(indices), np.intp), np.zeros(len(indices), np.bool_)
        places = np.minimum(np.searchsorted(self.columns, indices), len(self.columns) - 1)
        return places, self.columns[places] == indices


def directions(rows: FloatMatrix) -> FloatMatrix:
    """Return rows made unit; zero rows stay."""
    sizes = np.linalg.norm(rows, axis=1, keepdims=True)
    result: FloatMatrix = (rows / np.where(sizes > 0, sizes, 1)).astype(np.float32, copy=False)
    return result


def _sample(count: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, size=most, replace=False))
