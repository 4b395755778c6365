"""Mailrooms with many rows, each a copy of one migrated store."""

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recommender.store.sql_store import SqlStore
from tests.services.mailroom import Hands, Mailroom

MOST_RUNS = 1000
"""Runs after which a queue that has not drained never will."""


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="paperroute-faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "store.db"
    store = SqlStore(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


def a_store(folder: Path) -> str:
    """Put an empty, migrated store into `folder`; return its URL."""
    shutil.copy(_template(), folder / "store.db")
    return f"sqlite:///{folder / 'store.db'}"


def readers(count: int) -> list[str]:
    """Return so many addresses."""
    return [f"reader{number}@example.org" for number in range(count)]


@contextmanager
def a_room(folder: Path, count: int) -> Iterator[Mailroom]:
    """Give a mailroom where so many readers have an edition ready."""
    room = Mailroom(SqlStore(a_store(folder)), Hands())
    room.subscribe(*readers(count))
    room.publish(*readers(count))
    yield room
    room.store.close()
