"""The few statements that every table needs: chunks of keys, and insert that gives way to what is there.

Rows go one by one through a prepared statement (`executemany`), so neither the limit on bind
parameters nor a key that comes twice in one statement can bite.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

T = TypeVar("T")
MOST_PARAMETERS = 30_000
"""PostgreSQL takes 65,535 bind parameters, SQLite 32,766."""


def chunks(values: Iterable[T], width: int = 1) -> Iterator[list[T]]:
    """Yield distinct values in lists short enough for one IN; `width` is how many parameters each takes."""
    distinct = list(dict.fromkeys(values))
    most = MOST_PARAMETERS // width
    for start in range(0, len(distinct), most):
        yield distinct[start : start + most]


def insert_or_skip(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Build an insert that leaves a conflicting row as it is."""
    return _insert(connection, table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, keys: Sequence[str], *, differing: str | None = None
) -> Insert:
    """Build an insert that overwrites the row with the same `keys`.

    With `differing` it leaves rows alone whose column of that name is the same.
    """
    insert = _insert(connection, table)
    rest = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    changed = table.c[differing] != insert.excluded[differing] if differing else None
    return insert.on_conflict_do_update(index_elements=list(keys), set_=rest, where=changed)


def run_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement for each row; return how many rows it wrote. No rows, no statement."""
    if not rows:
        return 0
    result = connection.execute(statement, list(rows), execution_options={"preserve_rowcount": True})
    return result.rowcount


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
