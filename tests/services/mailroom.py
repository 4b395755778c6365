"""A real store with editions ready to go, and what turns their rows into messages."""

from datetime import UTC, datetime, timedelta

from recommender.domain.editions import Delivery, DeliveryState, Edition, Envelope
from recommender.domain.subscribers import SubscriberState
from recommender.mail.smtp import Security, SmtpMailer
from recommender.ports import Mailer, UnitOfWork
from recommender.services.delivery import DeliveryService, Guard, Render
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration
from tests.mail.messages import a_message

ANA, BOB, CLEO = "ana@example.org", "bob@example.org", "cleo@example.org"
START = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, instant: datetime = START) -> None:
        """Start at `instant`."""
        self.instant = instant

    def now(self) -> datetime:
        """Return what the hands show."""
        return self.instant

    def move(self, **by: float) -> None:
        """Move on by a timedelta's arguments."""
        self.instant += timedelta(**by)


def render(_unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
    """Make the same message from the same row every time."""
    envelope = Envelope(mail_from="bounce@example.org", rcpt_to=row.email, stem=f"{row.edition_key}-{row.id}")
    return envelope, a_message(To=row.email, Message_ID=row.message_id)


def take_all(_envelope: Envelope, _message: bytes) -> None:
    """Guard that lets everything through."""


class Mailroom:
    """A store, with short ways to fill it and to look at it."""

    def __init__(self, store: SqlStore, clock: Hands) -> None:
        """Use a migrated store."""
        self.store = store
        self.clock = clock

    def subscribe(self, *emails: str) -> None:
        """Add active subscribers."""
        with self.store.write() as unit:
            for email in emails:
                unit.people.add(a_declaration(email), state=SubscriberState.ACTIVE, at=self.clock.now())

    def publish(self, *emails: str, key: str = "2026-11-21", due_at: datetime | None = None) -> None:
        """Put one edition with a ready delivery for each address."""
        now = self.clock.now()
        with self.store.write() as unit:
            for email in emails:
                subscriber = unit.people.find(email).id
                edition = Edition(
                    subscriber=subscriber, key=key, created_at=now, due_at=due_at or now, considered=0
                )
                assert unit.outbox.put(edition, message_id=f"<{key}.{subscriber}@example.org>", date=now)

    def service(
        self,
        mailer: Mailer,
        *,
        policy: DeliveryPolicy | None = None,
        render: Render = render,
        guard: Guard = take_all,
    ) -> DeliveryService:
        """Build a service of its own on this store."""
        return DeliveryService(
            self.store, mailer, render, self.clock, guard, policy or DeliveryPolicy(jitter=0.0)
        )

    def rows(self) -> dict[str, Delivery]:
        """Return the newest delivery of each address."""
        with self.store.read() as unit:
            return {row.email: row for row in reversed(unit.outbox.deliveries())}

    def states(self) -> dict[str, DeliveryState]:
        """Return the state of the newest delivery of each address."""
        return {email: row.state for email, row in self.rows().items()}


def smtp_mailer(port: int) -> SmtpMailer:
    """Build a mailer for a relay on loopback."""
    return SmtpMailer(host="127.0.0.1", port=port, security=Security.PLAIN, timeout=5.0, reply_timeout=5.0)


def without_zeros(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts that are not nought."""
    return {name: number for name, number in counts.items() if number}
