"""From what a signed link says to what it means in the store; pages and mail ask the same questions."""

from dataclasses import dataclass

from recommender.digest.links import LESS, UNDO, LinkClaim
from recommender.domain.editions import Edition
from recommender.domain.errors import LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.feedback import Act
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.services.levers import own_lever
from recommender.services.voting import TURNS, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a link proposes for one item: a vote, a save, a lever, or to take one of them back."""

    item: int
    act: Act
    value: str = ""
    """The term or the author of a lever."""
    interest: str | None = None
    """Whose lever it is; see `voting.Mark`."""

    def mark(self, paper: PaperId) -> Mark:
        """Return it as an act on the paper of its item."""
        return Mark(paper=paper, act=self.act, value=self.value, interest=self.interest)


def subscriber_of(uow: UnitOfWork, claim: LinkClaim) -> Subscriber:
    """Return the subscriber of a claim; LinkExpired if gone, or if old links were voided since."""
    try:
        subscriber = uow.people.find(claim.public_id)
    except UnknownSubscriber:
        raise LinkExpired("the subscriber of this link is gone") from None
    if claim.epoch != subscriber.epoch:
        raise LinkExpired("this link was voided")
    return subscriber


def edition_of(uow: UnitOfWork, claim: LinkClaim, subscriber: Subscriber) -> Edition:
    """Return the edition that a claim names; LinkExpired if gone, LinkInvalid if somebody else's."""
    return _own(uow.outbox.edition(claim.row), subscriber)


def proposal_of(uow: UnitOfWork, claim: LinkClaim, subscriber: Subscriber) -> tuple[Edition, Proposal]:
    """Return the edition of a vote, save or lever claim and what it proposes; raises as `edition_of` does."""
    found = uow.outbox.item(claim.row)
    if found is None:
        raise LinkExpired("the paper of this link is gone")
    edition = _own(found[0], subscriber)
    if claim.purpose == "lever":
        return edition, _lever(edition, claim, subscriber)
    saving = Act.UNSAVE if claim.value == UNDO else Act.SAVE
    act = saving if claim.purpose == "save" else Act(claim.value)
    return edition, Proposal(item=claim.row, act=act)


def _lever(edition: Edition, claim: LinkClaim, subscriber: Subscriber) -> Proposal:
    item = next(own for own in edition.items if own.id == claim.row)
    mark = Mark(paper=item.paper, act=Act.DOWN) if claim.value == LESS else own_lever(item, subscriber)
    act = TURNS.get(mark.act, Act.UNDO) if claim.value == UNDO else mark.act
    return Proposal(item=claim.row, act=act, value=mark.value, interest=mark.interest)


def _own(edition: Edition | None, subscriber: Subscriber) -> Edition:
    if edition is None:
        raise LinkExpired("the edition of this link is gone")
    if edition.subscriber != subscriber.id:
        raise LinkInvalid("the edition of this link belongs to somebody else")
    return edition
