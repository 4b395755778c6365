"""What ranking is told of one interest of one subscriber; derived, never stored as truth."""

from dataclasses import dataclass
from datetime import datetime

from recommender.domain.papers import PaperId


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedPaper:
    """A paper with the time of the act that put it into a profile."""

    paper: PaperId
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestProfile:
    """One interest of one subscriber: the words of the file and the votes since.

    `up` and `down` hold the votes that belong to this interest.
    """

    subscriber: int
    interest: str
    """The interest's key; empty for the implicit interest of a reader with votes alone."""
    name: str
    about: str = ""
    keywords: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    seeds: tuple[PaperId, ...] = ()
    up: tuple[WeightedPaper, ...] = ()
    down: tuple[WeightedPaper, ...] = ()
    weight: float = 1.0
    share: bool = True

    @property
    def words(self) -> str:
        """What the reader wrote: name, sentence and keywords as one text."""
        return " . ".join(part for part in (self.name, self.about, *self.keywords) if part)
