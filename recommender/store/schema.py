"""The tables, as SQLModel classes; queries use their Core tables, named at the end.

These classes describe storage and nothing else: no relationships, no validation, no behaviour.
Times are `UTCDateTime`, lists are JSON. `paper.id` is the canonical id as text, and all that points
to it follows when it changes, so a paper known by its title is renamed by one UPDATE when its arXiv
id or DOI turns up.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from recommender.store.types import Document, Texts, UTCDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """Owner of the metadata: constraints have names on every database, so migrations can change them."""

    metadata = MetaData(naming_convention=NAMING)


def _text(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_type=Text, nullable=nullable, **options)


def _paper(**options: Any) -> Any:
    """Point to a paper and follow its id."""
    return Field(sa_type=Text, sa_column_args=[ForeignKey("paper.id", onupdate="CASCADE")], **options)


def _instant(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_type=UTCDateTime, nullable=nullable, **options)


def _owner(target: str, **options: Any) -> Any:
    """Point to a row that takes this one with it when it is erased."""
    return Field(foreign_key=target, ondelete="CASCADE", **options)


def _number(**options: Any) -> Any:
    """Declare a row number that is never given twice, because links name it."""
    return Field(default=None, primary_key=True, **options)


_NEVER_REUSED = {"sqlite_autoincrement": True}


class PaperRow(Base, table=True):
    """One work."""

    __tablename__ = "paper"
    __table_args__ = (Index(None, "first_seen", "id"),)
    id: str = _text(primary_key=True)
    title: str = _text()
    title_key: str = _text(index=True)
    abstract: str = _text()
    authors: tuple[str, ...] = Field(sa_type=Texts)
    author_count: int | None
    organisation: str | None = _text(nullable=True)
    categories: tuple[str, ...] = Field(sa_type=Texts)
    keywords: tuple[str, ...] = Field(sa_type=Texts)
    venue: str | None = _text(nullable=True)
    doi: str | None = _text(nullable=True)
    url: str | None = _text(nullable=True)
    code_url: str | None = _text(nullable=True)
    published: datetime | None = _instant(nullable=True)
    updated: datetime | None = _instant(nullable=True)
    first_seen: datetime = _instant()
    version: int | None
    status: str = _text()
    comment: str | None = _text(nullable=True)
    library_only: bool
    content_sha: str = _text()


class PaperAliasRow(Base, table=True):
    """A name that resolves to one paper and to no other; its own id is one of them."""

    __tablename__ = "paper_alias"
    scheme: str = _text(primary_key=True)
    value: str = _text(primary_key=True)
    paper_id: str = _paper(index=True)


class PaperSignalRow(Base, table=True):
    """Attention at one moment, as one source counted it."""

    __tablename__ = "paper_signal"
    paper_id: str = _paper(primary_key=True)
    source: str = _text(primary_key=True)
    taken_at: datetime = _instant(primary_key=True, index=True)
    upvotes: int | None
    comments: int | None
    stars: int | None


class SourceStateRow(Base, table=True):
    """How far a source has been read, and how it is."""

    __tablename__ = "source_state"
    source: str = _text(primary_key=True)
    position: str | None = _text(nullable=True)
    etag: str | None = _text(nullable=True)
    last_modified: str | None = _text(nullable=True)
    last_ok: datetime | None = _instant(nullable=True)
    last_error: str | None = _text(nullable=True)
    last_error_at: datetime | None = _instant(nullable=True)
    papers: int


class SubscriberRow(Base, table=True):
    """A reader; `email_key` is the address folded for comparison, empty addresses have none."""

    __tablename__ = "subscriber"
    __table_args__ = _NEVER_REUSED
    id: int | None = _number()
    key: str | None = _text(nullable=True, unique=True)
    email: str = _text()
    email_key: str | None = _text(nullable=True, unique=True)
    public_id: str = _text(unique=True)
    name: str = _text()
    state: str = _text()
    epoch: int
    joined: datetime = _instant()
    unsubscribed: datetime | None = _instant(nullable=True)
    every: str = _text()
    on: int
    at: time
    zone: str = _text()
    papers: int
    floor: float | None
    send_empty: bool
    paused: bool
    share: bool
    locked: tuple[str, ...] = Field(sa_type=Texts)
    after: str = _text(sa_column_kwargs={"server_default": ""})


class InterestRow(Base, table=True):
    """One thing a subscriber wants; `position` keeps the order of the file."""

    __tablename__ = "interest"
    subscriber_id: int = _owner("subscriber.id", primary_key=True)
    position: int = Field(primary_key=True)
    key: str = _text()
    name: str = _text()
    about: str = _text()
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
    __table_args__ = (UniqueConstraint("subscriber_id", "paper_id", "act", "at"), _NEVER_REUSED)
    id: int | None = _number()
    subscriber_id: int = _owner("subscriber.id")
    paper_id: str = _paper(index=True)
    act: str = _text()
    at: datetime = _instant(index=True)
    via: str = _text()
    interest: str | None = _text(nullable=True)
    edition: int | None
    suspect: bool


class SavedPaperRow(Base, table=True):
    """The reading list, derived from the feedback log whenever it grows."""

    __tablename__ = "saved_paper"
    subscriber_id: int = _owner("subscriber.id", primary_key=True)
    paper_id: str = _paper(primary_key=True, index=True)
    saved_at: datetime = _instant()
    read: bool


class EditionRow(Base, table=True):
    """A cadence slot of one subscriber."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("subscriber_id", "key"), _NEVER_REUSED)
    id: int | None = _number()
    subscriber_id: int = _owner("subscriber.id")
    key: str = _text()
    created_at: datetime = _instant()
    due_at: datetime = _instant()
    considered: int
    missed_id: int | None


