"""Nobody who wants to write waits for ever, and connections keep their purpose."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from recommender.domain.errors import StoreUnavailable
from recommender.store import grouping
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore
from recommender.store.turns import Turns
from tests.store.parts import PATIENCE, a_reader, kept, until, vote

StoreFactory = Callable[[], SqlStore]


@pytest.fixture
def plain(new_store: StoreFactory) -> SqlStore:
    """Open the store beneath."""
    return new_store()


def test_another_writer_is_not_kept_waiting(sqlite_store: SqlStore) -> None:
    """The daemon of the same process has its turn while votes come without a pause, in this order."""
    ana = a_reader(sqlite_store)
    store = GroupingStore(sqlite_store, seconds=PATIENCE)
    enough = threading.Event()

    def voting(thread: int) -> int:
        number = 0
        while not enough.is_set():
            with store.write() as unit:
                vote(unit, ana, 10_000 * thread + number)
            number += 1
        return number

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(voting, thread) for thread in range(6)]
        waits = []
        for number in range(20):
            started = time.monotonic()
            with sqlite_store.write() as unit:
                vote(unit, ana, 100_000 + number)
            waits.append(time.monotonic() - started)
        enough.set()
        voted = sum(end.result() for end in ends)
    assert len(kept(sqlite_store)) == voted + 20
    assert max(waits) < 5.0


def test_another_process_has_its_chance(sqlite_url: str) -> None:
    """SQLite's lock knows no turns, but groups leave gaps; that is a command beside a busy server."""
    server, command = SqlStore(sqlite_url), SqlStore(sqlite_url)
    ana = a_reader(server)
    store, enough = GroupingStore(server), threading.Event()

    def voting(thread: int) -> int:
        number = 0
        while not enough.is_set():
            with store.write() as unit:
                vote(unit, ana, 10_000 * thread + number)
            number += 1
        return number

    with ThreadPoolExecutor(4) as pool:
        ends = [pool.submit(voting, thread) for thread in range(4)]
        try:
            for number in range(3):
                with command.write() as unit:
                    vote(unit, ana, 100_000 + number)
        finally:
            enough.set()
        voted = sum(end.result() for end in ends)
    assert len(kept(server)) == voted + 3
    server.close()
    command.close()


def test_a_connection_keeps_its_purpose(sqlite_store: SqlStore) -> None:
    """Changing it would forget every prepared statement; reading still cannot write."""
    said: list[str] = []
    for engine in (sqlite_store._engine, sqlite_store._readers):
        event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    for _ in range(3):
        with sqlite_store.write() as unit:
            unit.people.lift("nobody@example.org")
        with sqlite_store.read() as unit:
            unit.people.all()
            with pytest.raises(OperationalError, match="readonly"):
                unit.people.lift("nobody@example.org")
    assert sum(statement.startswith("PRAGMA query_only") for statement in said) == 2


def test_postgresql_groups_by_itself(plain: SqlStore) -> None:
    """A web server's store there is the store."""
    assert (grouping.grouped(plain) is plain) is not plain.one_writer
    with grouping.grouped(plain).write() as unit:
        unit.people.lift("nobody@example.org")


def test_who_waits_in_vain_is_told(plain: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever; the turn goes on to the next."""
    store = GroupingStore(plain)
    monkeypatch.setattr(grouping, "BUSY_SECONDS", 0.02)
    with ThreadPoolExecutor(1) as pool, store.write():
        late = pool.submit(lambda: store.write().__enter__())
        assert isinstance(late.exception(PATIENCE), StoreUnavailable)
    with store.write() as unit:
        unit.people.lift("nobody@example.org")


def test_turns_come_in_the_order_of_asking() -> None:
    """First come, first served; who is gone is passed over."""
    turns, order = Turns(), list[int]()
    assert turns.take(0)
    assert not turns.pass_on()
    assert not turns.take(0.001)

    def work(number: int) -> None:
        assert turns.take(PATIENCE)
        order.append(number)
        turns.give()

    with ThreadPoolExecutor(5) as pool:
        for number in range(5):
            pool.submit(work, number)
            until(lambda number=number: len(turns._waiting) == number + 1)  # type: ignore[misc]  # bound early
        assert turns.wanted
        turns.give()
    assert order == [0, 1, 2, 3, 4]
    assert turns.take(0)
