"""Brings the stored subscribers in line with the configuration file and with their own wishes.

`plan` decides and touches nothing; `Subscriptions` carries the plan out. What is stored of a
subscriber is what holds: the file's declaration with the wishes of their page on top. A wish goes
when the file changes its field. Running twice changes nothing the second time and then opens no
write transaction. A reader's own unsubscribe or a suppression is never undone here, whatever the
file says, and feedback is never removed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from recommender.domain.bounces import BOUNCED
from recommender.domain.errors import Overtaken
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish, apply, facts_of, interest_of, wishes_of
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.moves import Move, Plan, Step, carry_out, ordered

_FIELDS = tuple(field.name for field in fields(DeclaredSubscriber))
_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})
_ABSENT = frozenset({SubscriberState.READER, SubscriberState.REMOVED})
Traces = Callable[[str], Sequence[str]]


def _no_traces(_address: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store holds of people when a plan is made."""

    stored: Sequence[Subscriber] = ()
    wishes: Mapping[int, Sequence[Wish]] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    """Addresses that asked for no mail, lower-cased, and traces of those that were forgotten."""
    traces: Traces = _no_traces
    """From an address to every trace it may have left."""

    @classmethod
    def read(cls, unit: UnitOfWork, traces: Traces = _no_traces) -> "Kept":
        """Read it; a bounce says nothing of what a reader wishes."""
        stored = unit.people.all()
        reasons = unit.people.suppressions().items()
        return cls(
            stored=stored,
            wishes=unit.people.wishes([subscriber.id for subscriber in stored]),
            suppressed=frozenset(address for address, reason in reasons if not reason.startswith(BOUNCED)),
            traces=traces,
        )

    def match(self, declared: Sequence[DeclaredSubscriber]) -> list[Subscriber | None]:
        """Find each declaration's subscriber: by key, by the address a wish replaced, by address."""
        by_key = {person.key: person for person in self.stored if person.key}
        by_address = {person.email.lower(): person for person in self.stored if person.email}
        left = {
            str(wish.declared).lower(): person
            for person in self.stored
            for wish in self.wishes.get(person.id, ())
            if wish.field == "email"
        }
        matches = [by_key.get(told.key) if told.key else None for told in declared]
        taken = {person.id for person in matches if person}
        for known in (left, by_address):
            for number, told in enumerate(declared):
                candidate = known.get(told.email.lower())
                if matches[number] is None and candidate and candidate.id not in taken:
                    matches[number] = candidate
                    taken.add(candidate.id)
        return matches

    def stopped(self, *addresses: str) -> bool:
        """Tell whether one of the addresses asked for no mail."""
        return any(address.lower() in self.suppressed for address in addresses)

    def forgotten(self, address: str, current: Subscriber | None) -> bool:
        """Tell whether an address that would be taken in is that of somebody who was forgotten."""
        here = current is not None and current.state not in _ABSENT
        return not here and not self.suppressed.isdisjoint(self.traces(address))


class Subscriptions:
    """Reconciles the store with what is declared."""

    def __init__(self, store: Store, clock: Clock, traces: Traces = _no_traces) -> None:
        """Keep the store and the clock.

        `traces` gives what a forgotten address may be suppressed as (keyed hashes, one a key).
        """
        self._store = store
        self._clock = clock
        self._traces = traces

    def run(
        self, declared: Sequence[DeclaredSubscriber], *, hold: Callable[[], bool] = lambda: True
    ) -> Report:
        """Add, change, pause, resume, return and remove until store, file and wishes agree.

        The counts are named after the moves; a declaration that cannot be stored is a failure. `hold`
        tells, when nobody else can write, whether the declarations still hold; raises Overtaken if not.
        """
        now = self._clock.now()
        with self._store.read() as unit:
            wanted = plan(declared, Kept.read(unit, self._traces), now)
        if wanted.steps:
            with self._store.write() as unit:  # what was read may be old by now: decide again
                unit.people.hold_everybody()
                if not hold():
                    raise Overtaken
                wanted = self.settle(unit, declared)
        counts = {move.value: sum(step.move is move for step in wanted.steps) for move in Move}
        return Report(
            name="subscribers", counts={**counts, "unchanged": wanted.unchanged}, failures=wanted.refused
        )

    def settle(self, unit: UnitOfWork, declared: Sequence[DeclaredSubscriber]) -> Plan:
        """Do the same within a transaction, and return what was done."""
        now = self._clock.now()
        unit.people.hold_everybody()
        wanted = plan(declared, Kept.read(unit, self._traces), now)
        carry_out(wanted.steps, unit.people, now)
        return wanted


