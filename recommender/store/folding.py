"""Folds a batch of sightings into the tables: one look at the store, the shelf, one set of writes.

The number of statements does not grow with the batch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, exists, select, text, update

from recommender.domain.identity import title_key
from recommender.domain.papers import Folded, Paper, PaperId
from recommender.store.fold import cleaned
from recommender.store.names import canonical, look_up, split
from recommender.store.rows import paper_row, read_paper
from recommender.store.schema import (
    EDITION_ITEM,
    ENRICHED,
    FEEDBACK,
    PAPER,
    PAPER_ALIAS,
    PAPER_EVENT,
    PAPER_FOLD,
    PAPER_SIGNAL,
    SAVED_PAPER,
)
from recommender.store.shelf import Entry, Name, Outcome, Shelf, names_of
from recommender.store.statements import chunks, insert_or_skip, run_many, upsert

_BATCH = 1_000
_LOCK = 0x466F6C64
_POINTING: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (PAPER_ALIAS, ()),
    (EDITION_ITEM, ()),
    (PAPER_SIGNAL, ("source", "taken_at")),
    (PAPER_EVENT, ()),
    (PAPER_FOLD, ()),
    (ENRICHED, ("enricher",)),
    (FEEDBACK, ("subscriber_id", "act", "at")),
    (SAVED_PAPER, ("subscriber_id",)),
)
"""Tables that point to papers, and the columns that may exist only once for each paper."""


def fold(connection: Connection, papers: Sequence[Paper], *, seen_at: datetime) -> Folded:
    """Merge sightings into the store; see `ports.Papers.fold`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    counts: Counter[Outcome] = Counter()
    ids: list[PaperId] = []
    counted = 0
    for start in range(0, len(papers), _BATCH):
        batch = [cleaned(paper, seen_at=seen_at) for paper in papers[start : start + _BATCH]]
        shelf = _load(connection, batch)
        places = [shelf.put(paper) for paper in batch]
        _save(connection, shelf)
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
    entries = [Entry(paper=paper, stored=paper.id, before=paper) for paper in stored.values()]
    return Shelf(entries, names.items())


def _rows(connection: Connection, column: ColumnElement[str], values: Sequence[str]) -> Iterator[Paper]:
    for part in chunks(values):
        yield from map(read_paper, connection.execute(select(PAPER).where(column.in_(part))))


def _save(connection: Connection, shelf: Shelf) -> None:
    """Write what the batch changed: rows that became one, new ids, content, names, in that order."""
    for lost, kept in shelf.lost:
        _unite(connection, lost, kept)
    standing = [entry for entry in shelf.entries if entry.merged_into is None]
    renamed = [
        {"old": entry.stored, "new": entry.paper.id}
        for entry in standing
        if entry.stored and entry.stored != entry.paper.id
    ]
    run_many(
        connection, update(PAPER).where(PAPER.c.id == bindparam("old")).values(id=bindparam("new")), renamed
    )
    run_many(
        connection,
        upsert(connection, PAPER, ["id"], differing="content_sha"),
        [paper_row(entry.paper) for entry in standing if entry.paper != entry.before],
    )
    _save_names(connection, shelf.new_names)


def _save_names(connection: Connection, names: dict[Name, Entry]) -> None:
    rows = [
        {"scheme": scheme, "value": value, "paper_id": entry.place.paper.id}
        for (scheme, value), entry in names.items()
    ]
    run_many(connection, insert_or_skip(connection, PAPER_ALIAS), rows)


def _unite(connection: Connection, lost: PaperId, kept: PaperId) -> None:
    """Hand everything that points to one row over to the other, and delete the empty one.

    Where both have the same act, signal or saved paper, one of the two goes.
    """
    for table, once in _POINTING:
        if once:
            other = table.alias()
            same = and_(other.c.paper_id == kept, *(other.c[name] == table.c[name] for name in once))
            connection.execute(delete(table).where(table.c.paper_id == lost, exists().where(same)))
        connection.execute(update(table).where(table.c.paper_id == lost).values(paper_id=kept))
    connection.execute(delete(PAPER).where(PAPER.c.id == lost))
