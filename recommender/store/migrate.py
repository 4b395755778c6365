"""Brings a database to the newest schema with alembic, and tells whether it is there.

Alembic is imported only when there is something to do: every command looks, few migrate.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from recommender.domain.errors import InputError
from recommender.ports.folders import make_private
from recommender.store.engine import transaction

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
"""The newest revision in `migrations/versions`; a test compares."""
_LOCK = 0x50617065
PRIVATE_FILE = 0o600


def revision(connection: Connection) -> str | None:
    """Return the revision of the database, or None for one that was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(engine: Engine) -> None:
    """Migrate to `HEAD` in one transaction; safe to call from several processes at once.

    Raises InputError for a database that a newer version of the program has migrated.
    """
    _make_folder(engine)
    with transaction(engine, "read") as connection:
        if revision(connection) == HEAD:
            return
    with transaction(engine, "migrate") as connection:
        _wait_for_others(connection)
        _run(connection)


def config(connection: Connection) -> "Config":
    """Return alembic's configuration for an open connection."""
    from alembic.config import Config  # noqa: PLC0415  # see the module docstring

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # see the module docstring
    from alembic.util import CommandError  # noqa: PLC0415  # see the module docstring

    try:
        command.upgrade(config(connection), "head")
    except CommandError as error:
        raise InputError(
            f"the store is at revision {revision(connection)}, this program knows up to {HEAD};"
            " install the newer paperroute that wrote it, or restore a backup"
        ) from error


def _wait_for_others(connection: Connection) -> None:
    """Queue up behind another migration; SQLite's BEGIN IMMEDIATE has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _make_folder(engine: Engine) -> None:
    """Make folder and file of a SQLite database for their owner alone; its log has the mode of the file."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return
    try:
        make_private(Path(database).parent)
        if not Path(database).exists():
            os.close(os.open(database, os.O_RDONLY | os.O_CREAT, PRIVATE_FILE))
    except OSError as error:
        raise InputError(f"[store] url: cannot create the folder of {database}: {error.strerror}") from error
