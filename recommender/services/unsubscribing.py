"""Whether mail goes out, as the reader decides it: unsubscribe, pause, and back again.

It does not touch what the configuration file declares; a suppression outlives any reload of it.
"""

from collections.abc import Sequence
from datetime import datetime

from recommender.domain.bounces import BOUNCED
from recommender.domain.errors import InputError
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import Clock, Store, UnitOfWork

OWN_WISH = "unsubscribed by the reader"
COMPLAINED = "complaint: the reader called a digest spam"
_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})


class Unsubscribing:
    """Every method is one write transaction, safe to repeat, and returns the subscriber as it then stands."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def unsubscribe(self, subscriber: Subscriber) -> Subscriber:
        """Stop all mail to this reader and suppress the address (RFC 8058 asks for no more than this call).

        Readers who get no mail anyway (removed, imported) keep their state and are suppressed too.
        """
        with self._store.write() as uow:
            return stop(uow, subscriber, reason=OWN_WISH, at=self._clock.now())

    def undo(
        self, subscriber: Subscriber, *, paused: bool = False, until: datetime | None = None
    ) -> Subscriber:
        """Lift the suppression and return to active, or to paused `until` if that is what stood before."""
        with self._store.write() as uow:
            return begin_again(uow, subscriber, at=self._clock.now(), paused=paused, until=until)

    def lift(self, reference: str, *, asked: bool = False) -> Subscriber:
        """Mail somebody again whose mail bounced.

        Raises UnknownSubscriber, or InputError where nothing is suppressed, or where the reader's own
        wish stands against it and they were not `asked`.
        """
        with self._store.write() as uow:
            uow.people.hold(uow.people.find(reference).id)
            current = uow.people.find(reference)
            reason = uow.people.suppression(current.email)
            if reason is None:
                raise InputError(f"{current.email} is not suppressed; `paperroute subscribers` says who is")
            if reason in (OWN_WISH, COMPLAINED) and not asked:
                raise InputError(f"{current.email}: {reason}; if they asked for mail again, add --asked")
            return begin_again(uow, current, at=self._clock.now())

    def readmit(self, traces: Sequence[str], *, asked: bool = False) -> bool:
        """Let somebody who was forgotten be taken in again, known by the traces of the address.

        False where nobody was; raises InputError where they were and were not `asked`.
        """
        with self._store.write() as uow:
            uow.people.hold_everybody()
            kept = [trace for trace in traces if uow.people.suppression(trace) is not None]
            if kept and not asked:
                raise InputError("this person was forgotten; if they asked for mail again, add --asked")
            for trace in kept:
                uow.people.lift(trace)
            return bool(kept)

    def pause(self, subscriber: Subscriber, *, until: datetime | None = None) -> Subscriber:
        """Hold all mail until a moment, or until `resume`; who is paused already is paused anew."""
        with self._store.write() as uow:
            uow.people.hold(subscriber.id)
            current = uow.people.find(subscriber.public_id)
            if current.state in _MAILED:
                now = self._clock.now()
                uow.people.set_state(current.id, SubscriberState.PAUSED, at=now, until=until)
            return uow.people.find(subscriber.public_id)

    def resume(self, subscriber: Subscriber) -> Subscriber:
        """Let mail go out again; only a paused reader can resume."""
        with self._store.write() as uow:
            uow.people.hold(subscriber.id)
            current = uow.people.find(subscriber.public_id)
            if current.state is SubscriberState.PAUSED:
                uow.people.set_state(current.id, SubscriberState.ACTIVE, at=self._clock.now())
            return uow.people.find(subscriber.public_id)


def stop(uow: UnitOfWork, subscriber: Subscriber, *, reason: str, at: datetime) -> Subscriber:
    """Stop all mail to a reader inside a transaction.

    An address that is suppressed keeps its reason, unless it only bounced: that would be lifted unasked.
    """
    uow.people.hold(subscriber.id)
    current = uow.people.find(subscriber.public_id)
    known = uow.people.suppression(current.email)
    if known is None or known.startswith(BOUNCED):
        uow.people.suppress(current.email, reason=reason, at=at)
    if current.state in _MAILED:
        uow.people.set_state(current.id, SubscriberState.UNSUBSCRIBED, at=at)
    return uow.people.find(subscriber.public_id)


def begin_again(
    uow: UnitOfWork,
    subscriber: Subscriber,
    *,
    at: datetime,
    paused: bool = False,
    until: datetime | None = None,
) -> Subscriber:
    """Lift the suppression of a reader inside a transaction, and let mail go out unless it was paused."""
    uow.people.hold(subscriber.id)
    current = uow.people.find(subscriber.public_id)
    uow.people.lift(current.email)
    if current.state is SubscriberState.UNSUBSCRIBED:
        state = SubscriberState.PAUSED if paused else SubscriberState.ACTIVE
        uow.people.set_state(current.id, state, at=at, until=until)
    return uow.people.find(subscriber.public_id)
