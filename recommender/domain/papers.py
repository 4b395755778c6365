"""Papers and what sources say about them. Identity rules live in `identity`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

PaperId = NewType("PaperId", str)
"""Canonical id: `arxiv:2401.12345`, else `doi:10.…`, else `title:<key>`."""


NEWS = timedelta(days=30)
"""How long ago a paper may have become public and still be new to who has not seen it."""


class PaperStatus(StrEnum):
    """Whether the work still stands."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One work, whatever ids it has. Times are aware UTC.

    A parser fills what its source knows and leaves the rest at the default; the store folds
    several sightings of one work into one row and owns `first_seen` once it is stored.
    """

    id: PaperId
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    """Known even where names are not (listing pages)."""
    organisation: str | None = None
    categories: tuple[str, ...] = ()
    """arXiv-style category codes, primary first."""
    keywords: tuple[str, ...] = ()
    venue: str | None = None
    doi: str | None = None
    url: str | None = None
    """Page a reader should open (abstract page, never a PDF)."""
    code_url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    first_seen: datetime | None = None
    """When the reader community could first see it; the store fills in the import time."""
    version: int | None = None
    status: PaperStatus = PaperStatus.ACTIVE
    comment: str | None = None
    library_only: bool = False
    """True when it came only from a reader's own library: never a candidate."""
    summary: str | None = None
    """A short summary that a source brought along; never ours."""
    summary_by: str | None = None
    """Whose summary it is, in words that can be shown beside it."""
    submitter: str | None = None
    """Public name of who brought it to a community's list. Shown at most; ranking never reads it."""
    original_title: str | None = None
    """The title as the source sent it, where cleaning changed more than white space."""
    original_abstract: str | None = None
    """The abstract as the source sent it, where cleaning changed more than white space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Attention a paper had at one moment, as one source counted it."""

    paper: PaperId
    source: str
    taken_at: datetime
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    citations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a source has been read. `position` is the source's own token, opaque to everybody else."""

    position: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One entry or file that could not become a paper: where it stands and why."""

    place: str
    reason: str
    body: bytes | None = field(default=None, repr=False)
    """The entry's own bytes where a source sent it, kept in quarantine for a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a source expects of itself."""

    expected_next: datetime | None = None
    """When it should have something new to read, aware UTC; in the past while that has not come.

    A source that ever says this says it in each run.
    """
    quiet: str = ""
    """Why there is nothing new though nothing failed; empty where there is, or where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Which papers a source said there are, whether it brought them or not."""

    day: date
    """The day of the announcement, as the source counts days."""
    papers: Sequence[PaperId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One item of a reader's own library and the paper it is."""

    key: str
    """The library's name for the item."""
    paper: PaperId
    added: datetime | None = None
    collections: tuple[str, ...] = ()
    """Names of the library's collections it is in, where they are asked for."""
    ours: bool = False
    """True where it was put there because the reader saved the paper: it says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryNews:
    """What is new in a reader's own library: feedback that costs no click."""

    reader: str
    """Address or id of the subscriber whose library it is."""
    library: str
    """Names the library, or the part of it that is read; tells its items from those of others."""
    holdings: Sequence[Holding] = ()
    """Items that are new or changed."""
    present: frozenset[str] | None = None
    """Keys of all items there are now; None where the page does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A batch a source delivers: papers, their signals, what was refused, and where to go on."""

    papers: Sequence[Paper]
    signals: Sequence[Signal] = ()
    refused: Sequence[Refused] = ()
    cursor: Cursor | None = None
    place: str = ""
    """URL or file the page came from."""
    library: LibraryNews | None = None
    """Set where the papers are a reader's own: they are feedback, not candidates."""
    announced: Sequence[Announced] = ()
    """What the source says there is: the store is held against it."""
    warnings: Sequence[str] = ()
    """Faults of the source that cost no paper: one road failed and another was taken, a feed lags."""
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store remembers of a source between runs."""

    source: str
    cursor: Cursor | None = None
    last_ok: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    papers: int = 0
    """Papers of the last good run."""
    last_new: datetime | None = None
    """When it last brought a paper that the store did not know."""
    failures: int = 0
    """Runs that failed since the last good one."""
    parked_until: datetime | None = None
    """After failures: when it is asked again."""
    outlook: Outlook = Outlook()
    announced_on: date | None = None
    """The latest announcement that was held against the store."""
    announced: int = 0
    """Papers announced then."""
    missing: int = 0
    """Of those, the papers that the store does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What folding a batch into the store did. `ids` are canonical, in the order of the batch."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: tuple[PaperId, ...] = field(default=())
