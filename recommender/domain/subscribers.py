"""Subscribers and their interests, as declared in the file and as stored."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Every(StrEnum):
    """How often an edition is due."""

    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"


class After(StrEnum):
    """What an edition waits for where that comes later on its day than its hour."""

    NONE = ""
    ARXIV = "arxiv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When editions are due, in the subscriber's own wall time."""

    every: Every = Every.DAY
    on: int = 0
    """Weekday for `week`: Monday is 0."""
    at: time = time(7, 30)
    zone: str = "UTC"
    after: After = After.NONE


class SubscriberState(StrEnum):
    """Whether mail may go out."""

    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    REMOVED = "removed"
    """No longer in the file; feedback is kept and returns with the subscriber."""
    READER = "reader"
    """Known only by imported feedback; never mailed."""


class Origin(StrEnum):
    """Where a subscriber is declared."""

    FILE = "file"
    PAGE = "page"
    """Joined by the sign-up page; no file need name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """One thing a subscriber wants."""

    name: str
    key: str = ""
    """Stable id across renames; the name itself when the file gives none."""
    about: str = ""
    keywords: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    """Paper references as written; resolved against the store when a profile is built."""
    weight: float = 1.0
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSubscriber:
    """A subscriber as the configuration file declares one."""

    email: str
    key: str | None = None
    """The file's optional `id`: keeps votes when the address changes."""
    name: str = ""
    cadence: Cadence = Cadence()
    papers: int = 10
    floor: float | None = None
    """Least match in 0..1; None is "auto"."""
    send_empty: bool = False
    paused: bool = False
    share: bool = True
    """False keeps this reader's votes out of what others are shown."""
    locale: str = ""
    """Language, dates and numbers, `en-GB`; empty: as the installation says."""
    locked: tuple[str, ...] = ()
    interests: tuple[Interest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber(DeclaredSubscriber):
    """A subscriber as stored."""

    id: int
    public_id: str
    """Random, stands for the subscriber in links; never the row number or the address."""
    state: SubscriberState
    epoch: int = 0
    """Raised to void old links."""
    joined: datetime
    unsubscribed: datetime | None = None
    origin: Origin = Origin.FILE
    paused_until: datetime | None = None
    """When a pause ends by itself, or ended; None: when somebody ends it."""

    @property
    def mailable(self) -> bool:
        """Whether editions may be made for this subscriber."""
        return self.state is SubscriberState.ACTIVE

    def pause_is_over(self, now: datetime) -> bool:
        """Whether a pause that ends by itself has ended, though nobody has acted on it yet."""
        until = self.paused_until
        return self.state is SubscriberState.PAUSED and until is not None and until <= now
