"""Mail that comes back: acts of readers, bounces, complaints, and the noise around them.

One message is one transaction: what it says takes effect and its key is recorded together, so a process
that dies loses nothing and does nothing twice; only then is the message marked as read. What is not
ours, or cannot be shown to be, changes nothing and stays as it was.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from recommender.domain.errors import LinkError, MailboxError
from recommender.domain.inbound import Fetched, Form, InboundKind, InboundMail, Reading
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.ports import Clock, Mailbox, MailboxSession, Store, UnitOfWork
from recommender.services.acknowledging import Acknowledging, Done
from recommender.services.answers import Answers, Carried
from recommender.services.returned import Returned

_COUNTED = {
    InboundKind.VOTE: "votes",
    InboundKind.SAVE: "saves",
    InboundKind.LEVER: "levers",
    InboundKind.UNSUBSCRIBE: "unsubscribes",
    InboundKind.UNDO: "undone",
    InboundKind.HELP: "help",
    InboundKind.HARD_BOUNCE: "hard_bounces",
    InboundKind.SOFT_BOUNCE: "soft_bounces",
    InboundKind.COMPLAINT: "complaints",
    InboundKind.AUTOMATIC: "automatic",
    InboundKind.UNKNOWN: "unknown",
}


@dataclass(slots=True)
class _Pass:
    counts: Counter[InboundKind] = field(default_factory=Counter)
    acts: list[Done] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failures: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Reads the inbox once. `read` turns bytes into a reading and never raises.

    Without `acknowledging` nobody is answered.
    """

    store: Store
    mailbox: Mailbox
    read: Callable[[bytes], Reading]
    answers: Answers
    returned: Returned
    clock: Clock
    acknowledging: Acknowledging | None = None

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Report:
        """Read what is there until nothing is left or `stopping` says so.

        Counts: votes, saves, unsubscribes, undone, help, hard_bounces, soft_bounces, complaints,
        automatic, unknown. An inbox that cannot be read is a failure of the report.
        """
        done = _Pass()
        try:
            with self.mailbox.open() as session:
                for fetched in session.fetch():
                    if stopping():
                        session.again(fetched.handle)
                        break
                    self._take(session, fetched, done)
        except MailboxError as error:
            done.failures.append(Refused(place="inbox", reason=str(error)))
        if self.acknowledging is not None:
            done.warnings += self.acknowledging.send(done.acts)
        counts = {name: done.counts[kind] for kind, name in _COUNTED.items()}
        return Report(
            name="inbox", counts=counts, failures=tuple(done.failures), warnings=tuple(done.warnings)
        )

    def _take(self, session: MailboxSession, fetched: Fetched, done: _Pass) -> None:
        """Deal with one message; whatever the store says against it waits for the next pass."""
        reading = self.read(fetched.content)
        try:
            with self.store.write() as unit:
                carried = self._carry_out(unit, reading, fetched.arrived)
        except BaseException:
            session.again(fetched.handle)
            raise
        if carried.again:
            # Read before: the process died between the store and the mark, or a copy came another way.
            self._mark(session, fetched)
            return
        done.counts[carried.kind] += 1
        done.warnings += carried.warnings
        if carried.act is not None:
            done.acts.append(carried.act)
        if carried.ours:
            self._mark(session, fetched)

    def _mark(self, session: MailboxSession, fetched: Fetched) -> None:
        if not fetched.read:
            session.done(fetched.handle)

    def _carry_out(self, unit: UnitOfWork, reading: Reading, arrived: datetime | None) -> Carried:
        if reading.form is Form.COMPLAINT:
            return self.returned.complaint(unit, reading)
        if reading.form is Form.BOUNCE:
            return self.returned.bounce(unit, reading)
        if reading.form is Form.AUTOMATIC:
            return self._automatic(unit, reading)
        try:
            return self.answers.act(unit, reading, arrived)
        except LinkError:
            return Carried(kind=InboundKind.UNKNOWN)

    def _automatic(self, unit: UnitOfWork, reading: Reading) -> Carried:
        """Leave an automatic answer alone, whatever its subject holds; mark it if it answers mail of ours."""
        delivery = self.returned.delivery_of(unit, reading)
        if delivery is None:
            return Carried(kind=InboundKind.AUTOMATIC)
        mail = InboundMail(
            key=reading.key,
            at=self.clock.now(),
            kind=InboundKind.AUTOMATIC,
            subscriber=delivery.subscriber,
            delivery=delivery.id,
        )
        return Carried(kind=InboundKind.AUTOMATIC, ours=True, again=not unit.inbound.record(mail))
