"""Saved papers filed in their reader's library, noted in the log."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.domain.errors import SourceUnavailable
from recommender.domain.feedback import Act, Feedback
from recommender.domain.filing import Filed, FilingPage
from recommender.domain.papers import (
    Cursor,
    Holding,
    LibraryNews,
    Paper,
    PaperId,
    PaperPage,
    Refused,
    SourceState,
)
from recommender.domain.reports import Report
from recommender.services.filing import Filing, unfiled
from recommender.services.ingestion import Ingestion
from recommender.services.library_import import LibraryUse
from tests.builders import NOON, a_paper
from tests.services.library import Study
from tests.stores import sqlite_store

LIBRARY = "zotero:users/1"
ONE, TWO = a_paper(1), a_paper(2)


class Library:
    """A reader's library in memory, as a source and as a cabinet."""

    name = "library"
    reader = "ana@example.org"
    library = LIBRARY

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[str, PaperId] = {}
        self.refuses: frozenset[PaperId] = frozenset()
        self.away = False

    @property
    def cabinet(self) -> "Library | None":
        """Return itself."""
        return self

    def file(self, papers: Sequence[Paper]) -> Iterator[FilingPage]:
        """Take papers in, one request each."""
        for paper in papers:
            if self.away:
                raise SourceUnavailable(self.name, "https://library.example", "answered 503")
            if paper.id in self.refuses:
                yield FilingPage(refused=[Refused(place="library", reason=f"{paper.id} was not taken")])
                continue
            added = paper.id not in self.items.values()
            self.items[f"K{paper.id}"] = paper.id
            yield FilingPage(filed=[Filed(paper=paper.id, key=f"K{paper.id}", added=added)])

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield everything, with what was put there by us marked."""
        papers = [a_paper(int(name[-5:]), library_only=True) for name in self.items.values()]
        holdings = [Holding(key=key, paper=name, ours=key == f"K{name}") for key, name in self.items.items()]
        news = LibraryNews(
            reader=self.reader, library=LIBRARY, holdings=holdings, present=frozenset(self.items)
        )
        yield PaperPage(papers=papers, cursor=since or Cursor(position="1"), library=news)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """Give a reader in a store with two papers."""
    store = sqlite_store(tmp_path)
    with store.write() as unit:
        unit.papers.fold([ONE, TWO], seen_at=NOON)
    yield Study(store)
    store.close()


@pytest.fixture
def library() -> Library:
    """Give an empty library."""
    return Library()


def run(study: Study, library: Library) -> Report:
    """Read the library and file, as one ingest does."""
    study.clock.wait(60)
    Ingestion(study.store, study.clock).run([library], insist=True)
    return Filing(study.store, study.clock).run([library])


def test_what_is_saved_is_filed_once(study: Study, library: Library) -> None:
    """It comes back with the next reading and is neither a vote nor filed again; the list stays as it was."""
    study.act(Act.SAVE, ONE.id)
    with study.store.read() as unit:
        before = unit.people.saved(study.ana.id)
    assert run(study, library).counts == {"filed": 1, "already_there": 0}
    assert list(library.items.values()) == [ONE.id]
    for _ in range(3):
        assert run(study, library).counts == {"filed": 0, "already_there": 0}
    assert study.votes() == {}
    with study.store.read() as unit:
        assert unit.people.saved(study.ana.id) == before
    assert [via for _, _, via in study.log()] == ["cli", f"filed:{LIBRARY}/K{ONE.id}"]


def test_a_crash_before_the_note_costs_nothing(study: Study, library: Library) -> None:
    """The item is there and nobody noted it: no vote, no second item, and the note is made up for."""
    study.act(Act.SAVE, ONE.id)
    list(library.file([ONE]))
    assert run(study, library).counts == {"filed": 0, "already_there": 1}
    assert study.votes() == {}
    assert run(study, library).counts == {"filed": 0, "already_there": 0}


def test_taken_off_the_list_it_stays_in_the_library(study: Study, library: Library) -> None:
    """And does not become a vote; saved again, it is noted again and not made again."""
    study.act(Act.SAVE, ONE.id)
    run(study, library)
    study.act(Act.UNSAVE, ONE.id)
    assert run(study, library).counts == {"filed": 0, "already_there": 0}
    assert (study.saved(), study.votes(), len(library.items)) == (set(), {}, 1)
    study.act(Act.SAVE, ONE.id)
    assert run(study, library).counts == {"filed": 0, "already_there": 1}
    assert (study.saved(), len(library.items)) == ({ONE.id}, 1)


def test_taken_out_of_the_library_it_is_not_put_back(study: Study, library: Library) -> None:
    """What a reader deletes there stays deleted, and on the list."""
    study.act(Act.SAVE, ONE.id)
    run(study, library)
    library.items.clear()
    assert run(study, library).counts == {"filed": 0, "already_there": 0}
    assert (study.saved(), library.items) == ({ONE.id}, {})


def test_what_the_reader_has_there_is_not_filed(study: Study, library: Library) -> None:
    """Their own item gave its vote; an imported list is some library's already."""
    library.items["OWN"] = ONE.id
    study.act(Act.SAVE, ONE.id)
    study.files["own.bib"] = [TWO]
    study.bring(LibraryUse.SAVED, "own.bib")
    assert study.saved() == {ONE.id, TWO.id}
    assert run(study, library).counts == {"filed": 0, "already_there": 0}
    assert study.votes() == {ONE.id: True}


