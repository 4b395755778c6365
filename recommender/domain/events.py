"""What happened to a paper that is known already: a new version, a withdrawal, its publication."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recommender.domain.papers import Paper, PaperId, PaperStatus


class EventKind(StrEnum):
    """What can happen to a paper."""

    VERSION = "version"
    """A new version with a number."""
    REVISED = "revised"
    """Title or abstract changed and no number tells of it."""
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    """It gained a venue or a DOI of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEvent:
    """One thing that happened to one paper; `detail` says what in a few words (`v3`, a venue, a DOI)."""

    paper: PaperId
    kind: EventKind
    at: datetime
    detail: str = ""


def events_between(before: Paper, after: Paper, *, at: datetime) -> tuple[PaperEvent, ...]:
    """Return what happened to a paper between two states of the store. A reader's library tells nothing.

    A paper that was known by a DOI or a title and got a better id since was not published by that.
    """
    if before.library_only or after.library_only:
        return ()
    found: list[tuple[EventKind, str]] = []
    if before.version and after.version and after.version > before.version:
        found.append((EventKind.VERSION, f"v{after.version}"))
    elif _reworded(before, after):
        found.append((EventKind.REVISED, ""))
    if after.status is PaperStatus.WITHDRAWN and before.status is not PaperStatus.WITHDRAWN:
        found.append((EventKind.WITHDRAWN, ""))
    same_kind = before.id.split(":", 1)[0] == after.id.split(":", 1)[0]
    if same_kind and (where := _published(after)) and not _published(before):
        found.append((EventKind.PUBLISHED, where))
    return tuple(PaperEvent(paper=after.id, kind=kind, at=at, detail=detail) for kind, detail in found)


def told(event: PaperEvent) -> str:
    """Say in a few words what happened."""
    if event.kind is EventKind.VERSION:
        return f"new version {event.detail}".rstrip()
    if event.kind is EventKind.PUBLISHED:
        return (
            f"published as {event.detail}"
            if event.detail.startswith("10.")
            else f"published in {event.detail}"
        )
    return event.kind.value


def _reworded(before: Paper, after: Paper) -> bool:
    """Tell whether one record of one id was changed; another road's wording of the text is no revision."""
    later = before.updated and after.updated and after.updated > before.updated
    return bool(later and before.abstract and before.abstract != after.abstract)


def _published(paper: Paper) -> str:
    """Return where a preprint came out, or an empty string. One known by a DOI is published under another."""
    if paper.id.startswith("arxiv:"):
        own = paper.doi if paper.doi and not paper.doi.startswith("10.48550/") else None
        return paper.venue or own or ""
    elsewhere = paper.id.startswith("doi:") and paper.doi and paper.id != f"doi:{paper.doi}"
    return paper.doi or "" if elsewhere else ""
