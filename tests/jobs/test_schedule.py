"""Tests of when ingest and train are due."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.schedule import Daily, History, daily, due_jobs, fetching, is_due, next_run
from recommender.domain.cadence import latest_slot
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
    "now,history,due",
    [
        (_SLOT, History(), True),  # never ran
        (_SLOT, History(succeeded=_SLOT - _MINUTE), True),
        (_SLOT - _MINUTE, History(succeeded=_SLOT - timedelta(hours=23)), False),
        (_SLOT + _MINUTE, History(succeeded=_SLOT), False),
        (_SLOT + timedelta(days=9), History(succeeded=_SLOT), True),  # slept for a week: made up once
        (_SLOT + 9 * _MINUTE, History(succeeded=_SLOT - timedelta(days=1), tried=_SLOT), False),
        (_SLOT + 30 * _MINUTE, History(succeeded=_SLOT - timedelta(days=1), tried=_SLOT), True),
        (_SLOT + 9 * _MINUTE, History(tried=_SLOT), False),  # failed on the first day
        (_SLOT, History(succeeded=_SLOT + timedelta(days=9000)), True),  # the clock was put back
        (_SLOT, History(tried=_SLOT + timedelta(days=9000)), True),
    ],
)
def test_due_by_example(now: datetime, history: History, *, due: bool) -> None:
    """Due once after each slot, again half an hour after a failure, never silent for good."""
    assert is_due(_BERLIN, history, now) is due


@given(_PLANS, _INSTANTS, st.lists(st.integers(1, 2000), min_size=1, max_size=40))
def test_a_working_job_runs_once_per_slot(plan: Daily, start: datetime, steps: list[int]) -> None:
    """However the ticks fall, a job that succeeds runs once for each slot with a tick after it."""
    now, succeeded, slots, runs = start, None, set(), 0
    for step in steps:
        now += step * _MINUTE
        slots.add(latest_slot(plan.cadence, now).due_at)
        if is_due(plan, History(succeeded=succeeded, tried=succeeded), now):
            succeeded, runs = now, runs + 1
    assert runs == len(slots)


@given(_PLANS, _INSTANTS, st.integers(1, 200))
def test_a_failing_job_is_tried_every_half_hour(plan: Daily, start: datetime, ticks: int) -> None:
    """Ticks every minute try a broken job every 30 minutes, not every minute."""
    tried: list[datetime] = []
    for minute in range(ticks):
        now = start + minute * _MINUTE
        if is_due(plan, History(tried=tried[-1] if tried else None), now):
            tried.append(now)
    assert tried == [start + minute * _MINUTE for minute in range(0, ticks, 30)]


def test_due_jobs_keeps_the_order_of_the_plans() -> None:
    """Ingest comes before train because the plan says so; unknown history means never."""
    plans = {"ingest": _BERLIN, "train": daily("06:30", "Europe/Berlin")}
    assert due_jobs(plans, {}, _SLOT) == ("ingest", "train")
    assert due_jobs(plans, {"ingest": History(succeeded=_SLOT)}, _SLOT + _MINUTE) == ("train",)


def test_next_run_is_for_showing() -> None:
    """The next run is the next slot in UTC."""
    assert next_run(_BERLIN, _SLOT) == _SLOT + timedelta(days=1)


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
    assert next_run(plan, datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(
        due
    ).replace(tzinfo=UTC)
    assert fetching("06:00", "Europe/Berlin") == _BERLIN
    with pytest.raises(InputError, match="06:00"):
        fetching("arXiv", "UTC")
