"""A reader's data: everything that is held, handed out; and nothing of it left, where they ask for that.

Forgetting goes by steps, each of which may be repeated: no mail goes out any more, mail that is on its way is
waited for, the rows go in one transaction that leaves a trace of the address, then what lies outside the
store, and at last the store's files are freed of what was deleted. Who is interrupted starts again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recommender.digest.traces import PREFIX
from recommender.domain.editions import DeliveryState
from recommender.domain.errors import UnknownSubscriber
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.domain.requests import End
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import Clock, Scrubbed, Store, UnitOfWork
from recommender.ports.leavings import Naming, WrittenMail
from recommender.services.holding import Elsewhere, Export, Gathering
from recommender.services.unlearning import Unlearning

LETTER = "letter-"
"""What the files of letters begin with."""
ERASED = "erased"
"""Why a trace is suppressed."""
_PATIENCE = timedelta(seconds=30)
_LOOK_AGAIN = 0.05
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leavings:
    """What a reader leaves outside the store."""

    mail: WrittenMail
    artifacts: Unlearning
    named: Naming
    sources_of: Callable[[Subscriber], Sequence[str]]
    """Names of the sources that are a subscriber's own library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """Hands out and forgets. `traces` gives what stands for a forgotten address, the newest key's first."""

    store: Scrubbed
    clock: Clock
    traces: Callable[[str], Sequence[str]]
    gathering: Gathering
    leavings: Leavings
    sleep: Callable[[float], None] = time.sleep

    def held(self, reference: str) -> Export:
        """Return everything held about the subscriber known by address, id or public id.

        Raises UnknownSubscriber.
        """
        with self.store.read() as unit:
            subscriber = unit.people.find(reference)
            addresses = addresses_of(unit, subscriber)
        elsewhere = Elsewhere(
            artifacts=self.leavings.artifacts.holding(subscriber.id),
            mail=self.leavings.mail.of(addresses),
            declared_in=self.leavings.named(_words(subscriber, addresses)),
            sources=self.leavings.sources_of(subscriber),
        )
        return self.gathering.export(subscriber, elsewhere, now=self.clock.now())

    def export(self, subscriber: Subscriber) -> bytes:
        """Return everything held about a subscriber as a zip file. Raises UnknownSubscriber."""
        return self.held(subscriber.public_id).zipped()

    def forget(self, subscriber: Subscriber) -> Report:
        """Leave nothing of a subscriber but a trace of the address, lest the file brings them back.

        The report's counts say what went, its notes what is left for a person to do, its failures what could
        not be done. It names no address. Raises UnknownSubscriber.
        """
        on_its_way = self._stop(subscriber)
        with self.store.write() as unit:
            unit.people.hold(subscriber.id)
            person = unit.people.find(subscriber.public_id)
            addresses = addresses_of(unit, person)
            stems = [*_stems(unit, person), *self._letters(unit, person)]
            rows = sum(map(len, unit.holdings.of(person.id).values()))
            now = self.clock.now()
            unit.people.erase(person.id)
            rows += unit.holdings.forget([*addresses, person.public_id])
            rows += unit.holdings.forget_sources(self.leavings.sources_of(person))
            self._leave_traces(unit, addresses, now)
        words = _words(person, addresses)
        left = self._left(addresses, stems=stems, words=words, secret=person.public_id)
        warnings = ["a mail was on its way to the relay and may still arrive"] if on_its_way else []
        return _report(rows, left, warnings)

    def forget_known(self, reference: str) -> Report:
        """Forget whoever is known by an address, id or public id.

        That may be an address which only mail, requests or suppressions name. Raises UnknownSubscriber where
        nothing is held.
        """
        with self.store.read() as unit:
            person = _found(unit, reference)
        return self._forget_address(reference) if person is None else self.forget(person)

    def _forget_address(self, address: str) -> Report:
        """Forget an address that is no subscriber's."""
        with self.store.read() as unit:
            held = bool(unit.holdings.asked_for([address]) or unit.holdings.suppressions([address]))
            held = held or bool(unit.holdings.suppressions(self.traces(address)))
            held = held or bool(unit.holdings.mentions([address]))
        if "@" not in address or not (held or self.leavings.mail.of([address])):
            raise UnknownSubscriber(address)
        with self.store.write() as unit:
            rows = unit.holdings.forget([address])
            self._leave_traces(unit, [address], self.clock.now())
        return _report(rows, self._left([address], stems=(), words=[address], secret=""), [])

    def _letters(self, unit: UnitOfWork, person: Subscriber) -> list[str]:
        """Return the letters that went to addresses which a reader only asked for: they name the reader."""
        asked = [request.email for request in unit.requests.of(person.id)]
        return [stem for stem in self.leavings.mail.of(asked) if stem.startswith(LETTER)]

    def _stop(self, person: Subscriber) -> bool:
        """Let no more mail begin, and wait for what has begun; True if it has not ended in time."""
        with self.store.write() as unit:
            unit.people.set_state(person.id, SubscriberState.UNSUBSCRIBED, at=self.clock.now())
        for _ in range(int(_PATIENCE.total_seconds() / _LOOK_AGAIN)):
            with self.store.read() as unit:
                made = unit.outbox.made_for(person.id, since=_EVER)
            if not any(delivery.state is DeliveryState.IN_DOUBT for delivery in made):
                return False
            self.sleep(_LOOK_AGAIN)
        return True

    def _leave_traces(self, unit: UnitOfWork, addresses: Sequence[str], now: datetime) -> None:
        for address in addresses:
            unit.people.suppress(self.traces(address)[0], reason=ERASED, at=now)

    def _left(
        self, addresses: Sequence[str], *, stems: Sequence[str], words: Sequence[str], secret: str
    ) -> "_Left":
        """Clear what lies outside the store, then its files; return what came of it."""
        with self.store.read() as unit:
            others = [person.email for person in unit.people.all()]
        theirs = self.leavings.mail.of(addresses, stems=stems, others=others)
        files = self.leavings.mail.remove(theirs)
        artifacts = self.leavings.artifacts.forget()
        scrubbed = self.store.scrub()
        with self.store.read() as unit:
            mentions = unit.holdings.mentions([*addresses, secret])
        return _Left(
            files=files,
            artifacts=artifacts,
            scrubbed=scrubbed,
            mentions=[f"{table} ({count})" for table, count in sorted(mentions.items())],
            named=self.leavings.named(words),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What came of clearing up."""

    files: int
    artifacts: int
    scrubbed: bool
    mentions: Sequence[str]
    named: Sequence[str]


def rekey(
    store: Store, clock: Clock, traces: Callable[[str], Sequence[str]], addresses: Sequence[str]
) -> int:
    """Keep the traces of these addresses under the newest key; return how many were under another.

    Whose address a file still names is known, so it can be done; and must be, before the older key goes.
    """
    with store.read() as unit:
        suppressed = unit.people.suppressed()
    if not any(word.startswith(PREFIX) for word in suppressed):
        return 0
    with_traces = {address: traces(address) for address in addresses}
    stale = {
        address: found
        for address, (_, *older) in with_traces.items()
        if (found := suppressed.intersection(older))
    }
    if stale:
        with store.write() as unit:
            unit.people.hold_everybody()
            kept = unit.people.suppressed()
            for address, found in stale.items():
                if kept.isdisjoint(found):  # let in again meanwhile
                    continue
                unit.people.suppress(with_traces[address][0], reason=ERASED, at=clock.now())
                for trace in found:
                    unit.people.lift(trace)
    return len(stale)


def addresses_of(unit: UnitOfWork, subscriber: Subscriber) -> list[str]:
    """Return a subscriber's addresses: the present one, the file's, those that were once confirmed.

    An address that is another's by now is none of them.
    """
    found = [subscriber.email]
    for wish in unit.people.wishes([subscriber.id]).get(subscriber.id, ()):
        if wish.field == "email":
            found += [str(value) for value in (wish.value, wish.declared) if value]
    moves = unit.requests.of(subscriber.id)
    found += [request.email for request in moves if request.done_at and End.NEW in request.confirmed]
    others = {person.email.strip().lower() for person in unit.people.all() if person.id != subscriber.id}
    folded = dict.fromkeys(address.strip().lower() for address in found)
    return [address for address in folded if address and address not in others]


def _found(unit: UnitOfWork, reference: str) -> Subscriber | None:
    try:
        return unit.people.find(reference)
    except UnknownSubscriber:
        return None


def _stems(unit: UnitOfWork, person: Subscriber) -> list[str]:
    """Return the names of the files that deliveries were written to, as their replies tell."""
    replies = [delivery.reply for delivery in unit.outbox.made_for(person.id, since=_EVER)]
    return [
        reply.replace("\\", "/").rpartition("/")[2].removesuffix(".eml")
        for reply in replies
        if reply.endswith(".eml")
    ]


def _words(person: Subscriber, addresses: Sequence[str]) -> list[str]:
    return [*addresses, *([person.key] if person.key else [])]


def _report(rows: int, left: _Left, warnings: Sequence[str]) -> Report:
    """Tell what went and what is left."""
    notes = [
        f"{place} still names them; take it out there, until then it is passed over" for place in left.named
    ]
    notes += ["backups made before, the relay's own records and mail in the inbox are not touched"]
    if left.mentions:
        warnings = [*warnings, f"rows that name them for another reason: {', '.join(left.mentions)}"]
    failures = (
        ()
        if left.scrubbed
        else (
            Refused(place="store", reason="others were reading: deleted rows stay in its log; run it again"),
        )
    )
    counts = {"rows": rows, "files": left.files, "artifacts": left.artifacts}
    return Report(
        name="forget", counts=counts, failures=failures, warnings=tuple(warnings), notes=tuple(notes)
    )
