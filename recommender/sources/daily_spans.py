"""Which lists of daily papers to ask for: days where they still grow, weeks and months further back."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_GROWING = timedelta(days=2)
"""Lists of the last days still grow; they are asked for one by one."""
_FAR = timedelta(days=35)
"""Months are asked for only when they ended so long ago."""
_WORTH_A_MONTH = 15
_WORTH_A_WEEK = 3
"""Days of the span that must be wanted, or the narrower one costs less."""
_FRIDAY = 4


class Width(StrEnum):
    """What the server calls the three kinds of lists."""

    DAY = "date"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One list: its first and last day, both included."""

    width: Width
    first: date
    last: date

    @property
    def value(self) -> str:
        """Return its name on the server: `2026-04-27`, `2026-W18`, `2026-04`."""
        if self.width is Width.MONTH:
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02d}" if self.width is Width.WEEK else self.first.isoformat()

    def by_day(self, start: date) -> Iterator["Span"]:
        """Yield its days from `start` on, one by one."""
        day = max(self.first, start)
        while day <= self.last:
            yield one_day(day)
            day += _DAY


def one_day(day: date) -> Span:
    """Return the span of a single day."""
    return Span(width=Width.DAY, first=day, last=day)


def spans(start: date, last: date, *, today: date) -> Iterator[Span]:
    """Yield spans, oldest first, that hold every day from `start` to `last`, in few requests."""
    day = start
    while day <= last:
        span = _widest(day, last, today)
        yield span
        day = span.last + _DAY


def is_weekday(day: date) -> bool:
    """Tell the days that have lists."""
    return day.weekday() <= _FRIDAY


def _widest(day: date, last: date, today: date) -> Span:
    """Return the widest span worth asking for that holds `day`."""
    end = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    if end <= min(last, today - _FAR) and (end - day).days >= _WORTH_A_MONTH:
        return Span(width=Width.MONTH, first=day.replace(day=1), last=end)
    monday = day - day.weekday() * _DAY
    sunday = monday + 6 * _DAY
    friday = monday + _FRIDAY * _DAY
    if sunday <= min(last, today - _GROWING - _DAY) and (friday - day).days + 1 >= _WORTH_A_WEEK:
        return Span(width=Width.WEEK, first=monday, last=sunday)
    return one_day(day)
