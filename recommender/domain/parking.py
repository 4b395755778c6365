"""How long a source that failed is left alone, and what is remembered of it: pure.

A failure may pass in minutes, so the first rest is short; each further one doubles it up to half a day,
so that a source which is down for a week is asked a few times a day and not every minute.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from recommender.domain.errors import SourceError
from recommender.domain.papers import SourceState

_FIRST = timedelta(minutes=10)
_FIRST_THROTTLED = timedelta(hours=1)
"""arXiv lifts a block after hours; asking on within minutes is what it blocks for."""
_LONGEST = timedelta(hours=12)
LONGEST_WISH = timedelta(days=7)
"""What a host that asks for more is given; by then somebody has looked."""


def rest(failures: int, *, throttled: bool = False, retry_after: float | None = None) -> timedelta:
    """Return how long to leave a source alone after `failures` runs failed in a row (1 or more).

    `throttled` says that it answered 429 or 403; `retry_after` is its own wish in seconds, which is kept
    whenever it is the longer one, up to a week.
    """
    first = _FIRST_THROTTLED if throttled else _FIRST
    ours: timedelta = min(first * (1 << min(failures - 1, 10)), _LONGEST)
    wish = timedelta(seconds=min(retry_after or 0.0, LONGEST_WISH.total_seconds()))
    return max(ours, wish)


def parked(state: SourceState, error: SourceError, *, told: str, now: datetime) -> SourceState:
    """Return the state of a source, or of an enricher, that has failed once more; `told` says how."""
    failures = state.failures + 1
    pause = rest(failures, throttled=error.throttled, retry_after=error.retry_after)
    return replace(state, last_error=told, last_error_at=now, failures=failures, parked_until=now + pause)


def is_resting(until: datetime | None, noted_at: datetime | None, now: datetime) -> bool:
    """Tell whether a source is left alone at `now`, for what failed at `noted_at`.

    A failure later than now was noted by a clock that has been put back since: that rest might last years.
    """
    return until is not None and until > now and (noted_at is None or noted_at <= now)
