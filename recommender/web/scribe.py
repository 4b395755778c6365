"""One thread carries out what was posted to the busiest pages, and keeps what came together by one commit.

A thread for each request spends more on handing over than on the vote. So requests leave their work in a
row; whoever works through it takes all that waits, writes it in one transaction, each behind a savepoint of
its own, and answers once that is on disk. Alone nobody waits for others.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from recommender.ports import Store, WritesTogether

Work = Callable[[], Response]
_MOST = 64
"""Requests whose work is kept by one commit; others who write wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """Work of one request, and whom to tell."""

    work: Work
    context: Context
    answer: asyncio.Future[Response]
    loop: asyncio.AbstractEventLoop

    def outcome(self) -> Response | Exception:
        """Do the work as the request that asked for it."""
        try:
            return self.context.run(self.work)
        except Exception as error:  # noqa: BLE001 - told to the request, which has pages for it
            return error


class Scribe:
    """Carries out work in the order in which it comes."""

    def __init__(self, store: Store) -> None:
        """Write to `store`; without groups each request has a thread of its own."""
        self._store = store if isinstance(store, WritesTogether) else None
        self._lock = Lock()
        self._jobs: deque[_Job] = deque()
        self._busy = False
        self._thread = ThreadPoolExecutor(1, "scribe")

    async def do(self, work: Work) -> Response:
        """Return what `work` does, once what it wrote is on disk; raise what it does, or StoreUnavailable."""
        if self._store is None:
            return await run_in_threadpool(work)
        loop = asyncio.get_running_loop()
        job = _Job(work=work, context=copy_context(), answer=loop.create_future(), loop=loop)
        with self._lock:
            self._jobs.append(job)
            idle, self._busy = not self._busy, True
        if idle:
            self._thread.submit(self._work_off, self._store)
        return await job.answer

    def _work_off(self, store: WritesTogether) -> None:
        while jobs := self._next():
            outcomes = _outcomes(store, jobs)
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.loop.call_soon_threadsafe(_tell, job.answer, outcome)

    def _next(self) -> Sequence[_Job]:
        with self._lock:
            taken = [self._jobs.popleft() for _ in range(min(_MOST, len(self._jobs)))]
            self._busy = bool(taken)
            return taken


def _outcomes(store: WritesTogether, jobs: Sequence[_Job]) -> Sequence[Response | Exception]:
    """Do work of several requests in one transaction; nobody is told of success before it is kept."""
    try:
        with store.together():
            outcomes = [job.outcome() for job in jobs]
    except Exception as error:  # noqa: BLE001 - each of them has to be told
        return [error] * len(jobs)
    return outcomes


def _tell(answer: asyncio.Future[Response], outcome: Response | Exception) -> None:
    if answer.done():  # whoever asked has gone
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
