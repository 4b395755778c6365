"""Scoring in two stages: what is cheap on every candidate, everything on each profile's best few hundred."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import (
    Candidates,
    FloatMatrix,
    FusionContext,
    Places,
    ProfileBatch,
    SelectiveScorer,
)
from recommender.ranking.fitted import Fitted
from recommender.ranking.fusion import join, scaled
from recommender.ranking.grounds import held_back

SHORTLIST = 400
"""Candidates of a profile that every scorer sees."""
_SCALED = frozenset({"content", "semantic", "ease", "factors", "spread"})
"""Scorers whose numbers are scaled on the reference sample; the others count what is there."""
_WORDS = ("content", "semantic")
"""Scorers that tell how well a paper fits, for `match`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scored:
    """Numbers of a block at `places` (n_profiles, k); every matrix is (n_profiles, k)."""

    places: Places
    scores: Mapping[str, FloatMatrix]
    parts: Mapping[str, FloatMatrix]
    """What each scorer adds to `fused`."""
    fused: FloatMatrix
    match: FloatMatrix
    """Part of the reference sample that fits the profile less, by words and direction; 0 without either, and
    no more than `grounds.UNGROUNDED` where a paper holds too little of what the profile says."""
    told: FloatMatrix
    """`match` as a reader is told of it: no more than `grounds.THIN` on thin grounds."""
    named: npt.NDArray[np.bool_]
    """Where a keyword or an author was found: what a reader named comes, however weak the match."""

    def told_of(self, row: int, place: int) -> float:
        """Return what a reader is told of the match of a candidate that is on the shortlist of its row."""
        return float(self.told[row, np.searchsorted(self.places[row], place)])


def score(
    fitted: Fitted, profiles: ProfileBatch, candidates: Candidates, shortlist: int | None = SHORTLIST
) -> Scored:
    """Score a block. `shortlist` None scores every candidate in full."""
    narrow = {own.name: own for own in fitted.scorers if isinstance(own, SelectiveScorer)}
    if not profiles.dense.any(axis=1).all():
        # Who has no direction is known by words alone: they must be asked before the shortlist.
        narrow = {}
    wide = {own.name: own.score(profiles, candidates) for own in fitted.scorers if own.name not in narrow}
    context = _context(fitted, profiles, candidates)
    width = len(candidates.items)
    if shortlist is None or width <= shortlist:
        places = np.tile(np.arange(width), (len(profiles.profiles), 1))
    else:
        first = _named_first(fitted.fusion.fuse(wide, context), _named(wide))
        places = np.sort(np.argpartition(-first, shortlist - 1, axis=1)[:, :shortlist], axis=1)
    scores = {
        own.name: narrow[own.name].score_at(profiles, candidates, places)
        if own.name in narrow
        else np.take_along_axis(wide[own.name], places, axis=1)
        for own in fitted.scorers
    }
    context = _at(context, candidates, places)
    parts = fitted.fusion.contributions(scores, context)
    match, told = held_back(_match(fitted, scores, context), scores, profiles, candidates, places)
    return Scored(
        places=places,
        scores=scores,
        parts=parts,
        fused=join(scores, parts),
        match=match,
        told=told,
        named=_named(scores),
    )


def standard(fitted: Fitted, profiles: ProfileBatch, candidates: Candidates) -> dict[str, FloatMatrix]:
    """Return every scorer's numbers on every candidate as fusion weighs them; for fitting its weights."""
    context = _context(fitted, profiles, candidates)
    return {own.name: scaled(own.name, own.score(profiles, candidates), context) for own in fitted.scorers}


def few_likes(profiles: ProfileBatch) -> FloatMatrix:
    """Return (n, 1): 1 / (1 + likes) of each profile, stand-ins counted by their weight."""
    likes = np.maximum(profiles.liked.sum(axis=1), profiles.taken.sum(axis=1))
    return np.asarray(1 / (1 + likes), dtype=np.float32).reshape(-1, 1)


def _named(scores: Mapping[str, FloatMatrix]) -> npt.NDArray[np.bool_]:
    named: npt.NDArray[np.bool_] = ~np.isnan(scores["keywords"]) | ~np.isnan(scores["authors"])
    return named


def _named_first(first: FloatMatrix, named: npt.NDArray[np.bool_]) -> FloatMatrix:
    """Lift what a reader named above everything else, in the same order among themselves."""
    finite = np.isfinite(first)
    most = np.where(finite, first, -np.inf).max(axis=1, keepdims=True, initial=0)
    least = np.where(finite, first, np.inf).min(axis=1, keepdims=True, initial=0)
    lifted: FloatMatrix = np.where(named, first + (most - least) + 1, first)
    return lifted


def _context(fitted: Fitted, profiles: ProfileBatch, candidates: Candidates) -> FusionContext:
    ruler = fitted.reference
    voted = ruler.items >= 0
    reference = {
        own.name: own.score(profiles, ruler)[:, ~voted if own.name in _WORDS else voted]
        for own in fitted.scorers
        if own.name in _SCALED
    }
    return FusionContext(
        readers=candidates.readers[None, :],
        few=few_likes(profiles),
        trust=profiles.trust,
        reference=reference,
        weights=fitted.settings.weights,
    )


def _at(context: FusionContext, candidates: Candidates, places: Places) -> FusionContext:
    return FusionContext(
        readers=candidates.readers[places],
        few=context.few,
        trust=context.trust,
        reference=context.reference,
        weights=context.weights,
    )


def _match(fitted: Fitted, scores: Mapping[str, FloatMatrix], context: FusionContext) -> FloatMatrix:
    """Place each fit among the reference sample's, which is the same on every day."""
    told = {name: scores[name] for name in _WORDS}
    fit = fitted.fusion.alone_of(told, context)
    sample = {name: context.reference[name] for name in _WORDS}
    usual = np.sort(fitted.fusion.alone_of(sample, context), axis=1)
    match = np.zeros_like(fit)
    if usual.shape[1]:
        for row, (known, own) in enumerate(zip(usual, fit, strict=True)):
            match[row] = np.searchsorted(known, own) / np.float32(usual.shape[1])
    silent = np.logical_and.reduce([np.isnan(own) for own in told.values()])
    return np.where(silent, np.float32(0), match)