class EditionItemRow(Base, table=True):
    """One paper of one edition with its reason."""

    __tablename__ = "edition_item"
    __table_args__ = (Index(None, "edition_id", "position"), _NEVER_REUSED)
    id: int | None = _number()
    edition_id: int = _owner("edition.id")
    paper_id: str = _paper(index=True)
    section: str = _text()
    interest: str = _text()
    position: int
    score: float
    match: float
    reason: str = _text()
    lever: dict[str, str] | None = Field(sa_type=Document, nullable=True)
    evidence: list[dict[str, Any]] = Field(sa_type=Document)
    propensity: float | None


class DeliveryRow(Base, table=True):
    """What carries an edition to its 250 OK."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "state", "next_attempt_at"), _NEVER_REUSED)
    id: int | None = _number()
    edition_id: int = _owner("edition.id", unique=True)
    state: str = _text()
    attempts: int
    worker: str | None = _text(nullable=True)
    lease_until: datetime | None = _instant(nullable=True)
    fence: int
    message_id: str = _text()
    date_header: datetime = _instant()
    body_sha256: str | None = _text(nullable=True)
    next_attempt_at: datetime | None = _instant(nullable=True)
    settled_at: datetime | None = _instant(nullable=True)
    reply: str = _text()
    losses: int = Field(sa_column_kwargs={"server_default": "0"})
    doubts: int = Field(sa_column_kwargs={"server_default": "0"})
    retried_at: datetime | None = _instant(nullable=True)
    address_hash: str | None = _text(nullable=True)


class InboundMailRow(Base, table=True):
    """A message that came back to us and what it was; `key` is a hash, so reading it twice is once."""

    __tablename__ = "inbound_mail"
    __table_args__ = (Index(None, "subscriber_id", "at"),)
    key: str = _text(primary_key=True)
    at: datetime = _instant()
    kind: str = _text()
    subscriber_id: int | None = _owner("subscriber.id", nullable=True)
    delivery_id: int | None = _owner("delivery.id", nullable=True)
    detail: str = _text()


class SuppressionRow(Base, table=True):
    """Never mail this address again; it need not be anybody's at present."""

    __tablename__ = "suppression"
    email_key: str = _text(primary_key=True)
    reason: str = _text()
    at: datetime = _instant()


class ArtifactRow(Base, table=True):
    """A fitted recommender on disk."""

    __tablename__ = "artifact"
    name: str = _text(primary_key=True)
    created_at: datetime = _instant(index=True)
    sha256: str = _text()
    papers: int


METADATA = Base.metadata
PAPER = METADATA.tables["paper"]
PAPER_ALIAS = METADATA.tables["paper_alias"]
PAPER_SIGNAL = METADATA.tables["paper_signal"]
SOURCE_STATE = METADATA.tables["source_state"]
SUBSCRIBER = METADATA.tables["subscriber"]
INTEREST = METADATA.tables["interest"]
FEEDBACK = METADATA.tables["feedback"]
SAVED_PAPER = METADATA.tables["saved_paper"]
EDITION = METADATA.tables["edition"]
EDITION_ITEM = METADATA.tables["edition_item"]
DELIVERY = METADATA.tables["delivery"]
INBOUND_MAIL = METADATA.tables["inbound_mail"]
SUPPRESSION = METADATA.tables["suppression"]
ARTIFACT = METADATA.tables["artifact"]
