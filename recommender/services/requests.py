"""Asking for what a mail has to confirm: to join, another address, an export, an erasure, fresh links.

Nothing here looks at whether an address that somebody typed is known, suppressed or forgotten: that is asked
when the letter is sent, so whoever asks learns nothing, neither from the answer nor from how long it took.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.reports import Report
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.subscribers import Cadence, DeclaredSubscriber, Every, Interest, Subscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.unsubscribing import OWN_WISH

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LETTERS = {RequestKind.ADDRESS: (End.OWN, End.NEW), RequestKind.JOIN: (End.NEW,)}
_ASKED_BY_BUTTON = frozenset({RequestKind.EXPORT, RequestKind.ERASE, RequestKind.LINKS})


class Privacy(Protocol):
    """What a confirmed letter may ask for; see `services.privacy`."""

    def export(self, subscriber: Subscriber) -> bytes:
        """Return a zip file with all that is held about a subscriber."""

    def forget(self, subscriber: Subscriber) -> Report:
        """Leave nothing of a subscriber but the trace that keeps the address from coming back unasked."""


class Asked(StrEnum):
    """What whoever holds a reader's link is told."""

    TAKEN_DOWN = "taken down"
    """A letter goes out soon, if nothing stands against it."""
    LATER = "later"
    """Asked for too often; nothing more is sent for now."""
    UNREACHABLE = "unreachable"
    """Mail to the reader's own address bounced or was called spam, so none goes there."""
    LOCKED = "locked"
    """The address is kept to the configuration file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """How often something can be asked for. What is beyond is not stored and sends nothing."""

    own_hour: int = 2
    """Requests of one kind by one subscriber."""
    own_day: int = 5
    address_hour: int = 1
    """Sign-ups with one address."""
    address_day: int = 3
    """Requests of one kind that name one address."""
    joins_hour: int = 60
    """Sign-ups with whatever address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requesting:
    """Takes requests down; each method is one write transaction. `name` gives unguessable names."""

    store: Store
    clock: Clock
    limits: RequestLimits = field(default_factory=RequestLimits)
    name: Callable[[], str] = lambda: secrets.token_urlsafe(12)

    def join(self, wanted: DeclaredSubscriber) -> None:
        """Take down that somebody wants to be a subscriber; the same for every address."""
        now = self.clock.now()
        with self.store.write() as unit:
            unit.requests.hold()
            kind, email, limits = RequestKind.JOIN, wanted.email, self.limits
            counts = (
                unit.requests.since(now - _HOUR, kind=kind, email=email) < limits.address_hour,
                unit.requests.since(now - _DAY, kind=kind, email=email) < limits.address_day,
                unit.requests.since(now - _HOUR, kind=kind) < limits.joins_hour,
            )
            if all(counts):
                self._add(unit, Request(public_id="", kind=kind, at=now, email=email, details=told(wanted)))

    def move(self, subscriber: Subscriber, email: str) -> Asked:
        """Take down that mail is to go to another address; the same for every address.

        Raises UnknownSubscriber.
        """
        now, kind = self.clock.now(), RequestKind.ADDRESS
        with self.store.write() as unit:
            unit.requests.hold()
            answer = self._answer(unit, subscriber, kind)
            if is_locked(unit.people.find(subscriber.public_id)):
                answer = Asked.LOCKED
            asked = unit.requests.since(now - _DAY, kind=kind, email=email)
            if answer is Asked.TAKEN_DOWN and asked < self.limits.address_day:
                self._add(
                    unit, Request(public_id="", kind=kind, at=now, subscriber=subscriber.id, email=email)
                )
        return answer

    def ask(self, subscriber: Subscriber, kind: RequestKind) -> Asked:
        """Take down what a button asks for: an export, an erasure, fresh links. Raises UnknownSubscriber."""
        if kind not in _ASKED_BY_BUTTON:
            raise ValueError(kind)
        with self.store.write() as unit:
            unit.requests.hold()
            answer = self._answer(unit, subscriber, kind)
            if answer is Asked.TAKEN_DOWN:
                at = self.clock.now()
                self._add(unit, Request(public_id="", kind=kind, at=at, subscriber=subscriber.id))
        return answer

    def _answer(self, unit: UnitOfWork, subscriber: Subscriber, kind: RequestKind) -> Asked:
        now = self.clock.now()
        current = unit.people.find(subscriber.public_id)
        if not may_be_written(unit, current.email):
            return Asked.UNREACHABLE
        often = (
            unit.requests.since(now - _HOUR, kind=kind, subscriber=current.id) >= self.limits.own_hour,
            unit.requests.since(now - _DAY, kind=kind, subscriber=current.id) >= self.limits.own_day,
        )
        return Asked.LATER if any(often) else Asked.TAKEN_DOWN

    def _add(self, unit: UnitOfWork, request: Request) -> None:
        unit.requests.add(replace(request, public_id=self.name()), _LETTERS.get(request.kind, (End.OWN,)))


def is_locked(subscriber: Subscriber) -> bool:
    """Tell whether the configuration file keeps the address to itself."""
    return "email" in subscriber.locked


def may_be_written(unit: UnitOfWork, email: str) -> bool:
    """Tell whether a letter may go to an address at all.

    A reader who unsubscribed can still be written to where they ask; an address that bounced, or whose owner
    called a mail spam, cannot.
    """
    return unit.people.suppression(email) in (None, OWN_WISH)


def reader_at(unit: UnitOfWork, email: str) -> Subscriber | None:
    """Return whose address that is, or None.

    Somebody else's id may look like it, most likely that of a reader who had the address once; whoever has
    the mailbox now is to get no way to their pages.
    """
    try:
        found = unit.people.find(email)
    except UnknownSubscriber:
        return None
    return found if found.email.lower() == email.lower() else None


def told(wanted: DeclaredSubscriber) -> dict[str, str]:
    """Return what somebody filled in to join, but the address."""
    (interest,) = wanted.interests or (Interest(name=""),)
    return {
        "name": wanted.name,
        "zone": wanted.cadence.zone,
        "every": wanted.cadence.every.value,
        "on": str(wanted.cadence.on),
        "at": f"{wanted.cadence.at:%H:%M}",
        "papers": str(wanted.papers),
        "interest": interest.name,
        "about": interest.about,
        "keywords": "\n".join(interest.keywords),
    }


def declared(request: Request) -> DeclaredSubscriber:
    """Return what a request to join asks for."""
    own = request.details
    interest = Interest(
        name=own["interest"],
        key=own["interest"],
        about=own["about"],
        keywords=tuple(own["keywords"].splitlines()),
    )
    cadence = Cadence(
        every=Every(own["every"]), on=int(own["on"]), at=time.fromisoformat(own["at"]), zone=own["zone"]
    )
    return DeclaredSubscriber(
        email=request.email,
        name=own["name"],
        cadence=cadence,
        papers=int(own["papers"]),
        interests=(interest,) if interest.name else (),
    )


def often(unit: UnitOfWork, request: Request, now: datetime) -> bool:
    """Tell whether the address of a sign-up was asked for more than once on this day (UTC).

    A day that moves along would keep a letter back for ever while somebody asks again and again.
    """
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return unit.requests.since(midnight, kind=request.kind, email=request.email) > 1
