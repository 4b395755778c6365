"""What a reader follows in a feed reader: the reading list, and what was recommended. As Atom and JSON Feed.

Nothing is stored for it and nothing depends on the clock of the request, but for how far back editions go:
the same list is the same text. Notes stay out, and so do links that could change anything.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.digest.plain import interest_name, plain
from recommender.domain.editions import KNOWN, NEVER_ARRIVED, WAITING, Delivery, Edition, EditionItem
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.services.changes import changes_since
from recommender.services.citations import Saved
from recommender.services.profiles import interest_names
from recommender.services.reading import Choice, chosen, saved_rows

MOST = 200
"""Entries of a feed, newest first."""
EDITIONS = 10
"""Editions of a feed."""
AS_FAR_BACK = timedelta(days=120)
"""How old editions of a feed can be."""
_SHOWN = frozenset({Act.SAVE, Act.UNSAVE, Act.LABEL, Act.UNLABEL})
_READING = frozenset({Act.READ, Act.UNREAD})
_NAMES = uuid.UUID("6f2b7a52-4f0a-5d8e-9a51-6a3a0d1c9b10")
"""Namespace of the ids: a random number once, the same for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One paper of a feed."""

    id: str
    """A URN, the same for as long as the paper stands in this reader's feed under its own id."""
    paper: Paper
    published: datetime
    """When it came into the feed."""
    updated: datetime
    words: tuple[str, ...] = ()
    """What is to be said of it beside its abstract: why it came, what happened to it."""
    tags: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Whether the paper was withdrawn."""
        return self.paper.status is PaperStatus.WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFeed:
    """A feed before it is written down."""

    id: str
    title: str
    updated: datetime
    """Moves only when something in the feed did."""
    entries: Sequence[FeedEntry]


def list_feed(uow: UnitOfWork, subscriber: Subscriber, choice: Choice) -> ReaderFeed:
    """Return the reading list as a feed, saved last first."""
    rows = chosen(saved_rows(uow, subscriber.id), choice)[:MOST]
    log = uow.people.feedback(subscriber.id)
    acts = _SHOWN | _READING if choice.unread else _SHOWN
    moved = _latest(entry for entry in log if entry.act in acts)
    named = _latest(entry for entry in log if entry.act in {Act.LABEL, Act.UNLABEL})
    entries = [_saved_entry(row, subscriber, named) for row in rows]
    changed = [entry.updated for entry in entries]
    return ReaderFeed(
        id=_urn(subscriber, "list", choice.label, str(choice.unread)),
        title=f"Reading list: {plain(choice.label)}" if choice.label else "Reading list",
        updated=max([subscriber.joined, *moved.values(), *changed]),
        entries=entries,
    )


def edition_feed(uow: UnitOfWork, subscriber: Subscriber, now: datetime) -> ReaderFeed:
    """Return what the newest editions that may have arrived recommended, newest first, each paper once."""
    editions = _arrived(uow, uow.outbox.made_for(subscriber.id, since=now - AS_FAR_BACK))
    shown: dict[PaperId, tuple[Edition, EditionItem]] = {}
    for edition in editions:
        for item in sorted(edition.items, key=lambda item: item.position):
            if item.section not in KNOWN:
                shown.setdefault(item.paper, (edition, item))
    papers = uow.papers.get(shown)
    changed = changes_since(uow, {paper: edition.created_at for paper, (edition, _) in shown.items()})
    names = interest_names(subscriber)
    entries = [
        FeedEntry(
            id=_urn(subscriber, edition.key, paper),
            paper=papers[paper],
            published=edition.created_at,
            updated=changed[paper][1] if paper in changed else edition.created_at,
            words=_words(papers[paper], plain(item.reason), changed.get(paper, ("",))[0]),
            tags=(interest_name(names[item.interest]),) if names.get(item.interest) else (),
        )
        for paper, (edition, item) in shown.items()
        if paper in papers
    ][:MOST]
    made = [edition.created_at for edition in editions]
    return ReaderFeed(
        id=_urn(subscriber, "editions"),
        title="Recommended to you",
        updated=max([subscriber.joined, *made, *(entry.updated for entry in entries)]),
        entries=entries,
    )


def _arrived(uow: UnitOfWork, deliveries: Iterable[Delivery]) -> list[Edition]:
    """Return the newest editions whose readers may have them, newest first."""
    open_ = NEVER_ARRIVED | WAITING
    own = [entry.edition for entry in deliveries if entry.doubts or entry.state not in open_]
    found = (uow.outbox.edition(number) for number in own[-EDITIONS:])
    return sorted(filter(None, found), key=lambda edition: edition.created_at, reverse=True)


def _saved_entry(row: Saved, subscriber: Subscriber, named: Mapping[PaperId, datetime]) -> FeedEntry:
    times = (row.saved_at, row.changed_at, named.get(row.paper.id))
    return FeedEntry(
        id=_urn(subscriber, "list", row.paper.id),
        paper=row.paper,
        published=row.saved_at,
        updated=max(time for time in times if time),
        words=_words(row.paper, "", row.changed),
        tags=row.labels,
    )


def _words(paper: Paper, reason: str, changed: str) -> tuple[str, ...]:
    gone = "This paper was withdrawn." if paper.status is PaperStatus.WITHDRAWN else ""
    since = f"Since it came here: {plain(changed)}." if changed and changed != "withdrawn" else ""
    return tuple(text for text in (gone, reason, since) if text)


def _latest(entries: Iterable[Feedback]) -> dict[PaperId, datetime]:
    return {entry.paper: entry.at for entry in entries}


def _urn(subscriber: Subscriber, *parts: str) -> str:
    """Return an id that nobody can turn back into the reader's."""
    return uuid.uuid5(_NAMES, "\n".join((subscriber.public_id, *parts))).urn