def plan(declared: Sequence[DeclaredSubscriber], kept: Kept, at: datetime) -> Plan:
    """Decide what to do about what is declared, at a moment."""
    matches = kept.match(declared)
    steps: list[Step] = []
    refused: list[Refused] = []
    for told, current in zip(declared, matches, strict=True):
        if reason := _refusal(told, current, kept):
            refused.append(Refused(place=told.email, reason=reason))
        elif not (step := _step(told, current, kept, at)).idle:
            steps.append(step)
    unchanged = len(declared) - len(steps) - len(refused)
    found = {subscriber.id for subscriber in matches if subscriber}
    steps += [
        Step(move=Move.REMOVE, subscriber=subscriber.id, state=SubscriberState.REMOVED)
        for subscriber in kept.stored
        if subscriber.id not in found and subscriber.state in _MAILED and subscriber.origin is Origin.FILE
    ]
    order, stuck = ordered(steps, kept.stored)
    refused += [
        Refused(place=step.declared.email, reason="the address or id still belongs to another subscriber")
        for step in stuck
        if step.declared
    ]
    return Plan(steps=tuple(order), refused=tuple(refused), unchanged=unchanged)


def _refusal(told: DeclaredSubscriber, current: Subscriber | None, kept: Kept) -> str:
    """Return why somebody cannot be taken in, and what to do; empty when they can."""
    if kept.forgotten(told.email, current):
        lift = f"`paperroute subscribers lift {told.email} --asked`"
        return f"this person was forgotten; take them out of the file or, once they asked again, {lift}"
    if current is None and kept.stopped(told.email):
        return "the address asked never to be mailed again"
    return ""


def _step(told: DeclaredSubscriber, current: Subscriber | None, kept: Kept, at: datetime) -> Step:
    """Decide about one declaration."""
    if current is None:
        return Step(move=Move.ADD, declared=told, state=_wanted_state(told))
    held = tuple(kept.wishes.get(current.id, ()))
    joined = current.origin is Origin.PAGE
    wanted, holding = apply(told, _own(told, current, held, at) if joined else held)
    changed = any(getattr(wanted, name) != getattr(current, name) for name in _FIELDS)
    move, state = _new_state(told, current, stopped=kept.stopped(told.email, wanted.email))
    return Step(
        move=move,
        subscriber=current.id,
        declared=wanted if changed else None,
        state=state,
        wishes=holding if holding != held else None,
        origin=Origin.FILE if joined else None,
    )


def _own(
    told: DeclaredSubscriber, current: Subscriber, held: Sequence[Wish], at: datetime
) -> tuple[Wish, ...]:
    """Return what somebody who joined by the page wishes, now that a file names them too.

    What they left as it comes is the file's, and the file's interests are added to their own.
    """
    chosen = {wish.field for wish in held}
    plain = facts_of(DeclaredSubscriber(email=told.email))

    def theirs(wish: Wish) -> bool:
        if wish.field in chosen:
            return True
        if wish.field == "email":
            return str(wish.value).lower() != told.email.lower()
        if interest_of(wish.field):
            return wish.value is not None
        return wish.value != plain[wish.field]

    return tuple(wish for wish in wishes_of(told, current, held=held, at=at) if theirs(wish))


def _new_state(
    told: DeclaredSubscriber, current: Subscriber, *, stopped: bool
) -> tuple[Move, SubscriberState | None]:
    """Decide about the state of a stored subscriber that the file declares.

    A pause of the reader's own holds until the file's `paused` changes.
    """
    state = _wanted_state(told)
    if current.state is SubscriberState.UNSUBSCRIBED:
        return (Move.CHANGE, None)
    if stopped:
        return (Move.STOP, SubscriberState.UNSUBSCRIBED)
    if current.state is SubscriberState.READER:
        return (Move.ADD, state)
    if current.state is SubscriberState.REMOVED:
        return (Move.RETURN, state)
    if _settled(told, current, state):
        return (Move.CHANGE, None)
    return (Move.PAUSE if told.paused else Move.RESUME, state)


def _settled(told: DeclaredSubscriber, current: Subscriber, state: SubscriberState) -> bool:
    """Tell whether what a subscriber's state is may stay."""
    locked = "paused" in told.locked and "paused" not in current.locked
    if told.paused == current.paused and not locked:
        return True
    # A pause of the file's has no end but the file's.
    return state is current.state and (current.paused_until is None or not told.paused)


def _wanted_state(told: DeclaredSubscriber) -> SubscriberState:
    return SubscriberState.PAUSED if told.paused else SubscriberState.ACTIVE
