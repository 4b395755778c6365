"""The process behind `run`: a ticking clock around callables, nothing more.

Three jobs, all in memory: `mail` (reload what changed, publish, deliver), `background` (ingest and
train when due) and `inbox` (read what came back), apart from each other so that neither a long download
nor a slow server of others' making delays a digest. What is due is
asked of the data by those callables, so a tick that was missed costs nothing and one too many does
nothing. It knows neither the store nor the configuration.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler

from jobs.threads import DaemonThreads
from jobs.watch import FileWatch
from recommender.domain.errors import ConfigError, PaperRouteError
from recommender.ports import Clock
from recommender.runtime import SystemClock

_JOBS_GRACE = 7.0
_SERVER_GRACE = 3.0
"""Seconds that running jobs, then the web server, get when the daemon is asked to stop: 10 in all."""


class ServerHandle(Protocol):
    """A web server running in a thread of its own."""

    def stop(self, timeout: float) -> None:
        """Stop accepting, finish what is running, return within `timeout` seconds."""
        ...


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """What the daemon runs. Each is called from one thread at a time, but `publish_and_deliver`,
    `ingest_and_train_if_due` and `read_inbox` may run side by side.
    """

    publish_and_deliver: Callable[[], object]
    ingest_and_train_if_due: Callable[[], object]
    read_inbox: Callable[[], object] = _nothing
    inbox_every: timedelta = timedelta(minutes=3)
    reload: Callable[[], tuple[Path, ...] | None] = _nothing
    """Take over changed configuration files and return what to watch from now on, None for the same; raises
    ConfigError and keeps the old when they are wrong.
    """
    watched: tuple[Path, ...] = ()
    """Files and folders whose change calls `reload`."""
    recover: Callable[[], object] = _nothing
    """Run once at the start, before anything else."""
    serve: Callable[[], ServerHandle] | None = None


class Daemon:
    """Runs tasks every `interval` until `stop` is set or the process is told to end.

    `stopping`, when given, is the event that asks for the end; long tasks may look at it.
    """

    def __init__(
        self,
        tasks: Tasks,
        interval: timedelta,
        clock: Clock,
        log: logging.Logger,
        stopping: threading.Event | None = None,
    ) -> None:
        """Prepare; nothing runs before `run`."""
        self._tasks = tasks
        self._interval = interval
        self._clock = clock
        self._log = log
        self._stopping = stopping or threading.Event()
        self._watch = FileWatch(tasks.watched)
        self._ticked: dict[str, datetime] = {}
        self._threads = DaemonThreads()

    def run(self) -> bool:
        """Run until stopped; return whether everything ended within 10 s of the request.

        Ends on `stop`, SIGTERM or SIGINT (only the main thread can listen for signals). Raises what
        `recover` and `serve` raise: a start that fails should be seen to fail.
        """
        self._tasks.recover()
        with self._signals(), self._server():
            scheduler = self._scheduler()
            scheduler.start()
            try:
                while not self._stopping.wait(self._interval.total_seconds()):
                    self._catch_up(scheduler)
            finally:
                scheduler.shutdown(wait=False)
                ended = self._threads.wait(_JOBS_GRACE)
        if not ended:
            self._log.warning("a job was still running after %d s and is left behind", _JOBS_GRACE)
        return ended

    def stop(self) -> None:
        """Ask for the end; returns at once, from any thread."""
        self._stopping.set()

    def tick_age(self, job: str = "mail") -> timedelta | None:
        """Return the time since `job` (mail, background or inbox) last ended, None before the first time."""
        last = self._ticked.get(job)
        return None if last is None else self._clock.now() - last

    def _mail(self) -> None:
        if self._watch.changed():
            try:
                watched = self._tasks.reload()
                # What changes between the two looks of one watch is noticed; another begins anew.
                if watched is not None and watched != self._watch.paths:
                    self._watch = FileWatch(watched)
                self._log.info("configuration reloaded")
            except ConfigError as error:
                self._log.warning("the old configuration stays in force; the new one is wrong:")
                for problem in error.problems:
                    self._log.warning("%s", problem)
        self._tasks.publish_and_deliver()

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        """Run one job; whatever it raises is logged under its name and the next tick tries again."""
        try:
            work()
        except PaperRouteError as error:
            self._log.error("%s failed: %s", name, error)
        except Exception:  # noqa: BLE001 - a daemon that dies of one bad tick mails nobody
            self._log.exception("%s failed", name)
        finally:
            self._ticked[name] = self._clock.now()

    def _scheduler(self) -> Any:
        """Build the scheduler: static jobs in memory, late is still due, no pile-up behind a long run."""
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._threads},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # APScheduler goes by the wall clock whatever clock the tasks are given.
        now = SystemClock().now()
        jobs = (
            ("mail", self._mail, self._interval),
            ("background", self._tasks.ingest_and_train_if_due, self._interval),
            ("inbox", self._tasks.read_inbox, self._tasks.inbox_every),
        )
        for name, work, every in jobs:
            scheduler.add_job(
                self._guarded,
                "interval",
                args=(name, work),
                id=name,
                name=name,
                seconds=every.total_seconds(),
                next_run_time=now,
            )
        return scheduler

    def _catch_up(self, scheduler: Any) -> None:
        """Bring jobs forward that a wall clock put back has left far in the future."""
        now = SystemClock().now()
        for job in scheduler.get_jobs():
            if job.next_run_time > now + 2 * job.trigger.interval:
                self._log.warning("the clock was put back; %s runs now", job.name)
                job.modify(next_run_time=now)

    @contextmanager
    def _server(self) -> Iterator[None]:
        server = self._tasks.serve() if self._tasks.serve is not None else None
        try:
            yield
        finally:
            if server is not None:
                server.stop(_SERVER_GRACE)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ask for the end while the daemon runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
