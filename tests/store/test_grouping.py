"""Writes that share a commit: each is kept or dropped alone, none is answered before it is on disk."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from recommender.domain.errors import StoreUnavailable
from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from recommender.store import grouping
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore, SqlUnitOfWork
from recommender.store.turns import Turns
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.levers import LeversConformance
from tests.conformance.people import MINUTE, PeopleConformance
from tests.conformance.store import StoreConformance

PATIENCE = 20.0
StoreFactory = Callable[[], SqlStore]


class Failed(Exception):
    """A part went wrong."""


@pytest.fixture
def plain(new_store: StoreFactory) -> SqlStore:
    """Open the store beneath."""
    return new_store()


@pytest.fixture
def store(plain: SqlStore) -> GroupingStore:
    """Open the store under test; its groups grow as old as they like."""
    return GroupingStore(plain, seconds=PATIENCE)


@pytest.fixture
def ana(plain: SqlStore) -> int:
    """Store a paper and a reader; return the reader's number."""
    with plain.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        return unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id


class TestGroupingStore(StoreConformance):
    """Transactions that share a commit."""


class TestGroupingPeople(PeopleConformance):
    """People, written so."""


class TestGroupingLevers(LeversConformance):
    """Levers, written so."""


def vote(unit: SqlUnitOfWork, reader: int, number: int) -> None:
    """Record one act, told from others by its minute."""
    entry = Feedback(subscriber=reader, paper=a_paper().id, act=Act.UP, at=NOON + number * MINUTE)
    assert unit.people.record([entry]) == 1


