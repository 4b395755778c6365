"""Tests of the clocks and executors of this machine."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from recommender.domain.errors import InputError
from recommender.ports import Clock, Executor
from recommender.runtime import FixedClock, LocalExecutor, ProcessExecutor, SystemClock
from tests.conformance.clock import ClockConformance
from tests.conformance.executor import ExecutorConformance, square

_INSTANT = datetime(2026, 1, 30, 18, tzinfo=UTC)


class TestSystemClock(ClockConformance):
    """The wall clock is a Clock."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Give the clock."""
        return SystemClock()


class TestFixedClock(ClockConformance):
    """A clock set by hand is a Clock."""

    @pytest.fixture(params=[False, True], ids=["standing", "ticking"])
    def clock(self, request: pytest.FixtureRequest) -> Clock:
        """Give the clock, standing and ticking."""
        return FixedClock(_INSTANT, ticking=request.param)


class TestLocalExecutor(ExecutorConformance):
    """Running in place is an Executor."""

    @pytest.fixture
    def executor(self) -> Executor:
        """Give the executor."""
        return LocalExecutor()


class TestProcessExecutor(ExecutorConformance):
    """Running in worker processes is an Executor."""

    @pytest.fixture
    def executor(self) -> Executor:
        """Give the executor."""
        return ProcessExecutor(2)


def test_a_standing_clock_stands() -> None:
    """Every reading is the instant itself."""
    clock = FixedClock(_INSTANT)
    assert clock.now() == clock.now() == _INSTANT


def test_a_ticking_clock_starts_at_its_instant_and_moves() -> None:
    """Readings begin at the instant and go on from there at the pace of real time."""
    clock = FixedClock(_INSTANT, ticking=True)
    first = clock.now()
    while clock.now() == first:
        pass
    assert _INSTANT <= first < clock.now() < _INSTANT + timedelta(seconds=30)


def test_a_fixed_clock_shows_utc_whatever_zone_it_was_set_in() -> None:
    """`--now 2026-01-30T19:00+01:00` is 18:00 UTC."""
    local = _INSTANT.astimezone(timezone(timedelta(hours=1)))
    assert FixedClock(local).now().isoformat() == "2026-01-30T18:00:00+00:00"


def test_a_fixed_clock_refuses_an_instant_without_zone() -> None:
    """A time without zone is ambiguous, and the message says how to write one."""
    with pytest.raises(InputError, match=r"no zone: add Z"):
        FixedClock(datetime(2026, 1, 30, 18))  # noqa: DTZ001 - the mistake under test


def test_local_results_are_made_when_asked_for() -> None:
    """Nothing runs before the first result is wanted, so a long run can be stopped between shards."""
    ran: list[int] = []

    def task(number: int) -> int:
        ran.append(number)
        return number

    results = LocalExecutor().map(task, [1, 2])
    assert ran == []
    assert next(results) == 1
    assert ran == [1]


def blas_threads(_shard: int) -> int:
    """Return how many threads numpy's linear algebra may use where this runs."""
    assert np.ones((2, 2)).sum() == 4
    return max((pool["num_threads"] for pool in threadpool_info()), default=1)


def test_a_worker_uses_one_numeric_thread() -> None:
    """Workers do not fight for cores; the caps of this process stay as they were."""
    before = blas_threads(0)
    assert list(ProcessExecutor(1).map(blas_threads, [0])) == [1]
    assert blas_threads(0) == before


def test_an_executor_needs_a_worker() -> None:
    """No workers is a mistake in the configuration, not an endless wait."""
    with pytest.raises(InputError, match="at least one worker"):
        ProcessExecutor(0)


def test_workers_import_the_task_by_name() -> None:
    """A result made elsewhere equals one made here."""
    assert list(ProcessExecutor(1).map(square, [7])) == list(LocalExecutor().map(square, [7]))
