"""A reader's own library as examples, reading list or votes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.feedback import Act
from recommender.domain.identity import is_bare
from recommender.domain.papers import PaperId
from recommender.services.library_import import LibraryImport, LibraryUse
from recommender.services.shortlist import Ask, gather
from recommender.services.training import snapshot
from recommender.sources.library import bare_paper
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.services.library import Study

ONE, TWO, THREE = (a_paper(number) for number in (1, 2, 3))


@pytest.fixture
def study(tmp_path: Path, migrated: Path) -> Iterator[Study]:
    """Give Ana, with two papers in her file."""
    path = tmp_path / "store.db"
    path.write_bytes(migrated.read_bytes())
    store = SqlStore(f"sqlite:///{path}")
    study = Study(store)
    study.files["own.bib"] = [ONE, TWO]
    yield study
    store.close()


@pytest.mark.parametrize(
    "use, via", [(LibraryUse.SEED, "seed"), (LibraryUse.UP, "import"), (LibraryUse.SAVED, "import")]
)
def test_a_library_is_recorded_once(study: Study, use: LibraryUse, via: str) -> None:
    """The second import finds everything already there; the log says where it came from."""
    first, second = study.bring(use, "own.bib"), study.bring(use, "own.bib")
    assert [first.counts[key] for key in ("papers", "added", "new", "already_known")] == [2, 2, 2, 0]
    assert [second.counts[key] for key in ("papers", "added", "new", "already_known")] == [2, 0, 0, 2]
    assert study.log() == [(ONE.id, use.act, via), (TWO.id, use.act, via)]
    standing = study.saved() if use is LibraryUse.SAVED else set(study.votes())
    assert standing == {ONE.id, TWO.id}


@pytest.mark.parametrize("act", [Act.DOWN, Act.UNDO])
def test_a_thumb_stands_against_a_library(study: Study, act: Act) -> None:
    """What the reader said of a paper, or took back, is not overridden by importing it again."""
    study.bring(LibraryUse.UP, "own.bib")
    study.act(act, ONE.id)
    before = study.votes()
    report = study.bring(LibraryUse.SEED, "own.bib")
    assert (report.counts["decided_otherwise"], report.counts["already_known"]) == (1, 1)
    assert study.votes() == before


def test_a_paper_taken_off_the_list_stays_off(study: Study) -> None:
    """And one that was read stays read."""
    study.bring(LibraryUse.SAVED, "own.bib")
    study.act(Act.UNSAVE, ONE.id)
    study.act(Act.READ, TWO.id)
    report = study.bring(LibraryUse.SAVED, "own.bib")
    assert (report.counts["decided_otherwise"], report.counts["already_known"]) == (1, 1)
    assert study.saved() == {TWO.id}


def test_saving_and_voting_do_not_stand_in_each_others_way(study: Study) -> None:
    """A library can be the reading list and up-votes."""
    study.bring(LibraryUse.SAVED, "own.bib")
    assert study.bring(LibraryUse.UP, "own.bib").counts["new"] == 2


def test_library_papers_are_no_candidates_until_a_source_brings_them(study: Study) -> None:
    """Whatever the file was."""
    study.bring(LibraryUse.SEED, "own.bib")
    with study.store.write() as unit:
        assert unit.papers.fresh(NOON.replace(year=2025), NOON.replace(year=2027)) == []
        unit.papers.fold([ONE], seen_at=NOON)
        fresh = unit.papers.fresh(NOON.replace(year=2025), NOON.replace(year=2027))
    assert [paper.id for paper in fresh] == [ONE.id]


def test_bad_files_and_entries_are_named_and_the_rest_is_taken(study: Study) -> None:
    """A missing file, which comes first, and a broken entry."""
    study.files["broken.bib"] = [THREE, THREE]
    report = study.bring(LibraryUse.UP, "broken.bib", "gone.bib")
    assert [failure.place for failure in report.failures] == ["gone.bib", "broken.bib:9"]
    assert [report.counts[key] for key in ("files", "files_refused", "papers", "new", "refused")] == [
        2,
        1,
        1,
        1,
        1,
    ]


def test_an_unknown_reader_is_an_error_before_anything_is_read(study: Study) -> None:
    """Nothing is stored."""
    importing = LibraryImport(study.store, study.clock, study._read)
    with pytest.raises(UnknownSubscriber):
        importing.run([Path("own.bib")], "bob@example.org", LibraryUse.UP)
    with study.store.read() as unit:
        assert unit.papers.count() == 0


def test_a_bare_id_says_nothing_until_its_paper_arrives(study: Study) -> None:
    """It is voted on, but neither profiles nor the fit see it; then the source's words are taken."""
    bare = bare_paper(PaperId(str(ONE.id)))
    study.files["ids.txt"] = [bare, TWO]
    study.bring(LibraryUse.UP, "ids.txt")
    assert study.votes() == {ONE.id: True, TWO.id: True}
    assert _known(study) == {TWO.id}
    with study.store.write() as unit:
        assert [paper.id for paper in snapshot(unit).papers] == [TWO.id]
        assert [vote.paper for vote in snapshot(unit).votes] == [TWO.id]
        unit.papers.fold([ONE], seen_at=NOON)
    assert _known(study) == {ONE.id, TWO.id}


def test_a_library_with_a_title_fills_in_a_bare_id(study: Study) -> None:
    """And a bare id afterwards takes nothing away."""
    study.files["ids.txt"] = [bare_paper(PaperId(str(ONE.id)))]
    for name in ("ids.txt", "own.bib", "ids.txt"):
        study.bring(LibraryUse.UP, name)
    with study.store.read() as unit:
        stored = unit.papers.get([ONE.id])[ONE.id]
    assert (stored.title, stored.library_only, is_bare(stored)) == (ONE.title, True, False)


def _known(study: Study) -> set[PaperId]:
    """Return the papers that ranking hears of when it asks for Ana."""

    class Any:
        def assign(self, profiles: object, _loose: object, _known: object) -> object:
            return profiles

    with study.store.read() as unit:
        ask = Ask(subscriber=study.ana, papers=5, slots=False)
        return set(gather(unit, [ask], Any(), days=7, now=NOON).pool.known)  # type: ignore[arg-type]  # needs assign alone
