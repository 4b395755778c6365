"""What reconciling does to subscribers one by one, and in which order.

An order is found in which no two subscribers ever hold one address or id. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recommender.domain.papers import Refused
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish
from recommender.ports import People

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
    """One move: what to write of a subscriber; None leaves what is stored."""

    move: Move
    subscriber: int | None = None
    declared: DeclaredSubscriber | None = None
    state: SubscriberState | None = None
    wishes: tuple[Wish, ...] | None = None
    origin: Origin | None = None

    @property
    def idle(self) -> bool:
        """Whether it writes nothing."""
        return (self.declared, self.state, self.wishes, self.origin) == (None, None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in an order in which no two subscribers ever hold one address or id."""

    steps: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()
    unchanged: int = 0


def ordered(steps: Sequence[Step], stored: Iterable[Subscriber]) -> tuple[list[Step], list[Step]]:
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


def carry_out(steps: Iterable[Step], people: People, now: datetime) -> None:
    """Write the steps of a plan, in their order."""
    for step in steps:
        if step.subscriber is None and step.declared and step.state:
            people.add(step.declared, state=step.state, at=now)
        elif step.subscriber is not None:
            _write(step, step.subscriber, people, now)


def _write(step: Step, subscriber: int, people: People, now: datetime) -> None:
    if step.declared:
        people.change(subscriber, step.declared)
    if step.wishes is not None:
        people.set_wishes(subscriber, step.wishes)
    if step.origin:
        people.set_origin(subscriber, step.origin)
    if step.state:
        people.set_state(subscriber, step.state, at=now)


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
