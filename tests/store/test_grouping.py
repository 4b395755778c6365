"""Writes that share a commit: each is kept or dropped alone, none is answered before it is on disk."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from recommender.domain.errors import StoreUnavailable
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore, SqlUnitOfWork
from tests.conformance.levers import LeversConformance
from tests.conformance.people import PeopleConformance
from tests.conformance.store import StoreConformance
from tests.store.parts import PATIENCE, a_reader, commits, kept, together, vote

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
    return a_reader(plain)


class TestGroupingStore(StoreConformance):
    """Transactions that share a commit."""


class TestGroupingPeople(PeopleConformance):
    """People, written so."""


class TestGroupingLevers(LeversConformance):
    """Levers, written so."""


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
    ana = a_reader(sqlite_store)
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
