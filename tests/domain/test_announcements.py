"""Editions that wait for arXiv's announcement: examples by the wall clock, and laws over every zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.announcements import (
    ARXIV_ZONE,
    DEFERRED,
    FETCH_AT,
    SETTLING,
    announcement,
    announcement_days,
    feed_at,
    feed_day,
    is_announced,
    latest_day,
    next_day,
    previous_day,
    ready_on,
    why_quiet,
)
from recommender.domain.cadence import latest_slot, slots_before
from recommender.domain.subscribers import After, Cadence, Every
from tests.domain.zones import ALL_ZONES

_DAY = timedelta(days=1)
_DATES = st.dates(date(2008, 1, 1), date(2050, 12, 31))


def _week(zone: str, monday: date, at: str, every: Every = Every.DAY, on: int = 0) -> list[str]:
    """Return the due times of a local week, as a wall clock there shows them."""
    cadence = Cadence(every=every, on=on, at=time.fromisoformat(at), zone=zone, after=After.ARXIV)
    start = datetime.combine(monday, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(monday + 7 * _DAY, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    slots = list(slots_before(cadence, end - timedelta(seconds=1), since=start - timedelta(seconds=1)))
    return [f"{slot.due_at.astimezone(ZoneInfo(zone)):%a %H:%M}" for slot in reversed(slots)]


@pytest.mark.parametrize(
    "zone,monday,at,days",
    [
        # New York's midnight is 06:00 in Berlin, but for the weeks where only one side has changed.
        ("Europe/Berlin", "2026-01-12", "06:00", "06:45 06:45 06:45 06:45 06:45 06:00 06:00"),
        ("Europe/Berlin", "2026-07-13", "06:00", "06:45 06:45 06:45 06:45 06:45 06:00 06:00"),
        ("Europe/Berlin", "2026-03-16", "05:00", "05:45 05:45 05:45 05:45 05:45 05:00 05:00"),
        ("Europe/Berlin", "2026-10-26", "05:00", "05:45 05:45 05:45 05:45 05:45 05:00 05:00"),
        ("Europe/Berlin", "2026-01-12", "07:30", "07:30 07:30 07:30 07:30 07:30 07:30 07:30"),
        ("Asia/Tokyo", "2026-01-12", "07:30", "14:45 14:45 14:45 14:45 14:45 07:30 07:30"),
        ("Asia/Tokyo", "2026-07-13", "07:30", "13:45 13:45 13:45 13:45 13:45 07:30 07:30"),
        ("America/Los_Angeles", "2026-01-12", "07:30", "21:45 21:45 21:45 21:45 07:30 07:30 21:45"),
        ("America/Los_Angeles", "2026-07-13", "22:00", "22:00 22:00 22:00 22:00 22:00 22:00 22:00"),
        ("Pacific/Auckland", "2026-01-12", "07:30", "18:45 18:45 18:45 18:45 18:45 07:30 07:30"),
        ("Pacific/Auckland", "2026-07-13", "07:30", "16:45 16:45 16:45 16:45 16:45 07:30 07:30"),
        ("America/New_York", "2026-01-12", "00:00", "00:45 00:45 00:45 00:45 00:45 00:00 00:00"),
    ],
)
def test_a_week_of_waiting(zone: str, monday: str, at: str, days: str) -> None:
    """Each local date has its edition, later than its hour where papers come later on that date."""
    named = zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), days.split(), strict=True)
    assert _week(zone, date.fromisoformat(monday), at) == [f"{day} {hour}" for day, hour in named]


def test_other_cadences_wait_too() -> None:
    """A weekday edition leaves the weekend out, and a weekly one waits on its day."""
    monday = date(2026, 1, 12)
    assert _week("Asia/Tokyo", monday, "07:30", Every.WEEKDAY)[-1] == "Fri 14:45"
    assert _week("Asia/Tokyo", monday, "07:30", Every.WEEK, on=2) == ["Wed 14:45"]
    assert _week("Asia/Tokyo", monday, "07:30", Every.WEEK, on=5) == ["Sat 07:30"]


def test_keys_stay_those_of_the_date_and_the_week() -> None:
    """Waiting moves the hour, never the key."""
    evening = datetime(2026, 1, 13, 6, 0, tzinfo=UTC)  # Monday 22:00 in Los Angeles
    daily = Cadence(zone="America/Los_Angeles", after=After.ARXIV)
    weekly = Cadence(zone="America/Los_Angeles", after=After.ARXIV, every=Every.WEEK)
    assert latest_slot(daily, evening).key == "2026-01-12"
    assert latest_slot(weekly, evening).key == "2026-W03"


@given(st.sampled_from(ALL_ZONES), _DATES)
def test_the_papers_are_ready_on_the_date_asked_about(name: str, day: date) -> None:
    """What is returned lies on that local date, just after midnight of a New York working day."""
    zone = ZoneInfo(name)
    ready = ready_on(day, zone)
    if ready is None:
        return
    there = (ready - SETTLING).astimezone(ZoneInfo(ARXIV_ZONE))
    assert ready.astimezone(zone).date() == day
    assert (there.weekday() < 5, there.time()) == (True, time(0))
    assert timedelta(0) < timedelta(hours=FETCH_AT.hour, minutes=FETCH_AT.minute) < SETTLING


@given(st.sampled_from(ALL_ZONES), _DATES)
def test_a_week_has_five_announcements_give_or_take_one(name: str, day: date) -> None:
    """No announcement is left out for good in any zone: at most one falls over the edge of a week."""
    ready = [ready_on(day + step * _DAY, ZoneInfo(name)) for step in range(7)]
    deferred = sum(day + step * _DAY in DEFERRED for step in range(-2, 8))
    assert 4 - deferred <= sum(instant is not None for instant in ready) <= 6


@given(st.sampled_from(ALL_ZONES), _DATES, st.builds(time, st.integers(0, 23), st.sampled_from([0, 29, 59])))
def test_waiting_never_brings_an_edition_forward_nor_to_another_date(name: str, day: date, at: time) -> None:
    """The same dates as without the wait, each at its hour or later and still on its date."""
    end = datetime.combine(day, time(12), tzinfo=UTC)
    plain, waiting = Cadence(zone=name, at=at), Cadence(zone=name, at=at, after=After.ARXIV)
    early = {slot.key: slot.due_at for slot in slots_before(plain, end, since=end - 7 * _DAY)}
    late = {slot.key: slot.due_at for slot in slots_before(waiting, end, since=end - 7 * _DAY)}
    both = sorted(early.keys() & late.keys())
    assert len(both) >= 5
    for key in both:
        assert early[key] <= late[key]
        moved = late[key] != early[key]
        assert not moved or late[key].astimezone(ZoneInfo(name)).date().isoformat() == key


def test_an_edition_does_not_wait_for_a_deferred_announcement() -> None:
    """The morning after Thanksgiving is due at its hour; the days around it wait."""
    days = ["06:45"] * 4 + ["06:00"] * 3
    named = zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), days, strict=True)
    week = _week("Europe/Berlin", date(2026, 11, 23), "06:00")
    assert week == [f"{day} {hour}" for day, hour in named]


@pytest.mark.parametrize(
    "day,since,until",
    [
        # Sunday evening's holds what came between Thursday and Friday at 14:00, Monday evening's the weekend.
        ("2026-04-27", "2026-04-23T18:00Z", "2026-04-24T18:00Z"),
        ("2026-04-28", "2026-04-24T18:00Z", "2026-04-27T18:00Z"),
        ("2026-04-29", "2026-04-27T18:00Z", "2026-04-28T18:00Z"),
        ("2026-05-01", "2026-04-29T18:00Z", "2026-04-30T18:00Z"),
        # The clocks of New York changed on 8 March.
        ("2026-03-10", "2026-03-06T19:00Z", "2026-03-09T18:00Z"),
        # Thanksgiving's announcement is part of Sunday's, Labor Day's of Tuesday's.
        ("2026-11-30", "2026-11-25T19:00Z", "2026-11-27T19:00Z"),
        ("2026-09-09", "2026-09-04T18:00Z", "2026-09-08T18:00Z"),
    ],
)
def test_what_an_announcement_holds(day: str, since: str, until: str) -> None:
    """By arXiv's table of hours."""
    found = announcement(date.fromisoformat(day))
    assert (found.since, found.until) == (datetime.fromisoformat(since), datetime.fromisoformat(until))


