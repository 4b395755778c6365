"""Collaborative scorers: what others' likes say of known papers, and through their content of fresh ones.

Readers are folded in from their likes of this moment, so a new vote needs no refit. Nothing is said
with fewer than five other readers; who does not share is kept out by whoever builds the corpus.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.papers import PaperId
from recommender.ranking.base import (
    Candidates,
    Corpus,
    FloatMatrix,
    ProfileBatch,
    RankingSettings,
    SparseMatrix,
)
from recommender.ranking.ease import CONTENT
from recommender.ranking.matrices import weighted
from recommender.ranking.votes import LEAST_READERS, LEAST_REGULARIZATION, VoteModel

NEIGHBOURS = 200
"""Voted papers that a paper borrows from, at most."""
_SHARPNESS = 4
"""Power of the cosine by which they count."""
_CHUNK = 1000


@dataclass(frozen=True, slots=True, eq=False)
class EaseScorer:
    """Root of the weight by paper-to-paper regression, see `ease`; for fresh papers by content alone."""

    model: VoteModel
    name: str = "ease"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; the model is fitted once for all
        """Return itself: the model is what is fitted."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN for profiles without a paper in the model."""
        ease = self.model.ease
        held, gain = candidates.note(self.name, lambda: self._gain(candidates))
        scores = np.float32(CONTENT) * (ease.taste(profiles.taken, _unread(profiles)) @ candidates.wide.T)
        scores *= gain
        if held.size:
            links = candidates.note("links", lambda: ease.links[:, candidates.items[held]])
            scores[:, held] += (profiles.taken @ links).toarray()
        scores = np.sign(scores) * np.sqrt(np.abs(scores))
        return _silent(scores.astype(np.float32, copy=False), profiles)

    def _gain(self, candidates: Candidates) -> tuple[npt.NDArray[np.intp], FloatMatrix]:
        """Return the candidates that the model knows, and the gain of all."""
        gain = self.model.ease.fresh_gain(candidates.wide)
        held = np.flatnonzero(candidates.items >= 0)
        gain[held] = self.model.ease.gain[candidates.items[held]]
        return held, gain


@dataclass(frozen=True, slots=True, eq=False)
class FactorScorer:
    """Preference of the folded-in reader for each voted candidate (ALS); abstains on unvoted papers."""

    model: VoteModel
    settings: RankingSettings
    name: str = "factors"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - see `EaseScorer.fit`
        """Return itself: the model is what is fitted."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN for readers or papers it knows nothing of."""
        scores = np.full((len(profiles.profiles), len(candidates.items)), np.nan, dtype=np.float32)
        held = np.flatnonzero(candidates.items >= 0)
        known = self.model.factors[candidates.items[held]]
        scores[:, held] = tastes(self.model, self.settings, profiles) @ known.T
        return _silent(scores, profiles)


@dataclass(frozen=True, slots=True, eq=False)
class SpreadScorer:
    """The same preference, read off the nearest voted papers; so it reaches papers nobody has read."""

    model: VoteModel
    settings: RankingSettings
    name: str = "spread"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - see `EaseScorer.fit`
        """Return itself: the model is what is fitted."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN for profiles without a paper in the model."""
        borrowed = candidates.note(self.name, lambda: reach(self.model, candidates) @ self.model.factors)
        scores = tastes(self.model, self.settings, profiles) @ np.asarray(borrowed, dtype=np.float32).T
        return _silent(scores, profiles)


