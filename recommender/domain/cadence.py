"""When editions are due: pure calendar arithmetic in the subscriber's own zone.

Walks local calendar dates and never adds 24 hours, so both kinds of clock change are safe: a wall
time inside a gap moves on by the gap, an ambiguous one means its first occurrence, and a local
date that a zone skipped altogether (Pacific/Apia, 2011-12-30) has no edition. Waiting for an
announcement moves the due time within its date, never to another one.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recommender.domain.announcements import ready_on
from recommender.domain.editions import Slot
from recommender.domain.subscribers import After, Cadence, Every, Subscriber, SubscriberState

_FRIDAY = 4
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_GRACE = {Every.DAY: timedelta(hours=20), Every.WEEKDAY: timedelta(hours=20), Every.WEEK: timedelta(hours=72)}


def grace(cadence: Cadence) -> timedelta:
    """Return how late an edition may still be made; after that its slot is skipped."""
    return _GRACE[cadence.every]


def spread_of(public_id: str, spread: timedelta) -> timedelta:
    """Return a subscriber's own share of `spread`, in whole seconds, 0 included: always the same one.

    By so much the work on a slot is begun later; the slot itself, its key above all, stays where it is.
    """
    number = int.from_bytes(hashlib.sha256(public_id.encode()).digest()[:8], "big")
    return timedelta(seconds=number % (int(spread.total_seconds()) + 1))


def edition_key(cadence: Cadence, day: date) -> str:
    """Return `2026-11-21` for daily cadences, `2026-W47` (ISO 8601 week) for weekly ones."""
    if cadence.every is Every.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()


def latest_slot(cadence: Cadence, now: datetime) -> Slot:
    """Return the last slot due at or before `now`."""
    return next(slot for slot in _slots(cadence, now, step=-1) if slot.due_at <= now)


def next_due(cadence: Cadence, after: datetime) -> Slot:
    """Return the first slot due strictly after `after`."""
    return next(slot for slot in _slots(cadence, after, step=1) if slot.due_at > after)


def next_slot(subscriber: Subscriber, now: datetime) -> Slot | None:
    """Return the slot of a subscriber's next edition, after a pause that ends by itself too.

    None where no mail goes out, or somebody has to end the pause.
    """
    until = subscriber.paused_until
    if subscriber.state is SubscriberState.PAUSED and until is not None:
        return next_due(subscriber.cadence, max(now, until - _INSTANT))
    return next_due(subscriber.cadence, now) if subscriber.mailable else None


def start_of(day: date, zone: str) -> datetime:
    """Return the UTC instant at which a local date begins, or the next one where the zone skipped it."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def slots_before(cadence: Cadence, until: datetime, *, since: datetime) -> Iterator[Slot]:
    """Yield the slots due after `since` and at or before `until`, newest first."""
    for slot in _slots(cadence, until, step=-1):
        if slot.due_at <= since:
            return
        if slot.due_at <= until:
            yield slot


def _slots(cadence: Cadence, around: datetime, *, step: int) -> Iterator[Slot]:
    """Yield slots day by day, starting two local days on the other side of `around`."""
    zone = ZoneInfo(cadence.zone)
    day = around.astimezone(zone).date() - step * 2 * _DAY
    while True:
        if _is_edition_day(cadence, day) and (due := _due(cadence, day, zone)):
            yield Slot(key=edition_key(cadence, day), due_at=due)
        day += step * _DAY


def _is_edition_day(cadence: Cadence, day: date) -> bool:
    if cadence.every is Every.WEEK:
        return day.weekday() == cadence.on
    return cadence.every is Every.DAY or day.weekday() <= _FRIDAY


def _due(cadence: Cadence, day: date, zone: ZoneInfo) -> datetime | None:
    """Return when the edition of a local date is due, or None where that date does not exist."""
    due = _instant(day, cadence.at, zone)
    ready = ready_on(day, zone) if cadence.after is After.ARXIV else None
    return due if due is None or ready is None else max(due, ready)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the UTC instant of a wall time, or None where that local date does not exist.

    `fold=0` is the first occurrence of an ambiguous time and, for a time in a gap, the offset
    before the gap: converting to UTC and back then lands after it.
    """
    due = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    return due if due.astimezone(zone).date() == day else _late_gap(day, due, zone)


def _late_gap(day: date, due: datetime, zone: ZoneInfo) -> datetime | None:
    """Keep a wall time that a gap ending at midnight moved to the next date, if its own date exists."""
    noon = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
    return due if noon.astimezone(zone).date() == day else None
