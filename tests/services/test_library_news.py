"""A library at Zotero as votes: what is new, what went, and what the reader says against it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain.feedback import Act, Feedback, standing_votes
from recommender.domain.papers import Cursor, Holding, PaperId, PaperPage
from recommender.domain.reports import Report
from recommender.domain.subscribers import Subscriber
from recommender.services.ingestion import Ingestion
from recommender.services.library_import import LibraryUse
from recommender.services.library_news import Ledger
from recommender.sources.zotero_web import ZoteroSource
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper, a_subscriber, an_interest
from tests.services.library import Study
from tests.sources.replay import FakeTime, client_for, replaying
from tests.sources.zotero_library import ZoteroReplay

ONE, TWO = "AAAAAAA1", "AAAAAAA2"
FIRST, SECOND = PaperId("arxiv:2104.12345"), PaperId("doi:10.1234/two")
LIBRARY = "zotero:users/123"


class Desk:
    """Ana, her library, and ingestion."""

    def __init__(self, store: SqlStore, zotero: ZoteroReplay) -> None:
        """Add Ana and fill the library."""
        self.study = Study(store)
        self.zotero = zotero
        self.zotero.add(ONE, extra="arXiv:2104.12345")
        self.zotero.add(TWO, DOI="10.1234/two")
        self.client = client_for(zotero, FakeTime())

    def ingest(self, **options: object) -> Report:
        """Read what is new."""
        self.study.clock.wait(60)
        sources = [self.zotero.source(self.client, **options)]
        return Ingestion(self.study.store, self.study.clock).run(sources, insist=True)

    def counts(self, **options: object) -> tuple[int, int]:
        """Read what is new; return the votes given and taken back."""
        report = self.ingest(**options)
        assert report.failures == ()
        return report.counts.get("votes", 0), report.counts.get("taken_back", 0)


@pytest.fixture
def desk(tmp_path: Path, migrated: Path) -> Iterator[Desk]:
    """Give Ana with a library of two papers."""
    path = tmp_path / "store.db"
    path.write_bytes(migrated.read_bytes())
    store = SqlStore(f"sqlite:///{path}")
    zotero = ZoteroReplay()
    with replaying(zotero):
        yield Desk(store, zotero)
    store.close()


def test_what_is_new_is_an_up_vote_once(desk: Desk) -> None:
    """At the time it was added; the next reading gives nothing."""
    assert desk.counts() == (2, 0)
    assert desk.counts() == (0, 0)
    assert desk.study.votes() == {FIRST: True, SECOND: True}
    assert {via for _, _, via in desk.study.log()} == {f"{LIBRARY}/{ONE}", f"{LIBRARY}/{TWO}"}


def test_a_change_that_says_nothing_new_gives_nothing(desk: Desk) -> None:
    """A corrected abstract, say; the paper takes it over."""
    desk.counts()
    desk.zotero.change(ONE, abstractNote="Facts are edited.")
    assert desk.counts() == (0, 0)
    with desk.study.store.read() as unit:
        assert unit.papers.get([FIRST])[FIRST].abstract == "Facts are edited."


def test_what_went_is_taken_back_and_may_return(desk: Desk) -> None:
    """Deleted for good, or out of the trash again."""
    desk.counts()
    desk.zotero.delete(ONE)
    desk.zotero.change(TWO, deleted=1)
    assert desk.counts() == (0, 2)
    assert desk.study.votes() == {}
    desk.zotero.change(TWO, deleted=0)
    assert desk.counts() == (1, 0)
    assert desk.study.votes() == {SECOND: True}


def test_a_thumb_stands_against_the_library(desk: Desk) -> None:
    """A down is not turned, not even when the item changes or goes; an undo stays undone."""
    desk.counts()
    desk.study.act(Act.DOWN, FIRST)
    desk.study.act(Act.UNDO, SECOND)
    desk.zotero.change(ONE, title="Another title")
    desk.zotero.change(TWO, title="Another one")
    assert desk.counts() == (0, 0)
    desk.zotero.delete(ONE)
    assert desk.counts() == (0, 0)
    assert desk.study.votes() == {FIRST: False}


def test_a_vote_of_the_readers_own_is_not_taken_back(desk: Desk) -> None:
    """Voted up before the library said so, by hand or from a file."""
    paper = a_paper(id=FIRST)
    desk.study.files["own.bib"] = [paper]
    desk.study.bring(LibraryUse.SEED, "own.bib")
    assert desk.counts() == (1, 0)
    desk.zotero.delete(ONE)
    assert desk.counts() == (0, 0)
    assert desk.study.votes()[FIRST] is True


def test_two_items_of_one_paper_stand_for_each_other(desk: Desk) -> None:
    """A duplicate that is deleted takes nothing back; the last one does."""
    desk.zotero.add("BBBBBBB3", extra="arXiv:2104.12345v2")
    assert desk.counts() == (3, 0)
    desk.zotero.delete(ONE)
    desk.counts()
    assert desk.study.votes()[FIRST] is True
    desk.zotero.delete("BBBBBBB3")
    desk.counts()
    assert FIRST not in desk.study.votes()


def test_an_item_that_becomes_another_paper_takes_its_vote_along(desk: Desk) -> None:
    """A wrong id that was corrected, which the paper of that id loses."""
    desk.counts()
    desk.zotero.change(ONE, extra="arXiv:2104.99999", title="Something else")
    assert desk.counts() == (1, 1)
    assert desk.study.votes() == {PaperId("arxiv:2104.99999"): True, SECOND: True}
    assert desk.counts() == (0, 0)
    desk.zotero.delete(ONE)
    assert desk.counts() == (0, 1)


def test_a_collection_can_be_an_interest(desk: Desk) -> None:
    """By its name or id, in either case; what is in no such collection is left to the ranking."""
    with desk.study.store.write() as unit:
        interests = (an_interest("Model editing"), an_interest("Gardens", key="garden"))
        unit.people.change(desk.study.ana.id, a_declaration(interests=interests))
    desk.zotero.name_collection("CCCCCCC1", "model EDITING")
    desk.zotero.name_collection("CCCCCCC2", "Garden")
    desk.zotero.change(ONE, collections=["CCCCCCC1"])
    assert desk.counts(collections_are_interests=True) == (2, 0)
    assert _interests(desk) == {FIRST: "Model editing", SECOND: None}
    desk.zotero.change(ONE, collections=["CCCCCCC2"])
    assert desk.counts(collections_are_interests=True) == (1, 0)
    assert _interests(desk) == {FIRST: "garden", SECOND: None}


def test_nothing_of_a_library_is_a_candidate(desk: Desk) -> None:
    """Until a source brings it."""
    desk.counts()
    with desk.study.store.read() as unit:
        assert unit.papers.fresh(NOON - timedelta(days=30), NOON + timedelta(days=30)) == []


def test_a_library_of_nobody_fails_alone(desk: Desk) -> None:
    """Its source is named with what to do, and its cursor does not move."""
    report = desk.ingest(reader="bob@example.org")
    assert [failure.place.split(":")[0] for failure in report.failures] == ["zotero"]
    assert "bob" not in report.failures[0].reason
    assert report.counts["sources_ok"] == 0
    with desk.study.store.read() as unit:
        assert unit.papers.source_states()["zotero"].cursor is None
        assert unit.papers.count() == 0
    assert desk.counts() == (2, 0)


def test_a_broken_reading_is_repeated(desk: Desk) -> None:
    """The cursor moves with the last page only; what was stored before the break is not counted twice."""
    for number in range(501):
        desk.zotero.add(f"C{number:07d}")
    source = desk.zotero.source(desk.client)
    Ingestion(desk.study.store, desk.study.clock).run([Breaking(source, after=1)])
    assert len(desk.study.votes()) == 500
    assert desk.counts() == (3, 0)


class Breaking:
    """A source that falls silent after some pages, as a process does that is killed."""

    def __init__(self, source: ZoteroSource, *, after: int) -> None:
        """Take pages from `source`."""
        self.name = source.name
        self._source = source
        self._after = after

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield the first pages."""
        yield from islice(self._source.fetch(since), self._after)


