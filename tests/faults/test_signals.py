"""The real commands told to stop while a relay is slow: soon, politely, and with nothing lost.

`deliver` and `run` get SIGTERM, SIGINT, or SIGINT twice at any moment: before they have begun, between
messages, while an answer is awaited. A second signal ends `deliver` at once, which may cost the answer
of the message in hand; nothing else may leave a row in doubt.
"""

import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.project import Project, free_port, smtp_config
from tests.e2e.test_commands import LISTING
from tests.faults.command import Command
from tests.faults.mailserver import MailServer, mail_server
from tests.faults.nursery import Ended, Nursery
from tests.faults.scale import Figures, amount, chance, scaled

pytestmark = pytest.mark.skipif(
    amount() == "tiny", reason="minutes: make faults-quick; `make test` has a few signals in tests/e2e"
)

_PEOPLE = tuple((f"reader{number}@example.org", f"Reader {number}", "07:00") for number in range(8))
_MORNING = ("--now", "2026-01-30T08:00Z")
_LATER = ("--now", "2026-01-30T09:00Z")
_SIGNALS = ((signal.SIGTERM,), (signal.SIGINT,), (signal.SIGINT, signal.SIGINT))
_BETWEEN = 0.2
"""Most seconds from one SIGINT to the next."""
_SOON = 10.0
_ANSWER = 0.06
"""Seconds that the relay takes its time with every answer."""
_SANE = {0, -signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGINT, 128 + signal.SIGTERM}
"""Done; ended by the signal itself, which came before or after the command listened; asked to stop."""
_LAST = {"deliver": 1.2, "run": 2.0}
"""Seconds within which the signal comes; they cover the start, the mails and a bit more."""


class Office:
    """One project with its outbox full, and what the server has had from it."""

    def __init__(self, folder: Path, server: MailServer, nursery: Nursery) -> None:
        """Let the project in `folder` mail to `server`."""
        self.project = Project(root=folder)
        self.log = folder / "command.log"
        self._server = server
        self.nursery = nursery
        self._before = len(server.taken("@"))
        self.project.configure(smtp_config(smtp_port=server.port, web_port=free_port()))

    def begin(self, name: str, signals: object = (), *, now: tuple[str, ...] = _MORNING) -> int:
        """Start a command, to be sent these signals."""
        command = Command(words=(*now, name), folder=str(self.project.root), log=str(self.log))
        return self.nursery.begin(command, signals=signals)  # type: ignore[arg-type]  # pairs

    def run(self, name: str, signals: object = (), *, now: tuple[str, ...] = _MORNING) -> Ended:
        """Run a command until it ends."""
        return self.nursery.until(self.begin(name, signals, now=now))

    def states(self) -> list[str]:
        """Return the states of all rows."""
        with closing(sqlite3.connect(self.project.store)) as connection:
            return [state for (state,) in connection.execute("SELECT state FROM delivery")]

    def taken(self) -> list[str]:
        """Return the Message-IDs that the server has taken from here."""
        return [taken.message_id for taken in self._server.taken("@")[self._before :]]

    def has_sent(self, *, within: float) -> bool:
        """Wait for the server to have taken a message; tell whether it did so in time."""
        end = time.monotonic() + within
        while not self.taken() and time.monotonic() < end:
            time.sleep(0.01)
        return bool(self.taken())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish an edition for each of eight readers, once for all tests."""
    project = Project(root=tmp_path_factory.mktemp("project"))
    project.configure(smtp_config(smtp_port=9, web_port=free_port()))
    project.subscribe(*_PEOPLE)
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    for words in (("import", "page.txt"), ("train",), ("publish",)):
        project.run(*_MORNING, *words)
    return project.root


@pytest.fixture(scope="module")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """Keep a server that takes its time with every answer."""
    with mail_server(tmp_path_factory.mktemp("slow"), seconds=_ANSWER) as running:
        yield running


@pytest.fixture
def new_office(template: Path, tmp_path: Path, nursery: Nursery) -> Callable[[MailServer], Office]:
    """Make offices, each a copy of the project that mails to a given server."""

    def build(server: MailServer) -> Office:
        folder = tmp_path / f"office{len(list(tmp_path.iterdir()))}"
        return Office(shutil.copytree(template, folder), server, nursery)

    return build


NewOffice = Callable[[MailServer], Office]


@pytest.mark.parametrize("name", ["deliver", "run"])
def test_a_signal_at_any_moment(
    new_office: NewOffice, slow_server: MailServer, figures: Figures, name: str
) -> None:
    """It ends within ten seconds, sanely; no doubt without need; every reader has one copy at the end."""
    moments = chance("signals", name)
    figures.add(signals=0, rows=0, duplicates=0)
    for number in range(scaled(tiny=0, quick=15, full=102)):
        office = new_office(slow_server)
        numbers = _SIGNALS[number % 3]
        at = moments.uniform(0.0, _LAST[name])
        signals = [(at + turn * moments.uniform(0.0, _BETWEEN), it) for turn, it in enumerate(numbers)]
        ended = office.run(name, signals)
        where = f"{signals}: {ended}\n{office.log.read_text(encoding='utf-8')}"
        assert ended.status in _SANE, where
        assert ended.seconds < _SOON, where
        doubts = Counter(office.states())["in_doubt"]
        # Only who asks twice may pay with the answer to the message in hand.
        assert doubts <= (len(signals) > 1 and name == "deliver"), where
        figures.most(**{"slowest stop (ms)": int(ended.seconds * 1000)})
        figures.add(signals=len(signals), in_doubt=doubts, **{f"exit {ended.status}": 1})
        _finish(office, figures, doubts, where)


@pytest.mark.parametrize("name", ["deliver", "run"])
def test_an_answer_that_takes_seconds_is_awaited(
    new_office: NewOffice, tmp_path: Path, figures: Figures, name: str
) -> None:
    """The relay answers after three seconds; the signal comes at the first, and the row is sent."""
    with mail_server(tmp_path, seconds=3.0) as server:
        for number in range(scaled(tiny=0, quick=1, full=4)):
            office = new_office(server)
            pid = office.begin(name)
            assert office.has_sent(within=30.0), office.log.read_text(encoding="utf-8")
            office.nursery.signal(pid, _SIGNALS[number % 2][0])
            ended = office.nursery.until(pid)
            assert ended.status in _SANE
            assert ended.seconds < _SOON
            assert Counter(office.states()) == {"sent": 1, "ready": len(_PEOPLE) - 1}
            figures.add(signals=1)
            figures.most(**{"slowest stop (ms)": int(ended.seconds * 1000)})


def _finish(office: Office, figures: Figures, doubts: int, where: str) -> None:
    """Send what is left; everybody has exactly one copy but, perhaps, for a row that was in doubt."""
    done = office.run("deliver", (), now=_LATER)
    assert done.status == 0, f"{where}\n{office.log.read_text(encoding='utf-8')}"
    states, copies = Counter(office.states()), Counter(office.taken())
    assert states == Counter(sent=len(_PEOPLE) - doubts, held=doubts), where
    assert set(copies.values()) == {1}, where
    assert len(copies) >= states["sent"], where
    figures.add(rows=len(_PEOPLE), duplicates=sum(copies.values()) - len(copies))
