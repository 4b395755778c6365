"""A polling place: a project whose web process is killed again and again while clients vote.

Its books hold what was asked of every (reader, paper) and what was answered, and are held against the
store's own rows after every death.
"""

import os
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.votes_load import Answer, Load, Request, request
from recommender.digest.links import Links
from recommender.domain.editions import Edition, EditionItem, Section
from recommender.runtime import SystemClock
from recommender.store.sql_store import SqlStore
from tests.builders import a_paper
from tests.e2e.project import Project, free_port
from tests.faults.command import Command
from tests.faults.nursery import Nursery

KEY = "a key that signs links in tests of what is kept"
READERS, PAPERS = 300, 10
_VOTES = 1_100
"""In one life; from then on a process says that it is too much for a minute."""
_PATIENCE = 30.0
_RECORDED = b"<h1>Recorded</h1>"
_CONFIG = """
[mail]
backend = "outbox"
sender = "Paper Route <digest@example.org>"

[web]
public_url = "http://127.0.0.1:{port}"
bind = "127.0.0.1:{port}"

[secrets]
keys = ["{key}"]

[schedule]
tick = 1

[suspicion]
papers = 0
"""
_AFTER = {None: ("up", "down"), "up": ("down", "undo"), "down": ("up", "undo"), "undo": ("up", "down")}
"""Each act that may be the last of a paper, and those that change something after it."""


@dataclass(slots=True)
class Slip:
    """One paper of one reader's edition: its links, and what stands by the store's own rows."""

    reader: int
    paper: str
    up: str
    down: str
    rows: list[str] = field(default_factory=list)
    answered: int = 0

    def ask(self, act: str, mark: int) -> Request:
        """Return the request for an act, which must be recorded."""
        path, body = (self.up, "undo=1") if act == "undo" else (getattr(self, act), "")
        return request(act, ("POST", path), wanted=_RECORDED, mark=mark, body=body)


@dataclass(slots=True, kw_only=True)
class Poll:
    """One place, its slips and its process."""

    project: Project
    nursery: Nursery
    port: int
    slips: list[Slip]
    idle: Request
    """One that changes nothing, to begin with: the first answer of a process takes a while."""
    place: int = 0
    seen: int = 0
    """The number of the last row of the log that is in the books."""

    def live(self, command: str, seconds: float, chosen: Iterator[int]) -> "Life":
        """Serve, vote over many connections, be killed so long after the first vote; close the books."""
        log = str(self.project.root / "command.log")
        told = Command(words=(command,), folder=str(self.project.root), log=log)
        pid = self.nursery.begin(told)
        self._await()
        calm = Load(self.port, 1)
        calm.eager([self.idle], _PATIENCE)
        calm.close()
        assert [answer.status for answer in calm.answers] == [200]
        asked = self._ballots(chosen)
        death = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
        load = Load(self.port, 1 + next(chosen) % 24)
        death.start()
        load.eager(list(asked.values()), _PATIENCE)
        death.join()
        load.close()
        assert self.nursery.until(pid).killed, Path(log).read_text(encoding="utf-8")[-2000:]
        return self._close(asked, load.answers)

    def _await(self) -> None:
        """Wait until the process listens."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
            except OSError:
                assert time.monotonic() < end, "the web process did not start"
                time.sleep(0.01)
            else:
                return

    def _ballots(self, chosen: Iterator[int]) -> dict[int, Request]:
        """Return an act for each of the next papers, reader after reader, that changes what stands.

        They come round so late that nobody has both thumbs on papers at once, as a mail scanner would.
        """
        places = [(self.place + step) % len(self.slips) for step in range(_VOTES)]
        found = {}
        for place in places:
            slip = self.slips[place]
            last = slip.rows[-1] if slip.rows else None
            found[place] = slip.ask(_AFTER[last][next(chosen) % 2], place)
        return found

    def _close(self, asked: Mapping[int, Request], answers: list[Answer]) -> "Life":
        """Hold the rows of one life against its answers, and take them over as what stands."""
        known = {(slip.reader, slip.paper): place for place, slip in enumerate(self.slips)}
        new: dict[int, list[str]] = defaultdict(list)
        query = "SELECT id, subscriber_id, paper_id, act, suspect FROM feedback WHERE id > ? ORDER BY at, id"
        with closing(sqlite3.connect(self.project.store)) as store:
            rows = store.execute(query, (self.seen,)).fetchall()
        for number, reader, paper, act, suspect in rows:
            self.seen = max(self.seen, number)
            new[known[reader, paper]].append(f"{act}?" if suspect else act)
        self.place = (self.place + len(answers)) % len(self.slips)
        life = Life(answers=Counter(answer.status for answer in answers))
        sent = {answer.mark: answer for answer in answers}
        for place, acts in new.items():
            expected = [asked[place].kind] if place in sent else []
            life.strange += acts != expected
            self.slips[place].rows += acts
        for place, answer in sent.items():
            self.slips[place].answered += answer.good
            life.lost += answer.good and not new[place]
            life.unanswered_kept += answer.status == 0 and bool(new[place])
        life.answered = sum(answer.good for answer in answers)
        return life


@dataclass(slots=True)
class Life:
    """What one life of the process came to."""

    answers: Counter[int]
    """By HTTP status; 0 for requests that were under way when it died."""
    answered: int = 0
    lost: int = 0
    """Answered and not in the store."""
    strange: int = 0
    """Papers with other rows than the one that was asked for: doubled, or asked for by nobody."""
    unanswered_kept: int = 0


@contextmanager
def polling(folder: Path, nursery: Nursery) -> Iterator[Poll]:
    """Set up a project with readers who each have an edition."""
    port = free_port()
    project = Project(root=folder)
    project.configure(_CONFIG.format(port=port, key=KEY))
    project.subscribe(*((f"reader{number}@example.org", "", "07:00") for number in range(READERS)))
    project.run("subscribers")  # which makes the store and takes them over
    slips, view = _slips(project, port)
    yield Poll(project=project, nursery=nursery, port=port, slips=slips, idle=request("", ("POST", view)))


def _slips(project: Project, port: int) -> tuple[list[Slip], str]:
    """Return a slip for each paper of each reader, and the path of a reader's edition."""
    store = SqlStore(f"sqlite:///{project.store}")
    now = SystemClock().now()  # the process that reads the links has no other
    links = Links((KEY,), f"http://127.0.0.1:{port}")
    found, path = [], ""
    with store.write() as unit:
        unit.papers.fold([a_paper(number) for number in range(PAPERS)], seen_at=now)
        items = tuple(
            EditionItem(
                paper=a_paper(number).id,
                section=Section.INTEREST,
                interest="model-editing",
                position=number,
                score=1.0,
                match=0.9,
                reason="It speaks of editing.",
            )
            for number in range(PAPERS)
        )
        for reader in unit.people.all():
            made = Edition(
                subscriber=reader.id, key="x", created_at=now, due_at=now, considered=9, items=items
            )
            unit.outbox.put(made, message_id=f"<{reader.id}@example.org>", date=now)
            last = unit.outbox.last_editions([reader.id], now=now)[reader.id]
            stored = unit.outbox.edition(last.id)
            assert stored is not None
            view = links.view(reader.public_id, reader.epoch, stored.id, now)
            path = view.partition(f":{port}")[2]
            for item in stored.items:
                up, down = (
                    links.vote(reader.public_id, reader.epoch, item.id, thumb, now).partition(f":{port}")[2]
                    for thumb in ("up", "down")
                )
                found.append(Slip(reader=reader.id, paper=item.paper, up=up, down=down))
    store.close()
    assert len(found) == READERS * PAPERS
    return found, path
