"""Where the file and the readers' own pages say different things. Nothing is changed here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Value, Wish, apply
from recommender.ports import Store, UnitOfWork
from recommender.services.subscriptions import Kept

_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})
_FIELDS = tuple(field.name for field in fields(DeclaredSubscriber))


class Kind(StrEnum):
    """What differs."""

    FIELD = "field"
    JOINED = "joined"
    """Somebody who joined by the page and stands in no file."""
    STATE = "state"
    """A pause, its end, or an unsubscribe; it holds whatever the file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that file and page say of one subscriber."""

    subscriber: Subscriber
    kind: Kind
    field: str = ""
    """As `domain.wishes` names it."""
    file: Value = None
    page: Value = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpulled:
    """What the file does not say yet: of those it declares, by number there, and of those who joined."""

    changed: Mapping[int, DeclaredSubscriber]
    joined: Sequence[DeclaredSubscriber]


class Differences:
    """Compares what is declared with what is stored; both must have been reconciled."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    def rows(self, declared: Sequence[DeclaredSubscriber]) -> list[Difference]:
        """Return what differs, by subscriber in the order of the file, then those who joined."""
        with self._store.read() as unit:
            kept = Kept.read(unit)
        matches = kept.match(declared)
        found: list[Difference] = []
        for told, person in zip(declared, matches, strict=True):
            if person is not None:
                found += _of_wishes(person, kept.wishes.get(person.id, ()))
                found += _of_state(person, told)
        for person in _joined(kept.stored):
            found.append(Difference(subscriber=person, kind=Kind.JOINED, since=person.joined))
            found += _of_state(person, person)
        return found


def unpulled(unit: UnitOfWork, declared: Sequence[DeclaredSubscriber]) -> Unpulled:
    """Return what pulling writes: every wish, and everybody who joined and gets mail."""
    kept = Kept.read(unit)
    matches = kept.match(declared)
    return Unpulled(
        changed={
            number: apply(told, wishes)[0]
            for number, (told, person) in enumerate(zip(declared, matches, strict=True))
            if person is not None and (wishes := kept.wishes.get(person.id, ()))
        },
        joined=[_plain(person) for person in _joined(kept.stored) if person.state in _MAILED],
    )


def _joined(stored: Sequence[Subscriber]) -> list[Subscriber]:
    return [person for person in stored if person.origin is Origin.PAGE]


def _of_wishes(person: Subscriber, wishes: Sequence[Wish]) -> Iterator[Difference]:
    for wish in wishes:
        yield Difference(
            subscriber=person,
            kind=Kind.FIELD,
            field=wish.field,
            file=wish.declared,
            page=wish.value,
            since=wish.at,
        )


def _of_state(person: Subscriber, told: DeclaredSubscriber) -> Iterator[Difference]:
    """Yield where a reader's own decision about all mail is another one than the file's."""
    wanted = SubscriberState.PAUSED if told.paused else SubscriberState.ACTIVE
    if person.state is wanted:
        return
    since = person.unsubscribed if person.state is SubscriberState.UNSUBSCRIBED else None
    page = person.state.value
    if person.state is SubscriberState.PAUSED and person.paused_until is not None:
        page = f"{page} until {person.paused_until:%Y-%m-%d %H:%M} UTC"
    yield Difference(
        subscriber=person, kind=Kind.STATE, field="state", file=wanted.value, page=page, since=since
    )


def _plain(person: Subscriber) -> DeclaredSubscriber:
    """Return what is declared of a subscriber, without what only the store knows."""
    return DeclaredSubscriber(**{name: getattr(person, name) for name in _FIELDS})
