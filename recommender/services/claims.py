"""From what a signed link says to what it means in the store; pages and mail ask the same questions."""

from dataclasses import dataclass

from recommender.digest.links import UNDO, LinkClaim
from recommender.domain.editions import Edition
from recommender.domain.errors import LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.feedback import Act
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a link proposes for one item: up, down or save, or to take one of them back."""

    item: int
    act: Act


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
    """Return the edition of a vote or save claim and what it proposes; raises as `edition_of` does."""
    found = uow.outbox.item(claim.row)
    if found is None:
        raise LinkExpired("the paper of this link is gone")
    saving = Act.UNSAVE if claim.value == UNDO else Act.SAVE
    act = saving if claim.purpose == "save" else Act(claim.value)
    return _own(found[0], subscriber), Proposal(item=claim.row, act=act)


def _own(edition: Edition | None, subscriber: Subscriber) -> Edition:
    if edition is None:
        raise LinkExpired("the edition of this link is gone")
    if edition.subscriber != subscriber.id:
        raise LinkInvalid("the edition of this link belongs to somebody else")
    return edition
