"""Folds a batch of sightings into the tables: one look at the store, the shelf, one set of writes.

The number of statements does not grow with the batch.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, text, update

from recommender.domain.events import EventKind, PaperEvent, events_between
from recommender.domain.identity import title_key
from recommender.domain.papers import Folded, Paper, PaperId
from recommender.store.entries import Entry, Name
from recommender.store.fold import cleaned
from recommender.store.folds import kept_apart, load_folds, save_folds
from recommender.store.handover import hand_over
from recommender.store.locks import hold_papers
from recommender.store.names import canonical, look_up, split
from recommender.store.rows import event_row, paper_row, read_paper
from recommender.store.schema import PAPER, PAPER_ALIAS, PAPER_EVENT
from recommender.store.shelf import Outcome, Shelf, names_of
from recommender.store.statements import chunks, insert_or_skip, run_many, upsert

_BATCH = 1_000
_LOCK = 0x466F6C64


def fold(connection: Connection, papers: Sequence[Paper], *, seen_at: datetime) -> Folded:
    """Merge sightings into the store; see `ports.Papers.fold`."""
    alone(connection)
    counts: Counter[Outcome] = Counter()
    ids: list[PaperId] = []
    counted = 0
    for start in range(0, len(papers), _BATCH):
        batch = [cleaned(paper, seen_at=seen_at) for paper in papers[start : start + _BATCH]]
        shelf = _load(connection, batch)
        places = [shelf.put(paper) for paper in batch]
        save(connection, shelf, at=seen_at)
        counts.update(outcome for _, outcome in places)
        ids += [entry.place.paper.id for entry, _ in places]
        if counts[Outcome.ADDED] - counted > max(_BATCH // 2, counted):
            counted = counts[Outcome.ADDED]
            _refresh_statistics(connection)
    if len(papers) > _BATCH:
        today = canonical(connection, ids)
        ids = [today[paper] for paper in ids]
    return Folded(
        added=counts[Outcome.ADDED],
        changed=counts[Outcome.CHANGED],
        unchanged=counts[Outcome.UNCHANGED],
        ids=tuple(ids),
    )


def alone(connection: Connection) -> None:
    """Let nobody else change which records are one paper until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _refresh_statistics(connection: Connection) -> None:
    """Tell PostgreSQL's planner how far the tables have grown in this transaction.

    Its own upkeep comes up to a minute later; until then it reads whole tables for every batch.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE paper, paper_alias"))


def _load(connection: Connection, batch: Sequence[Paper]) -> Shelf:
    """Put on the shelf every stored paper that the batch could mean."""
    names = look_up(connection, (name for paper in batch for name in (split(paper.id), *names_of(paper))))
    stored = {paper.id: paper for paper in _rows(connection, PAPER.c.id, list(names.values()))}
    keys = [key for paper in batch if (key := title_key(paper.title))]
    stored |= {paper.id: paper for paper in _rows(connection, PAPER.c.title_key, keys)}
    entries = open_entries(connection, stored.values())
    return Shelf(entries, names.items(), kept_apart(connection))


def open_entries(connection: Connection, stored: Iterable[Paper]) -> list[Entry]:
    """Return the entries of stored papers, with the folds in them."""
    entries = {paper.id: Entry(paper=paper, stored=paper.id, before=paper) for paper in stored}
    load_folds(connection, entries)
    return list(entries.values())


def _rows(connection: Connection, column: ColumnElement[str], values: Sequence[str]) -> Iterator[Paper]:
    for part in chunks(values):
        yield from map(read_paper, connection.execute(select(PAPER).where(column.in_(part))))


def save(connection: Connection, shelf: Shelf, *, at: datetime) -> None:
    """Write what changed: new rows, rows that became one, new ids, content, names, folds, in that order."""
    standing = [entry for entry in shelf.entries if entry.merged_into is None]
    rows = upsert(connection, PAPER, ["id"], differing="content_sha")
    run_many(connection, rows, [paper_row(entry.paper) for entry in standing if entry.stored is None])
    if shelf.lost:
        hold_papers(connection, _meeting(shelf))
    for lost in shelf.lost:
        kept = lost.kept if lost.kept.stored else lost.kept.place
        moved = hand_over(connection, lost.stored, kept.stored or kept.paper.id)
        if lost.fold:
            lost.fold.moved = moved
    renamed = [
        {"old": entry.stored, "new": entry.paper.id}
        for entry in standing
        if entry.stored and entry.stored != entry.paper.id
    ]
    run_many(
        connection, update(PAPER).where(PAPER.c.id == bindparam("old")).values(id=bindparam("new")), renamed
    )
    changed = [entry for entry in standing if entry.before and entry.paper != entry.before]
    run_many(connection, rows, [paper_row(entry.paper) for entry in changed])
    _save_names(connection, shelf.new_names)
    save_folds(connection, standing, at=at)
    _save_events(connection, changed, at=at)


def _meeting(shelf: Shelf) -> Iterator[PaperId]:
    """Yield the stored papers that become one: reading lists of both are written anew."""
    for lost in shelf.lost:
        yield lost.stored
        yield from (entry.stored for entry in (lost.kept, lost.kept.place) if entry.stored)


def _save_names(connection: Connection, names: dict[Name, Entry]) -> None:
    rows = [
        {"scheme": scheme, "value": value, "paper_id": entry.place.paper.id}
        for (scheme, value), entry in names.items()
    ]
    run_many(connection, insert_or_skip(connection, PAPER_ALIAS), rows)


def _save_events(connection: Connection, changed: Iterable[Entry], *, at: datetime) -> None:
    """Note what happened to papers that were known before this batch."""
    events = (event for entry in changed for event in _events(entry, at))
    run_many(connection, insert(PAPER_EVENT), [event_row(event) for event in events])


def _events(entry: Entry, at: datetime) -> Iterator[PaperEvent]:
    """Yield what happened to a paper in its own record; where it was published, any record may tell."""
    before = entry.before or entry.paper
    for event in events_between(before, entry.paper, at=at):
        if entry.own is None or event.kind is EventKind.PUBLISHED:
            yield event
    if entry.own is not None:
        for event in events_between(entry.own_before or before, entry.own, at=at):
            if event.kind is not EventKind.PUBLISHED:
                yield replace(event, paper=entry.paper.id)
