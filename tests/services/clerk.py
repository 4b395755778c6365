"""A store, what takes requests down, what sends their letters, and what carries them out."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from recommender.digest.links import LinkClaim, Links
from recommender.digest.render import Renderer
from recommender.digest.traces import Traces
from recommender.domain.reports import Report
from recommender.domain.requests import LetterState, Request, RequestKind
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState
from recommender.mail.guard import LETTER_HEADERS, check_wire
from recommender.ports import Mailer, Store
from recommender.services.confirming import Confirming
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.delivery_run import RelayHealth
from recommender.services.letter_writing import LetterWriter
from recommender.services.letters import Letters
from recommender.services.rendering import Identity, Look
from recommender.services.requests import Requesting
from tests.builders import a_declaration, an_interest
from tests.digest.samples import wording
from tests.fakes.mailer import FakeMailer
from tests.paths import REPOSITORY
from tests.services.mailroom import Hands

KEYS = ("a secret of sufficient length for tests",)
SENDER = "digest@example.org"
SITE = "https://papers.example.org"
NEW = "ana@new.example.org"
JOINER = "joe@example.org"
_TOKEN = re.compile(r"/([cplu])/([A-Za-z0-9_.-]+)")


class Shredder:
    """Stands for what exports and forgets; keeps whom it was asked about."""

    def __init__(self, store: Store) -> None:
        """Erase from `store`."""
        self.store = store
        self.exported: list[int] = []
        self.forgotten: list[int] = []

    def export(self, subscriber: Subscriber) -> bytes:
        """Return a file."""
        self.exported.append(subscriber.id)
        return b"PK a zip file"

    def forget(self, subscriber: Subscriber) -> Report:
        """Erase."""
        self.forgotten.append(subscriber.id)
        with self.store.write() as unit:
            unit.people.erase(subscriber.id)
        return Report(name="forget", notes=("take them out of subscribers.toml",))


def a_joiner(email: str = JOINER) -> DeclaredSubscriber:
    """Build what somebody filled in on the sign-up page."""
    about = an_interest("editing facts", about="editing facts in models", keywords=("unlearning", "edits"))
    return a_declaration(email, name="Joe", papers=7, interests=(about,))


@dataclass
class Clerk:
    """Everything about requests on one store."""

    store: Store
    clock: Hands = field(default_factory=Hands)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    site: str = SITE

    def __post_init__(self) -> None:
        """Build the services."""
        self.links = Links(KEYS, self.site)
        self.traces = Traces(KEYS)
        self.requesting = Requesting(store=self.store, clock=self.clock)
        self.shredder = Shredder(self.store)
        self.confirming = Confirming(
            store=self.store, clock=self.clock, privacy=self.shredder, traces=self.traces.of
        )

    def letters(self, mailer: Mailer | None = None, *, relay: RelayHealth | None = None) -> Letters:
        """Return what sends letters."""
        used = mailer or self.mailer
        return Letters(
            store=self.store,
            mailer=lambda: used,
            write=LetterWriter(
                look=Look(renderer=Renderer([REPOSITORY / "templates"]), wording=wording()),
                links=self.links,
                identity=Identity(sender=f"Paper Route <{SENDER}>", address=SENDER, domain="example.org"),
                site=self.site,
                traces=self.traces.of,
            ).write,
            guard=lambda envelope, message: check_wire(message, envelope, SENDER, headers=LETTER_HEADERS),
            clock=self.clock,
            relay=relay or RelayHealth(DeliveryPolicy()),
        )

    def add(self, email: str = "ana@example.org", **fields: object) -> Subscriber:
        """Store an active subscriber of the file."""
        with self.store.write() as unit:
            declared = a_declaration(email, **fields)
            return unit.people.add(declared, state=SubscriberState.ACTIVE, at=self.clock.now())

    def asked(self, kind: RequestKind = RequestKind.EXPORT) -> str:
        """Let Ana, who is new, ask for something; return her address."""
        ana = self.add()
        self.requesting.ask(ana, kind)
        return ana.email

    def send(self) -> dict[str, int]:
        """Send what waits; return the counts above zero."""
        return {name: number for name, number in self.letters().run().counts.items() if number}

    def mails(self, email: str) -> list[EmailMessage]:
        """Return what an address got, oldest first."""
        return [parsed(message) for envelope, message in self.mailer.sent if envelope.rcpt_to == email]

    def claim(self, email: str) -> LinkClaim:
        """Return what the confirm link in the last mail to an address says."""
        token = tokens(self.mails(email)[-1])["c"]
        return self.links.read("confirm", token, self.clock.now())

    def who(self, reference: str) -> Subscriber:
        """Return a subscriber as stored."""
        with self.store.read() as unit:
            return unit.people.find(reference)

    def requests(self, subscriber: Subscriber) -> list[Request]:
        """Return a subscriber's requests."""
        with self.store.read() as unit:
            return list(unit.requests.of(subscriber.id))

    def suppress(self, email: str, reason: str) -> None:
        """Suppress an address."""
        with self.store.write() as unit:
            unit.people.suppress(email, reason=reason, at=self.clock.now())

    def waiting(self, now: datetime | None = None) -> int:
        """Return how many letters wait."""
        with self.store.read() as unit:
            found = unit.requests.letters(now=now or self.clock.now(), limit=99)
        return sum(letter.state is LetterState.WAITING for letter in found)


def parsed(message: bytes) -> EmailMessage:
    """Return a message as the standard library reads it."""
    found = message_from_bytes(message, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """Return a part."""
    part = message.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())


def tokens(message: EmailMessage) -> dict[str, str]:
    """Return the tokens in the text part by the letter of their page; the HTML part has the same."""
    plain, page = (dict(_TOKEN.findall(text_of(message, kind))) for kind in ("plain", "html"))
    assert plain == page
    return plain
