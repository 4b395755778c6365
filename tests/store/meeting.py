"""Two who change the store at once: the second does all it can in the midst of the first's transaction."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from sqlalchemy import event, text

from recommender.domain.errors import StoreUnavailable
from recommender.store.sql_store import SqlStore

PATIENCE = 20.0
_GRACE = 0.02
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH CHOSEN")
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
Work = Callable[[SqlStore], Any]


class Meeting:
    """Lets one work begin when another, on a store of its own, is about to write or to commit.

    What comes second ends, or waits for the first, before the first goes on.
    """

    def __init__(self, new_store: Callable[[], SqlStore]) -> None:
        """Open a store for each, and one to look at what waits."""
        self._stores = (new_store(), new_store(), new_store())

    def of(self, first: Work, second: Work, *, after: int = 0) -> tuple[Any, Any]:
        """Return what came of both, an exception as such; the first halts after that many writes.

        It halts before its next write or before the commit, whichever comes first.
        """
        done = Event()
        halt = _Halt(after, lambda: self._until_stuck(done))

        def other() -> Any:
            assert halt.reached.wait(PATIENCE)
            try:
                return second(self._stores[1])
            finally:
                done.set()

        with halt.listening(self._stores[0]), ThreadPoolExecutor(2) as pool:
            ends = [pool.submit(first, self._stores[0]), pool.submit(other)]
            ends[0].exception(PATIENCE)
            assert halt.reached.is_set(), ends[0].exception()
            found = tuple(map(_end, ends))
        for end in found:
            assert not isinstance(end, StoreUnavailable), end
        return found[0], found[1]

    def _until_stuck(self, done: Event) -> None:
        """Wait until the second has ended or waits for a lock; on SQLite it cannot even begin to write."""
        engine = self._stores[2]._engine
        if engine.dialect.name == "sqlite":
            done.wait(_GRACE)
            return
        end = time.monotonic() + PATIENCE
        while not done.wait(0.002):
            with engine.connect() as connection:
                if connection.execute(_WAITING).scalar_one():
                    return
            assert time.monotonic() < end


class _Halt:
    """Stops whoever writes on a store once, before a write or a commit."""

    def __init__(self, after: int, wait: Callable[[], None]) -> None:
        """Stop after that many writes, and wait."""
        self._left, self._wait = after, wait
        self._wrote = False
        self.reached = Event()

    @contextmanager
    def listening(self, store: SqlStore) -> Iterator[None]:
        """Look at what is done on a store during the block; the first to come by stays stopped."""
        event.listen(store._engine, "before_cursor_execute", self._statement)
        event.listen(store._engine, "commit", self._commit)
        try:
            yield
        finally:
            event.remove(store._engine, "before_cursor_execute", self._statement)
            event.remove(store._engine, "commit", self._commit)
            self.reached.set()

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.upper().startswith(_WRITES):
            if self._left == 0:
                self._stop()
            self._left -= 1
            self._wrote = True

    def _commit(self, _connection: Any) -> None:
        if self._wrote:
            self._stop()

    def _stop(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            self._wait()


def _end(work: "Future[Any]") -> Any:
    try:
        return work.result(PATIENCE)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
        return error
