"""Doing what was asked for, once the letters are confirmed: each in one transaction, and each once.

A confirm link names its request and the end it was mailed to. It holds no address, and what it may do is
asked of the store, so that it is void as soon as its request is done, called off or too old.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from secrets import token_urlsafe

from recommender.digest.links import LinkClaim
from recommender.domain.bounces import BOUNCED
from recommender.domain.errors import InputError, LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.reports import Report
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import declared_before, wishes_of
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.requests import Privacy, declared, is_locked, may_be_written, reader_at
from recommender.services.subscriptions import Traces
from recommender.services.unsubscribing import begin_again

BACK = "back"
"""Detail of a change of address that takes another one back: its new end is the address there was before."""
_ENDS = {
    RequestKind.JOIN: frozenset({End.NEW}),
    RequestKind.ADDRESS: frozenset(End),
    RequestKind.EXPORT: frozenset({End.OWN}),
    RequestKind.ERASE: frozenset({End.OWN}),
}
_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})


class Result(StrEnum):
    """What came of a confirmation."""

    JOINED = "joined"
    AGAIN = "again"
    """A subscriber who had left is back."""
    KNOWN = "known"
    """Subscribed already; nothing changed."""
    HALF = "half"
    """The other end has to confirm too."""
    MOVED = "moved"
    UNUSABLE = "unusable"
    """The address belongs to another subscriber by now, or is not mailed; nothing changed."""
    EXPORTED = "exported"
    ERASED = "erased"
    OVER = "over"
    """It was done or called off before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a confirm link is about, as it stands."""

    request: Request
    end: End
    subscriber: Subscriber | None

    @property
    def back(self) -> bool:
        """Whether it takes a change of address back."""
        return BACK in self.request.details

    @property
    def over(self) -> bool:
        """Whether it was done or called off."""
        return self.request.done_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a confirmation ended; the subscriber as then stored, if there is one."""

    result: Result
    subscriber: Subscriber | None = None
    data: bytes = b""
    """The file of an export."""
    report: Report | None = None
    """What an erasure did and left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming:
    """Carries out confirmed requests. `privacy` exports and erases; without it neither can be confirmed.

    `traces` gives what an address that was forgotten is suppressed as.
    """

    store: Store
    clock: Clock
    privacy: Privacy | None = None
    traces: Traces = lambda _address: ()

    def look(self, claim: LinkClaim) -> Matter:
        """Return what a link is about; raises LinkExpired or LinkInvalid. Changes nothing."""
        with self.store.read() as unit:
            return self._matter(unit, claim)

    def confirm(self, claim: LinkClaim) -> Outcome:
        """Do what the link is for, or note that one end agrees; raises as `look` does."""
        matter = self.look(claim)
        if matter.request.kind in (RequestKind.EXPORT, RequestKind.ERASE):
            return self._private(matter)
        with self.store.write() as unit:
            _hold(unit, matter)
            matter = self._matter(unit, claim)
            now = self.clock.now()
            if matter.over:
                return Outcome(result=Result.OVER, subscriber=matter.subscriber)
            request = unit.requests.confirm(matter.request.id, matter.end, at=now)
            if request.done_at is not None:  # by somebody who was waited for just now
                return Outcome(result=Result.OVER, subscriber=_of(unit, request))
            if request.kind is RequestKind.JOIN:
                return self._join(unit, request, now)
            assert matter.subscriber is not None  # noqa: S101 `_matter` has seen to it
            if request.confirmed.keys() != set(End):
                return Outcome(result=Result.HALF, subscriber=matter.subscriber)
            return self._move(unit, request, matter.subscriber, now)

    def call_off(self, claim: LinkClaim) -> Matter:
        """End a request, so that its links do nothing any more; raises as `look` does."""
        with self.store.write() as unit:
            matter = self._matter(unit, claim)
            unit.requests.finish(matter.request.id, at=self.clock.now())
            return matter

    def _matter(self, unit: UnitOfWork, claim: LinkClaim) -> Matter:
        request = unit.requests.find(claim.public_id)
        if request is None:
            raise LinkExpired("the request of this link is gone")
        end = End(claim.value) if claim.value in set(End) else None
        if request.id != claim.row or end not in _ENDS.get(request.kind, ()) or end is None:
            raise LinkInvalid("a confirmation that no letter asks for")
        if request.done_at is None and not request.open(self.clock.now()):
            raise LinkExpired("the request of this link is too old")
        return Matter(request=request, end=end, subscriber=_of(unit, request))

    def _private(self, matter: Matter) -> Outcome:
        subscriber = matter.subscriber
        if matter.over or subscriber is None or self.privacy is None:
            return Outcome(result=Result.OVER, subscriber=subscriber)
        if matter.request.kind is RequestKind.EXPORT:
            # It stays open: a download may break off.
            data = self.privacy.export(subscriber)
            return Outcome(result=Result.EXPORTED, subscriber=subscriber, data=data)
        try:
            report = self.privacy.forget(subscriber)
        except UnknownSubscriber:  # pressed twice at once
            return Outcome(result=Result.OVER)
        return Outcome(result=Result.ERASED, report=report)

    def _join(self, unit: UnitOfWork, request: Request, now: datetime) -> Outcome:
        """Make a subscriber of who confirmed; the double opt-in is their wish, so earlier ones give way."""
        if not may_be_written(unit, request.email):
            unit.requests.finish(request.id, at=now)
            return Outcome(result=Result.UNUSABLE)
        for trace in self.traces(request.email):
            unit.people.lift(trace)
        result, added = self._taken_in(unit, request, now)
        unit.requests.finish(request.id, at=now, subscriber=added.id)
        return Outcome(result=result, subscriber=unit.people.find(added.public_id))

    def _taken_in(self, unit: UnitOfWork, request: Request, now: datetime) -> tuple[Result, Subscriber]:
        """Add somebody, unless they are known, be it since just now."""
        if (known := reader_at(unit, request.email)) is not None:
            return self._return(unit, known, request, now)
        unit.people.lift(request.email)
        try:
            added = unit.people.add(declared(request), state=SubscriberState.ACTIVE, at=now)
        except InputError:
            if (known := reader_at(unit, request.email)) is None:
                raise
            return self._return(unit, known, request, now)
        unit.people.set_origin(added.id, Origin.PAGE)
        return Result.JOINED, added

    def _return(
        self, unit: UnitOfWork, known: Subscriber, request: Request, now: datetime
    ) -> tuple[Result, Subscriber]:
        """Let in who is known: back as they left, or anew where nothing of theirs is in force."""
        if known.state in _MAILED:
            return Result.KNOWN, known
        if known.state is SubscriberState.UNSUBSCRIBED:
            return Result.AGAIN, begin_again(unit, known, at=now)
        unit.people.lift(known.email)
        unit.people.change(known.id, replace(declared(request), email=known.email, key=known.key))
        unit.people.set_origin(known.id, Origin.PAGE)
        unit.people.set_state(known.id, SubscriberState.ACTIVE, at=now)
        return Result.JOINED, known

    def _move(self, unit: UnitOfWork, request: Request, subscriber: Subscriber, now: datetime) -> Outcome:
        """Send mail to the other address from now on: old links die, what waits for an answer too."""
        for own in unit.requests.of(subscriber.id):
            unit.requests.finish(own.id, at=now)
        back = BACK in request.details
        usable = back or (self._free(unit, request.email) and not is_locked(subscriber))
        if not usable or not _moved(unit, subscriber, request.email, now):
            return Outcome(result=Result.UNUSABLE, subscriber=subscriber)
        reason = unit.people.suppression(subscriber.email) or ""
        if subscriber.state is SubscriberState.UNSUBSCRIBED and reason.startswith(BOUNCED):
            unit.people.set_state(subscriber.id, SubscriberState.ACTIVE, at=now)
        unit.people.raise_epoch(subscriber.id)
        if not back:
            # To the old address alone: who moved the digest without its reader's will is found out there.
            undo = Request(
                public_id=token_urlsafe(12),
                kind=RequestKind.ADDRESS,
                at=now,
                subscriber=subscriber.id,
                email=subscriber.email,
                details={BACK: "1"},
                confirmed={End.OWN: now},
            )
            unit.requests.add(undo, [End.NEW])
        return Outcome(result=Result.MOVED, subscriber=unit.people.find(subscriber.public_id))

    def _free(self, unit: UnitOfWork, email: str) -> bool:
        """Tell whether mail may be moved to an address: nobody's, and neither suppressed nor forgotten."""
        return all(unit.people.suppression(name) is None for name in (email, *self.traces(email)))


def _of(unit: UnitOfWork, request: Request) -> Subscriber | None:
    if request.subscriber is None:
        return None
    try:
        return unit.people.get(request.subscriber)
    except UnknownSubscriber:
        raise LinkExpired("the subscriber of this link is gone") from None


def _hold(unit: UnitOfWork, matter: Matter) -> None:
    """Hold whom a request is about, before the request itself, as an erasure does."""
    if matter.subscriber is not None:
        unit.people.hold(matter.subscriber.id)
    elif (known := reader_at(unit, matter.request.email)) is not None:
        unit.people.hold(known.id)


def _moved(unit: UnitOfWork, subscriber: Subscriber, email: str, now: datetime) -> bool:
    """Write the new address, and beside what the file says the wish for it; False if it is taken."""
    wanted = replace(subscriber, email=email)
    try:
        unit.people.change(subscriber.id, wanted)
    except InputError:
        return False
    if subscriber.origin is Origin.FILE:
        held = tuple(unit.people.wishes([subscriber.id]).get(subscriber.id, ()))
        file: DeclaredSubscriber = declared_before(subscriber, held)
        unit.people.set_wishes(subscriber.id, wishes_of(file, wanted, held=held, at=now))
    return True
