"""Stores on both databases, each test with an empty one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from recommender.store.schema import METADATA
from recommender.store.sql_store import SqlStore
from tests.store.servers import PostgresServer, postgres_server

StoreFactory = Callable[[], SqlStore]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    store = SqlStore(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of an empty, migrated SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server, or skip."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_migrated(postgres: PostgresServer) -> str:
    """Migrate one PostgreSQL database."""
    url = postgres.new_database()
    store = SqlStore(url)
    store.upgrade()
    store.close()
    return url


@pytest.fixture
def postgres_url(postgres_migrated: str) -> str:
    """Return the URL of an empty, migrated PostgreSQL database."""
    store = SqlStore(postgres_migrated)
    tables = ", ".join(METADATA.tables)
    with store._engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    store.close()
    return postgres_migrated


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty, migrated database of each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def new_store(url: str) -> Iterator[StoreFactory]:
    """Open further stores on the same database, as another process would."""
    opened: list[SqlStore] = []

    def build() -> SqlStore:
        opened.append(SqlStore(url))
        return opened[-1]

    yield build
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: StoreFactory) -> SqlStore:
    """Open the store under test."""
    return new_store()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """Open a store on SQLite only."""
    store = SqlStore(sqlite_url)
    yield store
    store.close()
