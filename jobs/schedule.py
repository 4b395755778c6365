"""From the words of `[schedule]` to due times of the background work: ingest and train.

Pure: what ran when is an argument. Editions are not scheduled here; each subscriber's own cadence is
(`recommender.domain.cadence`).
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.domain.announcements import ARXIV_ZONE, FETCH_AT
from recommender.domain.cadence import latest_slot
from recommender.domain.errors import InputError
from recommender.domain.subscribers import Cadence, Every

_AGAIN = timedelta(minutes=30)
_TIMES = 8
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


def is_due(plan: Daily, succeeded: datetime | None, now: datetime) -> bool:
    """Tell whether a job that last succeeded then (None: never) should run at `now`.

    It is due when it has not succeeded since the latest slot, however long ago that was; what was
    missed while the machine slept is made up once. Instants after `now` come from a clock that has been
    put back and count as never.
    """
    known = succeeded is not None and succeeded <= now
    return not (known and succeeded is not None and succeeded >= latest_slot(plan.cadence, now).due_at)


def is_due_again(plan: Daily, asked: datetime, expected: datetime, now: datetime) -> bool:
    """Tell whether to ask once more for what should have come at `expected` and had not when last `asked`.

    Every half hour, at most 8 times after the latest slot (or after `expected`, if that is later): a feed
    that lags does so for minutes or an hour, and one that is broken is not to be asked all day.
    """
    first = max(latest_slot(plan.cadence, now).due_at, expected)
    return now - asked >= _AGAIN and now - first < (_TIMES + 1) * _AGAIN - _AGAIN / 2
