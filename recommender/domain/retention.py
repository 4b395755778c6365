"""How long things are kept that nobody needs for ever. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.domain.requests import FORGET_AFTER

LEAST_EDITION_DAYS = 90
"""Editions are what says which papers a reader was shown; younger ones are still asked about that."""
LEAST_INBOUND_DAYS = 90
"""Bounces are judged together with those of the three months before (`domain.bounces`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how many days; 0 is for ever."""

    outbox_days: int = 0
    """Messages that were written to the outbox folder."""
    edition_days: int = 0
    """Editions with their items and deliveries, but for each reader's newest, and those still to be sent."""
    inbound_days: int = 90
    """What a mail that came back said; that it came is kept, so that it is not read twice."""
    quarantine_days: int = 90
    """Entries of sources that could not become papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is older than these goes; None keeps everything."""

    outbox: datetime | None
    editions: datetime | None
    inbound: datetime | None
    quarantine: datetime | None
    requests: datetime
    """What was asked for and never confirmed, and what was done."""


def limits(keeping: Keeping, now: datetime) -> Limits:
    """Decide what has been kept long enough at `now`."""

    def before(days: int) -> datetime | None:
        return now - timedelta(days=days) if days else None

    return Limits(
        outbox=before(keeping.outbox_days),
        editions=before(keeping.edition_days),
        inbound=before(keeping.inbound_days),
        quarantine=before(keeping.quarantine_days),
        requests=now - FORGET_AFTER,
    )
