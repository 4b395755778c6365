"""Turns rows into domain values and back. Field by field, no decisions."""

import hashlib
from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from recommender.domain.events import PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.identity import title_key
from recommender.domain.papers import Cursor, Outlook, Paper, PaperStatus, Signal, SourceState
from recommender.domain.subscribers import (
    After,
    Cadence,
    DeclaredSubscriber,
    Every,
    Interest,
    Origin,
    Subscriber,
    SubscriberState,
)

_PAPER_FIELDS = tuple(field.name for field in fields(Paper))
_INTEREST_FIELDS = tuple(field.name for field in fields(Interest))
_PLAIN_FIELDS = (
    "key",
    "email",
    "name",
    "papers",
    "floor",
    "send_empty",
    "paused",
    "share",
    "locked",
    "locale",
)
"""What a declared subscriber and its row have under one name."""


def email_key(email: str) -> str | None:
    """Return an address folded for comparison; None for no address."""
    return email.strip().lower() or None


def paper_row(paper: Paper) -> dict[str, Any]:
    """Return the row of a paper, with its title key and the digest of its content."""
    row: dict[str, Any] = {name: getattr(paper, name) for name in _PAPER_FIELDS}
    row["status"] = paper.status.value
    digest = hashlib.sha256(repr(row).encode()).hexdigest()
    return row | {"title_key": title_key(paper.title), "content_sha": digest}


def read_paper(row: Row[Any]) -> Paper:
    """Return the paper of a row of `paper`."""
    values = {name: getattr(row, name) for name in _PAPER_FIELDS}
    return Paper(**(values | {"status": PaperStatus(row.status)}))


def read_signal(row: Row[Any]) -> Signal:
    """Return the signal of a row of `paper_signal`."""
    return Signal(
        paper=row.paper_id,
        source=row.source,
        taken_at=row.taken_at,
        upvotes=row.upvotes,
        comments=row.comments,
        stars=row.stars,
        citations=row.citations,
    )


def event_row(event: PaperEvent) -> dict[str, Any]:
    """Return the row of what happened to a paper."""
    return {"paper_id": event.paper, "kind": event.kind.value, "at": event.at, "detail": event.detail}


def source_row(state: SourceState) -> dict[str, Any]:
    """Return the row of a source's state, the cursor spread over its columns."""
    cursor = state.cursor
    return {
        "source": state.source,
        "position": cursor.position if cursor else None,
        "etag": cursor.etag if cursor else None,
        "last_modified": cursor.last_modified if cursor else None,
        "last_ok": state.last_ok,
        "last_error": state.last_error,
        "last_error_at": state.last_error_at,
        "papers": state.papers,
        "last_new": state.last_new,
        "failures": state.failures,
        "parked_until": state.parked_until,
        "expected_next": state.outlook.expected_next,
        "quiet": state.outlook.quiet,
        "announced_on": state.announced_on,
        "announced": state.announced,
        "missing": state.missing,
    }


def read_source(row: Row[Any]) -> SourceState:
    """Return the state of a row of `source_state`."""
    known = row.position is not None
    cursor = Cursor(position=row.position, etag=row.etag, last_modified=row.last_modified) if known else None
    return SourceState(
        source=row.source,
        cursor=cursor,
        last_ok=row.last_ok,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
        papers=row.papers,
        last_new=row.last_new,
        failures=row.failures,
        parked_until=row.parked_until,
        outlook=Outlook(expected_next=row.expected_next, quiet=row.quiet),
        announced_on=row.announced_on,
        announced=row.announced,
        missing=row.missing,
    )


def declared_row(declared: DeclaredSubscriber) -> dict[str, Any]:
    """Return the columns that a declaration fills."""
    cadence = declared.cadence
    return {name: getattr(declared, name) for name in _PLAIN_FIELDS} | {
        "email_key": email_key(declared.email),
        "every": cadence.every.value,
        "on": cadence.on,
        "at": cadence.at,
        "zone": cadence.zone,
        "after": cadence.after.value,
    }


def interest_rows(subscriber: int, interests: tuple[Interest, ...]) -> list[dict[str, Any]]:
    """Return the rows of interests, in order."""
    return [
        {"subscriber_id": subscriber, "position": position}
        | {name: getattr(interest, name) for name in _INTEREST_FIELDS}
        for position, interest in enumerate(interests)
    ]


def read_interest(row: Row[Any]) -> Interest:
    """Return the interest of a row of `interest`."""
    return Interest(**{name: getattr(row, name) for name in _INTEREST_FIELDS})


def read_subscriber(row: Row[Any], interests: tuple[Interest, ...]) -> Subscriber:
    """Return the subscriber of a row of `subscriber`."""
    return Subscriber(
        **{name: getattr(row, name) for name in _PLAIN_FIELDS},
        id=row.id,
        public_id=row.public_id,
        state=SubscriberState(row.state),
        epoch=row.epoch,
        joined=row.joined,
        unsubscribed=row.unsubscribed,
        origin=Origin(row.origin),
        paused_until=row.paused_until,
        cadence=Cadence(every=Every(row.every), on=row.on, at=row.at, zone=row.zone, after=After(row.after)),
        interests=interests,
    )


def feedback_row(entry: Feedback) -> dict[str, Any]:
    """Return the row of a recorded act."""
    return {
        "subscriber_id": entry.subscriber,
        "paper_id": entry.paper,
        "act": entry.act.value,
        "at": entry.at,
        "via": entry.via,
        "interest": entry.interest,
        "edition": entry.edition,
        "suspect": entry.suspect,
        "value": entry.value,
    }


def read_feedback(row: Row[Any]) -> Feedback:
    """Return the act of a row of `feedback`."""
    return Feedback(
        subscriber=row.subscriber_id,
        paper=row.paper_id,
        act=Act(row.act),
        at=row.at,
        via=row.via,
        interest=row.interest,
        edition=row.edition,
        suspect=row.suspect,
        value=row.value,
    )
