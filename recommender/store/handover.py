"""Hands what points to one paper over to another, writes down what that was, and gives it back.

What was handed over is written down as JSON: for each table the keys of the rows that moved, and
under `dropped` the rows that had to go because the other paper had the same one already.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, select, tuple_, update

from recommender.domain.papers import PaperId
from recommender.store import lists
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
    SUBSCRIBER,
)
from recommender.store.statements import chunks, insert_or_skip, run_many
from recommender.store.types import UTCDateTime

Moved = dict[str, Any]
_DROPPED = "dropped"
_POINTING: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...] = (
    (PAPER_ALIAS, ("scheme", "value"), ()),
    (EDITION_ITEM, ("id",), ()),
    (PAPER_SIGNAL, ("source", "taken_at"), ("source", "taken_at")),
    (PAPER_EVENT, ("id",), ()),
    (PAPER_FOLD, ("id",), ()),
    (ENRICHED, ("enricher",), ("enricher",)),
    (FEEDBACK, ("id",), ("subscriber_id", "act", "at", "value")),
)
"""Tables that point to papers, what names a row, and what may exist only once for each paper.

The reading list is not among them: it follows from the feedback.
"""


def hand_over(connection: Connection, lost: PaperId, kept: PaperId) -> Moved:
    """Hand everything that points to one row over to the other and delete the row; return what moved.

    Where both have the same act or signal, one of the two goes, and is written down.
    """
    moved: Moved = {}
    # Who is just writing something about it comes first, and is moved along.
    connection.execute(select(PAPER.c.id).where(PAPER.c.id == lost).with_for_update())
    for table, key, once in _POINTING:
        if once and (dropped := _drop(connection, table, once, (lost, kept))):
            moved.setdefault(_DROPPED, {})[table.name] = dropped
        mine = table.c.paper_id == lost
        rows = connection.execute(select(*(table.c[name] for name in key)).where(mine)).all()
        if rows:
            moved[table.name] = [[_plain(value) for value in row] for row in rows]
            connection.execute(update(table).where(mine).values(paper_id=kept))
    connection.execute(delete(SAVED_PAPER).where(SAVED_PAPER.c.paper_id == lost))
    lists.rebuild(connection, lists.listed(connection, [kept]))
    connection.execute(delete(PAPER).where(PAPER.c.id == lost))
    return moved


def give_back(connection: Connection, moved: Mapping[str, Any], kept: PaperId, other: PaperId) -> None:
    """Give a paper what was handed over, as far as it is still there, and what was dropped then."""
    for table, key, _ in _POINTING:
        columns = [table.c[name] for name in key]
        keys = [tuple(map(_value, columns, row)) for row in moved.get(table.name, ())]
        for part in chunks(keys, len(columns)):
            theirs = and_(table.c.paper_id == kept, tuple_(*columns).in_(part))
            connection.execute(update(table).where(theirs).values(paper_id=other))
    readers = set(connection.execute(select(SUBSCRIBER.c.id)).scalars()) if moved.get(_DROPPED) else set()
    for table, _, _ in _POINTING:
        rows = moved.get(_DROPPED, {}).get(table.name, ())
        rows = [row for row in rows if row.get("subscriber_id", None) in readers | {None}]
        values = [{name: _value(table.c[name], value) for name, value in row.items()} for row in rows]
        run_many(connection, insert_or_skip(connection, table), [row | {"paper_id": other} for row in values])
    connection.execute(delete(SAVED_PAPER).where(SAVED_PAPER.c.paper_id.in_([kept, other])))
    lists.rebuild(connection, lists.listed(connection, [kept, other]))


def forget(connection: Connection, subscriber: int) -> None:
    """Take a reader's acts out of what was written down, when the reader is erased."""
    query = select(PAPER_FOLD.c.id, PAPER_FOLD.c.moved).where(PAPER_FOLD.c.moved.is_not(None))
    for number, moved in connection.execute(query).all():
        acts_of = moved.get(_DROPPED, {}).get(FEEDBACK.name, [])
        others = [row for row in acts_of if row["subscriber_id"] != subscriber]
        if len(others) < len(acts_of):
            rest = moved | {_DROPPED: moved[_DROPPED] | {FEEDBACK.name: others}}
            connection.execute(update(PAPER_FOLD).where(PAPER_FOLD.c.id == number).values(moved=rest))


def _drop(
    connection: Connection, table: Table, once: Sequence[str], papers: tuple[PaperId, PaperId]
) -> list[dict[str, Any]]:
    """Delete the rows of one paper that the other has too; return them."""
    lost, kept = papers
    twin = table.alias()
    same = and_(twin.c.paper_id == kept, *(twin.c[name] == table.c[name] for name in once))
    both = and_(table.c.paper_id == lost, exists().where(same))
    rows = connection.execute(select(table).where(both)).mappings().all()
    if rows:
        connection.execute(delete(table).where(both))
    return [{name: _plain(value) for name, value in row.items() if name != "paper_id"} for row in rows]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(column: Any, value: Any) -> Any:
    """Read a value back as its column wants it."""
    return datetime.fromisoformat(value) if isinstance(column.type, UTCDateTime) and value else value