def _interests(desk: Desk) -> dict[PaperId, str | None]:
    with desk.study.store.read() as unit:
        return {vote.paper: vote.interest for vote in unit.people.votes([desk.study.ana.id])}


PAPERS = tuple(PaperId(f"doi:10.1234/{number}") for number in range(3))
KEYS = tuple(f"K{number}" for number in range(4))
MOVES = st.one_of(
    st.tuples(st.just("shelve"), st.sampled_from(KEYS), st.sampled_from(PAPERS)),
    st.tuples(st.just("drop"), st.sampled_from(KEYS), st.just(PAPERS[0])),
    st.tuples(st.sampled_from(["up", "down", "undo"]), st.just(""), st.sampled_from(PAPERS)),
)


@settings(max_examples=150, deadline=None)
@given(moves=st.lists(MOVES, max_size=14), reading_each=st.booleans())
def test_a_paper_is_up_while_an_item_is_there_unless_the_reader_spoke(
    *, moves: Sequence[tuple[str, str, PaperId]], reading_each: bool
) -> None:
    """Whatever happens in whatever order, read after each change or only at the end."""
    subscriber = a_subscriber()
    log: list[Feedback] = []
    shelf: dict[str, PaperId] = {}
    spoken: dict[PaperId, bool | None] = {}
    now = NOON
    for kind, key, paper in [*moves, ("end", "", PAPERS[0])]:
        now += timedelta(minutes=1)
        if kind == "shelve":
            shelf[key] = paper
        elif kind == "drop":
            shelf.pop(key, None)
        elif kind != "end":
            log.append(Feedback(subscriber=1, paper=paper, act=Act(kind), at=now, via="web"))
            spoken[paper] = {"up": True, "down": False}.get(kind)
        if reading_each or kind == "end":
            log = _read(log, shelf, subscriber, now)
    standing = {paper: vote.up for (_, paper), vote in standing_votes(log).items()}
    library = {paper: True for paper in shelf.values() if paper not in spoken}
    own = {paper: up for paper, up in spoken.items() if up is not None}
    assert standing == library | own
    assert _read(log, shelf, subscriber, now) == log


def _read(
    log: list[Feedback], shelf: dict[str, PaperId], subscriber: Subscriber, now: datetime
) -> list[Feedback]:
    """Let a library of all that is on the shelf be read; return the log as the store keeps it."""
    ledger = Ledger.read(log, subscriber, now)
    for key, paper in shelf.items():
        added = NOON - timedelta(days=len(key) + int(key[1:]))
        ledger.hold(f"{LIBRARY}/{key}", paper, Holding(key=key, paper=paper, added=added))
    ledger.keep_only(LIBRARY, frozenset(shelf))
    return sorted([*log, *ledger.new], key=lambda entry: entry.at)
