"""A store to deliver from, migrated once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.store.sql_store import SqlStore
from tests.services.clerk import Clerk
from tests.services.estate import Estate
from tests.services.household import CountingStore, House
from tests.services.mailroom import ANA, BOB, CLEO, Hands, Mailroom
from tests.services.post import Post
from tests.stores import sqlite_store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty store's file."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    store = SqlStore(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture
def room(tmp_path: Path, migrated: Path) -> Iterator[Mailroom]:
    """Give a store with three subscribers who each have an edition ready."""
    shutil.copy(migrated, tmp_path / "store.db")
    room = Mailroom(SqlStore(f"sqlite:///{tmp_path / 'store.db'}"), Hands())
    room.subscribe(ANA, BOB, CLEO)
    room.publish(ANA, BOB, CLEO)
    yield room
    room.store.close()


@pytest.fixture
def post(tmp_path: Path, migrated: Path) -> Iterator[Post]:
    """Give a reader whose answers, and whose bounces, come by mail."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield Post(store, tmp_path)
    store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Give an empty house on a real SQLite file."""
    store = sqlite_store(tmp_path)
    yield House(CountingStore(store))
    store.close()


@pytest.fixture
def clerk(tmp_path: Path, migrated: Path) -> Iterator[Clerk]:
    """Give an empty store with everything about requests."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield Clerk(store)
    store.close()


@pytest.fixture
def household(tmp_path: Path, migrated: Path) -> Iterator[Estate]:
    """Give a store with two readers of whom every table holds something."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield Estate(store, tmp_path)
    store.close()
