"""The reading list of a subscriber: what was saved and what its reader wrote to it; chosen, sorted, exported.

Changing it is feedback and belongs to `voting`; how it is written down is the business of `citations`.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from recommender.digest.tex import to_unicode
from recommender.domain.errors import InputError
from recommender.domain.feedback import folded
from recommender.ports import Store, UnitOfWork
from recommender.services.changes import changes_since
from recommender.services.citations import Saved, to_json
from recommender.services.citations_bibtex import to_bibtex
from recommender.services.citations_csl import to_csl
from recommender.services.citations_ris import to_ris

FORMATS: Mapping[str, Callable[[Iterable[Saved]], str]] = {
    "bibtex": to_bibtex,
    "ris": to_ris,
    "csl": to_csl,
    "json": to_json,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


class Order(StrEnum):
    """In which order a list is shown."""

    NEWEST = "newest"
    """Saved last first."""
    OLDEST = "oldest"
    """Saved first first."""
    TITLE = "title"
    YEAR = "year"
    """Newest year first; papers without a date at the end."""
    CHANGED = "changed"
    """What changed last since it was saved first; then the others, saved last first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which papers of a list, and in which order."""

    label: str = ""
    """Only papers with this label, in whatever case; empty: any."""
    unread: bool = False
    """Only papers that are not marked as read."""
    words: str = ""
    """Only papers that hold all of these words in title, authors, abstract, labels or note."""
    order: Order = Order.NEWEST


EVERYTHING = Choice()


class Reading:
    """Reads reading lists; writes nothing."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    def rows(self, reference: str, choice: Choice = EVERYTHING) -> Sequence[Saved]:
        """Return the list of the subscriber known by address, id or public id, as it was chosen.

        Each row says what happened to the paper since it was saved. Raises UnknownSubscriber.
        """
        with self._store.read() as uow:
            rows = saved_rows(uow, uow.people.find(reference).id)
        return chosen(rows, choice)

    def export(self, reference: str, form: str, choice: Choice = EVERYTHING) -> str:
        """Return the list as text in one of `FORMATS`. Raises UnknownSubscriber or InputError."""
        if form not in FORMATS:
            raise InputError(f"{form!r} is no reading list format; it must be one of {', '.join(FORMATS)}")
        return FORMATS[form](self.rows(reference, choice))


def saved_rows(uow: UnitOfWork, subscriber: int) -> Sequence[Saved]:
    """Return a whole list, saved last first, inside a transaction that the caller opened."""
    saved = uow.people.saved_papers(subscriber)
    papers = uow.papers.get([row.paper for row in saved])
    changed = changes_since(uow, {row.paper: row.saved_at for row in saved})
    return [
        Saved(
            paper=papers[row.paper],
            saved_at=row.saved_at,
            read=row.read,
            labels=row.labels,
            note=row.note,
            changed=changed[row.paper][0] if row.paper in changed else "",
            changed_at=changed[row.paper][1] if row.paper in changed else None,
        )
        for row in saved
        if row.paper in papers
    ]


def chosen(rows: Sequence[Saved], choice: Choice) -> Sequence[Saved]:
    """Return the rows that a choice names, in its order."""
    label, words = folded(choice.label), bare(choice.words).split()
    found = [
        row
        for row in rows
        if not (choice.unread and row.read)
        and (not label or label in map(folded, row.labels))
        and (not words or _holds(row, words))
    ]
    return _ordered(found, choice.order)


def labels_in(rows: Iterable[Saved]) -> Sequence[tuple[str, int]]:
    """Return the labels of a list with how many papers have each, by name."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for row in rows:
        for label in row.labels:
            key = folded(label)
            names.setdefault(key, label)
            counts[key] = counts.get(key, 0) + 1
    return [(names[key], counts[key]) for key in sorted(counts)]


def bare(text: str) -> str:
    """Return text as it is searched: no case, no accents, one blank between words."""
    letters = unicodedata.normalize("NFKD", folded(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _holds(row: Saved, words: Sequence[str]) -> bool:
    paper = row.paper
    parts = (to_unicode(paper.title), paper.title, *paper.authors, paper.abstract, *row.labels, row.note)
    text = bare("\n".join(parts))
    return all(word in text for word in words)


def _ordered(rows: Sequence[Saved], order: Order) -> Sequence[Saved]:
    match order:
        case Order.NEWEST:
            return sorted(rows, key=lambda row: row.saved_at, reverse=True)
        case Order.OLDEST:
            return sorted(rows, key=lambda row: row.saved_at)
        case Order.TITLE:
            return sorted(rows, key=lambda row: bare(to_unicode(row.paper.title)))
        case Order.YEAR:
            return sorted(rows, key=lambda row: row.paper.published or _NEVER, reverse=True)
        case Order.CHANGED:
            return sorted(rows, key=lambda row: row.changed_at or _NEVER, reverse=True)
