"""Whether what a paper says is enough to call it a fit.

A place among other papers is none: of a store in which nothing is about glaciers, one paper in twenty
still fits glaciers better than the others, for a word like "mass". So a fit must also hold a part of
what the interest says, more of it where the directions differ.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import Candidates, FloatMatrix, Places, ProfileBatch
from recommender.ranking.text import FEATURES

UNGROUNDED = 0.89
"""Most that `match` says of a paper that holds too little of what its interest says."""
_PART, _TERMS = 0.15, 2.5
"""How much of an interest a paper must hold: a part of its weight, or as much as so many of its terms where
it has many."""
_LESS = 0.4
"""What of that is enough where the directions agree."""
_APART, _AGREED = 0.15, 0.3
"""Cosines of directions: below the one they differ, from the other on they agree."""
THIN = 0.97
"""Most that a reader is told of a paper whose grounds are enough to be listed and not to be called strong."""
_FIRM = ((0.8, 0.4), (2.0, 0.25))
"""Grounds are firm with so much of what is enough, and directions that agree so far: the one or the other."""


def held_back(
    match: FloatMatrix,
    scores: Mapping[str, FloatMatrix],
    profiles: ProfileBatch,
    candidates: Candidates,
    places: Places,
) -> tuple[FloatMatrix, FloatMatrix]:
    """Return `match` for choosing and for telling; all are (n_profiles, k) at `places`.

    For choosing, nothing over `UNGROUNDED` has no grounds; for telling, nothing over `THIN` thin ones.
    """
    chosen = match.copy()
    told = match.copy()
    weights = np.zeros(FEATURES, dtype=np.float32)
    for row, high in enumerate(match > UNGROUNDED):
        columns = np.flatnonzero(high)
        span = slice(profiles.rows.indptr[row], profiles.rows.indptr[row + 1])
        held = profiles.rows.indices[span]
        worth = np.square(np.maximum(profiles.rows.data[span], 0))
        total = float(worth.sum())
        if not len(columns) or not total:
            continue
        weights[held] = worth / total
        shown = candidates.rows[places[row, columns]]
        shown.data = np.ones_like(shown.data)
        parts = (shown @ weights) / _enough(worth / total)
        weights[held] = 0
        directions, own = scores["semantic"][row, columns], match[row, columns]
        chosen[row, columns] = np.where(_grounded(parts, directions), own, UNGROUNDED)
        least = np.where(_firm(parts, directions), own, np.minimum(own, THIN))
        told[row, columns] = np.minimum(chosen[row, columns], least)
    return chosen, told


def _enough(worth: npt.NDArray[np.float32]) -> float:
    """Return how much of an interest must be held; `worth` are the weights of its terms, summing to 1."""
    terms = 1 / float(np.square(worth).sum())
    return min(_PART, _TERMS / terms)


def _grounded(parts: npt.NDArray[np.float32], directions: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell which papers hold enough, 1 of `parts`; directions are NaN where they are not known."""
    found: npt.NDArray[np.bool_] = ((parts >= 1) & ~(directions < _APART)) | (
        (parts >= _LESS) & (directions >= _AGREED)
    )
    return found


def _firm(parts: npt.NDArray[np.float32], directions: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    found = [(parts >= part) & ~(directions < cosine) for part, cosine in _FIRM]
    firm: npt.NDArray[np.bool_] = np.logical_or.reduce(found)
    return firm
