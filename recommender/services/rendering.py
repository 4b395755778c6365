"""From an edition's rows to what a reader gets: HTML, text and the message. The same rows, the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from recommender.digest.attention import REACH
from recommender.digest.compose import Material, compose
from recommender.digest.links import DigestLinks
from recommender.digest.mail_links import MailLinks, without_body
from recommender.digest.message import Letter, build
from recommender.digest.render import Renderer
from recommender.digest.words import Wording
from recommender.domain.cadence import next_due
from recommender.domain.digests import Digest
from recommender.domain.editions import Delivery, Edition, Envelope, Slot
from recommender.domain.errors import InputError
from recommender.domain.subscribers import Subscriber
from recommender.domain.theme import Theme
from recommender.ports import UnitOfWork
from recommender.services.profiles import followed_by
from recommender.services.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the mail is from: the mailbox, its bare address, and the domain that names lists and messages.

    `sign` puts our signature before a finished message, the same one every time; None where the relay signs.
    """

    sender: str
    address: str
    domain: str
    sign: Callable[[bytes], bytes] | None = None
    return_path: Callable[[int], str] | None = None
    """Gives the envelope sender of a delivery by its number; the address where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One edition in every form it has."""

    html: str
    text: str
    message: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Templates, words and theme: everything that makes a digest look and read as it does."""

    renderer: Renderer
    wording: Wording
    theme: Theme = field(default_factory=Theme)

    def fallbacks(self) -> list[str]:
        """Return which own templates failed since this was last asked; those that ship stood in for them."""
        found = self.renderer.troubles()
        return [f"a template that ships stood in for one of yours: {trouble}" for trouble in found]


class EditionRenderer:
    """Renders editions inside a transaction that its caller opened."""

    def __init__(
        self, look: Look, links: DigestLinks, identity: Identity, by_mail: MailLinks | None = None
    ) -> None:
        """Keep the looks, the links of a digest and who we are.

        `by_mail` adds a way to unsubscribe by mail for providers that cannot post; only if somebody
        reads it.
        """
        self._look = look
        self._links = links
        self._identity = identity
        self._by_mail = by_mail
        self.stopwatch = Stopwatch()

    def message(self, unit: UnitOfWork, delivery: Delivery) -> tuple[Envelope, bytes]:
        """Return what a delivery sends; raises InputError when its edition or subscriber is gone."""
        edition = unit.outbox.edition(delivery.edition)
        if edition is None:
            raise InputError(f"edition {delivery.edition} of delivery {delivery.id} is gone")
        subscriber = unit.people.find(delivery.email)
        with self.stopwatch.lap():
            parts = self.write(self._material(unit, subscriber, edition), delivery.message_id)
        if self._identity.return_path is None:
            return parts.envelope, parts.message
        return replace(parts.envelope, mail_from=self._identity.return_path(delivery.id)), parts.message

    def parts(self, unit: UnitOfWork, subscriber: Subscriber, edition: Edition) -> Parts:
        """Return an edition that may not be stored; its message id is marked as a preview."""
        stamp = f"{edition.created_at:%Y%m%d%H%M%S}"
        message_id = f"<preview.{edition.key}.{stamp}@{self._identity.domain}>"
        parts = self.write(self._material(unit, subscriber, edition), message_id)
        return replace(parts, envelope=replace(parts.envelope, stem=f"preview-{parts.envelope.stem}"))

    def write(self, material: Material, message_id: str) -> Parts:
        """Return what a reader gets of `material`; asks nobody for anything more."""
        subscriber, edition = material.subscriber, material.edition
        digest = compose(material, self._links)
        renderer, words = self._look.renderer, material.words
        html, text = renderer.html(digest, words), renderer.text(digest, words)
        letter = Letter(
            sender=self._identity.sender,
            recipient=subscriber.email,
            recipient_name=subscriber.name,
            subject=digest.subject,
            message_id=message_id,
            date=edition.created_at,
            list_id=f"paperroute.{self._identity.domain}",
            edition_key=edition.key,
            unsubscribe=self._ways_out(digest, material),
            help_url=without_body(digest.footer.help),
        )
        envelope = Envelope(
            mail_from=self._identity.address,
            rcpt_to=subscriber.email,
            stem=f"{edition.key}-{_slug(subscriber)}",
        )
        message = build(letter, text, html)
        if self._identity.sign is not None:
            message = self._identity.sign(message)
        return Parts(html=html, text=text, message=message, envelope=envelope)

    def _ways_out(self, digest: Digest, material: Material) -> tuple[str, ...]:
        subscriber, edition, words = material.subscriber, material.edition, material.words
        ways = [digest.footer.unsubscribe]
        if self._by_mail is not None:
            who = (subscriber.public_id, subscriber.epoch)
            ways.append(self._by_mail.in_words(words).unsubscribe(*who, edition.created_at))
        return tuple(dict.fromkeys(without_body(way) for way in ways))

    def _material(self, unit: UnitOfWork, subscriber: Subscriber, edition: Edition) -> Material:
        missed = unit.outbox.edition(edition.missed) if edition.missed is not None else None
        items = (*edition.items, *(missed.items if missed else ()))
        papers = unit.papers.get([item.paper for item in items])
        shown = {item.paper for item in edition.items if item.paper in papers}
        made = edition.created_at
        signals = unit.papers.signals(made - REACH, made, shown)
        return Material(
            edition=edition,
            subscriber=subscriber,
            papers=papers,
            sender=self._identity.sender,
            words=self._look.wording.of(subscriber.locale),
            order=self._look.theme.sections,
            name=self._look.theme.logo,
            footer=self._look.theme.footer,
            signals=signals,
            missed=missed,
            followed=followed_by(subscriber, unit.people.levers([subscriber.id], until=made)),
            next_slot=_next(subscriber, edition),
        )


def _next(subscriber: Subscriber, edition: Edition) -> Slot:
    """Return the slot after an edition's; one that was forced before its hour has the key of that hour."""
    slot = next_due(subscriber.cadence, max(edition.created_at, edition.due_at))
    return next_due(subscriber.cadence, slot.due_at) if slot.key == edition.key else slot


def _slug(subscriber: Subscriber) -> str:
    """Return a file name for a subscriber: the declared id, else the address with safe characters alone."""
    name = subscriber.key or subscriber.email
    safe = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return "-".join(piece for piece in safe.split("-") if piece) or subscriber.public_id.lower()
