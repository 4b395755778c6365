"""Engines and their transactions: what SQLite and PostgreSQL must be told before a statement runs.

A connection carries its purpose (`read`, `write`, `migrate`) as an execution option. No SQL about
the product lives here.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import StaticPool

from recommender.domain.errors import InputError, StoreUnavailable

Purpose = Literal["read", "write", "migrate"]
_PURPOSE = "paperroute_purpose"
BUSY_SECONDS = 30
_CHECKPOINT_PAGES = 8_000
"""What lies in the log before it is copied into the file, which takes long and holds up who writes: 32 MB."""
_ON_CONNECT = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
    "PRAGMA secure_delete = ON",
)
_SUPPORTED = ("sqlite", "postgresql")


def open_engine(url: str) -> Engine:
    """Create an engine for a SQLite or PostgreSQL URL without connecting; raise InputError for another."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError(
            f"[store] url {url!r} is not a database URL; try sqlite:///var/paperroute.db"
        ) from error
    if parsed.get_backend_name() not in _SUPPORTED:
        raise InputError(
            f"[store] url: {parsed.get_backend_name()} is not supported; use sqlite or postgresql"
        )
    options: dict[str, Any] = {"json_serializer": _as_json}
    if parsed.get_backend_name() == "postgresql":
        return _engine(url, pool_pre_ping=True, **options)
    if not parsed.database or parsed.database == ":memory:":
        options["poolclass"] = StaticPool
    engine = _engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading_engine(engine: Engine) -> Engine:
    """Return the engine to read with beside one to write with: the same, but for a SQLite file one more.

    There a connection that changes its purpose forgets every statement it has prepared, and to prepare them
    anew costs more than to run them.
    """
    if engine.dialect.name != "sqlite" or isinstance(engine.pool, StaticPool):
        return engine
    return open_engine(engine.url.render_as_string(hide_password=False))


@contextmanager
def transaction(engine: Engine, purpose: Purpose) -> Iterator[Connection]:
    """Open one transaction: committed at the end, rolled back on an exception and after reading."""
    with engine.connect() as plain:
        connection = plain.execution_options(**_options(engine, purpose))
        with connection.begin() as begun:
            yield connection
            if purpose == "read":
                begun.rollback()


def _engine(url: str, **options: Any) -> Engine:
    try:
        # The log gets every error that nobody foresaw; addresses, names and notes are parameters.
        return create_engine(url, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise InputError(f"[store] url needs a driver: {error}; install paperroute[postgres]") from error


def _options(engine: Engine, purpose: Purpose) -> dict[str, Any]:
    options: dict[str, Any] = {_PURPOSE: purpose}
    if engine.dialect.name == "postgresql" and purpose == "read":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return options


def _as_json(value: object) -> str:
    """Keep letters as they are, so that a search in the column finds them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Take the driver's own BEGIN away and make LIKE fold every alphabet."""
    connection.isolation_level = None
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in _ON_CONNECT:
        connection.execute(pragma).close()


def _lower(value: str | None) -> str | None:
    return value.lower() if isinstance(value, str) else value


def _set(connection: Connection, pragma: str, *, on: bool) -> None:
    """Turn a pragma on or off, unless the driver's connection, which is used again, has it so already."""
    if connection.info.get(pragma) is not on:
        connection.exec_driver_sql(f"PRAGMA {pragma} = {'ON' if on else 'OFF'}")
        connection.info[pragma] = on


def _begin_sqlite(connection: Connection) -> None:
    """Begin as the purpose asks.

    Writers take the lock at once: a read that turns into a write fails without waiting. Readers
    never take it. Migrations rebuild tables, which foreign keys would turn into deletions.
    """
    purpose = connection.get_execution_options().get(_PURPOSE, "write")
    _set(connection, "foreign_keys", on=purpose != "migrate")
    _set(connection, "query_only", on=purpose == "read")
    try:
        connection.exec_driver_sql("BEGIN" if purpose == "read" else "BEGIN IMMEDIATE")
    except OperationalError as error:
        raise busy(str(error.orig)) from error


def busy(why: str) -> StoreUnavailable:
    """Return the error of who waited in vain for their turn to write."""
    return StoreUnavailable(f"the store is busy: {why}; it was held for {BUSY_SECONDS} s, try again")
