"""What is known of the coming in of papers: how complete a day is, what was set aside."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One day of one source: papers announced, and of those the ones the store does not have."""

    day: date
    announced: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An entry that could not become a paper, as it came."""

    key: str
    """64 hexadecimal digits made of source and bytes."""
    source: str
    place: str
    reason: str
    body: bytes = field(repr=False)
    at: datetime
    """When it came first."""
    times: int
