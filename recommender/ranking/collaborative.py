"""Collaborative: ALS on up-votes (Hu, Koren & Volinsky 2008), carried to fresh papers by their content.

Readers are folded in from their votes of this moment, so a new vote needs no refit. A paper nobody
has voted on takes the mean factors of its nearest voted papers. Readers who do not share are kept out
by whoever builds the corpus; with fewer than five other readers nothing is said at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import (
    Candidates,
    Corpus,
    FloatMatrix,
    ProfileBatch,
    RankingSettings,
    SparseMatrix,
)
from recommender.ranking.matrices import dense_product, incidence, weighted
from recommender.ranking.text import FEATURES, TextSpace, paper_fields

LEAST_READERS = 5
"""Other readers that must stand behind any number or sentence."""
NEIGHBOURS = 50
"""Voted papers that a fresh paper borrows from, at most."""
_NEAR = 0.1
"""Least cosine of a neighbour."""
_HALF_TRUST = 10.0
"""Votes shared with other readers at which the numbers are half believed."""
_LEAST_TRUST = 0.1
_LEAST_REGULARIZATION = 0.01
"""Keeps every system solvable."""
_CHUNK = 512
_ITERATIONS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteModel:
    """Up-votes and what was learned from them; numbers and paper ids only.

    `readers` (R,) int64 sorted; `items` I paper ids sorted; `votes` (R, I) CSR of ones; `factors`
    (I, f) float32; `rows` (I, FEATURES) unit content rows of the items.
    """

    readers: npt.NDArray[np.int64]
    items: tuple[PaperId, ...]
    votes: SparseMatrix
    factors: FloatMatrix
    rows: SparseMatrix
    index: Mapping[PaperId, int] = field(init=False)

    def __post_init__(self) -> None:
        """Index the items."""
        object.__setattr__(self, "index", {item: column for column, item in enumerate(self.items)})

    @classmethod
    def empty(cls) -> "VoteModel":
        """Return a model of no votes."""
        return cls(
            readers=np.zeros(0, dtype=np.int64),
            items=(),
            votes=sparse.csr_matrix((0, 0), dtype=np.float32),
            factors=np.zeros((0, 1), dtype=np.float32),
            rows=sparse.csr_matrix((0, FEATURES), dtype=np.float32),
        )

    def others(self, subscriber: int) -> int:
        """Return how many readers beside this one stand behind the model."""
        return len(self.readers) - int(np.isin(subscriber, self.readers))


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaborativeScorer:
    """Preference of the folded-in reader for each candidate's factors; below 0 speaks against it."""

    settings: RankingSettings
    space: TextSpace
    model: VoteModel
    name: str = "collaborative"

    def fit(self, corpus: Corpus) -> Self:
        """Factorise the up-votes on papers of the corpus."""
        papers = {paper.id: paper for paper in corpus.papers}
        pairs = sorted({(v.subscriber, v.paper) for v in corpus.votes if v.up and v.paper in papers})
        if len({reader for reader, _ in pairs}) <= LEAST_READERS:
            return type(self)(settings=self.settings, space=self.space, model=VoteModel.empty())
        readers, users = np.unique(np.asarray([r for r, _ in pairs], dtype=np.int64), return_inverse=True)
        items = tuple(sorted({item for _, item in pairs}))
        index = {item: column for column, item in enumerate(items)}
        columns = np.asarray([index[item] for _, item in pairs], dtype=np.int32)
        cells = (np.ones(len(pairs), dtype=np.float32), (users.astype(np.int32), columns))
        votes = sparse.csr_matrix(cells, shape=(len(readers), len(items)), dtype=np.float32)
        model = VoteModel(
            readers=readers,
            items=items,
            votes=votes,
            factors=_factorise(votes, self.settings),
            rows=self.space.paper_rows(paper_fields(papers[item]) for item in items),
        )
        return type(self)(settings=self.settings, space=self.space, model=model)

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN for readers or papers it knows nothing of."""
        scores = np.full((len(profiles.profiles), len(candidates.papers)), np.nan, dtype=np.float32)
        liked = self._liked(profiles.profiles)
        known = np.flatnonzero(np.diff(liked.indptr))
        if not known.size:
            return scores
        borrowed = candidates.note(self.name, lambda: self.reach(candidates))
        reached = np.flatnonzero(np.diff(borrowed.indptr))
        tastes = self._fold_in(liked[known])
        # In double precision, so that a number does not depend on its neighbours in the product.
        numbers = (tastes @ (borrowed[reached] @ self.model.factors.astype(np.float64)).T).astype(np.float32)
        scores[np.ix_(known, reached)] = numbers
        return scores

    def reach(self, candidates: Candidates) -> SparseMatrix:
        """Return (n_candidates, I): the voted papers each candidate stands on, rows summing to 1 or 0.

        A voted paper stands on itself; a fresh one on its nearest, weighted by squared cosine.
        """
        index = self.model.index
        cells = [(row, index[p.id], 1.0) for row, p in enumerate(candidates.papers) if p.id in index]
        fresh = np.asarray([r for r, p in enumerate(candidates.papers) if p.id not in index], dtype=np.int64)
        for start in range(0, len(fresh) if index else 0, _CHUNK):
            chunk = fresh[start : start + _CHUNK]
            places, near, weights = _nearest(dense_product(candidates.rows[chunk], self.model.rows))
            cells += zip(chunk[places].tolist(), near.tolist(), weights.tolist(), strict=True)
        return weighted(cells, (len(candidates.papers), len(self.model.items)))

    def similar_readers(self, profile: InterestProfile, standing: SparseMatrix) -> list[int | None]:
        """Return how many other readers share an up-vote with this one and liked what each paper stands on.

        `standing` are the papers' rows of `reach`. None for fewer than `LEAST_READERS`.
        """
        liked = self._liked([profile])
        if not liked.nnz:
            return [None] * standing.shape[0]
        shares_taste = np.asarray((self.model.votes @ liked.T).todense()).ravel() > 0
        similar = shares_taste & (self.model.readers != profile.subscriber)
        liked_it = (self.model.votes[np.flatnonzero(similar)] @ standing.T).toarray() > 0
        counts = liked_it.sum(axis=0).tolist()
        return [count if count >= LEAST_READERS else None for count in counts]

    def leads(self, profile: InterestProfile, standing: SparseMatrix) -> list[PaperId | None]:
        """Return the reader's liked paper that adds most to each paper's number, if any adds.

        The folded-in taste is a sum over liked papers, so a number splits exactly among them.
        """
        liked = self._liked([profile])
        if not liked.nnz:
            return [None] * standing.shape[0]
        targets = (standing @ self.model.factors.astype(np.float64)).T
        pulls = self.model.factors[liked.indices] @ np.linalg.solve(self._grams(liked)[0], targets)
        best = pulls.argmax(axis=0).tolist()
        return [
            self.model.items[liked.indices[own]] if pulls[own, place] > 0 else None
            for place, own in enumerate(best)
        ]

    def trust(self, profiles: Sequence[InterestProfile]) -> FloatMatrix:
        """Return (n_profiles, 1) in 0..1: how far to believe the numbers, by votes shared with other readers.

        Where nobody else voted on a reader's papers, the factors know their content at most, and the
        content scorer reads that better.
        """
        liked = self._liked(profiles)
        cast = np.asarray(self.model.votes.sum(axis=0)).ravel()
        fitted = np.isin([profile.subscriber for profile in profiles], self.model.readers)
        # A fitted reader's own votes are among those counted; one is taken off for each liked paper.
        shared = np.maximum(liked @ cast - fitted * np.diff(liked.indptr), 0)
        trust: FloatMatrix = np.maximum(_LEAST_TRUST, shared / (shared + _HALF_TRUST))[:, None].astype(
            np.float32
        )
        return trust

    def _liked(self, profiles: Sequence[InterestProfile]) -> SparseMatrix:
        """Return (n_profiles, I) ones for current up-votes; rows of readers with too few others are empty."""
        index = self.model.index
        lists = [
            [index[paper] for paper in dict.fromkeys(profile.liked) if paper in index]
            if self.model.others(profile.subscriber) >= LEAST_READERS
            else []
            for profile in profiles
        ]
        return incidence(lists, len(self.model.items))

    def _grams(self, liked: SparseMatrix) -> npt.NDArray[np.float64]:
        """Return Y'Y + regularization I + (alpha - 1) sum over liked of y y', for each row; (n, f, f)."""
        factors = self.model.factors.astype(np.float64)
        width = factors.shape[1]
        base = factors.T @ factors + max(self.settings.regularization, _LEAST_REGULARIZATION) * np.eye(width)
        grams = np.broadcast_to(base, (liked.shape[0], width, width)).copy()
        for row in range(liked.shape[0]):
            own = factors[liked.indices[liked.indptr[row] : liked.indptr[row + 1]]]
            grams[row] += (self.settings.alpha - 1) * (own.T @ own)
        return grams

    def _fold_in(self, liked: SparseMatrix) -> npt.NDArray[np.float64]:
        """Solve the reader's side of ALS for each row of `liked`; (n, f)."""
        sums = self.settings.alpha * (liked @ self.model.factors.astype(np.float64))
        return np.asarray(np.linalg.solve(self._grams(liked), sums[:, :, None])[:, :, 0])


