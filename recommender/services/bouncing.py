"""Who is not mailed any more because mail to them does not arrive.

Looks at both ways a failure is told: a bounce that came back, and a refusal while the relay listened,
which the outbox keeps as the reply of a failed delivery. The decision itself is `domain.bounces`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from recommender.domain.bounces import BouncePolicy, Event, Outcome, suppression_reason, verdict
from recommender.domain.editions import Delivery, DeliveryState
from recommender.domain.errors import UnknownSubscriber
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.domain.reports import Report
from recommender.ports import Clock, Store, UnitOfWork

DELAYED = "delayed: "
"""Begins the detail of a bounce that says that a server still tries: no failure, and no arrival."""
_REFUSED = re.compile(r"5\d\d[ -]")


@dataclass(frozen=True, slots=True)
class Bouncing:
    """Suppresses readers whose mail bounces, by the numbers of a policy."""

    store: Store
    clock: Clock
    policy: BouncePolicy = field(default_factory=BouncePolicy)

    def run(self, *, since: datetime) -> Report:
        """Decide about the readers of deliveries that failed at `since` or later. Counts: suppressed."""
        stopped: list[str] = []
        with self.store.read() as unit:
            rows = unit.outbox.failed_since(since)
            failed = {row.subscriber: row for row in rows if row.to_present_address}
        for row in failed.values():
            with self.store.write() as unit:
                stopped += self.decide(unit, row)
        return Report(name="bounces", counts={"suppressed": len(stopped)}, warnings=tuple(stopped))

    def knows(self, unit: UnitOfWork, row: Delivery) -> bool:
        """Tell whether a delivery is known to have bounced; a notice of delay is no bounce yet."""
        told = unit.inbound.bounces(row.subscriber, since=self.clock.now() - self.policy.memory)
        return any(mail.delivery == row.id and not mail.detail.startswith(DELAYED) for mail in told)

    def decide(self, unit: UnitOfWork, row: Delivery) -> list[str]:
        """Suppress the reader of a delivery if it is time to; return what was done, in words, if anything.

        To be called when something new is known of that delivery: a reader whom somebody let in again is
        judged anew by the next bounce, not by the old ones alone. What went to an address that the reader
        has given up says nothing of the present one.
        """
        if not row.to_present_address:
            return []
        unit.people.hold(row.subscriber)
        now = self.clock.now()
        since = now - self.policy.memory
        bounces = _worst(unit.inbound.bounces(row.subscriber, since=since))
        made = [each for each in unit.outbox.made_for(row.subscriber, since=since) if each.to_present_address]
        events = [event for each in made if (event := _event(each, bounces.get(each.id)))]
        reason = suppression_reason(events, self.policy)
        if reason is None:
            return []
        try:
            subscriber = unit.people.find(row.email)
        except UnknownSubscriber:
            return []
        if unit.people.suppression(subscriber.email) is not None:
            return []
        # The address alone is at fault: what the reader wished stays as it is.
        unit.people.suppress(subscriber.email, reason=reason, at=now)
        return [f"subscriber {subscriber.key or subscriber.id}: {reason}"]


def _worst(told: Iterable[InboundMail]) -> dict[int | None, InboundMail]:
    """Return by delivery what is worst of it: a mailbox that is gone, then other failures, then delays."""
    found: dict[int | None, InboundMail] = {}
    for mail in told:
        known = found.get(mail.delivery)
        if known is None or _weight(mail) > _weight(known):
            found[mail.delivery] = mail
    return found


def _weight(mail: InboundMail) -> int:
    if mail.kind is InboundKind.HARD_BOUNCE:
        return 2
    return 0 if mail.detail.startswith(DELAYED) else 1


def _event(row: Delivery, bounce: InboundMail | None) -> Event | None:
    """Return what a delivery says of its reader; None where it says nothing, or something of us."""
    if bounce is not None:
        judged = verdict(bounce.detail)
        outcome = Outcome.HARD if bounce.kind is InboundKind.HARD_BOUNCE else Outcome.SOFT
        silent = judged.ours or bounce.detail.startswith(DELAYED)
        return None if silent else Event(outcome=outcome, at=bounce.at, status=judged.status)
    when = row.date
    if row.state is DeliveryState.SENT and when is not None:
        return Event(outcome=Outcome.ARRIVED, at=when)
    if row.state is DeliveryState.FAILED and when is not None and _REFUSED.match(row.reply):
        judged = verdict(row.reply)
        outcome = Outcome.HARD if judged.hard else Outcome.SOFT
        return None if judged.ours else Event(outcome=outcome, at=when, status=judged.status)
    return None
