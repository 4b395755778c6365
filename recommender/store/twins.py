"""Folds of records, taken back and made by hand, in SQL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from recommender.domain.errors import InputError, UnknownPaper
from recommender.domain.identity import aliases
from recommender.domain.papers import Paper, PaperId
from recommender.domain.twins import FoldedPair, PaperText
from recommender.store.entries import Entry, Fold, together
from recommender.store.fold import rank
from recommender.store.folding import alone, open_entries, save
from recommender.store.folds import keep_apart, kept_apart, read_fold, set_together
from recommender.store.handover import give_back
from recommender.store.locks import hold_papers
from recommender.store.names import split
from recommender.store.packing import pack
from recommender.store.rows import paper_row, read_paper
from recommender.store.schema import PAPER, PAPER_ALIAS, PAPER_FOLD
from recommender.store.shelf import Shelf
from recommender.store.statements import run_many, upsert


class SqlTwins:
    """`ports.Twins` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def folds(self, *, standing: bool = False) -> Sequence[FoldedPair]:
        """Return all folds, newest first, or only those that were not taken back."""
        query = select(PAPER_FOLD).order_by(PAPER_FOLD.c.id.desc())
        if standing:
            query = query.where(PAPER_FOLD.c.undone_at.is_(None))
        return [_pair(row) for row in self._connection.execute(query)]

    def count(self) -> int:
        """Return how many folds stand."""
        query = select(func.count()).select_from(PAPER_FOLD).where(PAPER_FOLD.c.undone_at.is_(None))
        return self._connection.execute(query).scalar_one()

    def undo(self, fold: int, *, at: datetime) -> FoldedPair:
        """Make two papers of one again and keep them apart; raise InputError where that cannot be.

        Other folds stay where they are, but those that were in the other record's row go back with it.
        """
        alone(self._connection)
        row = self._standing(fold)
        hold_papers(self._connection, [PaperId(row.paper_id)])
        entry = self._entry(PaperId(row.paper_id))
        own, this = entry.own or entry.paper, next(one for one in entry.folds if one.number == fold)
        moved: Mapping[str, Any] = row.moved or {}
        gone = {number for (number,) in moved.get(PAPER_FOLD.name, ())}
        theirs = [one for one in entry.folds if one.number in gone]
        ours = [one for one in entry.folds if one is not this and one not in theirs]
        kept, other = together(own, ours), together(this.other, theirs)
        self._write(PaperId(row.paper_id), kept, other)
        give_back(self._connection, moved, kept.id, other.id)
        self._name(
            kept, other, [this.other, *(one.other for one in theirs)], [own, *(one.other for one in ours)]
        )
        self._rewrite(theirs, this.other)
        self._connection.execute(update(PAPER_FOLD).where(PAPER_FOLD.c.id == fold).values(undone_at=at))
        keep_apart(self._connection, kept.id, other.id, at=at)
        return _pair(self._row(fold))

    def join(self, paper: PaperId, other: PaperId, *, at: datetime) -> FoldedPair:
        """Make one paper of two canonical ids, under the better id, else the first; see `ports.Twins`."""
        if paper == other:
            raise InputError(f"{paper} is one paper already")
        alone(self._connection)
        kept, lost = sorted((paper, other), key=rank)
        entries = [self._entry(kept), self._entry(lost)]
        set_together(self._connection, kept, lost)
        shelf = Shelf(entries, ())
        shelf.join(*entries)
        save(self._connection, shelf, at=at)
        return self.folds()[0]

    def texts(self, *, newest: int | None = None) -> Iterator[PaperText]:
        """Yield the texts of all papers, or of the newest by first sighting."""
        query = select(PAPER.c.id, PAPER.c.title, PAPER.c.abstract, PAPER.c.authors)
        if newest is not None:
            query = query.order_by(PAPER.c.first_seen.desc(), PAPER.c.id).limit(newest)
        for paper, title, abstract, authors in self._connection.execute(query):
            yield PaperText(id=paper, title=title, abstract=abstract, authors=authors)

    def apart(self) -> frozenset[frozenset[PaperId]]:
        """Return the pairs that a person said are two works."""
        return kept_apart(self._connection)

    def _row(self, fold: int) -> Row[Any]:
        row = self._connection.execute(select(PAPER_FOLD).where(PAPER_FOLD.c.id == fold)).first()
        if row is None:
            raise InputError(f"no fold has the number {fold}; `paperroute folds` lists them")
        return row

    def _standing(self, fold: int) -> Row[Any]:
        row = self._row(fold)
        if row.undone_at is not None:
            raise InputError(f"fold {fold} was undone on {row.undone_at:%Y-%m-%d}")
        return row

    def _entry(self, paper: PaperId) -> Entry:
        """Return the entry of a stored paper; raise UnknownPaper."""
        row = self._connection.execute(select(PAPER).where(PAPER.c.id == paper)).first()
        if row is None:
            raise UnknownPaper(paper)
        return open_entries(self._connection, [read_paper(row)])[0]

    def _write(self, today: PaperId, kept: Paper, other: Paper) -> None:
        """Make two rows of one; raise InputError where the other's id is a third paper's by now."""
        if kept.id != today:
            self._connection.execute(update(PAPER).where(PAPER.c.id == today).values(id=kept.id))
        taken = self._connection.execute(select(PAPER.c.id).where(PAPER.c.id == other.id)).first()
        if taken or kept.id == other.id:
            raise InputError(f"{other.id} is a paper of its own already; the fold cannot be taken back")
        rows = [paper_row(kept), paper_row(other)]
        run_many(self._connection, upsert(self._connection, PAPER, ["id"]), rows)

    def _name(self, kept: Paper, other: Paper, theirs: Sequence[Paper], ours: Sequence[Paper]) -> None:
        """Let the ids of records lead to their paper, and the other's further names that ours do not have.

        A name that leads to a third paper by now stays there.
        """
        leads = {split(record.id): kept.id for record in ours} | {
            split(record.id): other.id for record in theirs
        }
        taken = {*leads, *(name for record in ours for name in aliases(record))}
        further = {name for record in theirs for name in aliases(record)} - taken
        rows = [
            {"scheme": name[0], "value": name[1], "paper_id": paper} for name, paper in sorted(leads.items())
        ]
        run_many(self._connection, upsert(self._connection, PAPER_ALIAS, ["scheme", "value"]), rows)
        for scheme, value in sorted(further):
            here = (PAPER_ALIAS.c.scheme == scheme) & (PAPER_ALIAS.c.value == value)
            ours_yet = here & (PAPER_ALIAS.c.paper_id == kept.id)
            self._connection.execute(update(PAPER_ALIAS).where(ours_yet).values(paper_id=other.id))

    def _rewrite(self, folds: Sequence[Fold], own: Paper) -> None:
        """Tell folds that have gone back whose they are again."""
        numbers = [fold.number for fold in folds]
        change = update(PAPER_FOLD).where(PAPER_FOLD.c.id.in_(numbers))
        self._connection.execute(change.values(kept_before=pack(own)))


def _pair(row: Row[Any]) -> FoldedPair:
    fold, own = read_fold(row)
    return FoldedPair(
        id=row.id,
        paper=PaperId(row.paper_id),
        other=fold.other.id,
        title=own.title,
        other_title=fold.other.title,
        why=row.why,
        at=row.at,
        undone_at=row.undone_at,
    )
