"""Acts that come as mail: the token in the subject says what the link of a page would.

They pass through the same code as acts of the web: the same claims, the same log, the same rule against
scanners. Their time is that of their arrival, not of our reading: a reader who changed their mind before
we looked is not overruled by what they said first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recommender.digest.links import LESS, UNDO, LinkClaim, Links, claim_of
from recommender.digest.mail_links import MailLinks, token_in
from recommender.digest.words import Wording
from recommender.domain.editions import Edition
from recommender.domain.errors import LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.feedback import Act, folded
from recommender.domain.inbound import InboundKind, InboundMail, Reading
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import Clock, UnitOfWork
from recommender.services.acknowledging import Done
from recommender.services.claims import Proposal, proposal_of, subscriber_of
from recommender.services.unsubscribing import OWN_WISH, begin_again, stop
from recommender.services.voting import TURNS, Mark, Occasion, record_acts

_SKEW = timedelta(minutes=1)
"""How far the clock of a mail server may be behind ours before an act counts as older than another."""
_PAUSED = 1
"""The row in a link that takes an unsubscribe back, where mail was paused before it."""
_VOTES = frozenset({Act.UP, Act.DOWN, Act.UNDO})
_LISTING = frozenset({Act.SAVE, Act.UNSAVE, Act.READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What one message was and what became of it.

    `ours`: it is to be marked as read. `again`: it was dealt with before. `act`: a reader is to be told.
    """

    kind: InboundKind
    ours: bool = False
    again: bool = False
    act: Done | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Carries out acts inside a transaction of the caller's."""

    links: Links
    by_mail: MailLinks
    wording: Wording
    clock: Clock

    def act(self, unit: UnitOfWork, reading: Reading, arrived: datetime | None) -> Carried:
        """Do what the token in the subject says; raise LinkError for none, or one that is not good."""
        now = self.clock.now()
        found = token_in(reading.subject)
        if found is None:
            raise LinkInvalid("no token in the subject")
        claim = self.links.read(*found, now)
        if claim.purpose == "unsubscribe":
            return self._unsubscribe(unit, reading, claim)
        subscriber = subscriber_of(unit, claim)
        if claim.purpose == "preferences":
            return self._help(unit, reading, subscriber)
        if claim.purpose not in ("vote", "save", "lever") or claim.value == LESS:
            raise LinkInvalid("this link is for pages")
        edition, proposal = proposal_of(unit, claim, subscriber)
        kind = InboundKind.UNDO if claim.value == UNDO else InboundKind(claim.purpose)
        if not self._record(unit, reading, kind, subscriber):
            return Carried(kind=kind, again=True)
        done = self._vote(unit, subscriber, (edition, proposal), arrived or now)
        told = done and Done(
            subscriber=subscriber,
            message_id=reading.message_id,
            words=self._say(subscriber, proposal.act.value),
            title=done,
            undo=None if kind is InboundKind.UNDO else _undo(claim, now),
        )
        return Carried(kind=kind, ours=True, act=(told or None) if _welcome(unit, subscriber) else None)

    def _vote(
        self, unit: UnitOfWork, subscriber: Subscriber, what: tuple[Edition, Proposal], arrived: datetime
    ) -> str:
        """Record an act and return the paper's title or the lever's value; nothing if nothing changed."""
        edition, proposal = what
        mark = proposal.mark(next(item.paper for item in edition.items if item.id == proposal.item))
        # Nobody voted on an edition before it was made, nor in the future.
        at = min(max(arrived, edition.created_at), self.clock.now())
        if _is_overtaken(unit, subscriber, mark, at):
            return ""
        recorded = record_acts(unit, subscriber, [mark], Occasion(at=at, via="mail", edition=edition))
        if recorded.suspect or not recorded.entries:
            return ""
        return mark.value or _title(unit, mark.paper)

    def _unsubscribe(self, unit: UnitOfWork, reading: Reading, claim: LinkClaim) -> Carried:
        """End all mail, or begin it again; an unsubscribe works whatever was voided since."""
        try:
            subscriber = unit.people.find(claim.public_id)
        except UnknownSubscriber:
            raise LinkExpired("the subscriber of this link is gone") from None
        now = self.clock.now()
        back = claim.value == UNDO
        kind = InboundKind.UNDO if back else InboundKind.UNSUBSCRIBE
        if not self._record(unit, reading, kind, subscriber):
            return Carried(kind=kind, again=True)
        was = not _welcome(unit, subscriber)
        if back:
            begin_again(unit, subscriber, at=now, paused=claim.row == _PAUSED)
        else:
            stop(unit, subscriber, reason=OWN_WISH, at=now)
        if was is not back:
            return Carried(kind=kind, ours=True)
        done = Done(
            subscriber=subscriber,
            message_id=reading.message_id,
            words=self._say(subscriber, "resubscribed" if back else "unsubscribed"),
            undo=None if back else _undo(replace(claim, row=_before(subscriber)), now),
        )
        return Carried(kind=kind, ours=True, act=done)

    def _help(self, unit: UnitOfWork, reading: Reading, subscriber: Subscriber) -> Carried:
        if not self._record(unit, reading, InboundKind.HELP, subscriber):
            return Carried(kind=InboundKind.HELP, again=True)
        if not _welcome(unit, subscriber):
            return Carried(kind=InboundKind.HELP, ours=True)
        links = self.by_mail.in_words(self.wording.of(subscriber.locale))
        done = Done(
            subscriber=subscriber,
            message_id=reading.message_id,
            words=self._say(subscriber, "help"),
            more=(
                self._say(subscriber, "help_text"),
                links.unsubscribe(subscriber.public_id, subscriber.epoch, self.clock.now()),
            ),
        )
        return Carried(kind=InboundKind.HELP, ours=True, act=done)

    def _say(self, subscriber: Subscriber, key: str) -> str:
        return self.wording.of(subscriber.locale).say(f"answer.{key}")

    def _record(self, unit: UnitOfWork, reading: Reading, kind: InboundKind, subscriber: Subscriber) -> bool:
        mail = InboundMail(key=reading.key, at=self.clock.now(), kind=kind, subscriber=subscriber.id)
        return unit.inbound.record(mail)


def _welcome(unit: UnitOfWork, subscriber: Subscriber) -> bool:
    """Tell whether mail may go to the reader at all."""
    return unit.people.suppression(subscriber.email) is None


def _before(subscriber: Subscriber) -> int:
    """Return what the way back from an unsubscribe has to know of the state that it ends."""
    return _PAUSED if subscriber.state is SubscriberState.PAUSED else 0


def _is_overtaken(unit: UnitOfWork, subscriber: Subscriber, mark: Mark, at: datetime) -> bool:
    """Tell whether the reader has said something else of a paper or a lever after an act arrived."""
    later = [
        entry for entry in unit.people.feedback(subscriber.id) if not entry.suspect and entry.at > at + _SKEW
    ]
    if mark.act in TURNS:
        meant = (TURNS[mark.act], mark.interest or "", folded(mark.value))
        return any((entry.act, entry.interest or "", folded(entry.value)) == meant for entry in later)
    kinds = _VOTES if mark.act in _VOTES else _LISTING
    return any(entry.paper == mark.paper and entry.act in kinds for entry in later)


def _undo(claim: LinkClaim, now: datetime) -> LinkClaim:
    return claim_of(claim.purpose, (claim.public_id, claim.epoch, claim.row), now, UNDO)


def _title(unit: UnitOfWork, paper: PaperId) -> str:
    found = unit.papers.get([paper]).get(paper)
    return found.title if found else paper
