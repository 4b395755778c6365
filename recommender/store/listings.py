"""Lists of papers that anybody may see, in SQL."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from recommender.domain.listings import Listing
from recommender.domain.papers import Paper, PaperId
from recommender.store.rows import read_paper
from recommender.store.schema import PAPER, PAPER_ALIAS

_DAY = 10
"""Length of the day in a time as SQLite keeps it."""


class SqlListings:
    """`ports.Listings` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def newest(self, listing: Listing) -> Sequence[Paper]:
        """Return the papers of a listing, withdrawn ones too, newest first."""
        seen, own = PAPER.c.first_seen, PAPER.c.id
        query = select(PAPER).where(*self._wanted(listing))
        if listing.after:
            place = listing.after
            # The first condition is one that the index can start from.
            query = query.where(seen <= place.first_seen, or_(seen < place.first_seen, own < place.paper))
        query = query.order_by(seen.desc(), own.desc()).limit(listing.limit)
        return [read_paper(row) for row in self._connection.execute(query)]

    def per_day(self, listing: Listing) -> Sequence[tuple[date, int]]:
        """Count by day (UTC) of first sighting, newest first."""
        seen = PAPER.c.first_seen
        if self._on_sqlite:
            day: ColumnElement[str] = func.substr(cast(seen, Text), 1, _DAY)
        else:
            day = func.to_char(func.timezone("UTC", seen), "YYYY-MM-DD")
        counted = select(day.label("day"), func.count().label("papers")).where(*self._wanted(listing))
        query = counted.group_by(day).order_by(day.desc()).limit(listing.limit)
        return [(date.fromisoformat(row.day), row.papers) for row in self._connection.execute(query)]

    def per_category(self, listing: Listing) -> Sequence[tuple[str, int]]:
        """Count by category, most papers first."""
        spread = func.json_each if self._on_sqlite else func.jsonb_array_elements_text
        each = spread(PAPER.c.categories).table_valued("value", name="each_category")
        name = cast(each.c.value, Text)
        papers = func.count()
        counted = select(name.label("name"), papers.label("papers")).where(*self._wanted(listing))
        query = counted.select_from(PAPER.join(each, literal(value=True)))
        query = query.group_by(name).order_by(papers.desc(), name).limit(listing.limit)
        return [(row.name, row.papers) for row in self._connection.execute(query)]

    def with_all(self, words: Sequence[str], *, limit: int) -> Sequence[Paper]:
        """Return papers that hold every word, those with more of them in the title first."""
        wanted = [word for word in dict.fromkeys(words) if word]
        if not wanted:
            return []
        authors = cast(PAPER.c.authors, Text)
        held = [
            or_(*(self._holds(column, word) for column in (PAPER.c.title, PAPER.c.abstract, authors)))
            for word in wanted
        ]
        titled = sum(
            (case((self._holds(PAPER.c.title, word), 1), else_=0) for word in wanted), start=literal(0)
        )
        query = select(PAPER).where(and_(*held), PAPER.c.library_only.is_(False))
        query = query.order_by(titled.desc(), PAPER.c.first_seen.desc(), PAPER.c.id.desc()).limit(limit)
        return [read_paper(row) for row in self._connection.execute(query)]

    def names(self, paper: PaperId) -> Sequence[str]:
        """Return every name that resolves to a canonical id, sorted."""
        query = select(PAPER_ALIAS.c.scheme, PAPER_ALIAS.c.value).where(PAPER_ALIAS.c.paper_id == paper)
        return sorted(f"{row.scheme}:{row.value}" for row in self._connection.execute(query))

    @property
    def _on_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    def _wanted(self, listing: Listing) -> list[ColumnElement[bool]]:
        """Return what the papers of a listing must be, its place aside."""
        seen = PAPER.c.first_seen
        found: list[ColumnElement[bool]] = [PAPER.c.library_only.is_(False)]
        if listing.since:
            found.append(seen >= listing.since)
        if listing.until:
            found.append(seen < listing.until)
        return [*found, self._is_in(listing.category)] if listing.category else found

    def _is_in(self, category: str) -> ColumnElement[bool]:
        if self._on_sqlite:
            kept = json.dumps(category, ensure_ascii=False)
            return func.instr(cast(PAPER.c.categories, Text), kept) > 0
        return PAPER.c.categories.op("?", is_comparison=True)(literal(category, String))

    def _holds(self, column: ColumnElement[str], word: str) -> ColumnElement[bool]:
        """Tell whether a text has a word in it.

        SQLite's LIKE folds ASCII by itself, ten times as fast as our `lower`, which other letters need.
        A PostgreSQL database of locale C folds ASCII alone; there the usual spellings are looked for.
        """
        if self._on_sqlite and word.isascii():
            return column.contains(word, autoescape=True)
        found = func.lower(column, type_=String).contains(word.lower(), autoescape=True)
        if self._on_sqlite or word.isascii():
            return found
        spellings = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
        return or_(found, *(column.contains(spelling, autoescape=True) for spelling in spellings))
