"""The machine we run on: the wall clock and the ways to spread work over cores.

The only module that reads the wall clock. It decides nothing: who needs the time is given a Clock,
who needs cores is given an Executor. Configuration and the environment are not read here.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from threadpoolctl import threadpool_limits

from recommender.domain.errors import InputError

T = TypeVar("T")
R = TypeVar("R")


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that may ask


class FixedClock:
    """A clock set by hand, for `--now` and for tests."""

    def __init__(self, instant: datetime, *, ticking: bool = False) -> None:
        """Show `instant` for ever or, when `ticking`, start from it and run on at the normal pace.

        Raises InputError for an instant without a zone.
        """
        if instant.tzinfo is None:
            raise InputError(f"{instant.isoformat()} has no zone: add Z or an offset such as +01:00")
        self._instant = instant.astimezone(UTC)
        self._started = time.monotonic() if ticking else None

    def now(self) -> datetime:
        """Return the instant, moved on by the time since construction when ticking."""
        if self._started is None:
            return self._instant
        return self._instant + timedelta(seconds=time.monotonic() - self._started)


class LocalExecutor:
    """Runs every shard here, one after the other, when its result is asked for."""

    def map(self, task: Callable[[T], R], shards: Iterable[T]) -> Iterator[R]:
        """Yield `task(shard)` for each shard."""
        return map(task, shards)


@dataclass(frozen=True, slots=True)
class _OneThread(Generic[T, R]):
    """A task whose BLAS and OpenMP pools are held to one thread, so that workers do not fight for cores."""

    task: Callable[[T], R]

    def __call__(self, shard: T) -> R:
        with threadpool_limits(1):
            return self.task(shard)


class ProcessExecutor:
    """Runs shards in worker processes of this machine, one numeric thread in each.

    Workers are spawned, not forked: a fork would copy the locks of threads that do not exist in the
    child. Task, shards and results therefore travel by pickle between our own processes, and the
    task must be importable.
    """

    def __init__(self, workers: int) -> None:
        """Use `workers` processes; raise InputError for fewer than one."""
        if workers < 1:
            raise InputError(f"an executor needs at least one worker, not {workers}")
        self._workers = workers

    def map(self, task: Callable[[T], R], shards: Iterable[T]) -> Iterator[R]:
        """Yield `task(shard)` for each shard in order; the first failure ends the iteration."""
        with ProcessPoolExecutor(self._workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield from pool.map(_OneThread(task), shards)