def reach(model: VoteModel, candidates: Candidates) -> SparseMatrix:
    """Return (n_candidates, I): the voted papers each candidate stands on; rows sum to 1 or 0.

    A voted paper does not stand on itself here: its own votes are counted by other scorers.
    """
    parts = []
    for start in range(0, len(candidates.items), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        cosines = candidates.dense[chunk] @ model.content.T
        held = np.flatnonzero(candidates.items[chunk] >= 0)
        cosines[held, candidates.items[chunk][held]] = 0
        if cosines.shape[1] > NEIGHBOURS:
            least = -np.partition(-cosines, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1 : NEIGHBOURS]
            cosines[cosines < least] = 0
        near = np.maximum(cosines, 0) ** _SHARPNESS
        parts.append(sparse.csr_matrix(near / np.maximum(near.sum(axis=1, keepdims=True), np.float32(1e-9))))
    return sparse.csr_matrix(sparse.vstack(parts)) if parts else sparse.csr_matrix((0, len(model.items)))


def tastes(model: VoteModel, settings: RankingSettings, profiles: ProfileBatch) -> FloatMatrix:
    """Return (n_profiles, f) float32: the reader's side of ALS, solved for what each profile has taken."""
    return profiles.note("tastes", lambda: _fold_in(model, settings, profiles.taken))


def leads(
    model: VoteModel, settings: RankingSettings, profiles: ProfileBatch, row: int, standing: SparseMatrix
) -> list[PaperId | None]:
    """Return the profile's liked paper that adds most to each paper's preference, if any adds.

    `standing` are the papers' rows of `reach`. The folded-in taste is a sum over liked papers, so a
    preference splits exactly among them.
    """
    liked = _own_likes(model, profiles, row)
    if not liked.nnz:
        return [None] * standing.shape[0]
    targets = np.asarray((standing @ model.factors).T, dtype=np.float64)
    pulls = model.factors[liked.indices] @ np.linalg.solve(_grams(model, settings, liked)[0], targets)
    best = pulls.argmax(axis=0).tolist()
    return [
        model.items[liked.indices[own]] if pulls[own, place] > 0 else None for place, own in enumerate(best)
    ]


def similar_readers(
    model: VoteModel, profiles: ProfileBatch, row: int, standing: SparseMatrix
) -> list[int | None]:
    """Return how many other readers share an up-vote with this one and liked what each paper stands on.

    None for fewer than `LEAST_READERS`.
    """
    liked = _own_likes(model, profiles, row)
    if not liked.nnz:
        return [None] * standing.shape[0]
    shares_taste = np.asarray((model.votes @ liked.T).todense()).ravel() > 0
    similar = shares_taste & (model.readers != profiles.profiles[row].subscriber)
    liked_it = (model.votes[np.flatnonzero(similar)] @ standing.T).toarray() > 0
    counts = liked_it.sum(axis=0).tolist()
    return [count if count >= LEAST_READERS else None for count in counts]


def _own_likes(model: VoteModel, profiles: ProfileBatch, row: int) -> SparseMatrix:
    """Return (1, I): what a profile has taken, less what only stands in for likes."""
    profile = profiles.profiles[row]
    own = {*profile.seeds, *(vote.paper for vote in profile.up)}
    taken = profiles.taken[row]
    cells = [(0, int(item), 1.0) for item in taken.indices if model.items[item] in own]
    return weighted(cells, taken.shape)


def _unread(profiles: ProfileBatch) -> FloatMatrix:
    """Return (n, d): the sum of wide rows of liked papers that are not in the vote model."""
    outside = (profiles.known.items < 0).astype(np.float32)
    spoken = (np.diff(profiles.taken.indptr)[:, None] > 0).astype(np.float32)
    fresh = sparse.csr_matrix(profiles.liked @ sparse.diags(outside))
    sums: FloatMatrix = np.asarray(fresh @ profiles.known.wide, dtype=np.float32) * spoken
    return sums


def _silent(scores: FloatMatrix, profiles: ProfileBatch) -> FloatMatrix:
    """Abstain for the profiles that the vote model knows nothing of."""
    scores[np.diff(profiles.taken.indptr) == 0] = np.nan
    return scores


def _grams(model: VoteModel, settings: RankingSettings, liked: SparseMatrix) -> npt.NDArray[np.float64]:
    """Return Y'Y + regularization I + (alpha - 1) sum over liked of y y', for each row; (n, f, f)."""
    factors = model.factors.astype(np.float64)
    width = factors.shape[1]
    base = factors.T @ factors + max(settings.regularization, LEAST_REGULARIZATION) * np.eye(width)
    grams = np.broadcast_to(base, (liked.shape[0], width, width)).copy()
    for row in range(liked.shape[0]):
        span = slice(liked.indptr[row], liked.indptr[row + 1])
        own = factors[liked.indices[span]]
        grams[row] += (own.T * ((settings.alpha - 1) * liked.data[span])) @ own
    return grams


def _fold_in(model: VoteModel, settings: RankingSettings, liked: SparseMatrix) -> FloatMatrix:
    """Solve the reader's side of ALS for each row of `liked`; zero rows for nothing liked."""
    found = np.zeros((liked.shape[0], model.factors.shape[1]), dtype=np.float32)
    told = np.flatnonzero(np.diff(liked.indptr))
    if told.size:
        sums = settings.alpha * (liked[told] @ model.factors.astype(np.float64))
        found[told] = np.linalg.solve(_grams(model, settings, liked[told]), sums[:, :, None])[:, :, 0]
    return found
