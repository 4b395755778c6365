"""The tables, as SQLModel classes; queries use their Core tables, named at the end.

These classes describe storage and nothing else: no relationships, no validation, no behaviour.
Times are `UTCDateTime`, lists are JSON. `paper.id` is the canonical id as text, and all that points
to it follows when it changes, so a paper known by its title is renamed by one UPDATE when its arXiv
id or DOI turns up.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recommender.store import schema_papers as _papers  # noqa: F401 its tables join the metadata
from recommender.store import schema_readers as _readers  # noqa: F401 its tables join the metadata
from recommender.store.schema_base import NEVER_REUSED, Base, instant, number, owner, paper, text
from recommender.store.types import Document, Texts


class SubscriberRow(Base, table=True):
    """A reader; `email_key` is the address folded for comparison, empty addresses have none."""

    __tablename__ = "subscriber"
    __table_args__ = NEVER_REUSED
    id: int | None = number()
    key: str | None = text(nullable=True, unique=True)
    email: str = text()
    email_key: str | None = text(nullable=True, unique=True)
    public_id: str = text(unique=True)
    name: str = text()
    state: str = text()
    epoch: int
    joined: datetime = instant()
    unsubscribed: datetime | None = instant(nullable=True)
    every: str = text()
    on: int
    at: time
    zone: str = text()
    papers: int
    floor: float | None
    send_empty: bool
    paused: bool
    share: bool
    locked: tuple[str, ...] = Field(sa_type=Texts)
    after: str = text(sa_column_kwargs={"server_default": ""})
    locale: str = text(sa_column_kwargs={"server_default": ""})
    origin: str = text(sa_column_kwargs={"server_default": "file"})
    paused_until: datetime | None = instant(nullable=True)


class InterestRow(Base, table=True):
    """One thing a subscriber wants; `position` keeps the order of the file."""

    __tablename__ = "interest"
    subscriber_id: int = owner("subscriber.id", primary_key=True)
    position: int = Field(primary_key=True)
    key: str = text()
    name: str = text()
    about: str = text()
    keywords: tuple[str, ...] = Field(sa_type=Texts)
    mute: tuple[str, ...] = Field(sa_type=Texts)
    authors: tuple[str, ...] = Field(sa_type=Texts)
    categories: tuple[str, ...] = Field(sa_type=Texts)
    seeds: tuple[str, ...] = Field(sa_type=Texts)
    weight: float
    paused: bool


class FeedbackRow(Base, table=True):
    """One recorded act; rows are only added."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("subscriber_id", "paper_id", "act", "at", "value"), NEVER_REUSED)
    id: int | None = number()
    subscriber_id: int = owner("subscriber.id")
    paper_id: str = paper(index=True)
    act: str = text()
    at: datetime = instant(index=True)
    via: str = text()
    interest: str | None = text(nullable=True)
    edition: int | None
    suspect: bool
    value: str = text(sa_column_kwargs={"server_default": ""})


class SavedPaperRow(Base, table=True):
    """The reading list, derived from the feedback log whenever it grows."""

    __tablename__ = "saved_paper"
    subscriber_id: int = owner("subscriber.id", primary_key=True)
    paper_id: str = paper(primary_key=True, index=True)
    saved_at: datetime = instant()
    read: bool
    labels: tuple[str, ...] = Field(sa_type=Texts, sa_column_kwargs={"server_default": "[]"})
    note: str = text(sa_column_kwargs={"server_default": ""})


