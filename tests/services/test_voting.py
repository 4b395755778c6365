"""Votes and saves as they are recorded, replayed and taken back."""

from pathlib import Path

import pytest

from recommender.domain.errors import UnknownPaper, UnknownSubscriber
from recommender.domain.feedback import Act
from recommender.services.reading import Reading
from recommender.services.voting import Mark
from tests.services.desk import PAPERS, Desk
from tests.stores import sqlite_store


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a fresh desk."""
    return Desk(sqlite_store(tmp_path))


def test_a_vote_is_kept_with_its_interest_and_edition(desk: Desk) -> None:
    """The entry says which edition and which interest showed the paper."""
    desk.mark(1, Act.UP)
    (entry,) = desk.log()
    assert (entry.act, entry.interest, entry.edition, entry.via) == (
        Act.UP,
        "Model editing",
        desk.edition.id,
        "web",
    )


@pytest.mark.parametrize("act", [Act.UP, Act.DOWN, Act.SAVE])
def test_a_replayed_link_adds_nothing(desk: Desk, act: Act) -> None:
    """The same act a hundred times is one entry."""
    for _ in range(100):
        desk.mark(1, act)
        desk.clock.wait(1)
    assert len(desk.log()) == 1


def test_undo_without_a_vote_adds_nothing(desk: Desk) -> None:
    """There is nothing to take back, so nothing is recorded."""
    for act in (Act.UNDO, Act.UNSAVE, Act.READ):
        desk.mark(1, act)
    assert desk.log() == []


def test_the_last_vote_stands(desk: Desk) -> None:
    """Up, then down, leaves down and a log of both."""
    desk.mark(1, Act.UP)
    desk.mark(1, Act.DOWN)
    assert desk.votes() == {1: False}
    assert [entry.act for entry in desk.log()] == [Act.UP, Act.DOWN]


def test_acts_stay_in_order_on_a_clock_that_stands_still(desk: Desk) -> None:
    """Up, undo, up at one instant is three entries, and the last counts."""
    for act in (Act.UP, Act.UNDO, Act.UP):
        desk.mark(1, act)
    assert desk.votes() == {1: True}
    assert len({entry.at for entry in desk.log()}) == 3


def test_acts_stay_in_order_on_a_clock_set_back(desk: Desk) -> None:
    """A later act wins although its clock says it was earlier."""
    desk.mark(1, Act.UP)
    desk.clock.wait(-3600)
    desk.mark(1, Act.DOWN)
    assert desk.votes() == {1: False}


def test_undo_marks_restore_what_stood_before(desk: Desk) -> None:
    """Recording the undo of a sheet leaves votes and saves as they were."""
    desk.mark(1, Act.DOWN)
    before = (desk.votes(), desk.saved())
    sheet = [
        Mark(paper=PAPERS[0].id, act=Act.UP),
        Mark(paper=PAPERS[1].id, act=Act.UP),
        Mark(paper=PAPERS[2].id, act=Act.SAVE),
    ]
    done = desk.voting.record(desk.ana, sheet, via="web", edition=desk.edition)
    assert (desk.votes(), desk.saved()) != before
    desk.voting.record(desk.ana, done.undo, via="web", edition=desk.edition)
    assert (desk.votes(), desk.saved()) == before


def test_reading_can_be_taken_back(desk: Desk) -> None:
    """Undoing `read` leaves the paper on the list, unread."""
    desk.mark(1, Act.SAVE)
    done = desk.voting.record(desk.ana, [Mark(paper=PAPERS[0].id, act=Act.READ)], via="web")
    assert [row.read for row in Reading(desk.store).rows(desk.ana.email)] == [True]
    done = desk.voting.record(desk.ana, done.undo, via="web")
    assert [row.read for row in Reading(desk.store).rows(desk.ana.email)] == [False]
    desk.voting.record(desk.ana, done.undo, via="web")
    assert desk.saved() == [PAPERS[0].id]


def test_a_whole_sheet_is_not_a_burst(desk: Desk) -> None:
    """Eight papers marked in one POST count, and so does a correction right after."""
    sheet = [Mark(paper=paper.id, act=Act.UP) for paper in PAPERS]
    assert not desk.voting.record(desk.ana, sheet, via="web", edition=desk.edition).suspect
    desk.clock.wait(1)
    assert not desk.mark(1, Act.DOWN)
    assert len(desk.votes()) == 8


def test_a_scanner_that_posts_every_link_leaves_nothing(desk: Desk) -> None:
    """Both thumbs on a second paper within 5 s are suspect, and what came before is taken back."""
    desk.mark(2, Act.DOWN)
    desk.clock.wait(3600)
    suspects = []
    for number in range(1, 9):
        for act in (Act.UP, Act.DOWN, Act.SAVE):
            suspects.append(desk.mark(number, act))
            desk.clock.wait(0.1)
    assert suspects[-1]
    assert desk.votes() == {2: False}
    assert desk.saved() == []


def test_a_quick_reader_is_no_scanner(desk: Desk) -> None:
    """Three papers within a second count, and so does one correction; who rates more uses the sheet."""
    suspects = []
    for number in range(1, 4):
        suspects.append(desk.mark(number, Act.UP))
        desk.clock.wait(0.3)
    suspects.append(desk.mark(3, Act.DOWN))
    assert not any(suspects)
    assert desk.votes() == {1: True, 2: True, 3: False}


def test_who_opens_and_marks_four_papers_in_five_seconds_is_a_program(desk: Desk) -> None:
    """One thumb on each, a second apart: none stands. Two seconds apart all do."""
    suspects = []
    for number in range(1, 6):
        suspects.append(desk.mark(number, Act.UP))
        desk.clock.wait(1)
    assert suspects == [False, False, False, True, True]
    assert desk.votes() == {}
    desk.clock.wait(60)
    for number in range(1, 6):
        assert not desk.mark(number, Act.UP)
        desk.clock.wait(2)
    assert len(desk.votes()) == 5


def test_mails_that_waited_for_a_connection_are_no_burst(desk: Desk) -> None:
    """A phone sends what it has when it finds a network."""
    assert not any(desk.mark(number, Act.UP, via="mail") for number in range(1, 9))
    assert len(desk.votes()) == 8


def test_a_scanner_that_returns_adds_nothing(desk: Desk) -> None:
    """Suspect entries are stored once."""
    for _ in range(3):
        press_everything(desk, 8)
    held = [entry for entry in desk.log() if entry.suspect]
    assert held
    assert len({(entry.paper, entry.act) for entry in held}) == len(held)


def test_a_later_click_confirms_a_suspect_vote(desk: Desk) -> None:
    """The same vote by hand, a while later, counts."""
    press_everything(desk, 4)
    assert desk.votes() == {}
    desk.clock.wait(60)
    assert not desk.mark(4, Act.UP)
    assert desk.votes() == {4: True}


def press_everything(desk: Desk, papers: int) -> None:
    """Post both thumbs of the first papers, a tenth of a second apart."""
    for number in range(1, papers + 1):
        for act in (Act.UP, Act.DOWN):
            desk.mark(number, act)
            desk.clock.wait(0.1)


def test_the_terminal_is_no_scanner(desk: Desk) -> None:
    """Only web links are held against the rule."""
    acts = (Act.UP, Act.DOWN)
    assert not any(desk.mark(number, act, via="cli") for number in range(1, 9) for act in acts)


def test_slow_hits_are_not_automatic(desk: Desk) -> None:
    """Both thumbs of several papers over more than five seconds are somebody trying things."""
    for number in range(1, 5):
        for act in (Act.UP, Act.DOWN):
            assert not desk.mark(number, act)
            desk.clock.wait(3)


def test_the_terminal_votes_by_reference(desk: Desk) -> None:
    """An address and anything that names the paper are enough."""
    desk.voting.by_reference("ana@example.org", "https://arxiv.org/abs/2601.00003v2", Act.UP)
    assert desk.votes() == {3: True}
    assert desk.log()[0].via == "cli"


def test_unknown_names_are_refused(desk: Desk) -> None:
    """A stranger's address or paper is an error that names it."""
    with pytest.raises(UnknownSubscriber, match=r"nobody@example\.org"):
        desk.voting.by_reference("nobody@example.org", "2601.00003", Act.UP)
    with pytest.raises(UnknownPaper, match=r"9999\.99999"):
        desk.voting.by_reference("ana@example.org", "9999.99999", Act.UP)
    assert desk.log() == []


def test_reading_is_taken_back_through_an_edition_too(desk: Desk) -> None:
    """Off the list and on again, in one call."""
    desk.mark(1, Act.SAVE)
    desk.mark(1, Act.READ)
    both = [Mark(paper=PAPERS[0].id, act=act) for act in (Act.UNSAVE, Act.SAVE)]
    desk.voting.record(desk.ana, both, via="web", edition=desk.edition)
    assert [row.read for row in Reading(desk.store).rows(desk.ana.email)] == [False]
