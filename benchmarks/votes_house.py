"""A store with readers who each have an edition, and the pages over it served by a process of its own.

`python -m benchmarks.votes_house FILE KIND` serves the product's pages on the store in FILE, with the
product's own server, prints its port, and goes on until its standard input ends; a line there says that
from now on its CPU time counts. KIND says how writes are
kept: `grouped` as `paperroute run` keeps them, `plain` with a commit for each; `bare` serves one line of
text and no product.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from recommender.app.looks import build_look
from recommender.digest.links import Links
from recommender.domain.editions import Edition, EditionItem, Section
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import DeclaredSubscriber, Interest, SubscriberState
from recommender.domain.suspicion import Patterns
from recommender.ports import Store, UnitOfWork
from recommender.runtime import FixedClock, SystemClock
from recommender.services.importing import Importing
from recommender.settings.data import data_dir
from recommender.settings.digest_models import DigestSection
from recommender.sources.files import read_file
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore
from recommender.web.app import create_app
from recommender.web.context import WebContext
from recommender.web.security import Limits
from recommender.web.server import build_server

URL = "http://127.0.0.1:8321"
KINDS = ("grouped", "plain", "bare")
_KEY = "a key that signs links for a benchmark"
_NEVER = 10**9
_EVERY = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One thing a reader can vote on, and the paths of both thumbs."""

    reader: int
    paper: str
    up: str
    down: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A store's file, what can be voted on in it (every reader's first paper, then the second, …) and the
    paths of the rating sheets.
    """

    file: Path
    slips: tuple[Slip, ...]
    sheets: tuple[str, ...]


def build_house(folder: Path, readers: int, papers: int) -> House:
    """Fill a store with readers, an edition of so many real papers for each."""
    file = folder / "house.db"
    now = SystemClock().now()  # the server that reads the links has no other
    store = SqlStore(f"sqlite:///{file}")
    store.upgrade()
    Importing(store, FixedClock(now), read_file).run([data_dir("config") / "sample" / "papers.jsonl"])
    with store.write() as unit:
        shown = [paper.id for paper in unit.papers.all()]
        editions = []
        for number in range(readers):
            own = [shown[(number + place) % len(shown)] for place in range(papers)]
            editions.append(_edition(unit, f"reader{number}@example.org", own, now))
    store.close()
    links = Links((_KEY,), URL)

    def path(url: str) -> str:
        return url.removeprefix(URL)

    slips = [
        Slip(
            reader=edition.subscriber,
            paper=edition.items[place].paper,
            up=path(links.vote(public, 0, edition.items[place].id, "up", now)),
            down=path(links.vote(public, 0, edition.items[place].id, "down", now)),
        )
        for place in range(papers)
        for public, edition in editions
    ]
    sheets = tuple(path(links.view(public, 0, edition.id, now)) for public, edition in editions)
    return House(file=file, slips=tuple(slips), sheets=sheets)


def _edition(unit: UnitOfWork, email: str, papers: Sequence[PaperId], now: datetime) -> tuple[str, Edition]:
    """Add a reader with an edition; return the public id and the edition as it is stored."""
    interest = Interest(name="Model editing", about="editing facts in language models", keywords=("editing",))
    declared = DeclaredSubscriber(email=email, interests=(interest,))
    reader = unit.people.add(declared, state=SubscriberState.ACTIVE, at=now)
    items = tuple(
        EditionItem(
            paper=paper,
            section=Section.INTEREST,
            interest=interest.key,
            position=place,
            score=1.0,
            match=0.9,
            reason="Matches your keyword “editing”.",
        )
        for place, paper in enumerate(papers)
    )
    made = Edition(subscriber=reader.id, key="today", created_at=now, due_at=now, considered=99, items=items)
    unit.outbox.put(made, message_id=f"<{email}>", date=now)
    last = unit.outbox.last_editions([reader.id], now=now)[reader.id]
    stored = unit.outbox.edition(last.id)
    if stored is None:
        raise RuntimeError("an edition that was stored is gone")
    return reader.public_id, stored


@dataclass
class Served:
    """A running server: its port; once it has ended its CPU seconds and how long another writer waited."""

    port: int
    begin: Callable[[], None]
    """To be called when it is warm: its CPU time counts from then on."""
    cpu_seconds: float = 0.0
    longest_wait: float = 0.0
    """Seconds; of a thread of the same process that writes five times a second as the daemon would."""


@contextmanager
def serving(file: Path, kind: str) -> Iterator[Served]:
    """Serve a store beside this process for the time of the block."""
    command = [sys.executable, "-m", "benchmarks.votes_house", str(file), kind]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the server has no pipes")
        said = process.stdin

        def begin() -> None:
            said.write("\n")
            said.flush()

        served = Served(port=int(process.stdout.readline()), begin=begin)
        try:
            yield served
        finally:
            process.stdin.close()
            ended = process.stdout.readline().split() or ["0", "0"]
            served.cpu_seconds, served.longest_wait = float(ended[0]), float(ended[1])


_NO_SCANNERS = Patterns(both_thumbs=0, papers=0, heads=0, links=0, pairs=0, reading=timedelta(0))
"""One client votes for all readers here, up and down, as fast as it can: it would be taken for a program."""


def _application(store: Store) -> Starlette:
    limits = Limits(per_token=_NEVER, per_address=_NEVER, per_loopback=_NEVER)
    look = build_look("", DigestSection())
    return create_app(
        WebContext(
            store=store,
            links=Links((_KEY,), URL),
            renderer=look.renderer,
            wording=look.wording,
            clock=SystemClock(),
            public_url=URL,
            ticks=time.monotonic,
            limits=limits,
            patterns=_NO_SCANNERS,
        )
    )


def _bare() -> Starlette:
    def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    return Starlette(routes=[Route("/{path:path}", hello, methods=["GET", "POST"])])


def _write_beside(store: SqlStore, ended: threading.Event) -> Iterator[float]:
    """Write now and then, as a daemon of the same process does; yield how long each took."""
    while not ended.wait(_EVERY):
        started = time.perf_counter()
        with store.write() as unit:
            unit.people.lift("nobody@example.org")
        yield time.perf_counter() - started


def main() -> None:
    """Serve until standard input ends."""
    file, kind = sys.argv[1:]
    store = SqlStore(f"sqlite:///{file}")
    ways: dict[str, Store] = {"grouped": GroupingStore(store), "plain": store}
    chosen = ways.get(kind)
    server = build_server(_application(chosen) if chosen else _bare(), "127.0.0.1:0")
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for whoever started it
    ended, waits = threading.Event(), [0.0]
    beside = threading.Thread(target=lambda: waits.extend(_write_beside(store, ended)))
    if chosen:
        beside.start()
    begun = 0.0
    for _ in sys.stdin:
        begun = time.process_time()
    spent = time.process_time() - begun
    ended.set()
    server.should_exit = True
    thread.join()
    if chosen:
        beside.join()
    print(spent, max(waits))  # noqa: T201 - see above


if __name__ == "__main__":
    main()
