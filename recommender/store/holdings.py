"""What is held about one reader, found by the schema's own references: a new table cannot be left out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from recommender.domain.retention import Limits
from recommender.ports.holdings import Row
from recommender.store import clearing
from recommender.store.rows import email_key
from recommender.store.schema import (
    ANNOUNCED,
    FEEDBACK,
    LETTER,
    METADATA,
    PAPER_FOLD,
    QUARANTINE,
    REQUEST,
    SOURCE_STATE,
    SUBSCRIBER,
    SUPPRESSION,
)
from recommender.store.types import Document, Texts

_WHO: ColumnElement[int] = bindparam("who")
_DROPPED = "dropped"


class SqlHoldings:
    """`ports.Holdings` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def of(self, subscriber: int) -> Mapping[str, Sequence[Row]]:
        """Return every row that belongs to a subscriber, by table."""
        return {
            table.name: self._rows(select(table).where(belongs(table)), table, {"who": subscriber})
            for table in tables_of_readers()
        }

    def asked_for(self, addresses: Collection[str]) -> Sequence[Row]:
        """Return the requests that name one of these addresses, whoever made them, each with its letters."""
        named = REQUEST.c.email_key.in_(_folded(addresses))
        letters = self._rows(
            select(LETTER).where(LETTER.c.request_id.in_(select(REQUEST.c.id).where(named))), LETTER
        )
        return [
            {**row, "letters": [letter for letter in letters if letter["request_id"] == row["id"]]}
            for row in self._rows(select(REQUEST).where(named), REQUEST)
        ]

    def suppressions(self, addresses: Collection[str]) -> Sequence[Row]:
        """Return why these addresses or traces are not mailed."""
        query = select(SUPPRESSION).where(SUPPRESSION.c.email_key.in_(_folded(addresses)))
        return self._rows(query, SUPPRESSION)

    def acts_set_aside(self, subscriber: int) -> Sequence[Row]:
        """Return acts of a subscriber that are kept only to part folded papers again."""
        query = select(PAPER_FOLD.c.moved).where(PAPER_FOLD.c.moved.is_not(None)).order_by(PAPER_FOLD.c.id)
        return [
            act
            for moved in self._connection.execute(query).scalars()
            for act in moved.get(_DROPPED, {}).get(FEEDBACK.name, [])
            if act["subscriber_id"] == subscriber
        ]

    def forget(self, words: Collection[str]) -> int:
        """Delete requests, suppressions and refused entries that name one of these words."""
        wanted = _folded(words)
        if not wanted:
            return 0
        count = sum(
            self._connection.execute(delete(table).where(table.c.email_key.in_(wanted))).rowcount
            for table in (REQUEST, SUPPRESSION)
        )
        entries = self._connection.execute(
            select(QUARANTINE.c.key, QUARANTINE.c.body, QUARANTINE.c.place)
        ).all()
        keys = [row.key for row in entries if _names(row.body.decode(errors="replace") + row.place, wanted)]
        count += self._connection.execute(delete(QUARANTINE).where(QUARANTINE.c.key.in_(keys))).rowcount
        told = or_(*(self._contains(SOURCE_STATE.c.last_error, word) for word in wanted))
        self._connection.execute(update(SOURCE_STATE).where(told).values(last_error=None))
        return count

    def forget_sources(self, sources: Collection[str]) -> int:
        """Delete what is remembered of sources."""
        return sum(
            self._connection.execute(delete(table).where(table.c.source.in_(list(sources)))).rowcount
            for table in (SOURCE_STATE, ANNOUNCED, QUARANTINE)
        )

    def clear(self, limits: Limits) -> Mapping[str, int]:
        """Delete what is older than `limits` allow; return how many of each went."""
        return clearing.clear(self._connection, limits)

    def mentions(self, words: Collection[str]) -> Mapping[str, int]:
        """Count the rows of each table in whose texts one of these words stands."""
        found: dict[str, int] = {}
        for table in METADATA.sorted_tables:
            texts = [column for column in table.c if isinstance(column.type, (String, Document, Texts))]
            stands = [self._contains(column, word) for column in texts for word in _folded(words)]
            query = select(func.count()).select_from(table).where(or_(false(), *stands))
            if count := self._connection.execute(query).scalar_one():
                found[table.name] = count
        return found

    def _contains(self, column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
        """Tell whether a word stands in a column, in either case; SQLite's own LIKE folds ASCII unasked."""
        escaped = "".join(f"\\{char}" if char in "\\%_" else char for char in word)
        text = column if isinstance(column.type, String) else cast(column, Text)
        like = text.ilike if self._connection.dialect.name == "postgresql" else text.like
        return like(f"%{escaped}%", escape="\\")

    def _rows(self, query: Any, table: Table, values: Mapping[str, Any] | None = None) -> list[Row]:
        ordered = query.order_by(*table.primary_key.columns)
        return [
            {name: _plain(value) for name, value in row.items()}
            for row in self._connection.execute(ordered, values or {}).mappings()
        ]


@cache
def tables_of_readers() -> tuple[Table, ...]:
    """Return the tables whose rows belong to a subscriber, parents first."""
    found: list[Table] = []
    for table in METADATA.sorted_tables:
        if table is SUBSCRIBER or any(key.column.table in found for key in table.foreign_keys):
            found.append(table)
    return tuple(found)


def belongs(table: Table) -> ColumnElement[bool]:
    """Tell whether a row is that of the subscriber `:who`, by whichever reference."""
    if table is SUBSCRIBER:
        return SUBSCRIBER.c.id == _WHO
    known = tables_of_readers()
    return or_(
        *(
            key.parent.in_(select(key.column).where(belongs(key.column.table)))
            for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
            if key.column.table in known
        )
    )


def _folded(words: Iterable[str]) -> list[str]:
    return sorted({folded for word in words if (folded := email_key(word))})


def _names(text: str, words: Iterable[str]) -> bool:
    folded = text.lower()
    return any(word in folded for word in words)


def _plain(value: object) -> object:
    """Return a stored value as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