class EditionRow(Base, table=True):
    """A cadence slot of one subscriber."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("subscriber_id", "key"), NEVER_REUSED)
    id: int | None = number()
    subscriber_id: int = owner("subscriber.id")
    key: str = text()
    created_at: datetime = instant()
    due_at: datetime = instant()
    considered: int
    missed_id: int | None
    sources: str = text(sa_column_kwargs={"server_default": ""})
    subject: str = text(sa_column_kwargs={"server_default": ""})
    standings: list[dict[str, Any]] = Field(sa_type=Document, sa_column_kwargs={"server_default": "[]"})


class EditionItemRow(Base, table=True):
    """One paper of one edition with its reason."""

    __tablename__ = "edition_item"
    __table_args__ = (Index(None, "edition_id", "position"), NEVER_REUSED)
    id: int | None = number()
    edition_id: int = owner("edition.id")
    paper_id: str = paper(index=True)
    section: str = text()
    interest: str = text()
    position: int
    score: float
    match: float
    reason: str = text()
    lever: dict[str, str] | None = Field(sa_type=Document, nullable=True)
    evidence: list[dict[str, Any]] = Field(sa_type=Document)
    propensity: float | None
    sentence: str = text(sa_column_kwargs={"server_default": ""})


class DeliveryRow(Base, table=True):
    """What carries an edition to its 250 OK."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "state", "next_attempt_at"), NEVER_REUSED)
    id: int | None = number()
    edition_id: int = owner("edition.id", unique=True)
    state: str = text()
    attempts: int
    worker: str | None = text(nullable=True)
    lease_until: datetime | None = instant(nullable=True)
    fence: int
    message_id: str = text()
    date_header: datetime = instant()
    body_sha256: str | None = text(nullable=True)
    next_attempt_at: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    reply: str = text()
    losses: int = Field(sa_column_kwargs={"server_default": "0"})
    doubts: int = Field(sa_column_kwargs={"server_default": "0"})
    retried_at: datetime | None = instant(nullable=True)
    address_hash: str | None = text(nullable=True)


class InboundMailRow(Base, table=True):
    """A message that came back to us and what it was; `key` is a hash, so reading it twice is once."""

    __tablename__ = "inbound_mail"
    __table_args__ = (Index(None, "subscriber_id", "at"),)
    key: str = text(primary_key=True)
    at: datetime = instant()
    kind: str = text()
    subscriber_id: int | None = owner("subscriber.id", nullable=True)
    delivery_id: int | None = owner("delivery.id", nullable=True)
    detail: str = text()


class SuppressionRow(Base, table=True):
    """Never mail this address again; it need not be anybody's at present."""

    __tablename__ = "suppression"
    email_key: str = text(primary_key=True)
    reason: str = text()
    at: datetime = instant()


class ArtifactRow(Base, table=True):
    """A fitted recommender on disk."""

    __tablename__ = "artifact"
    name: str = text(primary_key=True)
    created_at: datetime = instant(index=True)
    sha256: str = text()
    papers: int


METADATA = Base.metadata
PAPER = METADATA.tables["paper"]
PAPER_ALIAS = METADATA.tables["paper_alias"]
PAPER_SIGNAL = METADATA.tables["paper_signal"]
SOURCE_STATE = METADATA.tables["source_state"]
ANNOUNCED = METADATA.tables["announced"]
QUARANTINE = METADATA.tables["quarantine"]
ENRICHED = METADATA.tables["enriched"]
PAPER_EVENT = METADATA.tables["paper_event"]
PAPER_FOLD = METADATA.tables["paper_fold"]
PAPER_APART = METADATA.tables["paper_apart"]
SUBSCRIBER = METADATA.tables["subscriber"]
INTEREST = METADATA.tables["interest"]
FEEDBACK = METADATA.tables["feedback"]
SAVED_PAPER = METADATA.tables["saved_paper"]
EDITION = METADATA.tables["edition"]
EDITION_ITEM = METADATA.tables["edition_item"]
DELIVERY = METADATA.tables["delivery"]
WISH = METADATA.tables["wish"]
REQUEST = METADATA.tables["request"]
LETTER = METADATA.tables["letter"]
INBOUND_MAIL = METADATA.tables["inbound_mail"]
SUPPRESSION = METADATA.tables["suppression"]
ARTIFACT = METADATA.tables["artifact"]
