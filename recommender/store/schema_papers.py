"""The tables of papers, of what sources said about them, and of how the sources are.

Described and named as in `schema`, which gathers them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from recommender.store.schema_base import NEVER_REUSED, Base, instant, number, paper, text
from recommender.store.types import Document, Texts


class PaperRow(Base, table=True):
    """One work."""

    __tablename__ = "paper"
    __table_args__ = (Index(None, "first_seen", "id"),)
    id: str = text(primary_key=True)
    title: str = text()
    title_key: str = text(index=True)
    abstract: str = text()
    authors: tuple[str, ...] = Field(sa_type=Texts)
    author_count: int | None
    organisation: str | None = text(nullable=True)
    categories: tuple[str, ...] = Field(sa_type=Texts)
    keywords: tuple[str, ...] = Field(sa_type=Texts)
    venue: str | None = text(nullable=True)
    doi: str | None = text(nullable=True)
    url: str | None = text(nullable=True)
    code_url: str | None = text(nullable=True)
    published: datetime | None = instant(nullable=True)
    updated: datetime | None = instant(nullable=True)
    first_seen: datetime = instant()
    version: int | None
    status: str = text()
    comment: str | None = text(nullable=True)
    library_only: bool
    content_sha: str = text()
    summary: str | None = text(nullable=True)
    summary_by: str | None = text(nullable=True)
    submitter: str | None = text(nullable=True)
    original_title: str | None = text(nullable=True)
    original_abstract: str | None = text(nullable=True)


class PaperAliasRow(Base, table=True):
    """A name that resolves to one paper and to no other; its own id is one of them."""

    __tablename__ = "paper_alias"
    scheme: str = text(primary_key=True)
    value: str = text(primary_key=True)
    paper_id: str = paper(index=True)


class PaperSignalRow(Base, table=True):
    """Attention at one moment, as one source counted it."""

    __tablename__ = "paper_signal"
    paper_id: str = paper(primary_key=True)
    source: str = text(primary_key=True)
    taken_at: datetime = instant(primary_key=True, index=True)
    upvotes: int | None
    comments: int | None
    stars: int | None
    citations: int | None


class SourceStateRow(Base, table=True):
    """How far a source has been read, and how it is."""

    __tablename__ = "source_state"
    source: str = text(primary_key=True)
    position: str | None = text(nullable=True)
    etag: str | None = text(nullable=True)
    last_modified: str | None = text(nullable=True)
    last_ok: datetime | None = instant(nullable=True)
    last_error: str | None = text(nullable=True)
    last_error_at: datetime | None = instant(nullable=True)
    papers: int
    last_new: datetime | None = instant(nullable=True)
    failures: int = Field(sa_column_kwargs={"server_default": "0"})
    parked_until: datetime | None = instant(nullable=True)
    expected_next: datetime | None = instant(nullable=True)
    quiet: str = text(sa_column_kwargs={"server_default": ""})
    announced_on: date | None
    announced: int = Field(sa_column_kwargs={"server_default": "0"})
    missing: int = Field(sa_column_kwargs={"server_default": "0"})


class AnnouncedRow(Base, table=True):
    """A name of a paper that a source said there is, stored or not."""

    __tablename__ = "announced"
    source: str = text(primary_key=True)
    day: date = Field(primary_key=True)
    scheme: str = text(primary_key=True)
    value: str = text(primary_key=True)


class QuarantineRow(Base, table=True):
    """An entry that could not become a paper, with its bytes; `key` is a hash of source and bytes."""

    __tablename__ = "quarantine"
    __table_args__ = (Index(None, "source", "at"),)
    key: str = text(primary_key=True)
    source: str = text()
    place: str = text()
    reason: str = text()
    body: bytes
    at: datetime = instant()
    times: int


class EnrichedRow(Base, table=True):
    """When an enricher was last asked about a paper, and whether it knew it."""

    __tablename__ = "enriched"
    enricher: str = text(primary_key=True)
    paper_id: str = paper(primary_key=True, index=True)
    asked_at: datetime = instant()
    found: bool


class PaperEventRow(Base, table=True):
    """What happened to a paper that was known already."""

    __tablename__ = "paper_event"
    __table_args__ = NEVER_REUSED
    id: int | None = number()
    paper_id: str = paper(index=True)
    kind: str = text()
    at: datetime = instant(index=True)
    detail: str = text()


class PaperFoldRow(Base, table=True):
    """Two records that were taken for one work by their texts, and what is needed to part them again."""

    __tablename__ = "paper_fold"
    __table_args__ = NEVER_REUSED
    id: int | None = number()
    paper_id: str = paper(index=True)
    other: str = text(index=True)
    why: str = text()
    at: datetime = instant()
    kept_before: dict[str, Any] | None = Field(sa_type=Document, nullable=True)
    other_before: dict[str, Any] = Field(sa_type=Document)
    moved: dict[str, Any] | None = Field(sa_type=Document, nullable=True)
    undone_at: datetime | None = instant(nullable=True)


class PaperApartRow(Base, table=True):
    """Two names that a person said are two works; they are never folded by their texts again."""

    __tablename__ = "paper_apart"
    one: str = text(primary_key=True)
    other: str = text(primary_key=True)
    at: datetime = instant()
