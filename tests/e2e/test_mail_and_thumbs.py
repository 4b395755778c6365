"""Scheduled mail to a real server, and a thumb by real HTTP that changes the next edition."""

import json
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from recommender.runtime import SystemClock
from tests.e2e.conftest import Inbox
from tests.e2e.project import Project, free_port, smtp_config
from tests.e2e.test_commands import LISTING, MORNING
from tests.paths import REPOSITORY

Mail = tuple[Inbox, int]


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until `condition` holds or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def at(moment: datetime) -> str:
    """Return a time of day as configuration wants it."""
    return f"{moment:%H:%M}"


@contextmanager
def running(project: Project, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server command in the background; stop it as an operator would."""
    words = words or ("run",)
    with (project.root / f"{words[-1]}.log").open("ab") as log:
        process = subprocess.Popen(
            project.command(*words), cwd=project.root, env=project.environment(), stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0


def set_up(project: Project, smtp_port: int) -> int:
    """Configure SMTP and web on free ports and import papers; return the web port."""
    web_port = free_port()
    project.configure(smtp_config(smtp_port=smtp_port, web_port=web_port))
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    return web_port


def tables(store: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with sqlite3.connect(store) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


def links_of(message: EmailMessage) -> list[str]:
    """Return every link of both parts and the headers of a mail."""
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    texts.append(str(message["List-Unsubscribe"]))
    found = re.findall(r"http://127\.0\.0\.1:\d+/[^\s\"'<>)]+", "\n".join(texts))
    return sorted(set(found))


def request(url: str, method: str = "GET", data: bytes | None = None) -> tuple[int, str]:
    """Make one HTTP request and return status and body."""
    call = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_run_mails_each_subscriber_once(project: Project, inbox: Mail) -> None:
    """A due subscriber is mailed, one added meanwhile too, and a restart sends nothing again."""
    box, smtp_port = inbox
    set_up(project, smtp_port)
    due = at(SystemClock().now() - timedelta(minutes=2))
    project.subscribe(("ana@example.org", "Ana", due))
    project.run("import", "page.txt")
    with running(project):
        assert wait_for(lambda: len(box.to("ana@example.org")) == 1, seconds=40)
        project.subscribe(("ana@example.org", "Ana", due), ("ben@example.org", "Ben", due))
        assert wait_for(lambda: len(box.to("ben@example.org")) == 1, seconds=40)
    with running(project):
        assert not wait_for(lambda: len(box.messages) != 2, seconds=6)
    assert [len(box.to(f"{name}@example.org")) for name in ("ana", "ben")] == [1, 1]


@pytest.mark.slow
def test_run_mails_at_the_minute(project: Project, inbox: Mail) -> None:
    """A subscriber due at noon gets the mail then and not before, though the daemon has looked already."""
    box, smtp_port = inbox
    set_up(project, smtp_port)
    project.subscribe(("ana@example.org", "Ana", "12:00"))
    before_noon = ("--now", "2026-01-30T11:59:48Z")
    project.run(*before_noon, "import", "page.txt")
    started = time.monotonic()
    with running(project, *before_noon, "run"):
        assert wait_for(lambda: len(box.messages) == 1, seconds=60)
        assert 12 <= time.monotonic() - started < 45


def test_a_thumb_in_the_mail_changes_the_next_edition(project: Project, inbox: Mail) -> None:
    """Opening every link twice changes no table; posting a thumb records it and moves the ranking."""
    box, smtp_port = inbox
    set_up(project, smtp_port)
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    sample = REPOSITORY / "config" / "sample" / "papers.jsonl"
    for command in (("import", str(sample)), ("publish",), ("deliver",)):
        project.run(*MORNING, *command)
    (message,) = box.to("ana@example.org")
    links = links_of(message)
    without = tomorrow(project)
    with running(project, *MORNING, "serve"):
        host = links[0].split("/", 3)[2]
        assert wait_for(lambda: _answers(f"http://{host}/healthz"), seconds=30)
        before = tables(project.store)
        for link in links * 2:
            for method in ("GET", "HEAD"):
                assert request(link, method)[0] == 200, link
        assert before == tables(project.store)
        assert request(first_useful(message), "POST", b"")[0] == 200
    assert len(tables(project.store)["feedback"]) == 1
    assert tomorrow(project) != without


def first_useful(message: EmailMessage) -> str:
    """Return the link of the first thumb up in the text part."""
    text = message.get_body(("plain",))
    assert text is not None
    found = re.search(r"Useful\s+(http\S+)", text.get_content())
    assert found is not None
    return found[1]


def tomorrow(project: Project) -> list[tuple[str, float]]:
    """Return how the papers rank tomorrow, each with its score.

    A single vote moves the scores of what is like it. Whether a title of the edition moves depends on the
    reader's random id, by which the steps aside are drawn.
    """
    command = ("--now", "2026-01-31T07:00Z", "recommend", "ana@example.org", "--limit", "30", "--json")
    return [(row["paper"], row["score"]) for row in json.loads(project.run(*command).out)]


def _answers(url: str) -> bool:
    try:
        return request(url)[0] == 200
    except OSError:
        return False
