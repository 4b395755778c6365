"""Bounces and complaints: whose mail they are about, and what follows for that reader.

A delivery is found by the tag of its return address or by the Message-ID of what came back; both are
keyed hashes that nobody can guess. An address that a report merely names proves nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from recommender.digest.links import TOKEN, LinkClaim, Links
from recommender.digest.mail_links import token_in
from recommender.digest.return_path import ReturnPaths
from recommender.domain.bounces import verdict
from recommender.domain.editions import Delivery
from recommender.domain.errors import LinkError, UnknownSubscriber
from recommender.domain.inbound import InboundKind, InboundMail, Reading
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, UnitOfWork
from recommender.services.answers import Carried
from recommender.services.bouncing import DELAYED, Bouncing
from recommender.services.unsubscribing import COMPLAINED, stop

_UNSUBSCRIBE_URL = re.compile(rf"/u/({TOKEN.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Carries out what reports about our mail say, inside a transaction of the caller's."""

    links: Links
    paths: ReturnPaths
    bouncing: Bouncing
    clock: Clock

    def delivery_of(self, unit: UnitOfWork, reading: Reading) -> Delivery | None:
        """Return the delivery that a message is about, or None."""
        for address in reading.recipients:
            number = self.paths.delivery(address)
            if number is not None and (found := unit.outbox.delivery(number)):
                return found
        for name in reading.originals:
            if found := unit.outbox.by_message_id(name):
                return found
        return None

    def bounce(self, unit: UnitOfWork, reading: Reading) -> Carried:
        """Record a bounce and stop mailing its reader if it is time to."""
        row = self.delivery_of(unit, reading)
        if row is None:
            return Carried(kind=InboundKind.UNKNOWN)
        judged = verdict(reading.diagnostic, reading.status)
        hard = reading.permanent and judged.hard
        words = f"{judged.status} {reading.diagnostic}".strip()
        mail = InboundMail(
            key=reading.key,
            at=self.clock.now(),
            kind=InboundKind.HARD_BOUNCE if hard else InboundKind.SOFT_BOUNCE,
            subscriber=row.subscriber,
            delivery=row.id,
            detail=words if reading.permanent else f"{DELAYED}{words}",
        )
        judged_before = self.bouncing.knows(unit, row)
        if not unit.inbound.record(mail):
            return Carried(kind=mail.kind, again=True)
        # A second report of one edition says nothing new.
        warnings = self.bouncing.decide(unit, row) if reading.permanent and not judged_before else []
        return Carried(kind=mail.kind, ours=True, warnings=tuple(warnings))

    def complaint(self, unit: UnitOfWork, reading: Reading) -> Carried:
        """Stop mailing the reader of whose mail a provider says that it was called spam."""
        row = self.delivery_of(unit, reading)
        subscriber = self._complainer(unit, reading, row)
        if subscriber is None:
            return Carried(kind=InboundKind.UNKNOWN)
        now = self.clock.now()
        mail = InboundMail(
            key=reading.key,
            at=now,
            kind=InboundKind.COMPLAINT,
            subscriber=subscriber.id,
            delivery=row.id if row else None,
        )
        if not unit.inbound.record(mail):
            return Carried(kind=mail.kind, again=True)
        stop(unit, subscriber, reason=COMPLAINED, at=now)
        words = f"subscriber {subscriber.key or subscriber.id}: {COMPLAINED}"
        return Carried(kind=mail.kind, ours=True, warnings=(words,))

    def _complainer(self, unit: UnitOfWork, reading: Reading, row: Delivery | None) -> Subscriber | None:
        """Return the reader of the delivery, or else of the unsubscribe link in what was complained of."""
        names = [row.email] if row else []
        names += [claim.public_id for claim in self._claims(reading)]
        for name in names:
            try:
                return unit.people.find(name)
            except UnknownSubscriber:
                continue
        return None

    def _claims(self, reading: Reading) -> Iterator[LinkClaim]:
        for way in reading.ways_out:
            tokens = [match[1] for match in _UNSUBSCRIBE_URL.finditer(way)]
            named = token_in(unquote(way))
            tokens += [named[1]] if named and named[0] == "unsubscribe" else []
            for token in tokens:
                try:
                    yield self.links.read("unsubscribe", token, self.clock.now())
                except LinkError:
                    continue
