"""Tests of the daemon: it ticks, survives, reloads, and ends when asked."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.daemon import Daemon, ServerHandle, Tasks
from recommender.domain.errors import ConfigError, InputError, Problem
from recommender.runtime import FixedClock, SystemClock
from tests.paths import REPOSITORY

_INTERVAL = timedelta(milliseconds=20)
_PATIENCE = 5.0
_LOG = logging.getLogger("tests.daemon")


@dataclass
class Calls:
    """Counts calls and says when there were enough."""

    wanted: int = 1
    error: Exception | None = None
    count: int = 0
    reached: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        """Count, then raise the error if there is one."""
        self.count += 1
        if self.count >= self.wanted:
            self.reached.set()
        if self.error is not None:
            raise self.error


def _nothing() -> None:
    """Do nothing."""


def _replace(file: Path, text: str) -> None:
    """Write beside and rename: a look in the middle of a plain write would see two changes."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


def _daemon(
    mail: Callable[[], object] = _nothing,
    background: Callable[[], object] = _nothing,
    **tasks: object,
) -> Daemon:
    values = {"publish_and_deliver": mail, "ingest_and_train_if_due": background, **tasks}
    return Daemon(Tasks(**values), _INTERVAL, SystemClock(), _LOG)  # type: ignore[arg-type]  # by name


@contextmanager
def _running(daemon: Daemon) -> Iterator[list[bool]]:
    """Run a daemon in a thread; the list holds what `run` returned once the block is left."""
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(daemon.run()))
    thread.start()
    try:
        yield ended
    finally:
        daemon.stop()
        thread.join(_PATIENCE)
        assert not thread.is_alive()


def test_both_jobs_run_at_once_and_again() -> None:
    """The first tick comes without waiting, and more follow."""
    mail, background = Calls(wanted=3), Calls(wanted=3)
    with _running(_daemon(mail, background)) as ended:
        assert mail.reached.wait(_PATIENCE)
        assert background.reached.wait(_PATIENCE)
    assert ended == [True]


def test_a_long_download_does_not_delay_the_mail() -> None:
    """Mail ticks go on while the background job is still at its first run."""
    mail, release, begun = Calls(wanted=4), threading.Event(), Calls()

    def download() -> None:
        begun()
        release.wait(_PATIENCE)

    with _running(_daemon(mail, download)):
        assert mail.reached.wait(_PATIENCE)
        release.set()
    assert begun.count <= 2


def test_a_job_never_overlaps_itself() -> None:
    """A tick that takes longer than the interval is not joined by a second one."""
    running, most, ticks = threading.Semaphore(1), Calls(), Calls(wanted=3)

    def slow() -> None:
        if not running.acquire(blocking=False):
            most()
            return
        threading.Event().wait(0.05)
        ticks()
        running.release()

    with _running(_daemon(slow)):
        assert ticks.reached.wait(_PATIENCE)
    assert most.count == 0


@pytest.mark.parametrize("error", [ZeroDivisionError("boom"), InputError("no such file"), OSError("disk")])
def test_a_failing_job_is_logged_by_name_and_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a bug nor an expected failure ends the daemon or the other job."""
    mail, background = Calls(wanted=3, error=error), Calls(wanted=3)
    with _running(_daemon(mail, background)):
        assert mail.reached.wait(_PATIENCE)
        assert background.reached.wait(_PATIENCE)
    assert "mail failed" in caplog.text
    assert str(error) in caplog.text
    assert ("Traceback" in caplog.text) is not isinstance(error, InputError)


def test_a_changed_file_reloads_before_the_mail(tmp_path: Path) -> None:
    """The tick after a change reloads first, once."""
    order: list[str] = []
    file = tmp_path / "subscribers.toml"
    file.write_text("a")
    ticks, reloaded = Calls(), Calls()

    def mail() -> None:
        order.append("mail")
        ticks()

    def reload() -> None:
        order.append("reload")
        reloaded()

    daemon = _daemon(mail, reload=reload, watched=(file,))
    with _running(daemon):
        assert ticks.reached.wait(_PATIENCE)
        _replace(file, "changed")
        assert reloaded.reached.wait(_PATIENCE)
        ticks.reached.clear()
        assert ticks.reached.wait(_PATIENCE)
    assert order.count("reload") == 1
    assert order[order.index("reload") + 1] == "mail"


def test_a_wrong_configuration_keeps_the_old_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A reload that raises ConfigError is logged line by line, and the mail still goes."""
    file = tmp_path / "subscribers.toml"
    problem = Problem(file=str(file), line=3, column=1, message="no such zone", fix="write Europe/Berlin")
    reload, ticks = Calls(error=ConfigError([problem])), Calls(wanted=2)
    daemon = _daemon(ticks, reload=reload, watched=(file,))
    with _running(daemon):
        _replace(file, "zone = 'Mars'")
        assert reload.reached.wait(_PATIENCE)
        ticks.wanted = ticks.count + 2
        ticks.reached.clear()
        assert ticks.reached.wait(_PATIENCE)
    assert "the old configuration stays in force" in caplog.text
    assert f"{file}:3:1: no such zone (write Europe/Berlin)" in caplog.text
    assert reload.count == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_handlers_are_given_back(number: signal.Signals) -> None:
    """SIGTERM and SIGINT end the run in the main thread; afterwards signals mean what they did before."""
    before = signal.getsignal(number)
    assert _daemon(lambda: os.kill(os.getpid(), number)).run() is True
    assert signal.getsignal(number) is before


