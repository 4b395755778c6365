"""The few statements that every table needs: chunks of keys, and insert that gives way to what is there.

Rows go one by one through a prepared statement (`executemany`), so neither the limit on bind
parameters nor a key that comes twice in one statement can bite.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Table, bindparam
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


def either(column: Any, name: str) -> tuple[Any, Any]:
    """Return "is :name" and "is in :name", for a pair of statements of which `run_either` runs one.

    What is asked of one key alone, as pages ask, is asked without a list, whose expansion costs as much as
    the rest of a statement.
    """
    return column == bindparam(name, type_=column.type), column.in_(bindparam(name, expanding=True))


def run_either(
    connection: Connection, pair: Sequence[Any], name: str, values: Sequence[Any], **others: Any
) -> CursorResult[Any]:
    """Run the first of a pair of statements for one value, the second for more or none."""
    if len(values) == 1:
        return connection.execute(pair[0], {name: values[0], **others})
    return connection.execute(pair[1], {name: values, **others})


def insert_or_skip(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that leaves a conflicting row as it is."""
    return _skipping(connection.dialect.name, table)


def upsert(
    connection: Connection, table: Table, keys: Sequence[str], *, differing: str | None = None
) -> Insert:
    """Build an insert that overwrites the row with the same `keys`.

    With `differing` it leaves rows alone whose column of that name is the same.
    """
    insert = _insert(connection.dialect.name, table)
    rest = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    changed = table.c[differing] != insert.excluded[differing] if differing else None
    return insert.on_conflict_do_update(index_elements=list(keys), set_=rest, where=changed)


def run_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement for each row; return how many rows it wrote. No rows, no statement."""
    if not rows:
        return 0
    result = connection.execute(statement, list(rows), execution_options={"preserve_rowcount": True})
    return result.rowcount


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _skipping(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return _insert(dialect, table).on_conflict_do_nothing()
