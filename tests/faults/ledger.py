"""One reader's editions around a change of the clocks, made by the real deciders on a ledger in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from recommender.domain.announcements import ready_on
from recommender.domain.cadence import edition_key
from recommender.domain.editions import Slot
from recommender.domain.subscribers import After, Cadence, Every, Subscriber
from recommender.services.publishing import due_slot
from tests.builders import a_subscriber
from tests.domain.zones import ALL_ZONES, instants_of, local_dates, offset, transitions

ODD = (
    ("Pacific/Apia", 2011, 12),
    ("Pacific/Fakaofo", 2011, 12),
    ("Asia/Beirut", 2023, 3),
    ("Africa/Cairo", 2023, 4),
    ("Africa/Casablanca", 2024, 3),
    ("Australia/Lord_Howe", 2025, 10),
    ("Antarctica/Troll", 2026, 3),
    ("Asia/Pyongyang", 2018, 5),
    ("America/Caracas", 2016, 5),
    ("Africa/Juba", 2021, 2),
)
"""Changes that skip a day, come at midnight, interrupt a month, or are not of an hour."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BEFORE, _AFTER = 36 * _HOUR, 60 * _HOUR
_SLOW, _FAST, _NEAR = timedelta(minutes=30), timedelta(minutes=4), 2 * _HOUR
_YEARS = (2026, 2036)


@dataclass(frozen=True, slots=True)
class Change:
    """A zone and the first instant of another offset in it."""

    zone: str
    at: datetime


def coming_changes() -> list[Change]:
    """Return every change of every zone within ten years."""
    return _changes(datetime(_YEARS[0], 1, 1, tzinfo=UTC), datetime(_YEARS[1], 1, 1, tzinfo=UTC))


def past_changes() -> list[Change]:
    """Return every change of every zone in the ten years before."""
    return _changes(datetime(_YEARS[0] - 10, 1, 1, tzinfo=UTC), datetime(_YEARS[0], 1, 1, tzinfo=UTC))


def odd_changes() -> list[Change]:
    """Return the changes of the odd months."""
    found = []
    for name, year, month in ODD:
        start = datetime(year, month, 1, tzinfo=UTC) - _DAY
        found += [Change(name, at) for at in transitions(ZoneInfo(name), start, start + 33 * _DAY)]
    return found


def _changes(start: datetime, end: datetime) -> list[Change]:
    return [Change(name, at) for name in ALL_ZONES for at in transitions(ZoneInfo(name), start, end)]


@dataclass(frozen=True, slots=True)
class Window:
    """The days around a change: when somebody looks, and the dates that lie wholly inside."""

    change: Change
    ticks: Sequence[datetime]
    days: Sequence[date]

    @classmethod
    def around(cls, change: Change, random: Random) -> "Window":
        """Look every half hour, near the change every four minutes, from a moment left to chance."""
        start = change.at - _BEFORE + random.random() * _SLOW
        end = change.at + _AFTER
        ticks = {*_steps(start, end, _SLOW), *_steps(change.at - _NEAR, change.at + _NEAR, _FAST)}
        days = local_dates(ZoneInfo(change.zone), start, end)[1:-1]
        return cls(change, sorted(ticks), days)

    def check(self, cadence: Cadence) -> int:
        """Make the editions of one reader; return how many were made, and raise AssertionError.

        Each local date that is an edition day has exactly one, begun at the first look after its hour.
        """
        made = list(self._made(a_subscriber(cadence=cadence)))
        wanted = [day for day in self.days if is_edition_day(cadence, day)]
        keys = [edition_key(cadence, day) for day in wanted]
        case = (cadence, self.change)
        assert len({slot.key for slot, _ in made}) == len(made), case
        if not keys:
            return 0
        assert [slot.key for slot, _ in made if keys[0] <= slot.key <= keys[-1]] == keys, case
        due = {edition_key(cadence, day): self.due(cadence, day) for day in wanted}
        for slot, begun in made:
            if slot.key in due:
                assert begun == next(tick for tick in self.ticks if tick >= due[slot.key]), case
        return len(keys)

    def due(self, cadence: Cadence, day: date) -> datetime:
        """Return when an edition is due, worked out without the code under test but for the wait."""
        zone = ZoneInfo(cadence.zone)
        instants = instants_of(day, cadence.at, zone)
        if instants:
            due = instants[0]
        else:  # in the gap of the change: the wall time as it was counted before
            before = offset(zone, self.change.at - timedelta(seconds=1))
            due = datetime.combine(day, cadence.at, tzinfo=UTC) - before
        ready = ready_on(day, zone) if cadence.after is After.ARXIV else None
        return max(due, ready or due)

    def _made(self, reader: Subscriber) -> Iterator[tuple[Slot, datetime]]:
        last: Slot | None = None
        for now in self.ticks:
            slot = due_slot(reader, last, now, force=False)
            if slot is not None:
                yield slot, now
                last = slot


def cadences(zone: str, random: Random) -> Iterator[Cadence]:
    """Yield the 24 full hours, four odd minutes, two other cadences, and two that wait for arXiv."""
    plain = Cadence(zone=zone)
    for hour in range(24):
        yield replace(plain, at=time(hour))
    for _ in range(4):
        yield replace(plain, at=_moment(random))
    yield replace(plain, every=Every.WEEKDAY, at=_moment(random))
    yield replace(plain, every=Every.WEEK, on=random.randrange(7), at=_moment(random))
    for every in (Every.DAY, random.choice((Every.WEEKDAY, Every.DAY))):
        yield replace(plain, every=every, at=_moment(random), after=After.ARXIV)


def is_edition_day(cadence: Cadence, day: date) -> bool:
    """Tell whether a reader of this cadence gets an edition on a local date."""
    if cadence.every is Every.WEEK:
        return day.weekday() == cadence.on
    return cadence.every is Every.DAY or day.weekday() < 5


def _moment(random: Random) -> time:
    return time(random.randrange(24), random.choice((1, 14, 29, 30, 31, 45, 59)))


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    count = int((end - start) / step)
    return (start + number * step for number in range(count + 1))
