"""One connection's share of a run: claim rows, make their messages, hand them over, record how it ended."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from recommender.domain.discretion import masked
from recommender.domain.editions import Delivery, DeliveryState, Envelope, Settlement
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected, UnknownSubscriber
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, MailSession, Store, UnitOfWork
from recommender.services.delivery_policy import (
    DeliveryPolicy,
    Prepared,
    expired,
    may_be_mailed,
    may_be_stale,
    next_attempt,
)
from recommender.services.delivery_run import Pace, RelayHealth, Run, place

Render = Callable[[UnitOfWork, Delivery], tuple[Envelope, bytes]]
Guard = Callable[[Envelope, bytes], None]
_STORE_FAILED = "not sent: the store failed just before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every connection of one service works with.

    `render` makes envelope and message of a row and raises what it likes when the row is poison;
    `guard` raises MailRejected for a message that must not go out; `owed` is what the store would not
    take when it happened.
    """

    store: Store
    render: Render
    guard: Guard
    clock: Clock
    policy: DeliveryPolicy
    relay: RelayHealth
    pace: Pace
    owed: list[tuple[Delivery, Settlement]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends over one session until nothing is due or the run is over."""

    desk: Desk
    session: MailSession
    run: Run

    def work(self, *, lost: bool = True) -> None:
        """Claim and send, batch after batch; without `lost` leave rows on which a worker died alone."""
        while not self.run.over() and (rows := self._claim(lost=lost)):
            self._send_batch(rows)

    def _claim(self, *, lost: bool) -> Sequence[Delivery]:
        policy = self.desk.policy
        with self.desk.store.write() as unit:
            return unit.outbox.claim(
                worker=policy.worker,
                now=self.desk.clock.now(),
                lease=policy.lease,
                limit=policy.claim_limit,
                lost=lost,
            )

    def _send_batch(self, rows: Sequence[Delivery]) -> None:
        """Send claimed rows one by one; give back what is left when the run or the lease ends."""
        with self.desk.store.read() as unit:
            welcome = wanted(unit, rows)
            old = {row.id for row in rows if is_expired(self.desk.policy, unit, row, self.desk.clock.now())}
        for position, row in enumerate(rows):
            self.desk.pace.wait(self.run.over)
            if self.run.over() or (row.lease_until is not None and row.lease_until <= self.desk.clock.now()):
                self._give_back(rows[position:])
                return
            if row.losses >= self.desk.policy.poison_losses:
                self._settle(row, DeliveryState.FAILED, _poison(row))
            elif row.id in old:
                # Claimed by a process that died, and found again too late.
                self._settle(row, DeliveryState.EXPIRED, "older than it is worth")
            elif row.id not in welcome:
                self._settle(row, DeliveryState.SUPPRESSED, "mail is not wanted any more")
            elif isinstance(made := self._make(row), str):
                self._settle(row, DeliveryState.FAILED, made)
            else:
                self._send(made)

    def _make(self, row: Delivery, *, again: bool = True) -> Prepared | str:
        """Return the checked message of a row, or in words why there is none.

        What cannot be rendered is looked at a second time: it may have been the store that failed.
        """
        with self.desk.store.read() as unit:
            try:
                envelope, message = self.desk.render(unit, row)
                self.desk.guard(envelope, message)
            except MailRejected as error:
                return error.reply
            except Exception as error:  # noqa: BLE001 - a template raises anything; one row must not stop all
                why = f"cannot be rendered: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
            else:
                return Prepared(delivery=row, envelope=envelope, message=message)
        return self._make(row, again=False) if again else why

    def _send(self, prepared: Prepared) -> None:
        row, relay = prepared.delivery, self.desk.relay
        mark = _Mark(self.desk, prepared)
        try:
            reply = self.session.send(prepared.envelope, prepared.message, mark)
        except MailInDoubt as error:
            self._doubt(row, error.reply)
        except MailRejected as error:
            self._settle(row, DeliveryState.FAILED, error.reply)
            if relay.rejected():
                self._rest("several messages in a row were refused for good")
        except MailDeferred as error:
            self._settle(row, mark.stop or DeliveryState.DEFERRED, error.reply)
            self._put_off(error, mark)
        except Exception as error:
            # Nothing else would ever move the row on while this process lives.
            if mark.made:
                self._doubt(row, f"{type(error).__name__}: {error}")
            raise
        else:
            relay.answered()
            self._settle(row, DeliveryState.SENT, reply)

    def _put_off(self, error: MailDeferred, mark: "_Mark") -> None:
        """Draw from a message that did not go what it says of the relay."""
        if error.relay:
            self._rest(error.reply)
        elif error.silent:
            self._silence()
        elif mark.made:
            self.desk.relay.answered()

    def _doubt(self, row: Delivery, reply: str) -> None:
        """Hold a row nobody can know the end of, or let it go once more where that was asked for."""
        again = row.doubts < self.desk.policy.retry_in_doubt
        state = DeliveryState.DEFERRED if again else DeliveryState.HELD
        self._settle(row, state, f"in doubt: {reply}", doubt=True)
        self._silence()

    def _silence(self) -> None:
        """Remember that a message got no answer; after several in a row the relay is left alone."""
        if self.desk.relay.fell_silent():
            self._rest("several messages in a row were left without an answer")

    def _rest(self, reason: str) -> None:
        """Leave the relay alone for a while, and begin no further message."""
        self.desk.relay.refused(self.desk.clock.now())
        self.run.halt(reason)

    def _give_back(self, rows: Sequence[Delivery]) -> None:
        now = self.desk.clock.now()
        with self.desk.store.write() as unit:
            for row in rows:
                unit.outbox.settle(row, Settlement(state=DeliveryState.READY), now=now)

    def _settle(self, row: Delivery, state: DeliveryState, reply: str, *, doubt: bool = False) -> None:
        """Record how an attempt ended; where the row has moved on without us, it is not ours to count.

        The store may have suppressed a row itself, in the transaction that refused the mark.
        """
        now = self.desk.clock.now()
        again = next_attempt(self.desk.policy, row, now) if state is DeliveryState.DEFERRED else None
        settlement = Settlement(state=state, reply=masked(reply), next_attempt_at=again, doubt=doubt)
        try:
            with self.desk.store.write() as unit:
                settled = unit.outbox.settle(row, settlement, now=now)
                there = settled or unit.outbox.delivery(row.id) is not None
        except Exception:
            # The answer of the relay must outlive a store that is full or locked: see `pay`.
            self.desk.owed.append((row, settlement))
            raise
        if state is DeliveryState.READY:
            return
        if settled or state is DeliveryState.SUPPRESSED:
            self.run.count(row, state, reply)
        else:
            self.run.warn(moved_on(row, there=there))


@dataclass(slots=True)
class _Mark:
    """The question of one attempt just before the body: may it go? `stop` is where the row goes if not."""

    desk: Desk
    prepared: Prepared
    made: bool = False
    stop: DeliveryState | None = None

    def __call__(self) -> bool:
        """Mark the row in doubt, or learn why not."""
        row, now = self.prepared.delivery, self.desk.clock.now()
        try:
            with self.desk.store.write() as unit:
                made = unit.outbox.mark_in_doubt(row, now=now, body_sha256=self.prepared.sha256)
                if not made:
                    self.stop = _called_off(unit, row)
        except Exception:
            # Whether a commit that failed was kept is the store's secret; that nothing was sent is known.
            waits = Settlement(state=DeliveryState.DEFERRED, reply=_STORE_FAILED, next_attempt_at=now)
            self.desk.owed.append((row, waits))
            raise
        self.made = made
        return made


def wanted(unit: UnitOfWork, rows: Sequence[Delivery]) -> set[int]:
    """Return the ids of the rows whose subscriber may be mailed; one that is gone may not."""
    suppressed = unit.people.suppressed()
    found: set[int] = set()
    for row in rows:
        reader = _reader(unit, row)
        if reader is not None and may_be_mailed(reader, suppressed):
            found.add(row.id)
    return found


def _reader(unit: UnitOfWork, row: Delivery) -> Subscriber | None:
    """Return whose edition a row carries, also under an address that is newer than the row."""
    with suppress(UnknownSubscriber):
        reader = unit.people.find(row.email)
        if reader.id == row.subscriber:
            return reader
    now = unit.outbox.delivery(row.id)
    return unit.people.find(now.email) if now is not None else None


def pay(desk: Desk, run: Run) -> None:
    """Record what the store would not take when it happened; raises what it raises if it still will not.

    A row that waits for this is in doubt or claimed, so nobody sends it; should the process die first, the
    next one holds it.
    """
    while desk.owed:
        row, settlement = desk.owed[0]
        with desk.store.write() as unit:
            settled = unit.outbox.settle(row, settlement, now=desk.clock.now())
        desk.owed.pop(0)
        if settled and settlement.state is not DeliveryState.READY:
            run.count(row, settlement.state, settlement.reply)


def moved_on(row: Delivery, *, there: bool) -> str:
    """Say why a row could not be settled."""
    if there:
        return f"{place(row)} was taken over by another worker"
    return f"{place(row)} is gone: its reader was erased"


def is_expired(policy: DeliveryPolicy, unit: UnitOfWork, row: Delivery, now: datetime) -> bool:
    """Tell whether a row is no longer worth sending; its edition is read only where that may be so."""
    return may_be_stale(policy, row, now) and expired(policy, row, unit.outbox.edition(row.edition), now)


def _called_off(unit: UnitOfWork, row: Delivery) -> DeliveryState | None:
    """Return where a row goes whose mark was refused: nowhere new if another worker has it."""
    now = unit.outbox.delivery(row.id)
    if now is None or now.state is DeliveryState.SUPPRESSED:
        return DeliveryState.SUPPRESSED
    # The reader has a new address since the claim: the message is to be made again, for it.
    return DeliveryState.READY if now.fence == row.fence and now.email != row.email else None


def _poison(row: Delivery) -> str:
    return (
        f"set aside: {row.losses} workers in a row died with this row in hand;"
        f" `paperroute retry {row.id}` tries it once more"
    )
