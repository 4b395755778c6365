"""Content: cosine of a profile's row with a paper's. Also how well a match is among all papers."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch, SparseMatrix
from recommender.ranking.matrices import dense_product
from recommender.ranking.text import FEATURES, TextSpace, paper_fields

BACKGROUND = 1000
"""Papers kept as the background that `match` compares with."""
AUTO_FLOOR = 0.95
"""Least match of an edition's paper when the reader set no floor; a keyword or author hit also passes."""
AUTO_FLOOR_PAPERS = 10
_NEAR = 0.4
"""Cosine with a down-voted paper from which a candidate starts to sink."""
_SAME = 0.85
"""Cosine with a down-voted paper from which a candidate is gone."""
_DOWN_CHUNK = 512


@dataclass(frozen=True, slots=True)
class ContentScorer:
    """Cosine where it is above 0. `background` holds unit rows of a sample of the corpus."""

    space: TextSpace
    background: SparseMatrix
    seed: int = 0
    name: str = "content"

    @classmethod
    def blank(cls, seed: int) -> "ContentScorer":
        """Return a scorer that has read nothing."""
        empty = sparse.csr_matrix((0, FEATURES), dtype=np.float32)
        return cls(TextSpace.fit(()), empty, seed)

    def fit(self, corpus: Corpus) -> Self:
        """Learn term weights from all papers and keep a seeded sample's rows; no text is kept."""
        space = TextSpace.fit(corpus.papers)
        papers = sorted(corpus.papers, key=lambda paper: paper.id)
        size = min(BACKGROUND, len(papers))
        chosen = np.random.default_rng(self.seed).choice(len(papers), size=size, replace=False)
        sample = space.paper_rows(paper_fields(papers[place]) for place in np.sort(chosen))
        return type(self)(space, sample, self.seed)

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32 in (0, 1], NaN where the cosine is not above 0."""
        scores = dense_product(profiles.rows, candidates.rows)
        scores[scores <= 0] = np.nan
        return scores

    def calibrate(self, profiles: ProfileBatch, scores: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
        """Return match and strength of each pair, both in 0..1 and 0 where `scores` is NaN.

        Match is the share of background papers with a lower cosine. Strength is the cosine as a part
        of the cosine at `floor`, at most 1. Neither depends on the other candidates, so both mean the
        same on every day.
        """
        count = self.background.shape[0]
        silent = np.isnan(scores)
        if not count:
            certain = np.where(silent, np.float32(0), np.float32(1))
            return certain, certain.copy()
        background = np.sort(dense_product(profiles.rows, self.background), axis=1)
        match = np.empty_like(scores)
        for row, (known, own) in enumerate(zip(background, scores, strict=True)):
            match[row] = np.searchsorted(known, own, side="left") / count
        least = background[:, [min(count - 1, int(self.floor * count))]]
        strength = np.clip(scores / np.maximum(least, np.float32(1e-6)), 0, 1).astype(np.float32)
        match[silent] = 0.0
        strength[silent] = 0.0
        return match, strength

    @property
    def floor(self) -> float:
        """The match from which a paper is good enough for an edition when the reader set no floor.

        Lower in a small store, so that about `AUTO_FLOOR_PAPERS` of the background would pass.
        """
        papers: int = self.background.shape[0]
        return max(0.0, min(AUTO_FLOOR, 1 - AUTO_FLOOR_PAPERS / max(papers, 1)))


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


def _sink(result: FloatMatrix, rows: npt.NDArray[np.int64], cosines: FloatMatrix) -> None:
    """Lower `result[rows]` by the highest cosine of each row's group; `rows` is sorted."""
    owners, starts = np.unique(rows, return_index=True)
    nearest = np.maximum.reduceat(cosines, starts, axis=0)
    factor = np.clip((_SAME - nearest) / (_SAME - _NEAR), 0.0, 1.0).astype(np.float32)
    result[owners] = np.minimum(result[owners], factor)
