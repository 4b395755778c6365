"""Brings the stored subscribers in line with the configuration file.

`plan` decides and touches nothing; `Subscriptions` carries the plan out. Running twice changes
nothing the second time and then opens no write transaction. A reader's own unsubscribe or a
suppression is never undone here, whatever the file says, and feedback is never removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from recommender.domain.bounces import BOUNCED
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState
from recommender.ports import Clock, People, Store

_FIELDS = tuple(field.name for field in fields(DeclaredSubscriber))
_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})
Name = tuple[str, str]


class Move(StrEnum):
    """What happens to one subscriber; also the names of the counts."""

    ADD = "added"
    CHANGE = "changed"
    PAUSE = "paused"
    RESUME = "resumed"
    RETURN = "returned"
    REMOVE = "removed"
    STOP = "stopped"
    """The address asked for no mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move. `declared` is what to write, `state` what to set; None leaves the stored one."""

    move: Move
    subscriber: int | None = None
    declared: DeclaredSubscriber | None = None
    state: SubscriberState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in an order in which no two subscribers ever hold one address or id."""

    steps: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()
    unchanged: int = 0


class Subscriptions:
    """Reconciles the store with what is declared."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def run(self, declared: Sequence[DeclaredSubscriber]) -> Report:
        """Add, change, pause, resume, return and remove until store and file agree.

        The counts are named after the moves; a declaration that cannot be stored is a failure.
        """
        with self._store.read() as unit:
            wanted = plan(declared, unit.people.all(), _unwilling(unit.people))
        if wanted.steps:
            with self._store.write() as unit:  # what was read may be old by now: decide again
                wanted = plan(declared, unit.people.all(), _unwilling(unit.people))
                _carry_out(wanted.steps, unit.people, self._clock.now())
        counts = {move.value: sum(step.move is move for step in wanted.steps) for move in Move}
        return Report(
            name="subscribers", counts={**counts, "unchanged": wanted.unchanged}, failures=wanted.refused
        )


def plan(
    declared: Sequence[DeclaredSubscriber], stored: Sequence[Subscriber], suppressed: frozenset[str]
) -> Plan:
    """Decide what to do. `suppressed` holds the lower-cased addresses that asked for no mail."""
    matches = _match(declared, stored)
    steps: list[Step] = []
    refused: list[Refused] = []
    for wanted, current in zip(declared, matches, strict=True):
        stopped = wanted.email.lower() in suppressed
        if current is None and stopped:
            refused.append(Refused(place=wanted.email, reason="the address asked never to be mailed again"))
        elif step := _step(wanted, current, stopped=stopped):
            steps.append(step)
    unchanged = len(declared) - len(steps) - len(refused)
    found = {subscriber.id for subscriber in matches if subscriber}
    steps += [
        Step(move=Move.REMOVE, subscriber=subscriber.id, state=SubscriberState.REMOVED)
        for subscriber in stored
        if subscriber.id not in found and subscriber.state in _MAILED
    ]
    ordered, stuck = _ordered(steps, stored)
    refused += [
        Refused(place=step.declared.email, reason="the address or id still belongs to another subscriber")
        for step in stuck
        if step.declared
    ]
    return Plan(steps=tuple(ordered), refused=tuple(refused), unchanged=unchanged)


def _unwilling(people: People) -> frozenset[str]:
    """Return the addresses that asked for no mail; a bounce says nothing of what a reader wishes."""
    reasons = people.suppressions().items()
    return frozenset(address for address, reason in reasons if not reason.startswith(BOUNCED))


def _match(declared: Sequence[DeclaredSubscriber], stored: Sequence[Subscriber]) -> list[Subscriber | None]:
    """Find each declaration's stored subscriber: all keys first, then addresses among the rest."""
    by_key = {subscriber.key: subscriber for subscriber in stored if subscriber.key}
    by_address = {subscriber.email.lower(): subscriber for subscriber in stored if subscriber.email}
    matches = [by_key.get(wanted.key) if wanted.key else None for wanted in declared]
    taken = {subscriber.id for subscriber in matches if subscriber}
    for number, wanted in enumerate(declared):
        candidate = by_address.get(wanted.email.lower())
        if matches[number] is None and candidate and candidate.id not in taken:
            matches[number] = candidate
            taken.add(candidate.id)
    return matches


def _step(wanted: DeclaredSubscriber, current: Subscriber | None, *, stopped: bool) -> Step | None:
    """Decide about one declaration; None when nothing is to be done."""
    if current is None:
        return Step(move=Move.ADD, declared=wanted, state=_wanted_state(wanted))
    changed = any(getattr(wanted, name) != getattr(current, name) for name in _FIELDS)
    move, state = _new_state(wanted, current, stopped=stopped)
    if not changed and state is None:
        return None
    return Step(move=move, subscriber=current.id, declared=wanted if changed else None, state=state)


def _new_state(
    wanted: DeclaredSubscriber, current: Subscriber, *, stopped: bool
) -> tuple[Move, SubscriberState | None]:
    """Decide about the state of a stored subscriber that the file declares.

    A pause of the reader's own holds until the file's `paused` changes.
    """
    state = _wanted_state(wanted)
    if current.state is SubscriberState.UNSUBSCRIBED:
        return (Move.CHANGE, None)
    if stopped:
        return (Move.STOP, SubscriberState.UNSUBSCRIBED)
    if current.state is SubscriberState.READER:
        return (Move.ADD, state)
    if current.state is SubscriberState.REMOVED:
        return (Move.RETURN, state)
    if wanted.paused == current.paused or state is current.state:
        return (Move.CHANGE, None)
    return (Move.PAUSE if wanted.paused else Move.RESUME, state)


def _wanted_state(wanted: DeclaredSubscriber) -> SubscriberState:
    return SubscriberState.PAUSED if wanted.paused else SubscriberState.ACTIVE


def _ordered(steps: Sequence[Step], stored: Iterable[Subscriber]) -> tuple[list[Step], list[Step]]:
    """Order steps so that an address or id is free before it is taken; return (order, stuck).

    Stuck are those that wait for a row nobody moves, or for each other in a circle.
    """
    own = {subscriber.id: _names(subscriber) for subscriber in stored}
    holders = {name: number for number, names in own.items() for name in names}
    done: list[Step] = []
    waiting = list(steps)
    while waiting:
        stuck: list[Step] = []
        for step in waiting:
            (done if _take(step, own, holders) else stuck).append(step)
        if len(stuck) == len(waiting):
            return done, stuck
        waiting = stuck
    return done, []


def _take(step: Step, own: Mapping[int, frozenset[Name]], holders: dict[Name, int]) -> bool:
    """Move a step's names to their new holder; False, and no change, while another holds one."""
    if step.declared is None:
        return True
    new = _names(step.declared)
    if any(holders.get(name, step.subscriber) != step.subscriber for name in new):
        return False
    number = -1 if step.subscriber is None else step.subscriber
    for name in own.get(number, frozenset()):
        holders.pop(name, None)
    holders.update(dict.fromkeys(new, number))
    return True


def _names(declared: DeclaredSubscriber) -> frozenset[Name]:
    names = {("address", declared.email.lower())} if declared.email else set()
    return frozenset(names | ({("id", declared.key)} if declared.key else set()))


def _carry_out(steps: Iterable[Step], people: People, now: datetime) -> None:
    for step in steps:
        if step.subscriber is None and step.declared and step.state:
            people.add(step.declared, state=step.state, at=now)
        elif step.subscriber is not None:
            if step.declared:
                people.change(step.subscriber, step.declared)
            if step.state:
                people.set_state(step.subscriber, step.state, at=now)
