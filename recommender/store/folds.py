"""Rows of folds and of what must stay apart, for the shelf."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from recommender.domain.papers import Paper, PaperId
from recommender.store.entries import Entry, Fold
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
            entry.own = own
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


def kept_apart(connection: Connection, ids: Callable[[], Iterable[PaperId]]) -> Apart:
    """Return the pairs that must stay apart and have one of some ids, asked for if there are any pairs."""
    if connection.execute(select(PAPER_APART.c.one).limit(1)).first() is None:
        return frozenset()
    found: set[frozenset[PaperId]] = set()
    for part in chunks(ids()):
        query = select(PAPER_APART.c.one, PAPER_APART.c.other).where(PAPER_APART.c.one.in_(part))
        found |= {frozenset((PaperId(one), PaperId(other))) for one, other in connection.execute(query)}
    return frozenset(found)


def keep_apart(connection: Connection, one: PaperId, other: PaperId, *, at: datetime) -> None:
    """Note that two papers are two works; noted both ways, so that either is found by itself."""
    rows = [{"one": one, "other": other, "at": at}, {"one": other, "other": one, "at": at}]
    run_many(connection, insert_or_skip(connection, PAPER_APART), rows)


def follow(connection: Connection, moves: Mapping[PaperId, PaperId], *, at: datetime) -> None:
    """Let what must stay apart follow papers to their new ids."""
    for part in chunks(moves):
        query = select(PAPER_APART.c.one, PAPER_APART.c.other).where(PAPER_APART.c.one.in_(part))
        for one, other in connection.execute(query).all():
            if moves[PaperId(one)] != other:
                keep_apart(connection, moves[PaperId(one)], PaperId(other), at=at)
