"""Teaching an encoder from votes: what a reader likes should point where the next liked paper points.

A reader's other liked papers and one held back are pulled together, and the papers of other readers in
the same lot are pushed apart (InfoNCE; van den Oord, Li & Vinyals 2018), in both directions as CLIP does
(Radford et al. 2021). The encoder is linear in the words, so what it learns from old papers holds for
papers nobody has read. Words are dropped at random, or it would learn papers by heart.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.matrices import unit

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """How an encoder is taught; the defaults were chosen on validation readers (docs/relevance.md)."""

    epochs: int = 4
    lot: int = 512
    """Pairs in one step; the others in a lot are what a pair is told from."""
    temperature: float = 0.12
    rate: float = 1e-3
    dropped: float = 0.3
    """Part of the words hidden in each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lot: rows of what readers like and of the papers held back, and which pairs are no contrast."""

    liked: SparseMatrix
    held: SparseMatrix
    same: npt.NDArray[np.bool_]


class Adam:
    """Kingma & Ba 2015, for one matrix."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Know nothing of slopes yet."""
        self._mean = np.zeros(shape, dtype=np.float32)
        self._square = np.zeros(shape, dtype=np.float32)
        self._step = 0

    def step(self, slope: FloatMatrix, rate: float) -> FloatMatrix:
        """Return what to subtract for this slope."""
        self._step += 1
        self._mean += np.float32(1 - _MEAN_KEPT) * (slope - self._mean)
        self._square += np.float32(1 - _SQUARE_KEPT) * (slope * slope - self._square)
        mean = self._mean / np.float32(1 - _MEAN_KEPT**self._step)
        square = self._square / np.float32(1 - _SQUARE_KEPT**self._step)
        move: FloatMatrix = np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-8))
        return move


_WARM_STEPS = 50
_MEAN_KEPT, _SQUARE_KEPT = 0.9, 0.99


def slope(vectors: FloatMatrix, lesson: Lesson, temperature: float) -> FloatMatrix:
    """Return the gradient of the symmetric InfoNCE loss of a lot; same shape as `vectors` (K, d)."""
    left, left_size = _directions(lesson.liked @ vectors)
    right, right_size = _directions(lesson.held @ vectors)
    logits = left @ right.T / np.float32(temperature)
    logits[lesson.same] = -1e4
    error = (_softmax(logits, 1) + _softmax(logits, 0)) / 2
    np.fill_diagonal(error, error.diagonal() - 1)
    error = (error / np.float32(temperature * len(left))).astype(np.float32, copy=False)
    pull_left = _tangent(np.asarray(error @ right, dtype=np.float32), left) / left_size
    pull_right = _tangent(np.asarray(error.T @ left, dtype=np.float32), right) / right_size
    return np.asarray(lesson.liked.T @ pull_left + lesson.held.T @ pull_right, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Classroom:
    """Readers' likes as material for lessons: `votes` (R, I) ones, `rows` (I, K) unit word rows."""

    votes: SparseMatrix
    rows: SparseMatrix
    sums: SparseMatrix
    """(R, K): the sum of each reader's rows."""
    pairs: Rows
    """(n, 2) reader and paper, of readers with at least two papers."""
    chances: npt.NDArray[np.float64]
    """Large libraries give fewer lessons a paper: one over the root of their size."""

    @classmethod
    def gather(cls, votes: SparseMatrix, rows: SparseMatrix) -> Self:
        """Prepare lessons."""
        sizes = np.diff(votes.indptr)
        pairs = np.array(votes.nonzero()).T
        pairs = pairs[sizes[pairs[:, 0]] > 1]
        chances = 1.0 / np.sqrt(np.maximum(sizes[pairs[:, 0]], 1))
        return cls(votes, rows, sparse.csr_matrix(votes @ rows), pairs, chances / max(chances.sum(), 1e-9))

    def teach(self, vectors: FloatMatrix, lessons: Lessons, seed: int) -> FloatMatrix:
        """Return word vectors (K, d) taught from `vectors`; the same seed gives the same numbers."""
        random = np.random.default_rng(seed)
        lot = min(lessons.lot, len(self.pairs))
        steps = lessons.epochs * (len(self.pairs) // lot if lot else 0)
        taught = vectors.astype(np.float32, copy=True)
        adam = Adam(taught.shape)
        for step in range(steps):
            rate = lessons.rate * min(1.0, (step + 1) / _WARM_STEPS) * (1.0 - step / steps)
            chosen = self.pairs[random.choice(len(self.pairs), size=lot, p=self.chances)]
            lesson = self.lesson(chosen, lessons.dropped, random)
            taught -= adam.step(slope(taught, lesson, lessons.temperature), rate)
        return taught

    def lesson(self, chosen: Rows, dropped: float, random: np.random.Generator) -> Lesson:
        """Return the lot of some pairs, words dropped at random."""
        readers, papers = chosen.T
        held = self.rows[papers]
        liked = sparse.csr_matrix(self.sums[readers] - held)
        same = (self.votes[readers][:, papers] > 0).toarray()
        np.fill_diagonal(same, val=False)
        return Lesson(liked=_hidden(liked, dropped, random), held=_hidden(held, dropped, random), same=same)


def _hidden(rows: SparseMatrix, part: float, random: np.random.Generator) -> SparseMatrix:
    kept = rows.copy()
    kept.data = kept.data * (random.random(len(kept.data)) >= part)
    return unit(kept)


def _directions(rows: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    rows = np.asarray(rows, dtype=np.float32)
    sizes = np.linalg.norm(rows, axis=1, keepdims=True) + np.float32(1e-6)
    return rows / sizes, sizes


def _softmax(logits: FloatMatrix, axis: int) -> FloatMatrix:
    parts = np.exp(logits - logits.max(axis=axis, keepdims=True))
    result: FloatMatrix = parts / parts.sum(axis=axis, keepdims=True)
    return result


def _tangent(pull: FloatMatrix, directions: FloatMatrix) -> FloatMatrix:
    """Leave out the part of a pull that would only change a vector's length."""
    result: FloatMatrix = pull - directions * (pull * directions).sum(axis=1, keepdims=True)
    return result
