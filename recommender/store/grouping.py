"""Many small writes in one transaction: each is kept or dropped alone, all are made durable by one commit.

A web server writes a row here and a row there, and a durable commit of each costs more than the row. So
threads take turns in one open transaction, each behind a savepoint of its own, and none is answered before
the commit they share. Whoever finds nobody behind them commits: alone nobody waits, and the more come the
larger the groups. What commits is the same `SqlStore.write` that everybody else uses.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Event, local

from recommender.domain.errors import StoreUnavailable
from recommender.store.engine import BUSY_SECONDS, busy
from recommender.store.sql_store import SqlStore, SqlUnitOfWork
from recommender.store.turns import Turns

MEMBERS = 64
SECONDS = 0.05
"""A group that is as large or as old as this is committed, whoever waits."""


def grouped(store: SqlStore) -> "SqlStore | GroupingStore":
    """Return a store as a web server writes to it: in groups on SQLite, which has one writer at a time.

    PostgreSQL has many and flushes the commits of all of them together; there a group would only make
    readers wait for each other's rows.
    """
    return GroupingStore(store) if store.one_writer else store


class GroupingStore:
    """`ports.Store` over a `SqlStore`, for one process with many threads that each write a little."""

    def __init__(
        self,
        store: SqlStore,
        *,
        members: int = MEMBERS,
        seconds: float = SECONDS,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Group writes on `store`, which others may use too; `ticks` are seconds that never go back."""
        self._store = store
        self._members = members
        self._seconds = seconds
        self._ticks = ticks
        self._turns = Turns()
        self._group: _Group | None = None
        self._mine = local()

    def read(self) -> AbstractContextManager[SqlUnitOfWork]:
        """Open a transaction of its own that sees one moment of the store, and nothing uncommitted."""
        return self._store.read()

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Open a part of a transaction, dropped alone on an exception; at the end of the block it is on disk.

        Raises StoreUnavailable where the store cannot be had, or fails before what was done here is kept,
        be it by another's part that broke the transaction.
        """
        if getattr(self._mine, "turn", False):
            with self._joined() as unit:
                yield unit
            return
        if not self._turns.take(BUSY_SECONDS):
            raise busy("too many write at once")
        try:
            group = self._group or self._begin()
        except BaseException:
            self._turns.give()
            raise
        try:
            with self._store.telling(), group.part() as unit:
                yield unit
        finally:
            # Handing over and closing are one decision: a group that is left open has somebody to end it.
            if self._is_over(group) or not self._turns.pass_on():
                self._group = None
                group.end()
                self._turns.give()
        group.wait()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let this thread write many parts one after another; at the end of the block they are on disk.

        Raises StoreUnavailable at the end where they are not: then nothing that was written in it is kept.
        """
        if not self._turns.take(BUSY_SECONDS):
            raise busy("too many write at once")
        self._mine.turn = True
        try:
            yield
        finally:
            self._mine.turn = False
            group, self._group = self._group, None
            if group is not None:
                group.end()
            self._turns.give()
        if group is not None and group.parts:
            group.wait()

    @contextmanager
    def _joined(self) -> Iterator[SqlUnitOfWork]:
        """Open a part of the group of this thread's own turn."""
        if self._group is not None and self._group.broken:
            if self._group.parts:
                raise StoreUnavailable("the store failed while several wrote; try again")
            self._group.end()  # a first part that failed has no savepoint, and nobody before it
            self._group = None
        group = self._group or self._begin()
        with self._store.telling(), group.part() as unit:
            yield unit

    def _begin(self) -> "_Group":
        """Open a transaction; raises StoreUnavailable."""
        transaction = self._store.write()
        unit = transaction.__enter__()
        self._group = _Group(transaction, unit, self._ticks() + self._seconds)
        return self._group

    def _is_over(self, group: "_Group") -> bool:
        """Tell whether nobody more may join: it is full, old, or broken, or another writer waits for it."""
        old = group.parts >= self._members or self._ticks() >= group.until
        return old or group.broken or self._store.wanted


class _Group:
    """An open transaction that threads use one after another."""

    def __init__(
        self, transaction: AbstractContextManager[SqlUnitOfWork], unit: SqlUnitOfWork, until: float
    ) -> None:
        """Take a transaction that is open, and when it has to be over."""
        self._transaction = transaction
        self._unit = unit
        self._error: Exception | None = None
        self._ended = Event()
        self.until = until
        self.parts = 0
        self.broken = False
        """Nothing of it can be kept."""

    @contextmanager
    def part(self) -> Iterator[SqlUnitOfWork]:
        """Open one part. The first needs no savepoint: if it fails, there is nothing else to keep."""
        connection = self._unit.connection
        first = self.parts == 0
        try:
            if not first:
                connection.exec_driver_sql("SAVEPOINT part")
            yield self._unit
            if not first:
                connection.exec_driver_sql("RELEASE SAVEPOINT part")
        except BaseException:
            self.broken = first or not self._is_taken_back()
            raise
        self.parts += 1

    def _is_taken_back(self) -> bool:
        """Undo the part that failed; False if that is no more possible, as on a full disk."""
        try:
            self._unit.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self._unit.connection.exec_driver_sql("RELEASE SAVEPOINT part")
        except Exception:  # noqa: BLE001 - whatever it is, the transaction is lost
            return False
        return True

    def end(self) -> None:
        """Commit, or roll back what is broken, and let those go who wait. Raises nothing: `wait` does."""
        try:
            if self.broken:
                self._error = StoreUnavailable("the store failed while several wrote; try again")
                with suppress(Exception):
                    self._transaction.__exit__(type(self._error), self._error, None)
            else:
                self._transaction.__exit__(None, None, None)
        except Exception as error:  # noqa: BLE001 - told to everybody who waits
            self._error = error
        finally:
            self._ended.set()

    def wait(self) -> None:
        """Return when the group is on disk; raise StoreUnavailable if it is not and never will be."""
        self._ended.wait()
        if self._error is not None:
            raise StoreUnavailable(str(self._error)) from self._error