def test_the_start_recovers_first() -> None:
    """Recovery runs once, before the server and the first tick."""
    order: list[str] = []
    ticked = Calls()

    def mail() -> None:
        order.append("mail")
        ticked()

    class Server:
        def stop(self, timeout: float) -> None:
            order.append("stopped")

    def serve() -> ServerHandle:
        order.append("serve")
        return Server()

    with _running(_daemon(mail, recover=lambda: order.append("recover"), serve=serve)):
        assert ticked.reached.wait(_PATIENCE)
    assert order[:3] == ["recover", "serve", "mail"]
    assert order[-1] == "stopped"


def test_a_server_that_cannot_start_stops_the_start() -> None:
    """A port that is taken is an error of the command, not a line in a log."""

    def serve() -> ServerHandle:
        raise InputError("port 8321 is taken")

    mail = Calls()
    with pytest.raises(InputError, match="taken"):
        _daemon(mail, serve=serve).run()
    assert mail.count == 0


_STUCK = """
import logging, sys, threading
from datetime import timedelta
from jobs.daemon import Daemon, Tasks
from recommender.runtime import SystemClock

logging.basicConfig()

def stuck():
    print("begun", flush=True)
    threading.Event().wait()

tasks = Tasks(publish_and_deliver=lambda: None, ingest_and_train_if_due=stuck)
sys.exit(0 if Daemon(tasks, timedelta(seconds=1), SystemClock(), logging.getLogger("run")).run() else 7)
"""


@pytest.mark.slow
def test_a_process_with_a_stuck_job_ends_within_ten_seconds() -> None:
    """SIGTERM ends the whole process in time, whatever a job waits for, and says what was left behind."""
    command = (sys.executable, "-W", "error", "-c", _STUCK)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.terminate()
        _, messages = process.communicate(timeout=10)
    assert process.returncode == 7
    assert "left behind" in messages


def test_a_running_job_may_finish_before_the_end() -> None:
    """A tick that is at work when the stop comes is waited for."""
    begun, finished = Calls(), Calls()

    def work() -> None:
        begun()
        threading.Event().wait(0.05)
        finished()

    with _running(_daemon(work)) as ended:
        assert begun.reached.wait(_PATIENCE)
    assert ended == [True]
    assert finished.count == begun.count


def test_tick_age_is_by_the_given_clock() -> None:
    """Before the first tick there is no age; after it, the time since it ended."""
    daemon = Daemon(
        Tasks(publish_and_deliver=_nothing, ingest_and_train_if_due=_nothing),
        _INTERVAL,
        FixedClock(datetime(2026, 11, 21, tzinfo=UTC)),
        _LOG,
    )
    assert daemon.tick_age() is None
    daemon._guarded("mail", _nothing)
    assert daemon.tick_age() == timedelta(0)
    assert daemon.tick_age("background") is None


def test_the_event_given_from_outside_ends_it() -> None:
    """Who holds the event can stop the daemon, and tasks can look at it."""
    stopping = threading.Event()
    tasks = Tasks(publish_and_deliver=stopping.set, ingest_and_train_if_due=_nothing)
    assert Daemon(tasks, _INTERVAL, SystemClock(), _LOG, stopping).run() is True


def test_a_clock_put_back_does_not_silence_the_jobs(caplog: pytest.LogCaptureFixture) -> None:
    """Jobs that a wall clock put back has left a day in the future are brought forward."""
    daemon = _daemon()
    scheduler = daemon._scheduler()
    scheduler.start(paused=True)
    far = SystemClock().now() + timedelta(days=1)
    for job in scheduler.get_jobs():
        job.modify(next_run_time=far)
    daemon._catch_up(scheduler)
    assert all(job.next_run_time < far for job in scheduler.get_jobs())
    assert "the clock was put back; mail runs now" in caplog.text
    scheduler.shutdown(wait=False)
