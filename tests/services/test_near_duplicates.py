"""Real papers that are nearly the same: they never stand beside each other in an edition.

The pairs are by title, by first author and by abstract; all papers come through the real intake, ranking,
publishing and store.
"""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState, Section
from recommender.domain.identity import title_key
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ranking.base import Corpus, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.services.importing import Importing
from recommender.sources.files import read_file
from recommender.store.sql_store import SqlStore
from tests.builders import an_interest
from tests.paths import shared_data
from tests.services.newsroom import NewsRoom, changed

PAIRS = (("2505.17997", "2506.03038"), ("2509.18176", "2509.25393"), ("2503.12492", "2503.12494"))
REVISED = "2503.21813"
MONTHS = ("2025-03", "2025-05", "2025-06", "2025-09", "2025-10")
DAYS = ("first_seen", "revised_on")
OTHERS = 40
"""Further papers of each month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The store, its papers, and what ranks them."""

    store: SqlStore
    papers: dict[PaperId, Paper]
    recommender: HybridRecommender


@pytest.fixture(scope="module")
def rows() -> list[str]:
    """Return the pairs and some papers beside them, as lines without days."""
    wanted = {number for pair in PAIRS for number in pair} | {REVISED}
    found = []
    for month in MONTHS:
        with gzip.open(shared_data("arxiv") / f"papers-{month}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for place, line in enumerate(lines):
                if place < OTHERS or any(f'"{number}"' in line for number in wanted):
                    row = json.loads(line)
                    found.append(json.dumps({key: row[key] for key in row if key not in DAYS}))
    return found


@pytest.fixture
def library(rows: list[str], tmp_path: Path, migrated: Path) -> Iterator[Library]:
    """Give a store that has them all since today."""
    shutil.copy(migrated, tmp_path / "store.db")
    (tmp_path / "papers.jsonl").write_text("\n".join(rows), encoding="utf-8")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    room = NewsRoom(store)
    report = Importing(store, room.clock, read_file).run([tmp_path / "papers.jsonl"])
    assert not report.failures
    with store.read() as unit:
        papers = {paper.id: paper for paper in unit.papers.all()}
    recommender = HybridRecommender.fit(Corpus(papers=[*papers.values()]), RankingSettings())
    yield Library(store=store, papers=papers, recommender=recommender)
    store.close()


def publisher(library: Library) -> NewsRoom:
    """Return a newsroom with the real recommender."""
    room = NewsRoom(library.store)
    room.publishing.recommender = lambda: library.recommender
    return room


def join(room: NewsRoom, about: str, papers: int = 12) -> Subscriber:
    """Add a reader who asks for papers like one."""
    return room.join(interests=(an_interest(about=about, key="editing"),), papers=papers, send_empty=True)


def test_records_of_one_work_are_one_paper(library: Library) -> None:
    """The same title and first author under two ids: one paper in the store, whatever the abstracts say."""
    for first, second in PAIRS[:2]:
        assert PaperId(f"arxiv:{first}") in library.papers
        assert PaperId(f"arxiv:{second}") not in library.papers


@pytest.mark.parametrize("pair", PAIRS)
def test_near_duplicates_do_not_share_an_edition(library: Library, pair: tuple[str, str]) -> None:
    """One of the two comes, the other does not; nor do any two with the same title or abstract."""
    numbers = [PaperId(f"arxiv:{number}") for number in pair]
    stored = [number for number in numbers if number in library.papers]
    room = publisher(library)
    join(room, " ".join(library.papers[number].title for number in stored))
    edition = room.publish()
    assert edition is not None
    shown = [item.paper for item in edition.items]
    assert len(set(shown) & set(numbers)) == 1
    titles = [title_key(library.papers[paper].title) for paper in shown]
    abstracts = ["".join(library.papers[paper].abstract.split()) for paper in shown]
    assert len(set(titles)) == len(titles)
    assert len(set(abstracts)) == len(abstracts)
    room.settle(DeliveryState.SENT)
    room.clock.move(days=1)
    later = room.publish()
    assert not set(numbers) & {item.paper for item in (later.items if later else ())} & set(shown)


def test_a_paper_that_was_sent_and_revised_since_is_news_and_no_recommendation(library: Library) -> None:
    """Listed again months later with another text: told of once, under Changed."""
    paper = library.papers[PaperId(f"arxiv:{REVISED}")]
    room = publisher(library)
    join(room, paper.title, papers=3)
    first = room.publish()
    assert first is not None
    assert paper.id in [item.paper for item in first.items]
    room.settle(DeliveryState.SENT)
    room.clock.move(days=2)
    with library.store.write() as unit:
        late = room.clock.now()
        before = replace(paper, updated=late - timedelta(days=9))
        unit.papers.fold([before], seen_at=late - timedelta(days=9))
        unit.papers.fold([replace(before, abstract=paper.abstract + " More.", updated=late)], seen_at=late)
    room.clock.move(hours=1)
    second = room.publish()
    assert second is not None
    assert changed(second) == [paper.id]
    assert [item.section for item in second.items if item.paper == paper.id] == [Section.CHANGED]
