"""A store with editions ready to go and the product's own service over it, for the delivery benchmark."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from recommender.app.looks import build_look
from recommender.digest.links import Links
from recommender.digest.message import Letter, build, message_id
from recommender.domain.editions import Delivery, Edition, EditionItem, Envelope, Section
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import DeclaredSubscriber, Interest, SubscriberState
from recommender.mail.guard import check_wire
from recommender.mail.smtp import Security, SmtpMailer
from recommender.ports import MailSession, Store, UnitOfWork
from recommender.runtime import FixedClock
from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.importing import Importing
from recommender.services.rendering import EditionRenderer, Identity
from recommender.settings.data import data_dir
from recommender.settings.digest_models import DigestSection
from recommender.sources.files import read_file

NOW = datetime(2026, 1, 30, 18, tzinfo=UTC)
SENDER = "digest@example.org"
_FROM = f"Paper Route <{SENDER}>"
_KEY = "a key that signs links for a benchmark"
_TO, _ID = "reader@example.org", "<prepared@example.org>"
Render = Callable[[UnitOfWork, Delivery], tuple[Envelope, bytes]]


def prepared(kilobytes: int, seed: int) -> bytes:
    """Return a digest-like message of about so many kilobytes on the wire, made of random words."""
    dice = random.Random(seed)  # noqa: S311 - for a benchmark, not for a secret
    words = ["".join(dice.choices("etaoinshrdlu", k=dice.randint(2, 11))) for _ in range(2000)]
    lines = [" ".join(dice.choices(words, k=12)) for _ in range(kilobytes * 10)]
    half = "\n".join(lines)[: kilobytes * 480]
    letter = Letter(
        sender=_FROM,
        recipient=_TO,
        recipient_name="",
        subject="10 papers",
        message_id=_ID,
        date=NOW,
        list_id="paperroute.example.org",
        edition_key="2026-01-30",
        unsubscribe=("https://example.org/u/token",),
        help_url="https://example.org/p/token",
    )
    return build(letter, half, f"<p>{half}</p>")


@dataclass(slots=True)
class Watch:
    """Seconds by name, each for its own work alone: what is done inside counts for the inner name."""

    seconds: dict[str, float] = field(default_factory=dict)
    _stack: list[str] = field(default_factory=list)
    _since: float = 0.0

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Count the block for `name`."""
        self._turn(name)
        try:
            yield
        finally:
            self._turn(None)

    def _turn(self, name: str | None) -> None:
        now = time.perf_counter()
        if self._stack:
            top = self._stack[-1]
            self.seconds[top] = self.seconds.get(top, 0.0) + now - self._since
        self._since = now
        if name is None:
            self._stack.pop()
        else:
            self._stack.append(name)


@dataclass(frozen=True, slots=True)
class WatchedStore:
    """A store whose transactions are timed."""

    store: Store
    watch: Watch

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Open a timed transaction that reads."""
        return self._timed(self.store.read)

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Open a timed transaction that writes."""
        return self._timed(self.store.write)

    @contextmanager
    def _timed(self, begin: Callable[[], AbstractContextManager[UnitOfWork]]) -> Iterator[UnitOfWork]:
        with self.watch.on("store"), begin() as unit:
            yield unit


@dataclass(frozen=True, slots=True)
class WatchedMailer:
    """A mailer, and session, whose conversations are timed."""

    mailer: SmtpMailer
    watch: Watch
    session: MailSession | None = None

    def open(self) -> "WatchedMailer":
        """Connect."""
        return WatchedMailer(self.mailer, self.watch, self.mailer.open())

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Hand a message over."""
        if self.session is None:
            raise RuntimeError("open first")
        with self.watch.on("wire"):
            return self.session.send(envelope, message, on_in_doubt)

    def close(self) -> None:
        """Say goodbye."""
        if self.session is not None:
            self.session.close()


class House:
    """Readers, editions ready for them, and the service that delivers."""

    def __init__(self, store: Store, readers: int, *, papers: int, message: bytes) -> None:
        """Fill a migrated store; with `papers` above 0 editions have items and are really rendered."""
        self._store = store
        self._message = message
        self._rounds = 0
        self._items: tuple[PaperId, ...] = ()
        if papers:
            Importing(store, FixedClock(NOW), read_file).run([data_dir("config") / "sample" / "papers.jsonl"])
        interest = Interest(name="Model editing", about="editing facts in language models")
        with store.write() as unit:
            self._items = tuple(paper.id for paper in unit.papers.all())[:papers]
            self._readers = [
                unit.people.add(
                    DeclaredSubscriber(email=f"reader{number}@example.org", interests=(interest,)),
                    state=SubscriberState.ACTIVE,
                    at=NOW,
                )
                for number in range(readers)
            ]

    def publish(self) -> None:
        """Make one more edition ready for every reader."""
        self._rounds += 1
        key = f"round-{self._rounds}"
        items = tuple(
            EditionItem(
                paper=paper,
                section=Section.INTEREST,
                interest="Model editing",
                position=position,
                score=1.0,
                match=0.9,
                reason="Matches your keyword “editing”.",
            )
            for position, paper in enumerate(self._items)
        )
        with self._store.write() as unit:
            for reader in self._readers:
                edition = Edition(
                    subscriber=reader.id, key=key, created_at=NOW, due_at=NOW, considered=99, items=items
                )
                name = message_id(_KEY, reader.public_id, key, "example.org")
                unit.outbox.put(edition, message_id=name, date=NOW)

    def sample(self) -> bytes:
        """Return one really rendered message of the newest round, for the bare loop."""
        with self._store.read() as unit:
            return self._render()(unit, unit.outbox.deliveries()[0])[1]

    def service(self, port: int, connections: int, watch: Watch | None = None) -> DeliveryService:
        """Return a service on its own mailer, timed when a watch is given."""
        mailer = SmtpMailer(host="127.0.0.1", port=port, security=Security.PLAIN)
        render, clock = self._render(), FixedClock(NOW)
        policy = DeliveryPolicy(connections=connections)
        if watch is None:
            return DeliveryService(self._store, mailer, render, clock, _guard, policy)

        def timed_render(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
            with watch.on("render"):
                return render(unit, row)

        def timed_guard(envelope: Envelope, message: bytes) -> None:
            with watch.on("guard"):
                _guard(envelope, message)

        store, timed = WatchedStore(self._store, watch), WatchedMailer(mailer, watch)
        return DeliveryService(store, timed, timed_render, clock, timed_guard, policy)

    def _render(self) -> Render:
        if self._items:
            links = Links((_KEY,), "https://example.org")
            identity = Identity(sender=_FROM, address=SENDER, domain="example.org")
            return EditionRenderer(build_look("", DigestSection()), links, identity).message
        return self._from_prepared

    def _from_prepared(self, _unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        """Write name and Message-ID of a row into the prepared message."""
        message = self._message.replace(_TO.encode(), row.email.encode(), 1)
        message = message.replace(_ID.encode(), row.message_id.encode(), 1)
        return Envelope(mail_from=SENDER, rcpt_to=row.email, stem=str(row.id)), message


def _guard(envelope: Envelope, message: bytes) -> None:
    check_wire(message, envelope, SENDER)
