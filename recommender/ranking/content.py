"""What a paper says against what a reader wrote and liked: by shared words, and by direction."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import Candidates, Corpus, FloatMatrix, Places, ProfileBatch, SparseMatrix
from recommender.ranking.matrices import dense_product
from recommender.ranking.text import FEATURES, TextSpace

_NEAR = 0.4
"""Cosine with a down-voted paper from which a candidate starts to sink."""
_SAME = 0.85
"""Cosine with a down-voted paper from which a candidate is gone."""
_DOWN_CHUNK = 512


@dataclass(frozen=True, slots=True, eq=False)
class ContentScorer:
    """Product of word rows, after what a profile shares with the `usual` paper, a mean row, is taken off.

    Else papers full of everybody's words would suit everybody.
    """

    space: TextSpace
    usual: npt.NDArray[np.float32]
    name: str = "content"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; the text space is fitted once for all
        """Return itself: the text space is what is fitted."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32.

        NaN where either has no words, and where no word is shared and one has no direction: of such a
        pair nothing is known, and being unusual is no merit.
        """
        width = candidates.rows.shape[0]
        return self._scores(profiles, candidates, np.full((len(profiles.profiles), width), -1), whole=True)

    def score_at(self, profiles: ProfileBatch, candidates: Candidates, places: Places) -> FloatMatrix:
        """Return (n_profiles, k): what `score` says at `places` (n_profiles, k)."""
        return self._scores(profiles, candidates, places, whole=False)

    def _scores(
        self, profiles: ProfileBatch, candidates: Candidates, places: Places, *, whole: bool
    ) -> FloatMatrix:
        """Score at `places`, or everywhere.

        A row at a time: a product of two sparse matrices of this width costs more in finding its way
        than in multiplying.
        """
        usual, wordless, strange = candidates.note(self.name, lambda: self._usual(candidates))
        common, known = self._common(profiles), np.asarray(profiles.dense.any(axis=1))
        scores = np.empty(places.shape, dtype=np.float32)
        words = np.zeros(FEATURES, dtype=np.float32)
        for row, some in enumerate(places):
            span = slice(profiles.rows.indptr[row], profiles.rows.indptr[row + 1])
            held = profiles.rows.indices[span]
            words[held] = profiles.rows.data[span]
            own: slice | Places = slice(None) if whole else some
            cosines = (candidates.rows if whole else candidates.rows[some]) @ words
            blind = strange[own] if known[row] else np.ones(len(some), dtype=np.bool_)
            silent = wordless[own] | (blind & (cosines == 0))
            scores[row] = (
                np.where(silent, np.nan, cosines - common[row] * usual[own]) if len(held) else np.nan
            )
            words[held] = 0
        return scores

    def _common(self, profiles: ProfileBatch) -> npt.NDArray[np.float32]:
        """Return (n,): how much of the usual paper is in each profile."""
        length = float(self.usual @ self.usual)
        common: npt.NDArray[np.float32] = profiles.rows @ self.usual / np.float32(length or 1)
        return common

    def _usual(self, candidates: Candidates) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """Return (n,): how usual each candidate is, which have no words, and which no direction."""
        wordless = np.diff(candidates.rows.indptr) == 0
        strange = np.asarray(~candidates.dense.any(axis=1))
        return candidates.rows @ self.usual, wordless, strange


@dataclass(frozen=True, slots=True)
class SemanticScorer:
    """Cosine of directions, see `encoder`."""

    name: str = "semantic"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; nothing is learned here
        """Return itself: directions are given."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN where either has no known word."""
        scores: FloatMatrix = profiles.dense @ candidates.dense.T
        scores[:, ~candidates.dense.any(axis=1)] = np.nan
        scores[~profiles.dense.any(axis=1)] = np.nan
        return scores


def damping(profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
    """Return (n_profiles, n_candidates): 0 for a near-duplicate of a down-voted paper, 1 far from all."""
    result = np.ones((len(profiles.profiles), len(candidates.papers)), dtype=np.float32)
    pairs = [
        (row, profiles.known_index[down.paper])
        for row, profile in enumerate(profiles.profiles)
        for down in profile.down
        if down.paper in profiles.known_index
    ]
    for start in range(0, len(pairs), _DOWN_CHUNK):
        rows, places = (np.asarray(side) for side in zip(*pairs[start : start + _DOWN_CHUNK], strict=True))
        _sink(result, rows, dense_product(profiles.known.rows[places], candidates.rows))
    return result


def usual_row(rows: SparseMatrix) -> npt.NDArray[np.float32]:
    """Return the mean (FEATURES,) of unit rows (n, FEATURES); zero for none."""
    total = np.asarray(rows.sum(axis=0), dtype=np.float32).ravel()
    mean: npt.NDArray[np.float32] = total / np.float32(max(1, rows.shape[0]))
    return mean


def _sink(result: FloatMatrix, rows: npt.NDArray[np.int64], cosines: FloatMatrix) -> None:
    """Lower `result[rows]` by the highest cosine of each row's group; `rows` is sorted."""
    owners, starts = np.unique(rows, return_index=True)
    nearest = np.maximum.reduceat(cosines, starts, axis=0)
    factor = np.clip((_SAME - nearest) / (_SAME - _NEAR), 0.0, 1.0).astype(np.float32)
    result[owners] = np.minimum(result[owners], factor)
