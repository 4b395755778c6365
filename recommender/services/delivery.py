"""Carrying deliveries to the relay: claim → render → guard → send → settle.

The order of operations is the promise: a row is marked in doubt, in a transaction of its own that
re-checks the subscription, after the relay asked for the body and before a byte of it goes out. What
dies before the mark is sent again by somebody else; what dies after it is never sent again by itself.
No SMTP, no SQL and no rendering here, and no transaction is open while the relay is talked to.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from recommender.domain.editions import Delivery, DeliveryState, Envelope, Settlement
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected, UnknownSubscriber
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.ports import Clock, Mailer, MailSession, Store, UnitOfWork
from recommender.services.delivery_policy import (
    DeliveryPolicy,
    Prepared,
    expired,
    is_due,
    may_be_mailed,
    may_be_stale,
    next_attempt,
)

Render = Callable[[UnitOfWork, Delivery], tuple[Envelope, bytes]]
Guard = Callable[[Envelope, bytes], None]
Progress = Callable[[str, int], None]
"""Told how each row ended and how many rows are done."""

_COUNTED = (
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.IN_DOUBT,
    DeliveryState.SUPPRESSED,
    DeliveryState.EXPIRED,
)


@dataclass(slots=True)
class DeliveryService:
    """Sends what the outbox holds. One run at a time per object; many objects may share a store.

    `render` makes envelope and message of a row and raises what it likes when the row is poison;
    `guard` raises MailRejected for a message that must not go out.
    """

    store: Store
    mailer: Mailer
    render: Render
    clock: Clock
    guard: Guard
    policy: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    _relay_rests_until: datetime | None = field(default=None, init=False)

    def recover(self) -> int:
        """Hold the rows that a dead process left in doubt; return how many.

        For start-up only: a row that a living process has in doubt would be held until its answer.
        """
        with self.store.write() as unit:
            return unit.outbox.hold_in_doubt(now=self.clock.now())

    def dry_run(self) -> Sequence[Delivery]:
        """Return what a run would try to send now, in id order; changes nothing."""
        now = self.clock.now()
        with self.store.read() as unit:
            rows = [row for row in _waiting(unit) if is_due(row, now)]
            wanted = _wanted(unit, rows)
            sendable = [row for row in rows if row.id in wanted and not self._is_expired(unit, row, now)]
        return sorted(sendable, key=lambda row: row.id)

    def run(
        self, progress: Progress = lambda _how, _done: None, stopping: Callable[[], bool] = lambda: False
    ) -> Report:
        """Send until nothing is due, the relay rests, or `stopping` says so.

        Counts: sent, deferred, failed, in_doubt, suppressed, expired. Failures are the rows (or the
        relay) behind deferred, failed and in_doubt.
        """
        run = _Run(progress=progress, stopping=stopping)
        if not self._expire(run):
            return run.report()
        if self._relay_rests():
            run.warnings.append(f"the relay rests until {self._relay_rests_until:%H:%M} UTC")
            return run.report()
        try:
            session = self.mailer.open()
        except MailDeferred as error:
            # Before any claim: a relay that is down must not use up the attempts of the rows.
            self._rest(error, run)
            return run.report()
        try:
            while not run.halted and (rows := self._claim()):
                self._send_batch(session, rows, run)
        finally:
            session.close()
        return run.report()

    def _relay_rests(self) -> bool:
        """Tell whether to leave the relay alone; a clock that went back far ends the rest."""
        until, now = self._relay_rests_until, self.clock.now()
        return until is not None and now < until <= now + self.policy.relay_rest

    def _expire(self, run: "_Run") -> bool:
        """Expire what is too old; tell whether anything is left to send now."""
        now = self.clock.now()
        with self.store.read() as unit:
            waiting = _waiting(unit)
            old = {
                row.id
                for row in waiting
                if row.state is not DeliveryState.CLAIMED and self._is_expired(unit, row, now)
            }
        for row in waiting:
            if row.id in old:
                self._settle(row, DeliveryState.EXPIRED, "older than it is worth", run)
        return any(row.id not in old and is_due(row, now) for row in waiting)

    def _is_expired(self, unit: UnitOfWork, row: Delivery, now: datetime) -> bool:
        return may_be_stale(self.policy, row, now) and expired(
            self.policy, unit.outbox.edition(row.edition), now
        )

    def _claim(self) -> Sequence[Delivery]:
        with self.store.write() as unit:
            return unit.outbox.claim(
                worker=self.policy.worker,
                now=self.clock.now(),
                lease=self.policy.lease,
                limit=self.policy.batch,
            )

    def _send_batch(self, session: MailSession, rows: Sequence[Delivery], run: "_Run") -> None:
        """Send claimed rows one by one; give back what is left when the run or the lease ends."""
        with self.store.read() as unit:
            wanted = _wanted(unit, rows)
            old = {row.id for row in rows if self._is_expired(unit, row, self.clock.now())}
        for position, row in enumerate(rows):
            run.halted = run.halted or run.stopping()
            if run.halted or (row.lease_until is not None and row.lease_until <= self.clock.now()):
                self._give_back(rows[position:])
                return
            if row.id in old:
                # Claimed by a process that died, and found again too late.
                self._settle(row, DeliveryState.EXPIRED, "older than it is worth", run)
            elif row.id not in wanted:
                self._settle(row, DeliveryState.SUPPRESSED, "mail is not wanted any more", run)
            elif isinstance(made := self._make(row), str):
                self._settle(row, DeliveryState.FAILED, made, run)
            else:
                self._send(session, made, run)

    def _make(self, row: Delivery) -> Prepared | str:
        """Return the checked message of a row, or in words why there is none."""
        with self.store.read() as unit:
            try:
                envelope, message = self.render(unit, row)
                self.guard(envelope, message)
            except MailRejected as error:
                return error.reply
            except Exception as error:  # noqa: BLE001 - a template raises anything; one row must not stop all
                return f"cannot be rendered: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return Prepared(delivery=row, envelope=envelope, message=message)

    def _send(self, session: MailSession, prepared: Prepared, run: "_Run") -> None:
        row = prepared.delivery
        wanted = True

        def on_in_doubt() -> bool:
            nonlocal wanted
            with self.store.write() as unit:
                marked = unit.outbox.mark_in_doubt(row, now=self.clock.now(), body_sha256=prepared.sha256)
                wanted = marked or bool(_wanted(unit, [row]))
            return marked

        try:
            reply = session.send(prepared.envelope, prepared.message, on_in_doubt)
        except MailInDoubt as error:
            # The row says in doubt already; only a start-up or a person may move it on.
            run.count(row, DeliveryState.IN_DOUBT, error.reply)
        except MailRejected as error:
            self._settle(row, DeliveryState.FAILED, error.reply, run)
        except MailDeferred as error:
            self._settle(
                row, DeliveryState.DEFERRED if wanted else DeliveryState.SUPPRESSED, error.reply, run
            )
            if error.relay:
                self._rest(error, run)
        else:
            self._settle(row, DeliveryState.SENT, reply, run)

    def _rest(self, error: MailDeferred, run: "_Run") -> None:
        """Leave the relay alone for a while: what it refused concerns every row."""
        self._relay_rests_until = self.clock.now() + self.policy.relay_rest
        run.halted = True
        run.failures.append(Refused(place="mail relay", reason=error.reply))

    def _give_back(self, rows: Sequence[Delivery]) -> None:
        with self.store.write() as unit:
            for row in rows:
                unit.outbox.settle(row, Settlement(state=DeliveryState.READY), now=self.clock.now())

    def _settle(self, row: Delivery, state: DeliveryState, reply: str, run: "_Run") -> None:
        """Record how an attempt ended; where the row has moved on without us, it is not ours to count.

        The store may have suppressed a row itself, in the transaction that refused the mark.
        """
        now = self.clock.now()
        again = next_attempt(self.policy, row, now) if state is DeliveryState.DEFERRED else None
        settlement = Settlement(state=state, reply=reply, next_attempt_at=again)
        with self.store.write() as unit:
            settled = unit.outbox.settle(row, settlement, now=now)
        if settled or state is DeliveryState.SUPPRESSED:
            run.count(row, state, reply)
        else:
            run.warnings.append(f"{_place(row)} was taken over by another worker")


@dataclass(slots=True, kw_only=True)
class _Run:
    """What one run has done so far."""

    progress: Progress
    stopping: Callable[[], bool]
    halted: bool = False
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    failures: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def count(self, row: Delivery, state: DeliveryState, reply: str = "") -> None:
        self.counts[state] += 1
        if state in (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT):
            self.failures.append(Refused(place=_place(row), reason=f"{state.value}: {reply}"))
        self.progress(state.value, self.counts.total())

    def report(self) -> Report:
        return Report(
            name="deliver",
            counts={state.value: self.counts[state] for state in _COUNTED},
            failures=tuple(self.failures),
            warnings=tuple(self.warnings),
        )


def _waiting(unit: UnitOfWork) -> list[Delivery]:
    """Return the rows that are not settled and not in anybody's doubt."""
    states = (DeliveryState.READY, DeliveryState.DEFERRED, DeliveryState.CLAIMED)
    return [row for state in states for row in unit.outbox.deliveries(state)]


def _wanted(unit: UnitOfWork, rows: Sequence[Delivery]) -> set[int]:
    """Return the ids of the rows whose subscriber may be mailed; one that is gone may not."""
    suppressed = unit.people.suppressed()
    wanted: set[int] = set()
    for row in rows:
        with suppress(UnknownSubscriber):
            if may_be_mailed(unit.people.find(row.email), suppressed):
                wanted.add(row.id)
    return wanted


def _place(row: Delivery) -> str:
    """Name a row without the address: reports end up in logs."""
    return f"delivery {row.id} ({row.edition_key})"
