"""Rows of folds and of what must stay apart, for the shelf."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from recommender.domain.papers import Paper, PaperId
from recommender.store.entries import Entry, Fold
from recommender.store.names import look_up, split
from recommender.store.packing import pack, unpack
from recommender.store.schema import PAPER_APART, PAPER_FOLD
from recommender.store.shelf import Apart
from recommender.store.statements import chunks, insert_or_skip, run_many

_STANDING = PAPER_FOLD.c.undone_at.is_(None)


def load_folds(connection: Connection, entries: Mapping[PaperId, Entry]) -> None:
    """Give entries the folds that stand in them, oldest first."""
    for part in chunks(entries):
        query = select(PAPER_FOLD).where(PAPER_FOLD.c.paper_id.in_(part), _STANDING)
        for row in connection.execute(query.order_by(PAPER_FOLD.c.id)):
            entry = entries[PaperId(row.paper_id)]
            fold, own = read_fold(row)
            entry.own = entry.own_before = own
            entry.folds.append(fold)


def read_fold(row: Row[Any]) -> tuple[Fold, Paper]:
    """Return a fold and the own record of the paper it stands in."""
    own, other = unpack(row.kept_before), unpack(row.other_before)
    return Fold(other=other, why=row.why, number=row.id, moved=row.moved, written=(own, other)), own


def save_folds(connection: Connection, entries: Iterable[Entry], *, at: datetime) -> None:
    """Write the folds that are new, and the records in them that were brought up to date."""
    pairs = [(entry, fold) for entry in entries for fold in entry.folds]
    changed = [(entry, fold) for entry, fold in pairs if fold.written != (entry.own, fold.other)]
    new = [
        {
            "kept_before": pack(entry.own or entry.paper),
            "other_before": pack(fold.other),
            "paper_id": entry.paper.id,
            "other": fold.other.id,
            "why": fold.why,
            "at": at,
            "moved": fold.moved,
            "undone_at": None,
        }
        for entry, fold in changed
        if fold.number is None
    ]
    known = [
        {"number": fold.number, "kept": pack(entry.own or entry.paper), "folded": pack(fold.other)}
        for entry, fold in changed
        if fold.number is not None
    ]
    run_many(connection, insert(PAPER_FOLD), new)
    statement = update(PAPER_FOLD).where(PAPER_FOLD.c.id == bindparam("number"))
    records: dict[str, Any] = {"kept_before": bindparam("kept"), "other_before": bindparam("folded")}
    run_many(connection, statement.values(**records), known)


def kept_apart(connection: Connection) -> Apart:
    """Return the pairs that must stay apart, by the names they were parted under and by their ids of today.

    People make them, so there are few.
    """
    rows = connection.execute(select(PAPER_APART.c.one, PAPER_APART.c.other)).all()
    if not rows:
        return frozenset()
    today = look_up(connection, (split(name) for row in rows for name in row))
    pairs: set[frozenset[PaperId]] = set()
    for row in rows:
        one, other = ({PaperId(name), today.get(split(name), PaperId(name))} for name in row)
        pairs |= {frozenset(pair) for pair in product(one, other)}
    return frozenset(pair for pair in pairs if len(pair) > 1)


def keep_apart(connection: Connection, one: PaperId, other: PaperId, *, at: datetime) -> None:
    """Note that two papers are two works."""
    first, second = sorted((one, other))
    row = {"one": first, "other": second, "at": at}
    connection.execute(insert_or_skip(connection, PAPER_APART), row)


def set_together(connection: Connection, one: PaperId, other: PaperId) -> None:
    """Forget that two papers, named by their ids of today, are two works."""
    rows = connection.execute(select(PAPER_APART.c.one, PAPER_APART.c.other)).all()
    today = look_up(connection, (split(name) for row in rows for name in row))
    for row in rows:
        if {today.get(split(name)) for name in row} <= {one, other}:
            pair = (PAPER_APART.c.one == row.one) & (PAPER_APART.c.other == row.other)
            connection.execute(delete(PAPER_APART).where(pair))
