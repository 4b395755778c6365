"""arXiv's announcements, and when what they name can be read by a program: pure calendar arithmetic.

arXiv's page on the availability of submissions gives the hours: what came in by 14:00 in New York is
announced at 20:00, Sunday to Thursday, nothing on Friday and Saturday; on days it names the announcement
is deferred to the next one. The pages change then; the feeds and the query API follow at the midnight
after, as their manuals say. An announcement therefore bears here the date in New York on which the feeds
show it, Monday to Friday. Both sides' clock changes are left to the zone data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ARXIV_ZONE = "America/New_York"
FETCH_AT = time(0, 20)
"""Wall time in ARXIV_ZONE to fetch at: the feeds have had 20 minutes to be made anew."""
SETTLING = timedelta(minutes=45)
"""From the midnight of the feeds to when an edition can hold their papers: a fetch of many categories,
three seconds between two requests, has had 25 minutes."""
DEFERRED = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01",
        "2026-01-19",
        "2026-06-19",
        "2026-07-03",
        "2026-09-07",
        "2026-11-26",
        "2026-12-25",
        "2026-12-29",
        "2026-12-31",
    )
)
"""Evenings without an announcement, as arXiv lists them for 2026; Fridays among them have none anyway."""

_CUT_OFF = time(14)
_DAY = timedelta(days=1)
_FRIDAY = 4
_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One announcement: the day the feeds show it, and when what it holds was submitted (aware UTC)."""

    day: date
    since: datetime
    """Submissions from then on, that instant excluded,"""
    until: datetime
    """up to then. What moderators held back is older."""


def is_announced(day: date) -> bool:
    """Tell whether the feeds of a New York date show an announcement, that of the evening before."""
    return day.weekday() <= _FRIDAY and day - _DAY not in DEFERRED


def announcement(day: date) -> Announcement:
    """Return the announcement that the feeds of `day` show, or would show if there were one."""
    return Announcement(day=day, since=_cut_off(previous_day(day)), until=_cut_off(day))


def announcement_days(after: date, until: date) -> Iterator[date]:
    """Yield the days with an announcement in (after, until], oldest first."""
    days = (after + step * _DAY for step in range(1, (until - after).days + 1))
    return filter(is_announced, days)


def previous_day(day: date) -> date:
    """Return the last day with an announcement before `day`."""
    return next(filter(is_announced, (day - step * _DAY for step in range(1, 30))))


def next_day(day: date) -> date:
    """Return the first day with an announcement after `day`."""
    return next(filter(is_announced, (day + step * _DAY for step in range(1, 30))))


def feed_day(now: datetime) -> date:
    """Return the date in New York whose feeds should be there at `now`."""
    there = now.astimezone(ZoneInfo(ARXIV_ZONE))
    return there.date() if there.time() >= FETCH_AT else there.date() - _DAY


def latest_day(now: datetime) -> date:
    """Return the day of the latest announcement that the feeds should show at `now`, or have shown."""
    day = feed_day(now)
    return day if is_announced(day) else previous_day(day)


def feed_at(day: date) -> datetime:
    """Return the instant from which the feeds of a New York date should be there, aware UTC."""
    return datetime.combine(day, FETCH_AT, tzinfo=ZoneInfo(ARXIV_ZONE)).astimezone(UTC)


def why_quiet(day: date) -> str:
    """Say why the feeds of a New York date show nothing; an empty string where they should."""
    if is_announced(day):
        return ""
    if day.weekday() > _FRIDAY:
        return f"no announcement on {day:%A}"
    return f"no announcement on {day:%-d %B}, deferred for a holiday"


def ready_on(day: date, zone: ZoneInfo) -> datetime | None:
    """Return the instant of local date `day` from which an announcement's papers are there, aware UTC.

    None where no such instant falls on the date; the first where a long day holds two.
    """
    around = (day + step * _DAY for step in (-1, 0, 1))
    instants = (_ready(there) for there in around if is_announced(there))
    return next((instant for instant in instants if instant.astimezone(zone).date() == day), None)


def _ready(there: date) -> datetime:
    """Return when the announcement of the evening before `there`, a date in New York, can be mailed."""
    return datetime.combine(there, time(0), tzinfo=ZoneInfo(ARXIV_ZONE)).astimezone(UTC) + SETTLING


def _cut_off(day: date) -> datetime:
    """Return until when submissions are in the announcement of a day: Sunday's ends on Friday."""
    evening = day - _DAY
    closed = evening - 2 * _DAY if evening.weekday() == _SUNDAY else evening
    return datetime.combine(closed, _CUT_OFF, tzinfo=ZoneInfo(ARXIV_ZONE)).astimezone(UTC)
