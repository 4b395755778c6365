"""Commands that stay: run (scheduler and web server) and serve (web server only)."""

import logging
import math
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from recommender.cli.context import Call, call_of
from recommender.cli.duties import due_sources, training_is_due
from recommender.cli.output import say
from recommender.cli.serving import ServerThread, web
from recommender.domain.discretion import masked

if TYPE_CHECKING:
    from recommender.app import Application
    from recommender.domain.reports import Report

_LOG = logging.getLogger("paperroute")
_STOP_SECONDS = 5.0
_TICKS_MISSED = 10
_DAY = timedelta(days=1)
_LONGEST_SILENCE = timedelta(minutes=15)
"""Silent for so many ticks, and longer than a relay may take for an answer, the daemon is stuck."""


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(run)
    app.command()(serve)


def serve(context: typer.Context) -> None:
    """Serve the pages behind the links of the mail, until stopped."""
    _start_log()
    from recommender.cli.operator import Operator  # noqa: PLC0415 the web stack is loaded when serving

    call, stopping = call_of(context), threading.Event()
    application = call.application(ticking=True)
    operator = Operator(
        current=lambda: application,
        config=call.config,
        background=threading.Lock(),
        mails=True,
        note=_Log().note,
        stopping=stopping.is_set,
    )
    pages = web(application, operator.admin(), rendered=operator.rendered)
    thread = ServerThread(pages, application.loaded.settings.web.bind)
    thread.start()
    say(f"serving {application.loaded.settings.web.public_url} on {application.loaded.settings.web.bind}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    while thread.alive() and not stopping.wait(0.2):
        pass
    thread.stop(_STOP_SECONDS)
    operator.settle(_STOP_SECONDS)


def run(context: typer.Context) -> None:
    """Mail every subscriber at their hour and serve the pages, until stopped."""
    from jobs.daemon import Daemon, Tasks  # noqa: PLC0415 the scheduler is loaded by this command alone

    _start_log()
    call = call_of(context)
    holder = _Holder(call=call, application=call.application(ticking=True))
    settings = holder.application.loaded.settings
    holder.told(holder.application.reconciled)
    tasks = Tasks(
        publish_and_deliver=holder.publish_and_deliver,
        ingest_and_train_if_due=holder.ingest_and_train_if_due,
        read_inbox=holder.read_inbox,
        inbox_every=timedelta(seconds=settings.inbox.every),
        reload=holder.reload,
        watched=holder.application.loaded.watched,
        recover=holder.recover,
        serve=holder.serve,
    )
    interval = timedelta(seconds=settings.schedule.tick)
    holder.pulse.limit = max(_TICKS_MISSED * interval, _LONGEST_SILENCE).total_seconds()
    for warning in holder.application.loaded.warnings:
        _LOG.warning("%s", warning)
    daemon = Daemon(tasks, interval, holder.application.clock, _LOG, holder.stopping)
    holder.tick_age = daemon.tick_age
    daemon.run()  # a job left behind was told of, and the next start goes on with it


@dataclass(slots=True)
class _Pulse:
    """Signs of life of the mail job: every message and every end of a tick is one."""

    limit: float = math.inf
    """Seconds without one after which the daemon counts as stuck."""
    ticks: Callable[[], float] = time.monotonic
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        """Count from now."""
        self.beat()

    def beat(self) -> None:
        """Give a sign."""
        self._last = self.ticks()

    def alive(self) -> bool:
        """Tell whether the last sign is recent."""
        return self.ticks() - self._last <= self.limit


@dataclass(slots=True)
class _Log:
    """Writes reports to the log; what a report repeats from the one before is not written again."""

    _told: dict[str, frozenset[str]] = field(default_factory=dict)

    def note(self, report: "Report") -> None:
        """Write a report when something happened: its counts, and what is new of its troubles."""
        if any(report.counts.values()):
            counts = ", ".join(f"{key}={value}" for key, value in report.counts.items())
            _LOG.info("%s: %s", report.name, counts)
            for note in report.notes:
                _LOG.info("%s: %s", report.name, note)
        lines = [f"{failure.place}: {failure.reason}" for failure in report.failures]
        lines += report.warnings
        told = self._told.get(report.name, frozenset())
        for line in lines:
            if line not in told:
                _LOG.warning("%s: %s", report.name, line)
        self._told[report.name] = frozenset(lines)


@dataclass(slots=True)
class _Holder:
    """The application in force; a reload puts another in its place between two ticks."""

    call: Call
    application: "Application"
    stopping: threading.Event = field(default_factory=threading.Event)
    pulse: _Pulse = field(default_factory=_Pulse)
    tick_age: Callable[[str], timedelta | None] = lambda _job: None
    cleared: datetime | None = None
    """When what is old was last deleted."""
    _log: _Log = field(default_factory=_Log)
    _swap: threading.Lock = field(default_factory=threading.Lock)
    _background: threading.Lock = field(default_factory=threading.Lock)

    def recover(self) -> None:
        """Hold what a dead process left in doubt."""
        held = self.application.delivery.recover()
        if held:
            _LOG.warning("%d deliveries were in doubt when the last process died; they are held", held)

    def reload(self) -> tuple[Path, ...]:
        """Take over changed files and return what to watch from now on.

        Raises ConfigError and keeps the old application.
        """
        fresh = self.application.reload(self.call.config)
        self.told(fresh.reconciled)
        with self._swap:
            self.application = fresh
        return fresh.loaded.watched

    def told(self, report: "Report") -> None:
        """Write a report into the log."""
        self._log.note(report)

    def publish_and_deliver(self) -> None:
        """Send the letters that wait, make what is due and send what is ready."""
        from recommender.app.writing import build_letters  # noqa: PLC0415 heavy: --help must not wait for it

        application = self._current()
        try:
            # Before the digests: somebody waits for a letter, and publishing may take a while.
            self._log.note(build_letters(application).run(self.stopping.is_set))
            self.pulse.beat()
            self._log.note(application.publishing.run())
            self.pulse.beat()
            started = application.clock.now()
            self._log.note(
                application.delivery.run(lambda _how, _done: self.pulse.beat(), self.stopping.is_set)
            )
            self._log.note(application.bouncing.run(since=started))
        finally:
            self.pulse.beat()

    def ingest_and_train_if_due(self) -> None:
        """Fetch from the sources whose hour has come, then fit if that hour has come."""
        with self._background:
            application = self._current()
            sources = due_sources(application)
            if sources:
                self._log.note(application.incoming.ingestion().run(sources))
                for report in application.incoming.aftermath(sources):
                    self._log.note(report)
            if training_is_due(application):
                self._log.note(application.training().run())
            self._clear_up(application)

    def _clear_up(self, application: "Application") -> None:
        """Delete what has been kept long enough, at the start and then once a day."""
        from recommender.app.keeping import build_retention  # noqa: PLC0415 loaded when it is done

        now = application.clock.now()
        if self.cleared is None or not timedelta() <= now - self.cleared < _DAY:
            self.cleared = now
            self._log.note(build_retention(application).run())

    def read_inbox(self) -> None:
        """Read what came back by mail."""
        application = self._current()
        if application.inbox is not None:
            self._log.note(application.inbox.run(self.stopping.is_set))

    def serve(self) -> "ServerThread":
        """Start the web server."""
        from recommender.cli.operator import Operator  # noqa: PLC0415 the web stack is loaded when serving

        bind = self.application.loaded.settings.web.bind
        operator = Operator(
            current=self._current,
            config=self.call.config,
            background=self._background,
            mails=False,
            note=self._log.note,
        )
        thread = ServerThread(
            web(
                self.application,
                operator.admin(),
                rendered=operator.rendered,
                tick_ages=self.tick_ages,
                alive=self.pulse.alive,
            ),
            bind,
        )
        thread.start()
        _LOG.info("serving %s on %s", self.application.loaded.settings.web.public_url, bind)
        return thread

    def tick_ages(self) -> dict[str, float]:
        """Return the seconds since each job last ended; one that never did is absent."""
        jobs = ("mail", "background", *(("inbox",) if self._current().inbox else ()))
        ages = {job: self.tick_age(job) for job in jobs}
        return {job: age.total_seconds() for job, age in ages.items() if age is not None}

    def _current(self) -> "Application":
        with self._swap:
            return self.application


class _Discreet(logging.Formatter):
    """Writes no address, whoever logs it: warnings about the files name people, and so do tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback if there is one."""
        return masked(super().format(record))


def _start_log() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # APScheduler warns of each tick that finds the one before still at work.
    for chatty, level in (("alembic", "WARNING"), ("httpx", "WARNING"), ("apscheduler", "ERROR")):
        logging.getLogger(chatty).setLevel(level)
