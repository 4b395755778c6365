"""Teaching word vectors from a pile of papers: who wrote together, and which title heads which abstract.

Word vectors begin as latent semantic analysis (Deerwester et al. 1990) and are taught by contrast: two
papers of one author, or a title and its abstract, are pulled together and the other papers of the lot pushed
apart, in both directions (InfoNCE: van den Oord, Li & Vinyals 2018), by Adam (Kingma & Ba 2015). Words are
dropped at random, or the vectors would learn papers by heart: more than some six rounds make them worse.
Authors are read here only, to find pairs; nothing of them is kept.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.contrast import Adam, Lesson, slope

Places = npt.NDArray[np.int64]
_MOST_AUTHORS = 30
"""A paper of more authors says little of any of them."""
_RARE_NAME = 12
"""A name on at most so many papers is taken for one person."""
_COMMON_NAME = 60
"""A name on at most so many papers counts where a second name is shared; above, never."""
_COMMON_WEIGHT = 0.3
_WARM_STEPS = 20
_START_LENGTH = 8.0
"""Word vectors' scale at the start; with Adam's step it sets how fast they leave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """How word vectors are taught."""

    width: int = 128
    epochs: int = 6
    lot: int = 1024
    temperature: float = 0.05
    rate: float = 1e-2
    dropped: float = 0.3
    """Part of the words hidden in each step."""
    titles: float = 0.25
    """Part of the steps that pair titles with abstracts."""
    one_field: float = 0.5
    """Part of the other steps whose papers come from one field, where telling apart is hard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Unit rows (n, K) of whole texts, titles and abstracts; `authors` and `fields` of each paper."""

    whole: SparseMatrix
    titles: SparseMatrix
    abstracts: SparseMatrix
    authors: tuple[tuple[str, ...], ...]
    fields: tuple[str, ...]


def partners(authors: tuple[tuple[str, ...], ...]) -> SparseMatrix:
    """Return (n, n) float32: how strongly two papers are by the same people; the diagonal is empty.

    A name weighs the less, the more papers it is on.
    """
    own = [tuple(dict.fromkeys(names)) if len(names) <= _MOST_AUTHORS else () for names in authors]
    papers = Counter(chain.from_iterable(own))
    number = {name: place for place, (name, count) in enumerate(papers.items()) if 2 <= count <= _COMMON_NAME}
    lists = [[number[name] for name in names if name in number] for names in own]
    lengths = np.cumsum([0, *(len(names) for names in lists)])
    columns = np.fromiter(chain.from_iterable(lists), dtype=np.int64)
    shape = (len(own), len(papers))
    wrote = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, lengths), shape=shape)
    count = np.fromiter(papers.values(), dtype=np.float32)
    scale = np.sqrt(np.maximum(count - 1, 1)) ** -1
    rare = np.where(count <= _RARE_NAME, scale, 0)
    common = np.where(count > _RARE_NAME, _COMMON_WEIGHT * scale, 0)
    together = wrote @ wrote.T
    together.data = (together.data >= 2).astype(np.float32)
    result = wrote.multiply(rare).tocsr() @ wrote.T
    result = result + (wrote.multiply(common).tocsr() @ wrote.T).multiply(together)
    result = sparse.csr_matrix(result, dtype=np.float32)
    result.setdiag(0)
    result.eliminate_zeros()
    return result


def teach(texts: Texts, lessons: Lessons, seed: int) -> FloatMatrix:
    """Return word vectors (K, width) float32."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - slow to import

    *_, directions = randomized_svd(texts.whole, lessons.width, n_iter=3, random_state=seed)
    vectors = np.ascontiguousarray(directions.T * _START_LENGTH, dtype=np.float32)
    lots = _Lots(texts, lessons, seed)
    steps = lessons.epochs * (texts.whole.shape[0] // lots.size)
    adam = Adam(vectors.shape)
    for step in range(steps):
        rate = lessons.rate * min(1.0, (step + 1) / _WARM_STEPS) * (1 + np.cos(np.pi * step / steps)) / 2
        vectors -= adam.step(slope(vectors, lots.draw(), lessons.temperature), rate)
    return vectors


class _Lots:
    """Draws pairs of texts."""

    def __init__(self, texts: Texts, lessons: Lessons, seed: int) -> None:
        self._texts, self._lessons = texts, lessons
        self._random = np.random.default_rng(seed)
        self._partners = partners(texts.authors)
        self._ends = np.cumsum(self._partners.data, dtype=np.float64)
        self._paired = np.flatnonzero(np.diff(self._partners.indptr))
        fields = np.asarray(texts.fields)[self._paired]
        self._fields = [self._paired[fields == field] for field in np.unique(fields)]
        self.size = min(lessons.lot, texts.whole.shape[0])

    def draw(self) -> Lesson:
        """Return a lot of pairs; all of the others are a contrast."""
        texts = self._texts
        if not len(self._paired) or self._random.random() < self._lessons.titles:
            chosen = self._random.choice(texts.whole.shape[0], self.size, replace=False)
            return self._lesson(texts.titles[chosen], texts.abstracts[chosen])
        chosen = self._authored()
        return self._lesson(texts.whole[chosen], texts.whole[self._partner(chosen)])

    def _lesson(self, left: SparseMatrix, right: SparseMatrix) -> Lesson:
        same = np.zeros((left.shape[0], left.shape[0]), dtype=np.bool_)
        return Lesson(liked=self._hide(left), held=self._hide(right), same=same)

    def _authored(self) -> Places:
        size = min(self.size, len(self._paired))
        if self._random.random() >= self._lessons.one_field:
            return np.asarray(self._random.choice(self._paired, size, replace=False))
        shares = np.asarray([len(field) for field in self._fields]) / len(self._paired)
        field = self._fields[self._random.choice(len(shares), p=shares)]
        near = self._random.choice(field, min(size, len(field)), replace=False)
        return np.concatenate([near, self._random.choice(self._paired, size - len(near), replace=False)])

    def _partner(self, chosen: Places) -> Places:
        starts, ends = self._partners.indptr[chosen], self._partners.indptr[chosen + 1] - 1
        low = self._ends[starts] - self._partners.data[starts]
        drawn = low + self._random.random(len(chosen)) * (self._ends[ends] - low)
        places = np.clip(np.searchsorted(self._ends, drawn, side="right"), starts, ends)
        return np.asarray(self._partners.indices[places], dtype=np.int64)

    def _hide(self, rows: SparseMatrix) -> SparseMatrix:
        rows.data *= self._random.random(len(rows.data)) > self._lessons.dropped
        return rows
