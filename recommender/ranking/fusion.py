"""Weighted reciprocal-rank fusion (Cormack, Clarke & Buettcher, SIGIR 2009).

Only the order within each scorer counts, so no scorer's scale can drown another. A scorer that
abstains on a pair adds nothing to it and takes nothing from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.ranking.base import FloatMatrix, FusionContext

SMOOTHING = 60.0
"""The paper's k: how little the first place is better than the second."""


def worst_ranks(scores: FloatMatrix) -> FloatMatrix:
    """Return ranks from 1 within each row, equal numbers sharing the worst; NaN stays NaN."""
    width = scores.shape[1]
    if width == 0:
        return scores.copy()
    descending = np.where(np.isnan(scores), np.float32(np.inf), -scores)
    order = np.argsort(descending, axis=1)
    ordered = np.take_along_axis(descending, order, axis=1)
    ends = np.ones(ordered.shape, dtype=np.bool_)
    ends[:, :-1] = ordered[:, 1:] != ordered[:, :-1]
    places = np.where(ends, np.arange(1, width + 1, dtype=np.float32), np.float32(width + 1))
    # A member of a tie takes the place at which its group ends: the least end at or after it.
    shared = np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty_like(scores)
    np.put_along_axis(ranks, order, shared, axis=1)
    ranks[np.isnan(scores)] = np.nan
    return ranks


@dataclass(frozen=True, slots=True)
class RankFusion:
    """Sum over scorers of weight / (k + rank), divided by what first place with every speaking scorer gives.

    A scorer speaks for a profile when it does not abstain on every candidate; dividing by the
    speaking ones makes interests with few declared fields comparable with those with many.
    """

    def fuse(self, scores: Mapping[str, FloatMatrix], context: FusionContext) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32 in 0..1, -inf where every scorer abstains."""
        return self.join(scores, self.contributions(scores, context))

    def join(self, scores: Mapping[str, FloatMatrix], parts: Mapping[str, FloatMatrix]) -> FloatMatrix:
        """Return the sum of `contributions`, -inf where every scorer abstains."""
        fused = np.zeros_like(next(iter(scores.values())))
        for part in parts.values():
            fused += part
        silent = np.logical_and.reduce([np.isnan(own) for own in scores.values()])
        fused[silent] = -np.inf
        return fused

    def contributions(
        self, scores: Mapping[str, FloatMatrix], context: FusionContext
    ) -> dict[str, FloatMatrix]:
        """Return what each scorer adds to the fused score; 0 where it abstains."""
        parts: dict[str, FloatMatrix] = {}
        total = np.zeros((next(iter(scores.values())).shape[0], 1), dtype=np.float32)
        for name, own in scores.items():
            weight = np.asarray(context.weights.get(name, 0.0), dtype=np.float32)
            parts[name] = np.nan_to_num(weight / (np.float32(SMOOTHING) + worst_ranks(own)), nan=0.0)
            total = total + weight * ~np.isnan(own).all(axis=1, keepdims=True)
        scale = (np.float32(SMOOTHING) + 1) / np.maximum(total, np.float32(1e-9))
        damping = np.float32(1.0) if context.damping is None else context.damping
        return {name: (part * scale * damping).astype(np.float32) for name, part in parts.items()}
