"""Tests of the due times of editions, over every zone there is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain.cadence import edition_key, grace, latest_slot, next_due
from recommender.domain.editions import Slot
from recommender.domain.subscribers import Cadence, Every
from tests.domain.zones import ALL_ZONES, instants_of, local_dates, offset, transitions

_DAY = timedelta(days=1)
_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45, 59]))


@st.composite
def _moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and an instant, near a clock change where that year has one."""
    name = draw(st.sampled_from(ALL_ZONES))
    start = datetime(draw(st.integers(1990, 2059)), 1, 3, tzinfo=UTC)
    changes = list(transitions(ZoneInfo(name), start, start + 364 * _DAY))
    around = draw(st.sampled_from(changes)) if changes else start + draw(st.integers(0, 363)) * _DAY
    return name, around + timedelta(minutes=draw(st.integers(-2000, 2000)))


def _cadences(zone: str) -> st.SearchStrategy[Cadence]:
    return st.builds(
        Cadence, every=st.sampled_from(list(Every)), on=st.integers(0, 6), at=_TIMES, zone=st.just(zone)
    )


def _walk(cadence: Cadence, after: datetime, count: int) -> list[Slot]:
    slots: list[Slot] = []
    for _ in range(count):
        slots.append(next_due(cadence, slots[-1].due_at if slots else after))
    return slots


def _is_edition_day(cadence: Cadence, day: date) -> bool:
    if cadence.every is Every.WEEK:
        return day.weekday() == cadence.on
    return cadence.every is Every.DAY or day.weekday() < 5


@settings(max_examples=300)
@given(st.data(), _moments())
def test_each_existing_local_edition_day_has_exactly_one_slot(
    data: st.DataObject, moment: tuple[str, datetime]
) -> None:
    """Walking `next_due` visits each local edition day once, in order, and no day that does not exist."""
    name, around = moment
    cadence = data.draw(_cadences(name))
    first, last = around - 4 * _DAY, around + 4 * _DAY
    keys = [slot.key for slot in _walk(cadence, first - 8 * _DAY, 26) if slot.due_at <= last + 8 * _DAY]
    wanted = [
        edition_key(cadence, day)
        for day in local_dates(ZoneInfo(name), first, last)[1:-1]
        if _is_edition_day(cadence, day)
    ]
    assert [key for key in keys if key in wanted] == wanted
    assert keys == sorted(set(keys))


@settings(max_examples=300)
@given(st.data(), _moments())
def test_slots_follow_each_other_strictly(data: st.DataObject, moment: tuple[str, datetime]) -> None:
    """`latest_slot` is at or before now, `next_due` strictly after, and nothing lies between them."""
    name, now = moment
    cadence = data.draw(_cadences(name))
    latest, following = latest_slot(cadence, now), next_due(cadence, now)
    assert latest.due_at <= now < following.due_at
    assert latest.key < following.key
    assert next_due(cadence, latest.due_at) == following
    assert latest_slot(cadence, following.due_at) == following
    assert latest_slot(cadence, following.due_at - timedelta(microseconds=1)) == latest


@settings(max_examples=300)
@given(st.data(), _moments())
def test_slot_is_the_first_instant_of_its_wall_time(
    data: st.DataObject, moment: tuple[str, datetime]
) -> None:
    """A wall time that exists means its first occurrence; one in a gap moves on by exactly the gap."""
    name, now = moment
    zone = ZoneInfo(name)
    cadence = Cadence(at=data.draw(_TIMES), zone=name)
    slot = next_due(cadence, now)
    day = date.fromisoformat(slot.key)
    instants = instants_of(day, cadence.at, zone)
    if instants:
        assert slot.due_at == instants[0]
        return
    gap = offset(zone, slot.due_at) - offset(zone, slot.due_at - gap_width(zone, slot.due_at))
    local = slot.due_at.astimezone(zone).replace(tzinfo=None)
    assert local - datetime.combine(day, cadence.at) == gap > timedelta(0)


def gap_width(zone: ZoneInfo, after: datetime) -> timedelta:
    """Return how far back from `after` the offset before the latest change is surely in force."""
    hours = (
        hours for hours in range(1, 30) if offset(zone, after - timedelta(hours=hours)) != offset(zone, after)
    )
    return timedelta(hours=next(hours))


@given(_moments(), st.sampled_from(ALL_ZONES), _TIMES)
def test_moving_to_another_zone_keeps_keys_apart(moment: tuple[str, datetime], other: str, at: time) -> None:
    """A key names a local date, so a reader who moves can be due again but never for the same key."""
    name, now = moment
    before = latest_slot(Cadence(at=at, zone=name), now)
    after = next_due(Cadence(at=at, zone=other), now)
    assert after.due_at > before.due_at
    assert abs(date.fromisoformat(after.key) - date.fromisoformat(before.key)) <= 3 * _DAY


