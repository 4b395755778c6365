"""Dates as sources write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.moments import day_of, english_date, moment


@pytest.mark.parametrize(
    "text, when",
    [
        ("2026-04-27T12:00:59.123Z", datetime(2026, 4, 27, 12, 0, 59, 123000, tzinfo=UTC)),
        ("2026-04-27T00:00:00-04:00", datetime(2026, 4, 27, 4, tzinfo=UTC)),
        ("2026-04-27", datetime(2026, 4, 27, tzinfo=UTC)),
        ("Mon, 27 Apr 2026 00:00:00 -0400", datetime(2026, 4, 27, 4, tzinfo=UTC)),
        ("Tue, 27 Apr 2026 00:00:00 UT", datetime(2026, 4, 27, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-3", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024/03/09/", datetime(2024, 3, 9, tzinfo=UTC)),
        ("2026-4-7", datetime(2026, 4, 7, tzinfo=UTC)),
    ],
)
def test_readable(text: str, when: datetime) -> None:
    """Machine dates, mail dates and loose dates are UTC."""
    assert moment(text) == when


@pytest.mark.parametrize(
    "text", ["", "soon", "0000-00-00", "9999-12-31T23:59:59-12:00", "0001-01-01", "2024-13", None, 5]
)
def test_unreadable(text: object) -> None:
    """What is no date is none."""
    assert moment(text) is None


@given(st.text(max_size=40))
def test_never_fails(text: str) -> None:
    """Any text is a moment in UTC or none."""
    found = moment(text)
    assert found is None or found.utcoffset() == UTC.utcoffset(None)


def test_english_dates() -> None:
    """Listing dates are read without regard to the locale."""
    assert english_date("Sep 11, 2023") == datetime(2023, 9, 11, tzinfo=UTC)
    assert english_date("Foo 11, 2023") is None
    assert english_date("Feb 30, 2023") is None


def test_days_are_strict() -> None:
    """A day is written in full."""
    assert day_of("2026-04-27T00:00") is None
    assert day_of(None) is None
