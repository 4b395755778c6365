"""One source has a bad day: it is named and rests, nothing of it is lost, and the others notice nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from recommender.domain.papers import SourceState
from recommender.domain.reports import Report
from recommender.services.findings import Health
from recommender.services.ingestion import Ingestion
from recommender.services.source_health import source_finding
from recommender.sources.feed import FeedOptions, FeedSource
from recommender.sources.http import Limits, PoliteClient
from recommender.store.sql_store import SqlStore
from tests.hostile.bad_servers import DAYS
from tests.hostile.full import only_full
from tests.sources.replay import NOW, Answer, FakeTime, Replay, replaying
from tests.stores import sqlite_store

_LIMITS = Limits(phase=0.25, total=0.4, body=1024 * 1024)


def feed(name: str, *numbers: int) -> Answer:
    """Return a good feed with some papers, and a mark to ask by."""
    items = "".join(f"<item><title>Paper {number} of {name}</title></item>" for number in numbers)
    body = f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()
    return Answer(body=body, headers={"ETag": f'"{len(numbers)}"', "Content-Type": "application/rss+xml"})


@dataclass(slots=True)
class Town:
    """Three sources at one server, a store, and the hour."""

    store: SqlStore
    server: Replay
    day: str
    hour: datetime = NOW

    def now(self) -> datetime:
        """Return the hour."""
        return self.hour

    def ingest(self) -> Report:
        """Read all three, each with a client of its own: they are three hosts in the world."""
        return Ingestion(self.store, self).run([self.source(kind) for kind in ("left", "bad", "right")])

    def source(self, kind: str) -> FeedSource:
        """Return one of the sources."""
        client = PoliteClient(
            contact="x", allow_hosts=[self.server.host], limits=_LIMITS, timing=FakeTime().timing
        )
        options = FeedOptions(name=f"{kind} of {self.day}", url=self.server.url(f"/{kind}"))
        return FeedSource(options, client, self)

    def state(self, kind: str) -> SourceState:
        """Return what is remembered of a source."""
        with self.store.read() as unit:
            return unit.papers.source_states()[f"{kind} of {self.day}"]

    def says(self, kind: str, *numbers: int) -> None:
        """Let a source have some papers."""
        self.server.says(f"/{kind}", feed(f"{kind} of {self.day}", *numbers))

    def has(self, kind: str, number: int) -> bool:
        """Tell whether a paper is stored."""
        title = f"Paper {number} of {kind} of {self.day}"
        with self.store.read() as unit:
            return any(paper.title == title for paper in unit.papers.all())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqlStore:
    """Return one store for all days; each day's sources have names of their own."""
    return sqlite_store(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    """Run the server of all three."""
    with replaying() as running:
        yield running


@pytest.mark.parametrize(
    "day", [pytest.param(day, marks=[only_full] if number % 5 else []) for number, day in enumerate(DAYS)]
)
def test_a_bad_day(day: str, store: SqlStore, server: Replay) -> None:
    """The bad source is parked with its cursor as it was; when it is well again, all it has is there."""
    town = Town(store, server, day)
    for kind in ("left", "bad", "right"):
        town.says(kind, 1)
    assert town.ingest().counts["sources_ok"] == 3
    before = town.state("bad")

    town.says("left", 1, 2)
    town.says("right", 1, 2)
    server.says("/bad", *DAYS[day])
    town.hour += timedelta(days=1)
    report = town.ingest()

    assert report.counts["sources_ok"] == 2
    assert [failure.place.startswith(f"bad of {day}: ") for failure in report.failures] == [True]
    assert town.has("left", 2)
    assert town.has("right", 2)
    after = town.state("bad")
    assert (after.cursor, after.failures) == (before.cursor, 1)
    assert after.parked_until is not None
    assert timedelta(minutes=10) <= after.parked_until - town.hour <= timedelta(days=7)
    finding = source_finding(f"source {after.source}", after, (), town.hour)
    assert finding.health is Health.FAILED

    asked = len(server.asked)
    town.hour += timedelta(minutes=9)
    assert "left alone until" in town.ingest().failures[0].reason
    assert "/bad" not in server.asked[asked:]

    town.says("bad", 1, 2, 3)
    town.hour += timedelta(days=8)
    assert town.ingest().counts["sources_ok"] == 3
    assert town.has("bad", 2)
    assert town.has("bad", 3)
    assert (town.state("bad").failures, town.state("bad").parked_until) == (0, None)
