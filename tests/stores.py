"""A real SQLite store in a folder of the test's own, and everything that is in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from recommender.store.sql_store import SqlStore


def sqlite_store(folder: Path) -> SqlStore:
    """Return a migrated store in `folder`."""
    store = SqlStore(f"sqlite:///{folder / 'paperroute.db'}")
    store.upgrade()
    return store


def dump(folder: Path) -> str:
    """Return schema and rows of all tables as SQL text."""
    with closing(sqlite3.connect(folder / "paperroute.db")) as connection:
        return "\n".join(connection.iterdump())
