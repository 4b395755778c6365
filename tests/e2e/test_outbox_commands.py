"""The outbox as its operator works with it: listed, sent once more, stopped in the middle."""

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.editions import DeliveryState
from tests.e2e.project import Project, free_port, smtp_config
from tests.e2e.test_commands import LISTING, MORNING
from tests.e2e.test_mail_and_thumbs import running, wait_for
from tests.mail.relays import Relay

PEOPLE = tuple((f"reader{number}@example.org", f"Reader {number}", "07:00") for number in range(1, 4))
COLUMNS = ["id", "subscriber", "edition", "state", "attempts", "message_id", "next_attempt_at", "reply"]
PATIENCE = 60.0
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class SlowRelay(Relay):
    """A real relay that answers the message only when it is let."""

    def __init__(self) -> None:
        """Hold every answer until `go` is set; `asked` says that one is awaited."""
        super().__init__()
        self.asked, self.go = threading.Event(), threading.Event()
        kept = self.received.handle_DATA

        async def slowly(server: Any, session: Any, envelope: Any) -> str:
            self.asked.set()
            await server.loop.run_in_executor(None, self.go.wait, PATIENCE)
            return await kept(server, session, envelope)

        self.received.handle_DATA = slowly  # type: ignore[method-assign, assignment]  # the handler of this relay alone


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish an edition for each of three readers, once for all tests."""
    project = Project(root=tmp_path_factory.mktemp("template"))
    project.configure(smtp_config(smtp_port=9, web_port=free_port()))
    project.subscribe(*PEOPLE)
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    project.run(*MORNING, "import", "page.txt")
    project.run(*MORNING, "publish")
    return project.root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """Give a project whose outbox has three rows ready, and no relay."""
    shutil.copytree(template, tmp_path / "project")
    return Project(root=tmp_path / "project")


def connect(project: Project, relay: Relay) -> None:
    """Let the project mail to this relay."""
    project.configure(smtp_config(smtp_port=relay.port, web_port=free_port()))


def states(project: Project) -> list[str]:
    """Return the states of all deliveries, oldest first."""
    return [row["state"] for row in reversed(project.run("deliveries", "--json").rows())]


@contextmanager
def delivering(project: Project) -> Iterator["subprocess.Popen[str]"]:
    """Run `deliver` as a process of its own."""
    with subprocess.Popen(
        project.command(*MORNING, "deliver"),
        cwd=project.root,
        env=project.environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: "subprocess.Popen[str]", words: str) -> str:
    """Read messages until one has these words."""
    assert process.stderr is not None
    return next(line for line in process.stderr if words in line)


@pytest.mark.parametrize("number,code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_first_signal_finishes_the_message_in_hand(
    project: Project, number: signal.Signals, code: int
) -> None:
    """One reader has their mail, the others keep their place, the report is printed."""
    with SlowRelay() as relay:
        connect(project, relay)
        with delivering(project) as process:
            assert relay.asked.wait(PATIENCE)
            process.send_signal(number)
            line_of(process, "stopping after the message in hand")
            relay.go.set()
            line_of(process, "deliver: 1 sent")
            assert process.wait(PATIENCE) == code
    assert states(project) == ["sent", "ready", "ready"]


def test_a_second_signal_ends_at_once_and_the_row_is_held(project: Project) -> None:
    """The answer is lost, so the next start holds the row and a person decides."""
    with SlowRelay() as relay:
        connect(project, relay)
        with delivering(project) as process:
            assert relay.asked.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            line_of(process, "once more stops at once")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == -signal.SIGTERM
        relay.go.set()
        assert states(project)[0] == "in_doubt"
        later = ("--now", "2026-01-30T08:05Z")
        project.run(*later, "deliver")
        assert states(project) == ["held", "sent", "sent"]
        done = project.run(*later, "retry", "1")
        assert "second copy" in done.err
        assert "the process died" in done.err
        project.run(*later, "deliver")
    assert states(project) == ["sent", "sent", "sent"]


def test_retry_names_every_fault_and_changes_nothing(project: Project) -> None:
    """Exit 1, in words, with the way to find ids; no id at all is a matter of usage."""
    done = project.run(*MORNING, "retry", "1", "99", "x", code=1)
    assert "delivery 1 (2026-01-30) is ready already" in done.err
    assert done.err.count("`paperroute deliveries` lists the ids") == 2
    assert "Traceback" not in done.err
    project.run("retry", code=2)


def test_a_person_is_asked_before_a_second_copy(project: Project) -> None:
    """On a terminal a held row needs a yes; anything else leaves it held."""
    hold_all(project)
    assert on_terminal(project, "retry", "1", "3", typed="n\n")[0] == 1
    assert states(project) == ["held", "held", "held"]
    assert on_terminal(project, "retry", "1", typed="y\n")[0] == 0
    assert states(project) == ["ready", "held", "held"]


def test_deliveries_fit_eighty_columns_on_a_terminal(project: Project) -> None:
    """Newest first, the reason beneath the row; programs get every column all the same."""
    hold_all(project)
    code, told = on_terminal(project, "deliveries", "--state", "held")
    lines = [line.rstrip() for line in told.splitlines()]
    assert code == 0
    assert lines[0] == "id  subscriber           edition     state  attempts"
    assert lines[1] == "3   reader3@example.org  2026-01-30  held          0"
    assert lines[2] == "    held: the process died before the relay answered"
    assert max(map(len, lines)) <= 80
    assert project.run("deliveries").out.splitlines()[0].split("\t") == COLUMNS
    assert list(json.loads(project.run("deliveries", "--json").out)[0]) == COLUMNS


def test_help_explains_every_state(project: Project) -> None:
    """Who meets a state for the first time finds it where the rows are listed."""
    told = project.run("deliveries", "--help").out
    assert [state for state in DeliveryState if f"{state} " not in told] == []


def test_a_terminal_sees_a_bar_and_a_pipe_does_not(project: Project) -> None:
    """Count, rate and time left while it sends; on a pipe the report is all."""
    with Relay() as relay:
        connect(project, relay)
        told = on_terminal(project, "deliver")[1]
        assert "sending" in told
        assert "/3" in told
        hold_all(project)
        project.run(*MORNING, "retry", "1", "2", "3")
        assert "sending" not in project.run(*MORNING, "deliver").err


def hold_all(project: Project) -> None:
    """Leave every row as a process that died would, found by the next start."""
    with sqlite3.connect(project.store) as store:
        store.execute(
            "UPDATE delivery SET state = 'held', reply = 'held: the process died before the relay answered'"
        )
    store.close()


def on_terminal(project: Project, *words: str, typed: str = "") -> tuple[int, str]:
    """Run a command on a terminal of 80 columns; return its exit code and what was seen."""
    ours, theirs = pty.openpty()
    environment = project.environment() | {"COLUMNS": "80", "TERM": "xterm"}
    with subprocess.Popen(
        project.command(*MORNING, *words),
        cwd=project.root,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        seen = b""
        while chunk := _read(ours):
            seen += chunk
        os.close(ours)
        return process.wait(PATIENCE), ANSI.sub("", seen.decode())


def _read(terminal: int) -> bytes:
    """Read what there is; a terminal whose other side is gone is at its end."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_the_running_daemon_tells_how_it_fares(project: Project) -> None:
    """After their first ticks the ages of its jobs are among the numbers, and nothing is due any more."""
    with Relay() as relay:
        connect(project, relay)
        with running(project, *MORNING, "run"):
            host = re.findall(r'bind = "(.*)"', (project.root / "config" / "paperroute.toml").read_text())[0]

            def told() -> str:
                with suppress(OSError), urllib.request.urlopen(f"http://{host}/metrics") as answer:
                    return str(answer.read(), "ascii")
                return ""

            jobs = [f'paperroute_tick_age_seconds{{job="{job}"}}' for job in ("mail", "background")]
            assert wait_for(lambda: all(job in told() for job in jobs), seconds=PATIENCE)
            assert 'paperroute_deliveries{state="sent"} 3\n' in told()
            assert "paperroute_due_backlog 0\n" in told()
            with urllib.request.urlopen(f"http://{host}/readyz") as ready:
                assert ready.status == 200
