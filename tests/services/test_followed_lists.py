"""Lists of daily papers in a store, run after run: votes that grow change what is trending."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.domain.papers import Signal
from recommender.ranking.trending import trending
from recommender.services.ingestion import Ingestion
from recommender.sources.huggingface import HuggingFaceSource
from recommender.store.sql_store import SqlStore
from tests.sources.replay import NOW, Answer, FakeTime, FixedClock, Replay, client_for, replaying
from tests.sources.samples import daily, daily_row

DAY = timedelta(days=1)
FIRST = date(2026, 4, 27)  # a Monday
STILL, GROWING = "2604.00001", "2604.00002"


@dataclass(slots=True)
class OneList(Replay):
    """A server with one list, of the first day; it forgets a paper and counts votes."""

    votes: dict[str, int] = field(default_factory=dict)

    def next_answer(self, target: str) -> Answer:
        """Answer days and the weeks that hold the day."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
        asked = query.get("date", query.get("week"))
        if asked not in (FIRST.isoformat(), f"{FIRST:%G-W%V}"):
            return Answer(body=b"[]")
        listed = f"{FIRST.isoformat()}T02:00:00.000Z"
        return Answer(
            body=daily(
                *(
                    daily_row(paper, upvotes=votes, title=f"On {paper}", submittedOnDailyAt=listed)
                    for paper, votes in self.votes.items()
                )
            )
        )


@dataclass(slots=True)
class Days:
    """A store, a server, and the days that pass."""

    store: SqlStore
    server: OneList

    def run(self, day: int, **votes: int) -> None:
        """Read the lists on a day with these votes."""
        self.server.votes = {paper.replace("p", "2604."): count for paper, count in votes.items()}
        clock = FixedClock(self.at(day))
        client = client_for(self.server, FakeTime())
        source = HuggingFaceSource("hf", client, clock=clock, base_url=self.server.url(""), days=3)
        report = Ingestion(self.store, clock).run([source])
        assert not report.failures

    def at(self, day: int) -> datetime:
        """Return noon of a day."""
        return NOW + day * DAY

    def signals(self, day: int) -> list[Signal]:
        """Return what is stored."""
        with self.store.read() as unit:
            return list(unit.papers.signals(NOW - 30 * DAY, self.at(day)))

    def hottest(self, day: int) -> list[str]:
        """Return what is trending on a day."""
        with self.store.read() as unit:
            papers = list(unit.papers.all())
        return [name for name, _, _ in trending(papers, self.signals(day), self.at(day), 5)]


@pytest.fixture
def days(tmp_path: Path, migrated: Path) -> Iterator[Days]:
    """Give an empty store and a server with a list."""
    path = tmp_path / "store.db"
    path.write_bytes(migrated.read_bytes())
    store = SqlStore(f"sqlite:///{path}")
    with replaying(OneList()) as server:
        assert isinstance(server, OneList)
        yield Days(store, server)
    store.close()


def test_votes_that_grow_later_change_what_is_trending(days: Days) -> None:
    """The lists of two weeks are asked for again in every run, so growth is seen."""
    days.run(0, p00001=60, p00002=8)
    assert days.hottest(0) == [f"arxiv:{STILL}", f"arxiv:{GROWING}"]
    days.run(4, p00001=60, p00002=8)
    days.run(5, p00001=60, p00002=48)
    assert days.hottest(5) == [f"arxiv:{GROWING}", f"arxiv:{STILL}"]


def test_after_two_weeks_a_list_is_left_alone(days: Days) -> None:
    """A week is asked for as a whole while three days of it are wanted, so up to two days longer."""
    for day in range(0, 22, 3):
        days.run(day, p00001=1 + day)
    counted = [signal for signal in days.signals(22) if signal.upvotes is not None]
    assert [signal.upvotes for signal in counted] == [1, 4, 7, 10, 13, 16]


def test_following_a_list_changes_no_paper(days: Days) -> None:
    """Votes are no news of a paper, and it stays as new as it was when it was stored."""
    days.run(0, p00001=5)
    with days.store.read() as unit:
        before = list(unit.papers.all())
    days.run(1, p00001=50)
    with days.store.read() as unit:
        assert list(unit.papers.all()) == before


def test_a_paper_that_leaves_its_list_is_no_fault(days: Days) -> None:
    """It stays in the store with what was counted."""
    days.run(0, p00001=5, p00002=5)
    days.run(1, p00002=6)
    with days.store.read() as unit:
        assert unit.papers.count() == 2
    assert len(days.hottest(1)) == 2


def test_counts_that_stand_still_do_not_fill_the_table(days: Days) -> None:
    """Of twelve runs with the same counts the first and the last stay."""
    for day in range(12):
        days.run(day, p00001=7)
    counted = [signal for signal in days.signals(12) if signal.upvotes is not None]
    assert [signal.taken_at for signal in counted] == [days.at(0), days.at(11)]