@pytest.mark.parametrize(
    "day,words",
    [
        ("2026-04-24", ""),
        ("2026-04-25", "no announcement on Saturday"),
        ("2026-04-26", "no announcement on Sunday"),
        ("2026-11-27", "no announcement on 27 November, deferred for a holiday"),
        ("2026-07-03", ""),
        ("2026-07-04", "no announcement on Saturday"),
        ("2027-01-01", "no announcement on 1 January, deferred for a holiday"),
        ("2027-01-04", ""),
    ],
)
def test_why_a_day_is_quiet(day: str, words: str) -> None:
    """A holiday's evening is told apart from the weekend; a Friday among the holidays takes nothing away."""
    assert why_quiet(date.fromisoformat(day)) == words


@pytest.mark.parametrize(
    "now,latest",
    [
        ("2026-04-27T04:19Z", "2026-04-24"),
        ("2026-04-27T04:20Z", "2026-04-27"),
        ("2026-04-26T12:00Z", "2026-04-24"),
        ("2026-11-27T12:00Z", "2026-11-26"),
        ("2026-01-05T05:19Z", "2026-01-01"),
    ],
)
def test_which_announcement_the_feeds_should_show(now: str, latest: str) -> None:
    """That of the last evening with one, 20 minutes after midnight in New York."""
    assert latest_day(datetime.fromisoformat(now)) == date.fromisoformat(latest)


@given(_DATES)
def test_every_moment_of_submission_is_in_one_announcement(day: date) -> None:
    """The windows touch and never overlap, over clock changes, weekends and holidays."""
    days = list(announcement_days(day, day + 21 * _DAY))
    found = [announcement(one) for one in days]
    assert all(one.since < one.until for one in found)
    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    assert all(one.until < feed_at(one.day) for one in found)


@given(_DATES)
def test_days_follow_each_other(day: date) -> None:
    """Forward and back are one list; no day of it is quiet, and every day outside of it says why."""
    after = next_day(day)
    assert (is_announced(after), previous_day(after) <= day < after) == (True, True)
    assert is_announced(day) == (why_quiet(day) == "")
    assert list(announcement_days(day, after)) == [after]
    between = (day + step * _DAY for step in range(1, (after - day).days))
    assert not any(is_announced(one) for one in between)


@given(st.datetimes(datetime(2008, 1, 1), datetime(2050, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 bounds
def test_what_is_due_is_there(now: datetime) -> None:
    """The latest announcement's feed has been made, the next one's has not."""
    latest = latest_day(now)
    assert feed_at(latest) <= now < feed_at(next_day(latest))
    assert feed_at(feed_day(now)) <= now
