"""A real SQLite store in a folder of the test's own, and everything that is in it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import event

from recommender.ports import Store
from recommender.store.sql_store import SqlStore


def sqlite_store(folder: Path) -> SqlStore:
    """Return a migrated store in `folder`: a copy of one that was migrated once, if there is none yet."""
    file = folder / "paperroute.db"
    store = SqlStore(f"sqlite:///{file}")
    if file.exists():
        store.upgrade()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_migrated())
    return store


@cache
def _migrated() -> bytes:
    """Return the file of an empty, migrated store."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "paperroute.db"
        store = SqlStore(f"sqlite:///{file}")
        store.upgrade()
        store.close()
        return file.read_bytes()


def dump(folder: Path) -> str:
    """Return schema and rows of all tables as SQL text."""
    with closing(sqlite3.connect(folder / "paperroute.db")) as connection:
        return "\n".join(connection.iterdump())


def statements(store: Store, work: Callable[[], object]) -> list[str]:
    """Return the SQL that some work runs, without its values."""
    assert isinstance(store, SqlStore)
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    for engine in (store._engine, store._readers):
        event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        for engine in (store._engine, store._readers):
            event.remove(engine, "before_cursor_execute", note)
    return seen
