"""arXiv's announcements, and when what they name can be read by a program: pure calendar arithmetic.

arXiv's page on the availability of submissions gives the hour: 20:00 in New York, Sunday to Thursday,
nothing on Friday and Saturday. The pages change then; the feeds and the query API follow at the midnight
after, as their manuals say. Both sides' clock changes are left to the zone data. The days that arXiv
defers for holidays are not modelled: on those the wait is for nothing, and no edition is lost by it.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ARXIV_ZONE = "America/New_York"
FETCH_AT = time(0, 20)
"""Wall time in ARXIV_ZONE to fetch at: the feeds have had 20 minutes to be made anew."""
SETTLING = timedelta(minutes=45)
"""From the midnight of the feeds to when an edition can hold their papers: a fetch of many categories,
three seconds between two requests, has had 25 minutes."""

_DAY = timedelta(days=1)
_FRIDAY = 4


def ready_on(day: date, zone: ZoneInfo) -> datetime | None:
    """Return the instant of local date `day` from which an announcement's papers are there, aware UTC.

    None where no such instant falls on the date; the first where a long day holds two.
    """
    around = (day + step * _DAY for step in (-1, 0, 1))
    instants = (_ready(there) for there in around if there.weekday() <= _FRIDAY)
    return next((instant for instant in instants if instant.astimezone(zone).date() == day), None)


def _ready(there: date) -> datetime:
    """Return when the announcement of the evening before `there`, a date in New York, can be mailed."""
    return datetime.combine(there, time(0), tzinfo=ZoneInfo(ARXIV_ZONE)).astimezone(UTC) + SETTLING
