"""Parts of one transaction, written by threads that take turns."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import event

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore, SqlUnitOfWork
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.people import MINUTE

PATIENCE = 20.0


def a_reader(store: SqlStore) -> int:
    """Store a paper and a reader; return the reader's number."""
    with store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        return unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id


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
