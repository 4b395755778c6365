"""Deletes what has been kept long enough: once a day, and as often as anybody likes."""

from dataclasses import dataclass

from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.domain.retention import Keeping, limits
from recommender.ports import Clock, Store
from recommender.ports.leavings import WrittenMail
from recommender.services.unlearning import Unlearning


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Clears up; `artifacts` finishes what an interrupted `forget` left undone."""

    store: Store
    clock: Clock
    keeping: Keeping
    mail: WrittenMail
    artifacts: Unlearning

    def run(self) -> Report:
        """Delete what is too old. Counts: requests, editions, inbound_mails, entries, files, artifacts."""
        allowed = limits(self.keeping, self.clock.now())
        with self.store.write() as unit:
            counts = dict(unit.holdings.clear(allowed))
        failures: list[Refused] = []
        try:
            old = self.mail.older(allowed.outbox) if allowed.outbox else []
            counts["files"] = self.mail.remove(old)
        except OSError as error:
            counts["files"] = 0
            failures.append(Refused(place="outbox folder", reason=f"a file stays: {error.strerror}"))
        counts["artifacts"] = self.artifacts.forget(unreadable=False)
        return Report(name="retention", counts=counts, failures=tuple(failures))
