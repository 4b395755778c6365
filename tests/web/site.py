"""A small site for tests: one store with readers and an edition each, and the application over it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from recommender.digest.links import Links
from recommender.digest.render import Renderer
from recommender.domain.editions import Edition, EditionItem, Evidence, Lever, Section
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.domain.suspicion import Patterns
from recommender.ports import Store, UnitOfWork
from recommender.web.app import create_app
from recommender.web.context import WebContext
from tests.builders import NOON, a_declaration, a_paper
from tests.digest.samples import wording
from tests.paths import REPOSITORY
from tests.stores import sqlite_store

PUBLIC = "https://digest.example.org/route"
STILL = Patterns(reading=timedelta(0))
"""The clock of most tests stands still between a page and its button."""
_LEVERS = (
    None,
    Lever(act="mute", value="method"),
    Lever(act="follow", value="Ada Author2"),
    Lever(act="less", value="arxiv:2601.00003"),
)
"""Of the items, by their position: the fourth has none, the fifth begins again."""
PAPERS = tuple(a_paper(number) for number in range(1, 7))


class Hands:
    """A wall clock and a monotonic clock moved by hand, together."""

    def __init__(self) -> None:
        """Start an hour after the editions were sent."""
        self.time = NOON + timedelta(hours=1)

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def ticks(self) -> float:
        """Return seconds."""
        return (self.time - NOON).total_seconds()

    def wait(self, **amount: float) -> None:
        """Move on."""
        self.time += timedelta(**amount)


@dataclass
class Site:
    """The application with what it is made of; `ana` and `ben` have an edition of six papers each."""

    folder: Path
    public_url: str = PUBLIC
    clock: Hands = field(default_factory=Hands)
    keys: tuple[str, ...] = ("a secret of sufficient length for tests",)

    def __post_init__(self) -> None:
        """Fill the store."""
        self.store: Store = sqlite_store(self.folder)
        self.links = Links(self.keys, self.public_url)
        self.renderer = Renderer([REPOSITORY / "templates"])
        with self.store.write() as uow:
            uow.papers.fold(PAPERS, seen_at=NOON)
            self.ana, self.edition = _reader(uow, "ana@example.org")
            self.ben, self.bens_edition = _reader(uow, "ben@example.org")
        self.app = self.application()

    def application(self) -> Starlette:
        """Return a new application over the same store, its counters at zero."""
        return create_app(
            WebContext(
                store=self.store,
                links=self.links,
                renderer=self.renderer,
                wording=wording(),
                clock=self.clock,
                public_url=self.public_url,
                ticks=self.clock.ticks,
                patterns=STILL,
            )
        )

    def client(self) -> TestClient:
        """Return a client on loopback."""
        return TestClient(self.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5555))

    def path(self, url: str) -> str:
        """Return the path of one of our own URLs."""
        assert url.startswith(self.public_url)
        return url.removeprefix(self.public_url)

    def who(self, reference: str) -> Subscriber:
        """Return a subscriber as stored."""
        with self.store.read() as uow:
            return uow.people.find(reference)

    def votes(self) -> dict[str, bool]:
        """Return Ana's standing votes by paper."""
        with self.store.read() as uow:
            return {vote.paper: vote.up for vote in uow.people.votes([self.ana.id])}

    def saved(self) -> list[tuple[str, bool]]:
        """Return Ana's reading list: paper and whether it was read."""
        with self.store.read() as uow:
            return [(paper, read) for paper, _, read in uow.people.saved(self.ana.id)]


def _reader(uow: UnitOfWork, email: str) -> tuple[Subscriber, Edition]:
    subscriber = uow.people.add(a_declaration(email), state=SubscriberState.ACTIVE, at=NOON)
    items = tuple(
        EditionItem(
            paper=paper.id,
            section=Section.INTEREST,
            interest="Model editing",
            position=position,
            score=1.0 / position,
            match=0.9,
            reason=f"It speaks of editing, as number {position} does.",
            lever=_LEVERS[position % 4],
            evidence=(Evidence(scorer="content", share=1.0, terms=(f"subject {position}", "method")),),
        )
        for position, paper in enumerate(PAPERS, 1)
    )
    edition = Edition(
        subscriber=subscriber.id,
        key="2026-01-30",
        created_at=NOON,
        due_at=NOON,
        considered=40,
        items=items,
    )
    uow.outbox.put(edition, message_id=f"<{subscriber.id}@example.org>", date=NOON)
    row = next(entry for entry in uow.outbox.deliveries() if entry.subscriber == subscriber.id)
    stored = uow.outbox.edition(row.edition)
    assert stored is not None
    return subscriber, stored