def kept(store: Store) -> set[int]:
    """Return the numbers of the acts in the store."""
    with store.read() as unit:
        return {(entry.at - NOON) // MINUTE for entry in unit.people.feedback()}


@contextmanager
def commits(store: SqlStore) -> Iterator[list[float]]:
    """Count the commits of the block."""
    seen: list[float] = []

    def count(_connection: object) -> None:
        seen.append(time.monotonic())

    event.listen(store._engine, "commit", count)
    yield seen
    event.remove(store._engine, "commit", count)


def until(said: Callable[[], bool]) -> None:
    """Wait for something that other threads do."""
    end = time.monotonic() + PATIENCE
    while not said():
        assert time.monotonic() < end
        time.sleep(0.001)


def together(store: GroupingStore, works: list[Callable[[SqlUnitOfWork], None]]) -> list[Future[None]]:
    """Run the works as parts of one group, in this order; return how each ended."""
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        with store.write() as unit:
            begun.set()
            assert go.wait(PATIENCE)
            works[0](unit)

    def other(work: Callable[[SqlUnitOfWork], None]) -> None:
        with store.write() as unit:
            work(unit)

    with ThreadPoolExecutor(len(works)) as pool:
        ends = [pool.submit(first)]
        assert begun.wait(PATIENCE)
        for place, work in enumerate(works[1:], 1):
            ends.append(pool.submit(other, work))
            until(lambda place=place: len(store._turns._waiting) == place)  # type: ignore[misc]  # bound early
        go.set()
    return ends


def test_parts_that_wait_share_one_commit(store: GroupingStore, plain: SqlStore, ana: int) -> None:
    """Ten who came while the first wrote are committed with it."""
    with commits(plain) as seen:
        ends = together(store, [lambda unit, own=own: vote(unit, ana, own) for own in range(11)])  # type: ignore[misc]
    assert [end.result() for end in ends] == [None] * 11
    assert (len(seen), kept(plain)) == (1, set(range(11)))


def test_a_lone_part_is_committed_at_once(store: GroupingStore, plain: SqlStore, ana: int) -> None:
    """What is written alone is there when the block ends, a commit each."""
    with commits(plain) as seen:
        for number in range(3):
            with store.write() as unit:
                vote(unit, ana, number)
            assert kept(plain) == set(range(number + 1))
    assert len(seen) == 3


def test_nobody_is_answered_before_the_commit(store: GroupingStore, plain: SqlStore, ana: int) -> None:
    """A part that has done its work waits for those behind it."""
    after: dict[str, set[int]] = {}
    waiting = threading.Event()

    def early(unit: SqlUnitOfWork) -> None:
        vote(unit, ana, 0)

    def late(unit: SqlUnitOfWork) -> None:
        vote(unit, ana, 1)
        waiting.wait(0.02)
        after["inside"] = kept(plain)

    ends = together(store, [early, late])
    assert [end.result() for end in ends] == [None, None]
    assert (after["inside"], kept(plain)) == (set(), {0, 1})


@pytest.mark.parametrize("failing", [{0}, {1}, {4}, {0, 1, 2}, set(range(5))])
def test_a_part_that_fails_takes_itself_back(
    store: GroupingStore, plain: SqlStore, ana: int, failing: set[int]
) -> None:
    """Wherever it stands in the group; the others are kept."""

    def work(number: int) -> Callable[[SqlUnitOfWork], None]:
        def run(unit: SqlUnitOfWork) -> None:
            vote(unit, ana, number)
            if number in failing:
                raise Failed

        return run

    ends = together(store, [work(number) for number in range(5)])
    assert {place for place, end in enumerate(ends) if isinstance(end.exception(), Failed)} == failing
    assert kept(plain) == set(range(5)) - failing


def test_a_statement_that_fails_spoils_its_own_part_alone(
    store: GroupingStore, plain: SqlStore, ana: int
) -> None:
    """PostgreSQL takes nothing more after an error until something is rolled back."""

    def strange(unit: SqlUnitOfWork) -> None:
        unit.connection.exec_driver_sql("SELECT nothing FROM nowhere")

    ends = together(store, [lambda unit: vote(unit, ana, 0), strange, lambda unit: vote(unit, ana, 2)])
    assert [end.exception() is None for end in ends] == [True, False, True]
    assert kept(plain) == {0, 2}


def test_a_commit_that_fails_fails_everybody(sqlite_store: SqlStore) -> None:
    """Nobody is told that something is kept which is not; the next group is as good as ever."""
    with sqlite_store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
    store = GroupingStore(sqlite_store, seconds=PATIENCE)

    def rot(unit: SqlUnitOfWork) -> None:
        """Leave what no commit takes: a reference to nothing, looked at in the end."""
        unit.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        unit.connection.exec_driver_sql(
            "INSERT INTO saved_paper (subscriber_id, paper_id, saved_at, read) VALUES (99, 'x', '', 0)"
        )

    votes = [lambda unit, own=own: vote(unit, ana, own) for own in range(3)]
    ends = together(store, [votes[0], votes[1], rot, votes[2]])
    assert [type(end.exception()) for end in ends] == [StoreUnavailable] * 4
    assert kept(sqlite_store) == set()
    with store.write() as unit:
        vote(unit, ana, 7)
    assert kept(sqlite_store) == {7}


def test_a_transaction_that_is_lost_fails_who_wrote_before(
    store: GroupingStore, plain: SqlStore, ana: int
) -> None:
    """SQLite rolls everything back where a disk is full, PostgreSQL where a server goes."""

    def lose(unit: SqlUnitOfWork) -> None:
        unit.connection.exec_driver_sql("ROLLBACK")
        raise Failed

    ends = together(store, [lambda unit: vote(unit, ana, 0), lose, lambda unit: vote(unit, ana, 2)])
    assert [type(end.exception()) for end in ends] == [StoreUnavailable, Failed, type(None)]
    assert kept(plain) == {2}


def test_fifty_threads_with_failures(plain: SqlStore, ana: int) -> None:
    """Who was answered is in the store, who failed is not, and there are fewer commits than answers."""
    store = GroupingStore(plain)
    start = threading.Barrier(50)

    def work(thread: int) -> list[int]:
        answered = []
        start.wait(PATIENCE)
        for number in range(thread * 10, thread * 10 + 10):
            with suppress(Failed):
                with store.write() as unit:
                    vote(unit, ana, number)
                    if number % 3 == 0:
                        raise Failed
                answered.append(number)
        return answered

    with commits(plain) as seen, ThreadPoolExecutor(50) as pool:
        answered = {number for numbers in pool.map(work, range(50)) for number in numbers}
    assert kept(plain) == answered == {number for number in range(500) if number % 3}
    assert len(seen) < len(answered)


@pytest.mark.parametrize("limit", [{"members": 3}, {"seconds": 0.0}])
def test_groups_end(plain: SqlStore, ana: int, limit: dict[str, float]) -> None:
    """A group that is large or old is committed, whoever waits."""
    store = GroupingStore(plain, **({"seconds": PATIENCE} | limit))  # type: ignore[arg-type]  # by name
    with commits(plain) as seen:
        together(store, [lambda unit, own=own: vote(unit, ana, own) for own in range(6)])  # type: ignore[misc]
    assert (len(seen), kept(plain)) == (2 if "members" in limit else 6, set(range(6)))


def test_another_writer_is_not_kept_waiting(sqlite_store: SqlStore) -> None:
    """The daemon of the same process has its turn while votes come without a pause, in this order."""
    with sqlite_store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
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
    with server.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
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


def test_who_waits_in_vain_is_told(
    store: GroupingStore, plain: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever; the turn goes on to the next."""
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
