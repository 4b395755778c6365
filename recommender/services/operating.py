"""What whoever runs the installation sees of it: one look at the store, nothing measured, nothing changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from recommender.domain.cadence import next_due, next_slot
from recommender.domain.editions import WAITING, Delivery, DeliveryState, Slot
from recommender.domain.feedback import Act
from recommender.domain.inbound import BOUNCES, InboundKind, InboundMail
from recommender.domain.requests import CONFIRM_WITHIN, LetterState, RequestKind
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.diagnosis import Diagnosis
from recommender.services.findings import Finding
from recommender.services.measured import Measurement, kept

DAYS = 30
"""How many days of acts are shown, today the last."""
PAGE = 50
"""Rows of one page of a list."""
_UPCOMING = 8
_RETURNED = 10
_VOTES = frozenset({Act.UP, Act.DOWN})
_BACK = BOUNCES | {InboundKind.COMPLAINT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDay:
    """How many acts readers made on one UTC day; a suspect one counts as nothing else."""

    day: date
    votes: int = 0
    others: int = 0
    suspect: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A subscriber with their next edition, if they are mailed, and why their address is not, if so."""

    subscriber: Subscriber
    next_slot: Slot | None
    suppressed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A bounce or a complaint, and whose mail it was; an empty address where nobody's is known."""

    mail: InboundMail
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The installation at one moment."""

    now: datetime
    states: Mapping[DeliveryState, int]
    newest: Mapping[DeliveryState, Delivery]
    due: int
    """Deliveries that could go now."""
    upcoming: Sequence[tuple[Subscriber, Slot]]
    """The next editions, soonest first; a few."""
    findings: Sequence[Finding]
    days: Sequence[ActDay]
    people: Mapping[SubscriberState, int]
    suppressed: int
    requests: Mapping[RequestKind, int]
    """How many requests can still be confirmed."""
    letters: Mapping[LetterState, int]
    returned: Sequence[Returned]
    """The newest; a few."""
    returns: Mapping[InboundKind, int]
    """How many bounces and complaints came in the days that are shown."""
    set_aside: Mapping[str, int]
    measurement: Measurement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPage:
    """Some subscribers of a list, how many the list has, and where the next page begins, if there is one."""

    readers: Sequence[Reader]
    total: int
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Some deliveries of a list, newest first, and below which id the older ones are, if there are any."""

    rows: Sequence[Delivery]
    total: int
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """Gathers; every method is one transaction that only reads."""

    store: Store
    clock: Clock
    diagnosis: Diagnosis
    folder: Path
    """Where artifacts are, and what `evaluate` found last."""

    def overview(self) -> Overview:
        """Return the installation at this moment."""
        now = self.clock.now()
        with self.store.read() as unit:
            people = unit.people.all()
            states = unit.outbox.states()
            newest = {state: unit.outbox.deliveries(state, limit=1)[0] for state in states}
            waiting = unit.outbox.standings(WAITING, now=now, since=now)
            return Overview(
                now=now,
                states=states,
                newest=newest,
                due=sum(standing.due for standing in waiting.values()),
                upcoming=_upcoming(people, now),
                findings=self.diagnosis.quick(unit, people),
                days=_days(unit, now),
                people=unit.counts.subscribers(),
                suppressed=unit.counts.suppressed(),
                requests=unit.counts.requests(now - CONFIRM_WITHIN),
                letters=unit.counts.letters(),
                returned=_returned(unit, people),
                returns=_returns(unit, now),
                set_aside=unit.intake.set_aside(),
                measurement=kept(self.folder),
            )

    def deliveries(self, state: DeliveryState | None, before: int | None = None) -> DeliveryPage:
        """Return a page of the deliveries in a state, or of all."""
        with self.store.read() as unit:
            rows = unit.outbox.deliveries(state, before=before, limit=PAGE + 1)
            states = unit.outbox.states()
        total = states.get(state, 0) if state else sum(states.values())
        shown = rows[:PAGE]
        return DeliveryPage(rows=shown, total=total, before=shown[-1].id if len(rows) > PAGE else None)

    def readers(
        self, state: SubscriberState | None = None, *, suppressed: bool = False, start: int = 0
    ) -> ReaderPage:
        """Return a page of the subscribers by address: in a state, or not mailed at their address, or all."""
        now = self.clock.now()
        with self.store.read() as unit:
            everybody, reasons = unit.people.all(), unit.people.suppressions()
        found = [
            entry
            for entry in sorted(everybody, key=lambda entry: (entry.email.lower(), entry.id))
            if state in (None, entry.state) and (not suppressed or entry.email.lower() in reasons)
        ]
        end = start + PAGE
        return ReaderPage(
            readers=[_reader(entry, reasons, now) for entry in found[start:end]],
            total=len(found),
            following=end if end < len(found) else None,
        )

    def reason(self, email: str) -> str:
        """Return why an address is not mailed, nothing where it is not suppressed."""
        with self.store.read() as unit:
            return unit.people.suppression(email.strip()) or ""


def _reader(subscriber: Subscriber, reasons: Mapping[str, str], now: datetime) -> Reader:
    return Reader(
        subscriber=subscriber,
        next_slot=next_slot(subscriber, now),
        suppressed=reasons.get(subscriber.email.lower(), ""),
    )


def _upcoming(people: Sequence[Subscriber], now: datetime) -> Sequence[tuple[Subscriber, Slot]]:
    """Return the next editions; readers of one cadence share the work of finding its next slot."""
    slots = {cadence: next_due(cadence, now) for cadence in {entry.cadence for entry in people}}
    found = [(entry, slots[entry.cadence]) for entry in people if entry.mailable]
    return sorted(found, key=lambda pair: (pair[1].due_at, pair[0].id))[:_UPCOMING]


def _days(unit: UnitOfWork, now: datetime) -> Sequence[ActDay]:
    """Return the last days, oldest first, those without acts too."""
    first = _first(now)
    counts = unit.counts.acts(first)
    return [_day(counts, first.date() + timedelta(days=number)) for number in range(DAYS)]


def _first(now: datetime) -> datetime:
    """Return the midnight, UTC, at which the first of the days begins."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)


def _day(counts: Mapping[tuple[date, Act, bool], int], day: date) -> ActDay:
    own = [(act, suspect, number) for (at, act, suspect), number in counts.items() if at == day]
    return ActDay(
        day=day,
        votes=sum(number for act, suspect, number in own if not suspect and act in _VOTES),
        others=sum(number for act, suspect, number in own if not suspect and act not in _VOTES),
        suspect=sum(number for _, suspect, number in own if suspect),
    )


def _returns(unit: UnitOfWork, now: datetime) -> Mapping[InboundKind, int]:
    counts = unit.counts.inbound(_first(now))
    return {kind: number for kind, number in counts.items() if kind in _BACK}


def _returned(unit: UnitOfWork, people: Sequence[Subscriber]) -> Sequence[Returned]:
    emails = {entry.id: entry.email for entry in people}
    found = unit.inbound.newest(_BACK, limit=_RETURNED)
    return [
        Returned(mail=mail, email=emails.get(mail.subscriber, "") if mail.subscriber else "")
        for mail in found
    ]
