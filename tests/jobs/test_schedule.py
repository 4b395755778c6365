"""Tests of when ingest and train are due."""

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.schedule import Daily, daily, fetching, is_due, is_due_again
from recommender.domain.cadence import latest_slot, next_due
from recommender.domain.errors import InputError

_BERLIN = Daily(at=time(6, 0), zone="Europe/Berlin")
_SLOT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)

_PLANS = st.builds(
    Daily,
    at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
)
_INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def test_words_become_a_daily_time() -> None:
    """`06:00` and a zone are a daily slot."""
    assert daily(" 06:00 ", "Europe/Berlin") == _BERLIN


@pytest.mark.parametrize("words", ["6:00", "24:00", "06:60", "0 6 * * *", "", "06:00:00", "six"])
def test_other_words_are_refused_with_an_example(words: str) -> None:
    """What is no time of day is refused, saying how to write one."""
    with pytest.raises(InputError, match='write it as "06:00"'):
        daily(words, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "europe"])
def test_unknown_zones_are_refused_with_an_example(zone: str) -> None:
    """What is no zone is refused, saying what one looks like."""
    with pytest.raises(InputError, match="Europe/Berlin"):
        daily("06:00", zone)


@pytest.mark.parametrize(
    "now,succeeded,due",
    [
        (_SLOT, None, True),  # never ran
        (_SLOT, _SLOT - _MINUTE, True),
        (_SLOT - _MINUTE, _SLOT - timedelta(hours=23), False),
        (_SLOT + _MINUTE, _SLOT, False),
        (_SLOT + timedelta(days=9), _SLOT, True),  # slept for a week: made up once
        (_SLOT, _SLOT + timedelta(days=9000), True),  # the clock was put back
    ],
)
def test_due_by_example(now: datetime, succeeded: datetime | None, *, due: bool) -> None:
    """Due once after each slot, never silent for good."""
    assert is_due(_BERLIN, succeeded, now) is due


@given(_PLANS, _INSTANTS, st.lists(st.integers(1, 2000), min_size=1, max_size=40))
def test_a_working_job_runs_once_per_slot(plan: Daily, start: datetime, steps: list[int]) -> None:
    """However the ticks fall, a job that succeeds runs once for each slot with a tick after it."""
    now, succeeded, slots, runs = start, None, set(), 0
    for step in steps:
        now += step * _MINUTE
        slots.add(latest_slot(plan.cadence, now).due_at)
        if is_due(plan, succeeded, now):
            succeeded, runs = now, runs + 1
    assert runs == len(slots)


@given(_PLANS, _INSTANTS, st.integers(-600, 600), st.integers(1, 7))
def test_what_is_late_is_asked_for_at_most_eight_times_a_slot(
    plan: Daily, start: datetime, shift: int, step: int
) -> None:
    """However the ticks fall: half an hour apart, eight times after each slot or the expected instant."""
    expected = start + shift * _MINUTE
    asked, times = start, []
    for minute in range(0, 20 * 60, step):
        now = start + minute * _MINUTE
        if is_due(plan, asked, now):
            asked = now
        elif asked >= expected and is_due_again(plan, asked, expected, now):
            asked = now
            times.append(now)
    assert all(later - earlier >= 30 * _MINUTE for earlier, later in itertools.pairwise(times))
    firsts = [max(latest_slot(plan.cadence, now).due_at, expected) for now in times]
    assert max((firsts.count(first) for first in firsts), default=0) <= 8


def test_a_feed_that_lags_is_asked_again_by_example() -> None:
    """Read at the slot, expected an hour before: half an hour later, and for four hours, and no longer."""
    expected = _SLOT - timedelta(hours=1)
    assert not is_due_again(_BERLIN, _SLOT, expected, _SLOT + 29 * _MINUTE)
    assert is_due_again(_BERLIN, _SLOT, expected, _SLOT + 30 * _MINUTE)
    assert is_due_again(_BERLIN, _SLOT + 210 * _MINUTE, expected, _SLOT + 240 * _MINUTE)
    assert not is_due_again(_BERLIN, _SLOT + 240 * _MINUTE, expected, _SLOT + 270 * _MINUTE)


@pytest.mark.parametrize(
    "now,due",
    [
        ("2026-01-13T05:20", "2026-01-14T05:20"),  # 00:20 in New York
        ("2026-07-14T04:19", "2026-07-14T04:20"),
        ("2026-01-16T12:00", "2026-01-17T05:20"),  # a Saturday as well, for the other sources
    ],
)
def test_fetching_follows_new_york(now: str, due: str) -> None:
    """`arxiv` is soon after midnight in New York, whatever the zone of the schedule."""
    plan = fetching("arxiv", "Asia/Tokyo")
    after = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_due(plan.cadence, after).due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert fetching("06:00", "Europe/Berlin") == _BERLIN
    with pytest.raises(InputError, match="06:00"):
        fetching("arXiv", "UTC")
