"""The store: transactions on one database, its schema, its health, its copy.

Opening it connects to nothing; `upgrade` is called explicitly by whoever may change the database.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from recommender.domain.errors import InputError, StoreUnavailable
from recommender.store import migrate, upkeep
from recommender.store.artifacts import SqlArtifacts
from recommender.store.counts import SqlCounts
from recommender.store.engine import BUSY_SECONDS, Purpose, busy, open_engine, reading_engine, transaction
from recommender.store.holdings import SqlHoldings
from recommender.store.inbound import SqlInbound
from recommender.store.intake import SqlIntake
from recommender.store.outbox import SqlOutbox
from recommender.store.papers import SqlPapers
from recommender.store.people import SqlPeople
from recommender.store.requests import SqlRequests
from recommender.store.turns import Turns
from recommender.store.twins import SqlTwins


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlUnitOfWork:
    """`ports.UnitOfWork`: everything in it shares one transaction, that of `connection`."""

    connection: Connection
    papers: SqlPapers
    people: SqlPeople
    outbox: SqlOutbox
    inbound: SqlInbound
    requests: SqlRequests
    intake: SqlIntake
    twins: SqlTwins
    artifacts: SqlArtifacts
    counts: SqlCounts
    holdings: SqlHoldings


class SqlStore:
    """`ports.Store` on SQLite or PostgreSQL."""

    def __init__(self, url: str, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Take a SQLAlchemy URL; raise InputError for one that is not SQLite or PostgreSQL.

        `random_bytes(n)` gives n unguessable bytes for public ids.
        """
        self._engine = open_engine(url)
        self._readers = reading_engine(self._engine)
        self._random_bytes = random_bytes
        self._turns = Turns() if self._engine.dialect.name == "sqlite" else None

    def upgrade(self) -> None:
        """Create or migrate the database to this program's schema, and the folder of a SQLite file."""
        try:
            migrate.upgrade(self._engine)
        except DBAPIError as error:
            raise self._unreachable(error) from error

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that sees one moment of the store and cannot write.

        Raises StoreUnavailable where the database fails or is gone.
        """
        with self._transaction("read") as unit:
            yield unit

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that may write: kept at the end of the block, dropped on any exception.

        Raises StoreUnavailable where the database stays locked, is full, or is gone.
        """
        with self._turn(), self._transaction("write") as unit:
            yield unit

    @property
    def one_writer(self) -> bool:
        """Tell whether the database lets one write at a time."""
        return self._turns is not None

    @property
    def wanted(self) -> bool:
        """Tell whether a thread of this process waits until another has written."""
        return self._turns is not None and self._turns.wanted

    def ready(self) -> bool:
        """Tell whether the database answers and has this program's schema."""
        try:
            with transaction(self._readers, "read") as connection:
                return migrate.revision(connection) == migrate.HEAD
        except (DBAPIError, InputError, StoreUnavailable):
            return False

    def check(self) -> tuple[str, ...]:
        """Return what is wrong with the database, in words; nothing if all is well. Reads every page."""
        try:
            with transaction(self._readers, "read") as connection:
                return (*_schema_problems(connection), *_file_problems(connection))
        except DBAPIError as error:
            return (str(self._unreachable(error)),)
        except StoreUnavailable as error:
            return (str(error),)

    def backup(self, target: Path) -> int:
        """Write a consistent copy of a SQLite database while others work on it.

        Mail that waits is held in the copy; returns how many deliveries that are. Raises InputError if
        `target` exists or cannot be written, or for PostgreSQL, which has its own tools.
        """
        with self.telling():
            return upkeep.backup(self._engine, target)

    def scrub(self) -> bool:
        """Leave nothing in the database's files of what was deleted; False if somebody's reading kept it.

        Nobody can write meanwhile. Raises StoreUnavailable.
        """
        with self._turn(), self.telling():
            return upkeep.scrub(self._engine)

    def truncate_log(self) -> bool:
        """Empty SQLite's log into its file; False if somebody's long reading kept it from it."""
        with self._turn(), self.telling():
            return upkeep.truncate_log(self._engine)

    def close(self) -> None:
        """Close all connections; the store may be used again."""
        self._readers.dispose()
        self._engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let threads write one after another, as they came; SQLite's own lock goes to who asks luckily."""
        if self._turns is None:
            yield
            return
        if not self._turns.take(BUSY_SECONDS):
            raise busy("others of this process write")
        try:
            yield
        finally:
            self._turns.give()

    @contextmanager
    def _transaction(self, purpose: Purpose) -> Iterator[SqlUnitOfWork]:
        engine = self._readers if purpose == "read" else self._engine
        with self.telling(), transaction(engine, purpose) as connection:
            yield self._unit(connection)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn failures of the database in the block into StoreUnavailable, which says what to do."""
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            place = self._engine.url.render_as_string(hide_password=True)
            raise StoreUnavailable(
                f"the store at {place} failed: {error.orig}; see to its disk or server, then try again"
            ) from error

    def _unit(self, connection: Connection) -> SqlUnitOfWork:
        return SqlUnitOfWork(
            connection=connection,
            papers=SqlPapers(connection),
            people=SqlPeople(connection, self._random_bytes),
            outbox=SqlOutbox(connection),
            inbound=SqlInbound(connection),
            requests=SqlRequests(connection),
            intake=SqlIntake(connection),
            twins=SqlTwins(connection),
            artifacts=SqlArtifacts(connection),
            counts=SqlCounts(connection),
            holdings=SqlHoldings(connection),
        )

    def _unreachable(self, error: DBAPIError) -> InputError:
        place = self._engine.url.render_as_string(hide_password=True)
        return InputError(f"the store at {place} cannot be used: {error.orig}; check [store] url")


def _schema_problems(connection: Connection) -> Iterator[str]:
    found = migrate.revision(connection)
    if found != migrate.HEAD:
        yield f"the schema is at {found or 'nothing'}, not {migrate.HEAD}; run `paperroute db upgrade`"


def _file_problems(connection: Connection) -> Iterator[str]:
    """Ask SQLite whether its pages and references are sound; PostgreSQL keeps watch itself."""
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA quick_check")):
        if line != "ok":
            yield f"the database file is damaged: {line}; restore a backup"
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        yield f"{len(broken)} rows point to nothing, first in {broken[0][0]}; restore a backup"