def test_the_readers_own_vote_stays(study: Study, library: Library) -> None:
    """Saved and voted down is both."""
    study.act(Act.SAVE, ONE.id)
    study.act(Act.DOWN, ONE.id)
    run(study, library)
    run(study, library)
    assert study.votes() == {ONE.id: False}


def test_what_is_refused_or_fails_is_tried_again(study: Study, library: Library) -> None:
    """And named; what was done before stays noted."""
    study.act(Act.SAVE, ONE.id)
    study.act(Act.SAVE, TWO.id)
    library.refuses = frozenset({ONE.id})
    report = run(study, library)
    assert report.counts == {"filed": 1, "already_there": 0}
    assert [failure.reason for failure in report.failures] == [f"{ONE.id} was not taken"]
    library.refuses, library.away = frozenset(), True
    report = run(study, library)
    assert (report.partial, report.failures[0].reason) == (True, "answered 503")
    library.away = False
    assert run(study, library).counts == {"filed": 1, "already_there": 0}


def test_a_library_that_could_not_be_read_is_not_written_to(study: Study, library: Library) -> None:
    """Its news are missing, and it is left alone."""
    study.act(Act.SAVE, ONE.id)
    with study.store.write() as unit:
        unit.papers.save_source_state(SourceState(source="library", failures=1))
    assert Filing(study.store, study.clock).run([library]).counts == {"filed": 0, "already_there": 0}
    assert library.items == {}


def test_nobody_s_library_is_named(study: Study, library: Library) -> None:
    """Its reader is gone."""
    library.reader = "bob@example.org"
    report = Filing(study.store, study.clock).run([library])
    assert [failure.place for failure in report.failures] == ["library"]


def test_a_long_list_goes_there_over_some_days(study: Study, library: Library) -> None:
    """Fifty papers a run, those saved first first."""
    papers = [a_paper(number) for number in range(10, 70)]
    with study.store.write() as unit:
        unit.papers.fold(papers, seen_at=NOON)
    for paper in papers:
        study.act(Act.SAVE, paper.id)
    assert run(study, library).counts["filed"] == 50
    assert list(library.items.values()) == [paper.id for paper in papers[:50]]
    assert run(study, library).counts["filed"] == 10


def entry(act: Act, via: str, paper: str = "arxiv:1") -> Feedback:
    """Return an act."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Feedback(subscriber=1, paper=PaperId(paper), act=act, at=at, via=via)


@pytest.mark.parametrize(
    "log, left",
    [
        ([entry(Act.SAVE, "web")], True),
        ([entry(Act.SAVE, "web"), entry(Act.READ, "web")], True),
        ([entry(Act.SAVE, "import")], False),
        ([entry(Act.SAVE, "import"), entry(Act.SAVE, "web")], True),
        ([entry(Act.SAVE, "web"), entry(Act.UNSAVE, "web")], False),
        ([entry(Act.SAVE, "web"), entry(Act.SAVE, f"filed:{LIBRARY}/K")], False),
        ([entry(Act.SAVE, "web"), entry(Act.SAVE, "filed:zotero:groups/9/K")], True),
        ([entry(Act.UP, f"{LIBRARY}/K"), entry(Act.SAVE, "web")], False),
        ([entry(Act.UP, f"{LIBRARY}/K"), entry(Act.UNDO, f"{LIBRARY}/K"), entry(Act.SAVE, "web")], True),
        ([entry(Act.SAVE, "web"), entry(Act.SAVE, f"filed:{LIBRARY}/K"), entry(Act.SAVE, "web")], False),
        ([entry(Act.SAVE, f"filed:{LIBRARY}/K"), entry(Act.UNSAVE, "web"), entry(Act.SAVE, "web")], True),
        ([entry(Act.UP, "web")], False),
    ],
)
def test_what_is_left_to_file(log: list[Feedback], *, left: bool) -> None:
    """Read off the log alone."""
    assert list(unfiled(log, LIBRARY)) == (["arxiv:1"] if left else [])
