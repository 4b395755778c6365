"""What is done to the database as a whole: copying it, and leaving nothing behind of what was deleted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text, update

from recommender.domain.editions import WAITING, DeliveryState
from recommender.domain.errors import InputError
from recommender.domain.requests import LetterState
from recommender.store.holdings import tables_of_readers
from recommender.store.migrate import PRIVATE_FILE
from recommender.store.schema import DELIVERY, LETTER, PAPER_FOLD, QUARANTINE, SOURCE_STATE, SUPPRESSION

_COPIED = "held: it waited when this copy was made, and may have been sent since"


def backup(engine: Engine, target: Path) -> int:
    """Write a consistent copy of a SQLite database, readable by its owner alone, while others work on it.

    Mail that waits is held in the copy: by the time it is put back, most of that was sent. Returns how many
    deliveries that are. Raises InputError if `target` exists or cannot be written, or for PostgreSQL, which
    has its own tools.
    """
    if engine.dialect.name != "sqlite":
        raise InputError("db backup copies SQLite files; use pg_dump for PostgreSQL")
    if not Path(engine.url.database or "").is_file():
        raise InputError(f"there is no store at {engine.url.database} yet; nothing was copied")
    if target.exists():
        raise InputError(f"{target} exists; name a new file")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror})") from error
    try:
        with _raw(engine) as connection:
            connection.execute("VACUUM INTO ?", (str(target),)).close()
        held = _hold(target)
        _flush(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return held


def _hold(target: Path) -> int:
    """Hold the deliveries that wait in a copy, and give up its letters; return how many deliveries."""
    open_ends = [state.value for state in (*WAITING, DeliveryState.IN_DOUBT)]
    waiting = update(DELIVERY).where(DELIVERY.c.state.in_(open_ends))
    held = {"state": DeliveryState.HELD.value, "reply": _COPIED, "worker": None, "lease_until": None}
    letters = update(LETTER).where(LETTER.c.state == LetterState.WAITING.value)
    engine = create_engine(f"sqlite:///{target}", hide_parameters=True)
    try:
        with engine.begin() as connection:
            count = connection.execute(waiting.values(**held, next_attempt_at=None)).rowcount
            if inspect(connection).has_table(LETTER.name):
                connection.execute(letters.values(state=LetterState.FAILED.value, reply=_COPIED))
    finally:
        engine.dispose()
    return count


def scrub(engine: Engine) -> bool:
    """Make a database's files hold nothing but its rows; False if somebody's long reading kept it from it.

    SQLite's file is written anew and its log emptied; so are PostgreSQL's files of the tables that hold what
    readers did. What a file system, a server's own log or a backup keeps is beyond us.
    """
    if engine.dialect.name == "postgresql":
        others = (PAPER_FOLD, QUARANTINE, SOURCE_STATE, SUPPRESSION)
        names = ", ".join(f'"{table.name}"' for table in (*tables_of_readers(), *others))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {names}"))
        return True
    with _raw(engine) as connection:
        connection.execute("VACUUM").close()
    return truncate_log(engine)


def truncate_log(engine: Engine) -> bool:
    """Move SQLite's log into its file and empty it; False if somebody's long reading kept it from it."""
    if engine.dialect.name != "sqlite":
        return True
    with _raw(engine) as connection:
        busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    """Lend the driver's own connection, outside any transaction, and throw it away afterwards."""
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if raw is None:
            raise InputError("the store is closed")
        raw.execute("PRAGMA query_only = OFF").close()
        try:
            yield raw
        finally:
            # What it is told of itself does not agree any more with what is noted of it.
            connection.info.pop("query_only", None)


def _flush(file: Path) -> None:
    """Make a file and its name survive a power cut."""
    for path in (file, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
