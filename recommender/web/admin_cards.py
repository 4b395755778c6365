"""Deliveries and subscribers as the lists of the operator's page show them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.domain.editions import RETRIABLE, Delivery
from recommender.domain.subscribers import WEEKDAYS, Cadence, Every
from recommender.services.operating import Reader
from recommender.web.admin_views import counted, moment, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One delivery or one subscriber of a list."""

    name: str
    tag: str
    lines: Sequence[str]
    fields: Mapping[str, str] | None = None
    """Of the button that belongs to it, if there is one."""
    asked: bool = False
    """Whether its reader must have asked for what the button does."""


def delivery_card(row: Delivery) -> Card:
    """Return a delivery with what is known of it, and a button where it may be sent once more."""
    parts = [
        f"{counted(row.attempts, 'attempts')}"
        + (f", made {moment(row.date)}" if row.date else "")
        + (f", next try {moment(row.next_attempt_at)}" if row.next_attempt_at else ""),
        row.reply,
    ]
    return Card(
        name=f"{row.edition_key} for {row.email}",
        tag=spoken(row.state),
        lines=[f"Delivery {row.id}", *(part for part in parts if part)],
        fields={"do": "retry", "id": str(row.id)} if row.state in RETRIABLE else None,
    )


def reader_card(reader: Reader, own_wish: frozenset[str]) -> Card:
    """Return a subscriber: cadence, next edition, and why there is none; `own_wish` are reasons of theirs."""
    own = reader.subscriber
    interests = counted(len(own.interests), "interests")
    lines = [f"{cadence_words(own.cadence)}; {own.papers} papers at most; {interests}"]
    if reader.next_slot:
        lines.append(f"Next edition {reader.next_slot.key}, {moment(reader.next_slot.due_at)}")
    if own.unsubscribed:
        lines.append(f"Unsubscribed {moment(own.unsubscribed)}")
    if reader.suppressed:
        lines.append(f"Not mailed at this address: {reader.suppressed}")
    return Card(
        name=f"{own.email}{f' ({own.name})' if own.name else ''}",
        tag=own.state.value,
        lines=lines,
        fields={"do": "lift", "email": own.email} if reader.suppressed else None,
        asked=reader.suppressed in own_wish,
    )


def cadence_words(cadence: Cadence) -> str:
    """Return when a reader is mailed."""
    when = {
        Every.DAY: "every day",
        Every.WEEKDAY: "Monday to Friday",
        Every.WEEK: f"every {WEEKDAYS[cadence.on].capitalize()}",
    }[cadence.every]
    after = " or after arXiv's announcement" if cadence.after.value else ""
    return f"{when[0].upper()}{when[1:]} at {cadence.at:%H:%M}{after}, {cadence.zone}"
