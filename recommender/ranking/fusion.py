"""Fusion: scorers' numbers on one scale, added with weights that depend on the evidence.

Each scorer's numbers are centred and scaled by what the same scorer says of a fixed sample of papers, for
each profile, so that a number means the same in a pool of eight and of eight thousand. The weights
depend on how many readers a paper has and how much a reader has liked; they are fitted by a listwise
softmax (Cao et al., ICML 2007), see `learning`. A scorer that abstains on a pair adds nothing to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import FloatMatrix, FusionContext

EVIDENCE = ("fresh", "read", "barely_read")
"""What may be known of a paper: nobody has read it; somebody has; that, as 1 / (1 + readers)."""
LIKES = ("always", "few_likes")
"""What may be known of a profile: anything; that, as 1 / (1 + likes)."""
FORMS = ("plain", "top")
"""A standardised number z, and log(1 + max(z, 0)), which tells good from best less than bad from good."""
_SHAPE = (len(EVIDENCE), len(LIKES), len(FORMS))
_LEAST_SPREAD = 1e-6
Block = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Weights:
    """Weights of a fusion: for each scorer (3, 2, 2) by EVIDENCE, LIKES and FORMS.

    `papers` (2, 2) by (fresh, log(1 + readers)) and LIKES is what a paper gets whatever the profile.
    """

    scorers: Mapping[str, Block]
    papers: Block

    @classmethod
    def zero(cls, names: tuple[str, ...]) -> Self:
        """Return weights that rank nothing."""
        own = {name: np.zeros(_SHAPE, np.float32) for name in names}
        return cls(scorers=own, papers=np.zeros((2, 2), np.float32))

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Self:
        """Read `told()`'s form. Raise ValueError where a shape is wrong."""
        scorers = {name: np.asarray(own, dtype=np.float32) for name, own in told["scorers"].items()}
        papers = np.asarray(told["papers"], dtype=np.float32)
        if papers.shape != (2, 2) or any(own.shape != _SHAPE for own in scorers.values()):
            raise ValueError(f"weights must be {_SHAPE} a scorer and (2, 2) for papers")
        return cls(scorers=scorers, papers=papers)

    def told(self, *, digits: int | None = 5) -> dict[str, Any]:
        """Return plain lists and numbers, for JSON; `digits` None keeps every weight to the bit."""

        def plain(own: Block) -> list[Any]:
            exact = own.astype(np.float64)
            lists: list[Any] = (exact if digits is None else exact.round(digits)).tolist()
            return lists

        return {
            "scorers": {name: plain(own) for name, own in sorted(self.scorers.items())},
            "papers": plain(self.papers),
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LearnedFusion:
    """Mixes by trust `alone`, for readers of whom no other reader knows anything, and `shared`."""

    alone: Weights
    shared: Weights

    def fuse(self, scores: Mapping[str, FloatMatrix], context: FusionContext) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, -inf where every scorer abstains."""
        return join(scores, self.contributions(scores, context))

    def contributions(
        self, scores: Mapping[str, FloatMatrix], context: FusionContext
    ) -> dict[str, FloatMatrix]:
        """Return what each scorer adds to the fused score, 0 where it abstains; "papers" is the rest."""
        parts = {name: self._part(name, scaled(name, own, context), context) for name, own in scores.items()}
        return parts | {"papers": self._papers(context)}

    def alone_of(self, scores: Mapping[str, FloatMatrix], context: FusionContext) -> FloatMatrix:
        """Return how well papers fit by these scorers alone, with the weights of a lone reader."""
        total = np.zeros_like(next(iter(scores.values())))
        for name, own in scores.items():
            if name in self.alone.scorers:
                z = scaled(name, own, context)
                total += np.nan_to_num(z * self.alone.scorers[name][0, 0, 0], nan=0.0)
        return total

    def _part(self, name: str, z: FloatMatrix, context: FusionContext) -> FloatMatrix:
        part = np.zeros_like(z)
        if np.isnan(z).all():
            return part
        top = np.log1p(np.maximum(z, 0))
        for share, weights in ((1 - context.trust, self.alone), (context.trust, self.shared)):
            # What company was never asked about (keywords, authors, …) counts as much as it does alone.
            own = weights.scorers.get(name, self.alone.scorers.get(name))
            if own is None or not own.any() or not share.any():
                continue
            for kind, gate in enumerate(gates(context.readers)):
                if not own[kind].any():
                    continue
                plain, best = (own[kind, 0, form] + own[kind, 1, form] * context.few for form in (0, 1))
                part += share * gate * (plain * z + best * top)
        part *= np.float32(context.weights.get(name, 1.0))
        return np.nan_to_num(part, copy=False, nan=0.0)

    def _papers(self, context: FusionContext) -> FloatMatrix:
        fresh = (context.readers == 0).astype(np.float32)
        known = np.log1p(context.readers)
        total = np.zeros(np.broadcast_shapes(context.readers.shape, context.few.shape), dtype=np.float32)
        for share, weights in ((1 - context.trust, self.alone), (context.trust, self.shared)):
            own = weights.papers
            total += share * (own[0, 0] + own[0, 1] * context.few) * fresh
            total += share * (own[1, 0] + own[1, 1] * context.few) * known
        return total


def gates(readers: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix, FloatMatrix]:
    """Return the three EVIDENCE gates of papers with so many readers; same shape each."""
    fresh = (readers == 0).astype(np.float32)
    read = 1 - fresh
    return fresh, read, (read / (1 + readers)).astype(np.float32)


def scaled(name: str, scores: FloatMatrix, context: FusionContext) -> FloatMatrix:
    """Return a scorer's numbers as weights expect them: standardised if it was asked about the sample."""
    reference = context.reference.get(name)
    return scores if reference is None else standardised(scores, reference)


def standardised(scores: FloatMatrix, reference: FloatMatrix) -> FloatMatrix:
    """Return scores less the mean and over the deviation of `reference` (n_profiles, sample), by row.

    A row without a number in the sample is its own sample. NaN stays NaN.
    """
    mean, spread = scale_of(reference)
    if (lost := np.isnan(mean)).any():
        own_mean, own_spread = scale_of(scores)
        mean, spread = np.where(lost, own_mean, mean), np.where(lost, own_spread, spread)
    result: FloatMatrix = ((scores - mean) / spread).astype(np.float32)
    return result


def scale_of(scores: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Return mean and deviation (n, 1) of each row's numbers; NaN and 1 for a row without any."""
    told = ~np.isnan(scores)
    count = told.sum(axis=1, keepdims=True)
    filled = np.where(told, scores, 0)
    mean = filled.sum(axis=1, keepdims=True) / np.maximum(count, 1)
    square = (np.where(told, scores - mean, 0) ** 2).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    spread = np.sqrt(square)
    # A scorer that says the same of every paper of the sample tells nothing about how far is far.
    spread = np.where(spread > _LEAST_SPREAD, spread, 1)
    return np.where(count > 0, mean, np.nan).astype(np.float32), spread.astype(np.float32)


def join(scores: Mapping[str, FloatMatrix], parts: Mapping[str, FloatMatrix]) -> FloatMatrix:
    """Return the sum of contributions, -inf where every scorer abstains."""
    fused = np.zeros_like(next(iter(scores.values())))
    for part in parts.values():
        fused += part
    silent = np.logical_and.reduce([np.isnan(own) for own in scores.values()])
    fused[silent] = -np.inf
    return fused
