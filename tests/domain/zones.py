"""What the tests know of time zones without asking the code under test."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

ALL_ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)


def offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    """Return the offset in force at an instant."""
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def transitions(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the first instant after each change of offset, looking weekly and then halving."""
    before, known = start, offset(zone, start)
    while before < end:
        after = before + _WEEK
        if (found := offset(zone, after)) != known:
            yield _change(zone, before, after)
        before, known = after, found


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = offset(zone, before)
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def local_dates(zone: ZoneInfo, start: datetime, end: datetime) -> list[date]:
    """Return every local date that some instant of [start, end] falls on, by walking the instants."""
    steps = int((end - start) / timedelta(minutes=15))
    seen = {(start + step * timedelta(minutes=15)).astimezone(zone).date() for step in range(steps + 1)}
    return sorted(seen)


def instants_of(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """Return every instant that a wall clock in the zone shows as this date and time, earliest first."""
    wall = datetime.combine(day, at)
    candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        instant for instant in candidates if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    )
