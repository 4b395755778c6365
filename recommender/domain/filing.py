"""What comes of putting saved papers into a reader's own library."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.domain.papers import PaperId, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One paper that is in a library now, and the item it is there."""

    paper: PaperId
    key: str
    """The library's name for the item."""
    added: bool
    """False where it was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingPage:
    """What one request came to."""

    filed: Sequence[Filed] = ()
    refused: Sequence[Refused] = ()
