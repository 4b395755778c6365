"""What is posted at once is carried out by one thread, kept together, and answered each for itself."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse, Response

from recommender.domain.errors import LinkInvalid, StoreUnavailable
from recommender.store.grouping import GroupingStore
from recommender.web.scribe import Scribe
from tests.builders import NOON
from tests.stores import sqlite_store

WHO: ContextVar[str] = ContextVar("who", default="nobody")


def suppress(store: GroupingStore, number: int) -> Response:
    """Write a row, or fail after it for each fifth."""
    with store.write() as unit:
        unit.people.suppress(f"{number}-{WHO.get()}@example.org", reason="test", at=NOON)
        if number % 5 == 0:
            raise LinkInvalid(str(number))
    return PlainTextResponse(str(number))


def ask(scribe: Scribe, *works: Callable[[], Response]) -> list[Response | BaseException]:
    """Let requests ask for work, all at once, each in a context of its own."""

    async def one(work: Callable[[], Response], number: int) -> Response:
        WHO.set(f"w{number}")
        return await scribe.do(work)

    async def everybody() -> list[Response | BaseException]:
        tasks = [one(work, number) for number, work in enumerate(works)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(everybody())


@pytest.fixture(name="store")
def store_fixture(tmp_path: Path) -> GroupingStore:
    """Return a store that groups."""
    return GroupingStore(sqlite_store(tmp_path))


def test_each_request_has_its_own_answer(store: GroupingStore) -> None:
    """Those that fail are dropped alone, the first of a row too, and work sees the request it is for."""
    works = [partial(suppress, store, number) for number in range(150)]
    answers = ask(Scribe(store), *works)
    failed = {number for number, answer in enumerate(answers) if isinstance(answer, LinkInvalid)}
    assert failed == set(range(0, 150, 5))
    assert [a.body for a in answers if isinstance(a, Response)] == [
        str(number).encode() for number in range(150) if number % 5
    ]
    with store.read() as unit:
        kept = unit.people.suppressed()
    assert kept == {f"{number}-w{number}@example.org" for number in range(150) if number % 5}


def test_nobody_is_told_of_success_that_was_not_kept(tmp_path: Path) -> None:
    """A commit that fails fails all that it was for; the next ones are carried out."""

    class Failing(GroupingStore):
        broken = True

        @contextmanager
        def together(self) -> Iterator[None]:
            with super().together():
                yield
            if self.broken:
                raise StoreUnavailable("the disk is full")

    store = Failing(sqlite_store(tmp_path))
    scribe = Scribe(store)
    answers = ask(scribe, *(partial(suppress, store, number) for number in (1, 2, 3)))
    assert all(isinstance(answer, StoreUnavailable) for answer in answers)
    store.broken = False
    assert [isinstance(answer, Response) for answer in ask(scribe, partial(suppress, store, 7))] == [True]


def test_a_store_without_groups_is_written_by_many_threads(tmp_path: Path) -> None:
    """As PostgreSQL is."""
    store = sqlite_store(tmp_path)

    def work() -> Response:
        with store.write() as unit:
            unit.people.suppress(f"{WHO.get()}@example.org", reason="test", at=NOON)
        return PlainTextResponse("done")

    answers = ask(Scribe(store), work, work, work)
    assert all(isinstance(answer, Response) for answer in answers)
    with store.read() as unit:
        assert len(unit.people.suppressed()) == 3


def test_one_thread_writes_together(store: GroupingStore) -> None:
    """Nothing is seen before the end of the block, and others have their turn after it."""
    with store.together():
        for number in (1, 2):
            suppress(store, number)
        with pytest.raises(LinkInvalid):
            suppress(store, 5)
        with store.read() as unit:
            assert not unit.people.suppressed()
    with store.read() as unit:
        assert len(unit.people.suppressed()) == 2
    suppress(store, 3)
    with store.read() as unit:
        assert len(unit.people.suppressed()) == 3
