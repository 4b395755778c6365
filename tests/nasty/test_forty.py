"""The forty nasty cases of the shared data in one digest, from the files they came in to the mail."""

import pytest

from recommender.domain.editions import Section
from tests.nasty import forty
from tests.nasty.case import Case
from tests.nasty.forty import CASES
from tests.nasty.world import World, world
from tests.paths import shared_data

REFUSED = {
    "ftp--math-ph--papers--0509--0509037.abs": "it is empty",
    "RisImporterCorrupted.ris": "format is not known",
    "id_abc_": "incorrect id format",
    "generic-GetRecord_utf8test.xml": "not in the `arXiv` format",
    "decoding-fails.bib": "neither a title nor an arXiv id",
    "example_bom.ris": "has no title",
}
"""Cases 35, 37, 38 and 39: what is no paper, and why."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Import the records of all cases and print them; skips where the shared data is not there."""
    shared_data("arxiv")
    folder = tmp_path_factory.mktemp("forty")
    (folder / "files").mkdir()
    return world(folder, forty.files(folder / "files"), CASES)


def test_every_case_has_its_place() -> None:
    """Each of the forty shows something; of 35, 37, 38 and 39 a part is no paper (`REFUSED`)."""
    assert {case.number for case in CASES} == {*range(1, 41)}


@pytest.mark.parametrize("hard", CASES, ids=lambda hard: f"{hard.number}-{hard.paper[:40]}")
def test_is_shown_as_it_should(printed: World, hard: Case) -> None:
    """In a mail with few others, and by its title in the mail with all of them."""
    hard.check(printed.prints.block(hard))
    assert hard.title in printed.prints.whole.block(hard.title).title
    assert hard.title in printed.prints.whole.prose


def test_all_in_one_digest(printed: World) -> None:
    """Nothing of it breaks: markup, order, links, parts, headers."""
    printed.check_whole()


def test_a_few_in_a_digest(printed: World) -> None:
    """The same of small ones."""
    printed.check_few()


def test_what_is_no_paper(printed: World) -> None:
    """What cannot be a paper is refused with a reason, and nothing in the store came of it."""
    failures = [(failure.place, failure.reason) for failure in printed.report.failures]
    assert len(failures) == len(REFUSED)
    for name, reason in REFUSED.items():
        assert [said for place, said in failures if name in place and reason in said], name
    assert not [block for block in printed.prints.whole.blocks if block.title == "Error"]


def test_what_is_never_recommended(printed: World) -> None:
    """Cases 34, 38 and 39: withdrawn papers and those of libraries are no candidates; the others all are."""
    never = {case.id for case in CASES if case.number in (34, 38, 39)}
    assert not never & printed.fresh
    assert {case.id for case in CASES} - never <= printed.fresh


def test_twins_are_one_paper(printed: World) -> None:
    """Cases 22 and 23: the other id leads to the paper that is shown; case 24 is two papers."""
    assert not {f"arxiv:{number}" for number in forty.TWINS} & printed.held
    sections = {case.paper: case.section for case in CASES}
    assert sections["2503.12492"] is sections["2503.12494"] is Section.INTEREST
