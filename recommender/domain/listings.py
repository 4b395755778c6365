"""Which papers of the store a page lists, and where one page ends."""

from dataclasses import dataclass
from datetime import datetime

from recommender.domain.papers import Paper, PaperId


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A paper's place in a list, newest first: by first sighting, then by id."""

    first_seen: datetime
    paper: PaperId

    @classmethod
    def of(cls, paper: Paper) -> "Place | None":
        """Return the place of a stored paper; None for one that is not stored."""
        return cls(first_seen=paper.first_seen, paper=paper.id) if paper.first_seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is listed: papers of everybody's sources; those of a reader's own library never are."""

    limit: int
    """At most so many."""
    category: str = ""
    """One of their categories, to the letter; empty for all."""
    since: datetime | None = None
    """First seen then or later."""
    until: datetime | None = None
    """First seen before."""
    after: Place | None = None
    """Those that stand behind this place."""
