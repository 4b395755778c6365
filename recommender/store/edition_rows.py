"""Turns the rows of editions and deliveries into domain values and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from recommender.domain.editions import (
    Delivery,
    DeliveryState,
    Edition,
    EditionItem,
    Evidence,
    InterestStanding,
    Lever,
    Section,
)


def item_row(edition: int, item: EditionItem) -> dict[str, Any]:
    """Return the row of an edition item."""
    return {
        "edition_id": edition,
        "paper_id": item.paper,
        "section": item.section.value,
        "interest": item.interest,
        "position": item.position,
        "score": item.score,
        "match": item.match,
        "reason": item.reason,
        "lever": asdict(item.lever) if item.lever else None,
        "evidence": [asdict(evidence) for evidence in item.evidence],
        "propensity": item.propensity,
        "sentence": item.sentence,
    }


def read_item(row: Row[Any]) -> EditionItem:
    """Return the item of a row of `edition_item`."""
    return EditionItem(
        id=row.id,
        paper=row.paper_id,
        section=Section(row.section),
        interest=row.interest,
        position=row.position,
        score=row.score,
        match=row.match,
        reason=row.reason,
        lever=Lever(**row.lever) if row.lever else None,
        evidence=tuple(_evidence(values) for values in row.evidence),
        propensity=row.propensity,
        sentence=row.sentence,
    )


def edition_row(edition: Edition) -> dict[str, Any]:
    """Return the row of an edition without its items."""
    return {
        "subscriber_id": edition.subscriber,
        "key": edition.key,
        "created_at": edition.created_at,
        "due_at": edition.due_at,
        "considered": edition.considered,
        "missed_id": edition.missed,
        "sources": edition.sources,
        "subject": edition.subject,
        "standings": [asdict(standing) for standing in edition.standings],
    }


def read_edition(row: Row[Any], items: tuple[EditionItem, ...]) -> Edition:
    """Return the edition of a row of `edition`."""
    return Edition(
        id=row.id,
        subscriber=row.subscriber_id,
        key=row.key,
        created_at=row.created_at,
        due_at=row.due_at,
        considered=row.considered,
        missed=row.missed_id,
        sources=row.sources,
        subject=row.subject,
        standings=tuple(_standing(values) for values in row.standings),
        items=items,
    )


def read_delivery(row: Row[Any]) -> Delivery:
    """Return the delivery of a row of `delivery` joined with its edition and subscriber."""
    return Delivery(
        id=row.id,
        edition=row.edition_id,
        subscriber=row.subscriber_id,
        email=row.email,
        edition_key=row.edition_key,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        fence=row.fence,
        lease_until=row.lease_until,
        message_id=row.message_id,
        date=row.date_header,
        body_sha256=row.body_sha256,
        next_attempt_at=row.next_attempt_at,
        reply=row.reply,
        losses=row.losses,
        doubts=row.doubts,
        retried_at=row.retried_at,
        sent_to=row.address_hash or "",
    )


def _standing(values: Mapping[str, Any]) -> InterestStanding:
    return InterestStanding(**(dict(values) | {"days": tuple(values["days"])}))


def _evidence(values: Mapping[str, Any]) -> Evidence:
    # Older rows do not say what was wanted.
    lists = {"terms": tuple(values["terms"]), "wanted": tuple(values.get("wanted", ()))}
    return Evidence(**(dict(values) | lists))
