"""Which lists are asked for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.daily_spans import Span, Width, spans

TODAY = date(2026, 4, 29)  # a Wednesday
DAY = timedelta(days=1)


def asked(days: int) -> list[str]:
    """Return the names of the lists for a gap that ends today."""
    return [span.value for span in spans(TODAY - days * DAY, TODAY, today=TODAY)]


@pytest.mark.parametrize(
    "days, names",
    [
        (0, ["2026-04-29"]),
        (2, ["2026-04-27", "2026-04-28", "2026-04-29"]),
        (7, ["2026-W17", "2026-04-27", "2026-04-28", "2026-04-29"]),
        (9, ["2026-W17", "2026-04-27", "2026-04-28", "2026-04-29"]),
        (14, ["2026-W16", "2026-W17", "2026-04-27", "2026-04-28", "2026-04-29"]),
        (5, ["2026-04-24", "2026-04-25", "2026-04-26", "2026-04-27", "2026-04-28", "2026-04-29"]),
    ],
)
def test_short_gaps(days: int, names: list[str]) -> None:
    """Days for the last ones, weeks where most of them is wanted."""
    assert asked(days) == names


def test_long_gaps_are_few_requests() -> None:
    """Half a year is read by months, then weeks, then days."""
    names = asked(180)
    assert names[:5] == ["2025-10-31", "2025-11", "2025-12", "2026-01", "2026-02"]
    assert names[5:] == [
        "2026-03-01",
        *(f"2026-W{week}" for week in range(10, 18)),
        "2026-04-27",
        "2026-04-28",
        "2026-04-29",
    ]


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(0, 400), st.integers(0, 30))
def test_every_day_is_in_a_list(today: date, back: int, short: int) -> None:
    """Nothing between the two ends is left out, whatever the calendar; the last days stand alone."""
    start, last = today - back * DAY, today - min(short, back) * DAY
    found = list(spans(start, last, today=today))
    covered = {day.first for span in found for day in span.by_day(start)}
    assert covered == {start + n * DAY for n in range((last - start).days + 1)}
    assert all(span.last <= last for span in found)
    assert all(span.width is Width.DAY for span in found if span.last >= today - 2 * DAY)
    assert len(found) <= 35


def test_weeks_are_named_by_their_own_year() -> None:
    """The first days of January may be in the last week of the year before."""
    week = Span(width=Width.WEEK, first=date(2026, 12, 28), last=date(2027, 1, 3))
    assert week.value == "2026-W53"
