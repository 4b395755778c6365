"""What fitting keeps of the up-votes: who liked what, and what was learned from it. Numbers and ids only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from recommender.domain.feedback import Vote
from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import FloatMatrix, RankingSettings, SparseMatrix
from recommender.ranking.ease import ContentEase

LEAST_READERS = 5
"""Other readers that must stand behind any number or sentence."""
LEAST_REGULARIZATION = 0.01
"""Keeps every system solvable."""
MOST_READERS = 12_000
"""Readers that paper-to-paper regression looks at; its cost grows with their cube."""
_ITERATIONS = 15


@dataclass(frozen=True, eq=False, kw_only=True)
class VoteModel:
    """`readers` (R,) int64 sorted; `items` I paper ids sorted; `votes` (R, I) CSR of ones.

    `content` (I, d) are unit directions of the papers; `factors` (I, f) float32 are those of ALS (Hu, Koren
    & Volinsky 2008).
    """

    readers: npt.NDArray[np.int64]
    items: tuple[PaperId, ...]
    votes: SparseMatrix
    content: FloatMatrix
    factors: FloatMatrix
    ease: ContentEase

    @classmethod
    def empty(cls, width: int = 1, wide: int | None = None) -> Self:
        """Return a model of no votes; directions have `width` dimensions, wide rows `wide` or as many."""
        wide = width if wide is None else wide
        none = np.zeros((0, width), dtype=np.float32)
        ease = ContentEase(
            pulls=np.zeros((0, wide), dtype=np.float32),
            links=sparse.csr_matrix((0, 0), dtype=np.float32),
            gain=np.zeros(0, np.float32),
            kernel=np.zeros((wide, wide), np.float32),
        )
        return cls(
            readers=np.zeros(0, dtype=np.int64),
            items=(),
            votes=sparse.csr_matrix((0, 0), dtype=np.float32),
            content=none,
            factors=np.zeros((0, 1), dtype=np.float32),
            ease=ease,
        )

    @classmethod
    def fit(
        cls,
        likes: "Likes",
        content: FloatMatrix,
        wide: tuple[FloatMatrix, FloatMatrix],
        settings: RankingSettings,
    ) -> Self:
        """Learn from likes on papers with directions `content` (I, d).

        `wide` are rows for paper-to-paper regression, of the papers (I, d + e) and of unread ones (M, d + e).
        """
        random = np.random.default_rng(settings.seed)
        count = likes.votes.shape[0]
        some = np.sort(random.choice(count, size=min(count, MOST_READERS), replace=False))
        return cls(
            readers=likes.readers,
            items=likes.items,
            votes=likes.votes,
            content=content,
            factors=factorise(likes.votes, settings),
            ease=ContentEase.fit(likes.votes[some], *wide),
        )

    @cached_property
    def index(self) -> Mapping[PaperId, int]:
        """Column of each paper."""
        return {item: column for column, item in enumerate(self.items)}

    @cached_property
    def cast(self) -> npt.NDArray[np.float32]:
        """(I,) readers of each paper."""
        return np.asarray(self.votes.sum(axis=0), dtype=np.float32).ravel()

    def others(self, subscriber: int) -> int:
        """Return how many readers beside this one stand behind the model."""
        return len(self.readers) - int(np.isin(subscriber, self.readers))

    def places(self, profiles: Sequence[InterestProfile]) -> npt.NDArray[np.int64]:
        """Return the row of each profile's subscriber among the readers, -1 for one who is not there."""
        own = np.asarray([profile.subscriber for profile in profiles], dtype=np.int64)
        if not len(self.readers):
            return np.full(len(own), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.readers, own), len(self.readers) - 1)
        return np.where(self.readers[at] == own, at, -1)

    def shared(self, profiles: Sequence[InterestProfile], liked: SparseMatrix) -> FloatMatrix:
        """Return (n, 1): votes of other readers on what each profile likes; `liked` (n, I)."""
        ones = sparse.csr_matrix((np.ones_like(liked.data), liked.indices, liked.indptr), shape=liked.shape)
        fitted = self.places(profiles) >= 0
        # A fitted reader's own votes are among those counted; one is taken off for each liked paper.
        total = ones @ self.cast - fitted * np.diff(liked.indptr)
        result: FloatMatrix = np.maximum(total, 0)[:, None].astype(np.float32)
        return result


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Likes:
    """Up-votes as a matrix: `votes` (R, I) ones for `readers` (R,) and `items` (I,), both sorted."""

    readers: npt.NDArray[np.int64]
    items: tuple[PaperId, ...]
    votes: SparseMatrix

    @classmethod
    def of(cls, votes: Sequence[Vote], known: Mapping[PaperId, object]) -> "Likes | None":
        """Gather the up-votes on known papers; None for too few readers to speak of."""
        pairs = sorted({(vote.subscriber, vote.paper) for vote in votes if vote.up and vote.paper in known})
        if len({reader for reader, _ in pairs}) <= LEAST_READERS:
            return None
        readers, rows = np.unique(np.asarray([r for r, _ in pairs], dtype=np.int64), return_inverse=True)
        items = tuple(sorted({item for _, item in pairs}))
        index = {item: column for column, item in enumerate(items)}
        columns = np.asarray([index[item] for _, item in pairs], dtype=np.int32)
        cells = (np.ones(len(pairs), dtype=np.float32), (rows.astype(np.int32), columns))
        matrix = sparse.csr_matrix(cells, shape=(len(readers), len(items)), dtype=np.float32)
        return cls(readers=readers, items=items, votes=matrix)


def factorise(votes: SparseMatrix, settings: RankingSettings) -> FloatMatrix:
    """Return ALS factors of the papers, (I, f) float32."""
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - slow to import

    model = AlternatingLeastSquares(
        factors=max(1, min(settings.factors, *votes.shape)),
        regularization=max(settings.regularization, LEAST_REGULARIZATION),
        alpha=settings.alpha,
        iterations=_ITERATIONS,
        num_threads=1,
        random_state=settings.seed,
    )
    with threadpool_limits(1, "blas"):
        model.fit(votes, show_progress=False)
    return np.asarray(model.item_factors, dtype=np.float32)
