"""One paper on the shelf, and the records that were taken for the same work.

A record that is folded into another by its text may turn out to be another work. So an entry with
such folds keeps what each record says by itself, brought up to date with every sighting of it; what
the entry says is all of them merged. No SQL here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce

from recommender.domain.identity import aliases
from recommender.domain.papers import Paper, PaperId
from recommender.store.fold import merge

Name = tuple[str, str]
"""An alias: (scheme, value)."""
BY_NAME = "same id"
BY_DOI = "same DOI, another title and other authors"
BY_TITLE = "same title and first author"
BY_HAND = "joined by hand"


@dataclass(slots=True, eq=False)
class Fold:
    """A record that stands in an entry; `number` is its row, None where that is not written yet."""

    other: Paper
    why: str
    number: int | None = None
    moved: dict[str, object] | None = None
    """What was handed over from a row of its own, as `handover` wrote it down."""
    written: tuple[Paper, Paper] | None = None
    """The entry's own record and this one, as they are in the store."""


@dataclass(slots=True, eq=False)
class Entry:
    """One paper on the shelf. `stored` is its id in the database, None for a new one."""

    paper: Paper
    stored: PaperId | None = None
    before: Paper | None = None
    merged_into: "Entry | None" = None
    own: Paper | None = None
    """What its own record says without the folds; None where there are none."""
    own_before: Paper | None = None
    """What its own record said, where there were folds before."""
    folds: list[Fold] = field(default_factory=list)

    @property
    def place(self) -> "Entry":
        """The entry that speaks for this one now."""
        return self.merged_into.place if self.merged_into else self

    @property
    def ids(self) -> set[PaperId]:
        """The ids of every record in it."""
        found = {self.paper.id, *(fold.other.id for fold in self.folds)}
        return found | {paper.id for paper in (self.own, self.before) if paper}

    def take(self, sighting: Paper) -> None:
        """Merge one more sighting of a record that is in here."""
        self.paper = merge(self.paper, sighting)
        if self.own is None:
            return
        fold = self._record_of(sighting)
        if fold is None:
            self.own = merge(self.own, sighting)
        else:
            fold.other = merge(fold.other, sighting)

    def take_other(self, other: Paper, why: str) -> Fold:
        """Merge the first sighting of another record and remember both apart."""
        self.own = self.own or self.paper
        self.paper = merge(self.paper, other)
        self.folds.append(Fold(other=other, why=why))
        return self.folds[-1]

    def absorb(self, entry: "Entry", why: str) -> Fold | None:
        """Take another entry in, with its folds; where that can be undone, return the new fold.

        That is where both have rows, or where only texts say that two strong ids are one work.
        """
        entry.merged_into = self
        by_text = why != BY_NAME and is_strong(entry.paper) and is_strong(self.paper)
        if not (by_text or entry.folds or (entry.stored and self.stored)):
            self.take(entry.paper)
            return None
        folds = entry.folds
        fold = self.take_other(entry.own or entry.paper, why)
        self.paper = reduce(merge, (one.other for one in folds), self.paper)
        self.folds += folds
        return fold

    def _record_of(self, sighting: Paper) -> Fold | None:
        """Return the fold that a sighting is of, None where it is of the entry's own record."""
        if self.own is None or sighting.id == self.own.id:
            return None
        by_id = next((fold for fold in self.folds if fold.other.id == sighting.id), None)
        names = set(strong_names(sighting))
        if by_id or names.intersection(aliases(self.own)):
            return by_id
        return next((fold for fold in self.folds if names.intersection(aliases(fold.other))), None)


def is_strong(paper: Paper) -> bool:
    """Tell whether a paper is known by more than its title."""
    return not paper.id.startswith("title:")


def strong_names(paper: Paper) -> tuple[Name, ...]:
    """Return the names that prove identity by themselves: arXiv id and DOI."""
    return tuple(name for name in aliases(paper) if name[0] != "title")


def together(own: Paper, folds: Iterable[Fold]) -> Paper:
    """Return what several records of one work say."""
    return reduce(merge, (fold.other for fold in folds), own)
