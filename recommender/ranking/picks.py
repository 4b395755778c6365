"""What choosing reads, and what it leaves: the numbers of a block, and chosen candidates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Section
from recommender.ranking.base import FloatMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers of a block: all matrices are (n_profiles, n_candidates)."""

    fused: FloatMatrix
    """-inf where a paper cannot be chosen: only attention speaks for it, or it missed the shortlist."""
    match: FloatMatrix
    heat: FloatMatrix
    """Attention, NaN without enough of it to be called trending."""
    muted: npt.NDArray[np.bool_]
    asked_for: npt.NDArray[np.bool_]
    """Where a keyword or an author was found."""
    opinions: tuple[FloatMatrix, FloatMatrix]
    """How well a paper fits by its words and by its direction; -inf where that was not asked or not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A chosen candidate: its place in the pool, the row of its interest, and how it was chosen."""

    row: int
    place: int
    section: Section = Section.INTEREST
    propensity: float | None = None
    teaches: bool = False
    """Whether it was chosen for what a vote on it would tell."""
