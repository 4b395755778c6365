"""Tests of the job threads."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.threads import DaemonThreads

_PATIENCE = 5.0


class Bench:
    """A scheduler on daemon threads."""

    def __init__(self) -> None:
        """Start."""
        self.threads = DaemonThreads()
        self.scheduler: Any = BackgroundScheduler(timezone=UTC, executors={"default": self.threads})
        self.done = threading.Event()
        self.scheduler.add_listener(lambda _event: self.done.set(), EVENT_JOB_EXECUTED)
        self.scheduler.start()

    def now(self, work: Callable[[], object]) -> None:
        """Run a job at once."""
        self.scheduler.add_job(work, id="work")


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a running scheduler."""
    bench = Bench()
    yield bench
    bench.scheduler.shutdown(wait=False)


def test_jobs_run_in_daemon_threads_that_bear_their_name(bench: Bench) -> None:
    """A thread dump says which job is at work, and the thread cannot keep the process alive."""
    seen: list[tuple[str, bool]] = []

    def work() -> None:
        thread = threading.current_thread()
        seen.append((thread.name, thread.daemon))

    bench.now(work)
    assert bench.done.wait(_PATIENCE)
    assert seen == [("work", True)]
    assert bench.threads.wait(_PATIENCE)


def test_waiting_ends_when_time_is_up(bench: Bench) -> None:
    """A job that goes on is reported as such; once it has ended the answer is yes."""
    begun, release = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        release.wait(_PATIENCE)

    bench.now(work)
    assert begun.wait(_PATIENCE)
    assert not bench.threads.wait(0.01)
    release.set()
    assert bench.threads.wait(_PATIENCE)


def test_a_job_that_exits_its_thread_frees_its_place(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Even SystemExit inside a job is reported and does not block the next run of that job."""

    def leave() -> None:
        raise SystemExit(3)

    with caplog.at_level(logging.ERROR):
        bench.now(leave)
        while not caplog.records:
            pass
        assert bench.threads.wait(_PATIENCE)
    assert "SystemExit" in caplog.text
    bench.now(lambda: None)
    assert bench.done.wait(_PATIENCE)
