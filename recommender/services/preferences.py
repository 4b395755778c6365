"""What readers change about their own digest, beside what the file says of them.

An edit says what its reader was shown, so that a page left open in another tab overwrites nothing that was
changed meanwhile. The file's word is kept beside the reader's, see `domain.wishes`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recommender.domain.cadence import next_due
from recommender.domain.editions import LastEdition, Slot
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import (
    Facts,
    Value,
    Wish,
    changed,
    declared_before,
    facts_of,
    interest_field,
    interest_of,
    lock_of,
    wishes_of,
)
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.publishing import due_slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One field as its reader wants it; see `domain.wishes.Facts` for names and values."""

    field: str
    value: Value = None
    """None takes an interest away."""
    shown: str | None = None
    """Mark of the value that the reader was shown; None: whatever stands now."""
    to_file: bool = False
    """As the file says, whatever that is; `value` counts for nothing then."""
    place: int | None = None
    """Where an interest comes back among the others; None: behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of some edits: all of them were made, or none."""

    subscriber: Subscriber
    """As stored now."""
    changes: Mapping[str, tuple[Value, Value]]
    """Before and after of each field that is another one now."""
    undo: tuple[Edit, ...] = ()
    """What takes all of it back, unless it was changed again by then."""
    locked: frozenset[str] = frozenset()
    """Fields that are the file's alone."""
    stale: frozenset[str] = frozenset()
    """Fields that were changed since they were shown."""

    @property
    def refused(self) -> bool:
        """Whether nothing was changed because something could not be."""
        return bool(self.locked or self.stale)


class Preferences:
    """Changes what is stored of a reader, and notes it as a wish where the file says otherwise."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def change(self, subscriber: Subscriber, edits: Sequence[Edit]) -> Outcome:
        """Make all edits in one transaction, or none where one is refused.

        Values must have been checked. Raises UnknownSubscriber.
        """
        with self._store.write() as uow:
            uow.people.hold(subscriber.id)
            current = uow.people.find(subscriber.public_id)
            held = tuple(uow.people.wishes([current.id]).get(current.id, ()))
            file = declared_before(current, held) if current.origin is Origin.FILE else None
            declared = facts_of(file) if file else {}
            facts = facts_of(current)
            wanted = {
                edit.field: declared.get(edit.field) if edit.to_file else edit.value
                for edit in edits
                if not edit.to_file or file
            }
            locked, stale = _locked(current, wanted), _stale(edits, wanted, facts)
            if locked or stale:
                return Outcome(subscriber=current, changes={}, locked=locked, stale=stale)
            after = _placed(changed(current, wanted), edits)
            changes = _differences(facts, facts_of(after))
            if changes:
                uow.people.change(current.id, after)
                if file:
                    wishes = wishes_of(file, after, held=held, at=self._clock.now())
                    uow.people.set_wishes(current.id, wishes)
            return Outcome(
                subscriber=uow.people.find(subscriber.public_id),
                changes=changes,
                undo=_undo(changes, declared, [own.key for own in current.interests]),
            )

    def void_links(self, subscriber: Subscriber) -> None:
        """Make all links void that were mailed, but those that unsubscribe. Raises UnknownSubscriber."""
        with self._store.write() as uow:
            uow.people.raise_epoch(uow.people.find(subscriber.public_id).id)


def mark_of(value: Value) -> str:
    """Return what stands for a value on a page: twelve hex digits of its SHA-256."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def next_edition(uow: UnitOfWork, subscriber: Subscriber, now: datetime) -> Slot:
    """Return the slot whose edition is made next; at `now` or before where it is due already.

    For who is paused it is the first after that, or after `now` where the pause has no end.
    """
    if subscriber.state is SubscriberState.PAUSED and not subscriber.pause_is_over(now):
        end = subscriber.paused_until or now
        return next_due(subscriber.cadence, end - timedelta(microseconds=1))
    last = uow.outbox.last_editions([subscriber.id], now=now).get(subscriber.id)
    return _next(subscriber, last, now)


def wished(uow: UnitOfWork, subscriber: Subscriber) -> Sequence[Wish]:
    """Return what a reader changed that the file says otherwise."""
    return uow.people.wishes([subscriber.id]).get(subscriber.id, ())


def _next(subscriber: Subscriber, last: LastEdition | None, now: datetime) -> Slot:
    made = last.slot if last else None
    slot = due_slot(subscriber, made, now, force=False) or next_due(subscriber.cadence, now)
    while made and slot.key == made.key:
        slot = next_due(subscriber.cadence, max(slot.due_at, now))
    return slot


def _locked(current: DeclaredSubscriber, wanted: Mapping[str, Value]) -> frozenset[str]:
    return frozenset(field for field in wanted if lock_of(field) in current.locked)


def _stale(edits: Sequence[Edit], wanted: Mapping[str, Value], facts: Facts) -> frozenset[str]:
    """Return the fields that are not as they were shown, or whose interest is gone."""
    found = set()
    for edit in edits:
        place = interest_of(edit.field)
        whole = interest_field(place[0]) if place else ""
        gone = place is not None and bool(place[1]) and not (facts.get(whole) or wanted.get(whole))
        same = edit.shown is None or edit.shown == mark_of(facts.get(edit.field))
        if gone or not same:
            found.add(edit.field)
    return frozenset(found)


def _differences(before: Facts, after: Facts) -> dict[str, tuple[Value, Value]]:
    """Return what differs; an interest that stays is told in its parts, one that comes or goes as a whole."""
    found = {}
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        place = interest_of(field)
        if place is not None:
            whole = interest_field(place[0])
            if (whole in before and whole in after) is not bool(place[1]):
                continue
        if old != new:
            found[field] = (old, new)
    return found


def _placed(after: DeclaredSubscriber, edits: Sequence[Edit]) -> DeclaredSubscriber:
    """Return a declaration with interests where their edits want them."""
    interests = list(after.interests)
    for edit in sorted((own for own in edits if own.place is not None), key=lambda own: own.place or 0):
        key = (interest_of(edit.field) or ("", ""))[0]
        moved = [own for own in interests if own.key == key]
        interests = [own for own in interests if own.key != key]
        interests[edit.place or 0 : edit.place or 0] = moved
    return replace(after, interests=tuple(interests))


def _undo(
    changes: Mapping[str, tuple[Value, Value]], declared: Facts, order: Sequence[str]
) -> tuple[Edit, ...]:
    """Return the edits back. What the file says too is named and not repeated: a library may be in it."""
    found: list[Edit] = []
    for field, (before, after) in changes.items():
        shown = mark_of(after)
        key = (interest_of(field) or ("", ""))[0]
        place = order.index(key) if isinstance(before, dict) else None
        if field in declared and isinstance(before, dict):
            found.append(Edit(field=field, to_file=True, shown=shown, place=place))
            parts = {interest_field(key, part): value for part, value in before.items()}
            found += [
                Edit(field=own, value=value) for own, value in parts.items() if declared.get(own) != value
            ]
        elif field in declared and declared[field] == before:
            found.append(Edit(field=field, to_file=True, shown=shown))
        else:
            found.append(Edit(field=field, value=before, shown=shown, place=place))
    return tuple(found)