def _nearest(
    cosines: FloatMatrix,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatMatrix]:
    """Return (row, column, weight) of each row's nearest columns, weights of a row summing to 1."""
    count = min(NEIGHBOURS, cosines.shape[1])
    near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(cosines, near, axis=1)
    values = np.where(values >= _NEAR, values * values, np.float32(0))
    total = values.sum(axis=1, keepdims=True)
    weights = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    rows, places = np.nonzero(weights)
    return rows, near[rows, places], weights[rows, places]


def _factorise(votes: SparseMatrix, settings: RankingSettings) -> FloatMatrix:
    """Fit ALS on one thread and return item factors (I, f), f clipped to the matrix."""
    # Only training needs it: publishing loads the factors.
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    factors = max(1, min(settings.factors, votes.shape[0] - 1, votes.shape[1] - 1))
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=factors,
            regularization=max(settings.regularization, _LEAST_REGULARIZATION),
            alpha=settings.alpha,
            iterations=_ITERATIONS,
            num_threads=1,
            random_state=settings.seed,
        )
        model.fit(votes, show_progress=False)
    learned = np.asarray(model.item_factors, dtype=np.float32)
    if learned.shape != (votes.shape[1], factors) or not np.isfinite(learned).all():
        raise RuntimeError(f"ALS gave factors {learned.shape} for votes {votes.shape}")
    return learned
