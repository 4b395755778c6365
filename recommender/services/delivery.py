"""Sending what the outbox holds: each row once, whatever dies in between.

expire what is too old → connect → claim → render → guard → hand over → settle, on one connection or
several. A row is marked in doubt by the transaction that also asks for the last time whether its
reader still wants it, just before the body goes; from there on nothing but an answer of the relay, a
start-up or a person moves it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from recommender.domain.editions import Delivery, DeliveryState, Settlement
from recommender.domain.errors import MailDeferred
from recommender.domain.reports import Report
from recommender.ports import Clock, Mailer, MailSession, Store, UnitOfWork
from recommender.services.delivery_policy import DeliveryPolicy, is_due
from recommender.services.delivery_run import Pace, Progress, RelayHealth, Run, place
from recommender.services.sending import Desk, Guard, Render, Sender, is_expired, pay, wanted

__all__ = ["DeliveryService", "Guard", "Progress", "Render"]


@dataclass(slots=True)
class DeliveryService:
    """Sends what the outbox holds. One run at a time per object; many objects may share a store.

    `render` and `guard` are as in `sending.Desk`.
    """

    store: Store
    mailer: Mailer
    render: Render
    clock: Clock
    guard: Guard
    policy: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    notices: Callable[[], Sequence[str]] = tuple
    """What there is to say of the messages that were made since this was last asked."""
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        """Keep what is remembered from run to run: how the relay fares, and the pace."""
        self.desk = Desk(
            store=self.store,
            render=self.render,
            guard=self.guard,
            clock=self.clock,
            policy=self.policy,
            relay=RelayHealth(self.policy),
            pace=Pace(self.policy.per_minute),
        )

    def recover(self) -> int:
        """Hold the rows that a dead process left in doubt; return how many.

        With `retry_in_doubt` they are deferred instead, as often as it says. For start-up only: a row
        that a living process has in doubt would be held until its answer.
        """
        now = self.clock.now()
        policy = self.policy
        with self.store.write() as unit:
            return unit.outbox.hold_in_doubt(
                now=now, again=policy.retry_in_doubt, retry_at=now + policy.backoff
            )

    def dry_run(self) -> Sequence[Delivery]:
        """Return what a run would try to send now, in id order; changes nothing."""
        now = self.clock.now()
        with self.store.read() as unit:
            rows = [row for row in _waiting(unit) if is_due(row, now)]
            welcome = wanted(unit, rows)
            sendable = [
                row for row in rows if row.id in welcome and not is_expired(self.policy, unit, row, now)
            ]
        return sorted(sendable, key=lambda row: row.id)

    def run(
        self, progress: Progress = lambda _how, _done: None, stopping: Callable[[], bool] = lambda: False
    ) -> Report:
        """Send until nothing is due, the relay rests, or `stopping` says so.

        Counts: sent, deferred, failed, held, suppressed, expired. Failures are the rows (or the relay)
        behind deferred, failed and held.
        """
        run = Run(progress=progress, stopping=stopping)
        self._send_all(run)
        for notice in self.notices():
            run.warn(notice)
        return run.report()

    def _send_all(self, run: Run) -> None:
        pay(self.desk, run)
        due = self._expire(run)
        if not due:
            return
        if until := self.desk.relay.rests_until(self.clock.now()):
            run.warn(f"the relay rests until {until:%H:%M} UTC")
            return
        try:
            session = self.mailer.open()
        except MailDeferred as error:
            # Before any claim: a relay that is down must not use up the attempts of the rows.
            self.desk.relay.refused(self.clock.now())
            run.halt(error.reply)
            return
        helpers = self._more_connections(min(self.policy.used_connections, due) - 1, run)
        with self._at_work(session, run) as sender:
            try:
                if helpers:
                    sender.work(lost=False)
            except BaseException:
                run.halt()
                raise
            finally:
                for helper in helpers:
                    helper.join()
            # A row that kills its process must find no others in hand: one connection, one row.
            sender.work()

    def inherit(self, desk: Desk) -> None:
        """Go on from where a service on the same store stands: what it is owed, the relay, the pace."""
        desk.relay.policy, desk.pace.per_minute = self.policy, self.policy.per_minute
        self.desk = replace(self.desk, owed=desk.owed, relay=desk.relay, pace=desk.pace)

    def _more_connections(self, count: int, run: Run) -> list[threading.Thread]:
        """Start further connections, each in a thread that cannot keep a stopped process alive."""
        threads = [
            threading.Thread(target=self._help, args=(run,), name=f"delivery-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _help(self, run: Run) -> None:
        """Work on a connection of one's own; a relay that allows no more of them is no failure."""
        try:
            session = self.mailer.open()
        except MailDeferred as error:
            run.warn(f"a further connection was refused: {error.reply}")
            return
        try:
            with self._at_work(session, run) as sender:
                sender.work(lost=False)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to; the report tells it
            run.halt(f"a connection broke off: {type(error).__name__}: {error}")

    @contextmanager
    def _at_work(self, session: MailSession, run: Run) -> Iterator[Sender]:
        try:
            yield Sender(self.desk, session, run)
        except BaseException:
            # What stops one connection stops them all; the rows in hand come back with their lease.
            run.halt()
            raise
        finally:
            session.close()

    def _expire(self, run: Run) -> int:
        """Expire what is too old; return how many rows are left to send now."""
        now = self.clock.now()
        with self.store.read() as unit:
            waiting = _waiting(unit)
            old = [
                row
                for row in waiting
                if row.state is not DeliveryState.CLAIMED and is_expired(self.policy, unit, row, now)
            ]
        gone = {row.id for row in old}
        for row in old:
            self._let_go(row, run)
        return sum(row.id not in gone and is_due(row, now) for row in waiting)

    def _let_go(self, row: Delivery, run: Run) -> None:
        expired = Settlement(state=DeliveryState.EXPIRED, reply="older than it is worth")
        with self.store.write() as unit:
            settled = unit.outbox.settle(row, expired, now=self.clock.now())
        if settled:
            run.count(row, DeliveryState.EXPIRED, expired.reply)
        else:
            run.warn(f"{place(row)} was taken over by another worker")


def _waiting(unit: UnitOfWork) -> list[Delivery]:
    """Return the rows that are not settled and not in anybody's doubt."""
    states = (DeliveryState.READY, DeliveryState.DEFERRED, DeliveryState.CLAIMED)
    return [row for state in states for row in unit.outbox.deliveries(state)]