@pytest.mark.parametrize(
    "zone,before,missing",
    [
        ("Pacific/Apia", "2011-12-29", "2011-12-30"),
        ("Pacific/Fakaofo", "2011-12-29", "2011-12-30"),
        ("Pacific/Kwajalein", "1993-08-20", "1993-08-21"),
        ("Pacific/Kiritimati", "1994-12-30", "1994-12-31"),
    ],
)
@pytest.mark.parametrize("hour", [0, 7, 12, 23])
def test_a_date_that_a_zone_skipped_has_no_edition(zone: str, before: str, missing: str, hour: int) -> None:
    """Crossing the date line leaves out the edition of the day that never was."""
    start = datetime.fromisoformat(before).replace(tzinfo=UTC) - 2 * _DAY
    keys = [slot.key for slot in _walk(Cadence(at=time(hour), zone=zone), start, 6)]
    assert missing not in keys
    assert before in keys
    assert (date.fromisoformat(missing) + _DAY).isoformat() in keys


@pytest.mark.parametrize(
    "zone,day,at,due",
    [
        ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28T01:30+00:00"),  # gap: 03:30 summer time
        ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31T00:30+00:00"),  # twice: the first
        ("Asia/Beirut", "2027-03-28", "00:00", "2027-03-27T22:00+00:00"),  # no midnight: 01:00
        ("America/New_York", "2026-11-01", "01:15", "2026-11-01T05:15+00:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:40+00:00"),  # a gap of 30 minutes
        ("Asia/Kathmandu", "2026-11-21", "07:30", "2026-11-21T01:45+00:00"),
    ],
)
def test_clock_changes_by_example(zone: str, day: str, at: str, due: str) -> None:
    """Gaps move on, repeated times mean the first, and odd offsets are exact."""
    instant = datetime.fromisoformat(due)
    slot = latest_slot(Cadence(at=time.fromisoformat(at), zone=zone), instant)
    assert slot == Slot(key=day, due_at=instant)


def test_weekday_cadence_rests_at_the_weekend() -> None:
    """From a Friday the next slot is on Monday, and on Sunday the latest is Friday's."""
    cadence = Cadence(every=Every.WEEKDAY, at=time(7, 30), zone="Europe/Berlin")
    friday = latest_slot(cadence, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert friday.key == "2026-11-20"
    assert next_due(cadence, friday.due_at).key == "2026-11-23"


@pytest.mark.parametrize("on", range(7))
def test_weekly_cadence_keeps_its_weekday(on: int) -> None:
    """Each weekly slot falls on the chosen weekday, one ISO week after the other."""
    cadence = Cadence(every=Every.WEEK, on=on, at=time(18), zone="Asia/Tokyo")
    slots = _walk(cadence, datetime(2026, 11, 20, tzinfo=UTC), 60)
    assert {slot.due_at.astimezone(ZoneInfo("Asia/Tokyo")).weekday() for slot in slots} == {on}
    assert len({slot.key for slot in slots}) == 60


@pytest.mark.parametrize(
    "day,key",
    [
        ("2026-01-01", "2026-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-01", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
    ],
)
def test_weekly_keys_are_iso_weeks_at_year_ends(day: str, key: str) -> None:
    """The year of a weekly key is the ISO year of the week, not that of the date."""
    assert edition_key(Cadence(every=Every.WEEK), date.fromisoformat(day)) == key


def test_grace_is_shorter_than_the_way_to_the_next_slot() -> None:
    """An edition made late must not meet the next one: 20 h for days, 72 h for weeks."""
    assert grace(Cadence()) == grace(Cadence(every=Every.WEEKDAY)) == timedelta(hours=20)
    assert grace(Cadence(every=Every.WEEK)) == timedelta(hours=72)


@pytest.mark.parametrize("jump", ["1970-01-01", "1999-12-31", "2026-11-20", "2059-06-30"])
def test_a_jumping_clock_finds_the_same_slots_again(jump: str) -> None:
    """Due times depend on the instant asked about alone, so going away and back changes nothing."""
    cadence, now = Cadence(zone="Europe/Berlin"), datetime(2026, 11, 21, 9, tzinfo=UTC)
    before = latest_slot(cadence, now)
    latest_slot(cadence, datetime.fromisoformat(jump).replace(tzinfo=UTC))
    assert latest_slot(cadence, now) == before
