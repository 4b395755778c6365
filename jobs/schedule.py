"""From the words of `[schedule]` to due times of the background work: ingest and train.

Pure: what ran when is an argument. Editions are not scheduled here; each subscriber's own cadence is
(`recommender.domain.cadence`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.domain.announcements import ARXIV_ZONE, FETCH_AT
from recommender.domain.cadence import latest_slot, next_due
from recommender.domain.errors import InputError
from recommender.domain.subscribers import Cadence, Every

_HOUR_AND_MINUTE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once per local day at `at` in `zone`."""

    at: time
    zone: str = "UTC"

    @property
    def cadence(self) -> Cadence:
        """The same as a cadence."""
        return Cadence(every=Every.DAY, at=self.at, zone=self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """When a job last succeeded and when it was last tried; None for never."""

    succeeded: datetime | None = None
    tried: datetime | None = None


def daily(words: str, zone: str) -> Daily:
    """Read `06:00` in `zone`; raise InputError for anything else."""
    match = _HOUR_AND_MINUTE.fullmatch(words.strip())
    if match is None:
        raise InputError(f'schedule: {words!r} is no time of day; write it as "06:00"')
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f'schedule: {zone!r} is no time zone; write one such as "Europe/Berlin"') from error
    return Daily(at=time(int(match[1]), int(match[2])), zone=zone)


def fetching(words: str, zone: str) -> Daily:
    """Read `06:00` in `zone`, or `arxiv`: soon after arXiv's feeds are made anew, in New York's time.

    On days without an announcement too: other sources have papers then, and one deferred for a holiday
    is found as well. Raises InputError.
    """
    return Daily(at=FETCH_AT, zone=ARXIV_ZONE) if words.strip() == "arxiv" else daily(words, zone)


def is_due(
    plan: Daily, history: History, now: datetime, *, retry_after: timedelta = timedelta(minutes=30)
) -> bool:
    """Tell whether a job should run at `now`.

    It is due when it has not succeeded since the latest slot, however long ago that was; what was
    missed while the machine slept is made up once. A failed try is repeated after `retry_after`.
    Instants after `now` come from a clock that has been put back and count as never.
    """
    succeeded, tried = _known(history.succeeded, now), _known(history.tried, now)
    if succeeded is not None and succeeded >= latest_slot(plan.cadence, now).due_at:
        return False
    failed_lately = tried is not None and (succeeded is None or tried > succeeded)
    return not (failed_lately and tried is not None and now - tried < retry_after)


def due_jobs(plans: Mapping[str, Daily], histories: Mapping[str, History], now: datetime) -> tuple[str, ...]:
    """Return the names of the jobs due at `now`, in the order of `plans`."""
    return tuple(name for name, plan in plans.items() if is_due(plan, histories.get(name, History()), now))


def next_run(plan: Daily, after: datetime) -> datetime:
    """Return the first slot after `after`, aware UTC, for showing."""
    return next_due(plan.cadence, after).due_at


def _known(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant <= now else None
