"""What a posted rating sheet means."""

import pytest

from recommender.domain.editions import Edition, EditionItem, Section
from recommender.domain.errors import InputError
from recommender.domain.feedback import Act
from recommender.domain.papers import PaperId
from recommender.services.claims import Proposal
from recommender.services.voting import Mark
from recommender.web.sheet import Form, marks, rows, sheet_fields, undo_fields
from tests.builders import NOON, a_paper, a_vote

ONE, TWO = a_paper(1).id, a_paper(2).id
UP = Proposal(item=11, act=Act.UP)
SAVE = Proposal(item=11, act=Act.SAVE)


def an_edition() -> Edition:
    """Build an edition with items 11 and 12 for papers 1 and 2."""
    items = tuple(
        EditionItem(
            id=10 + number,
            paper=a_paper(number).id,
            section=Section.INTEREST,
            interest="Model editing",
            position=number,
            score=1.0,
            match=0.9,
            reason="because",
        )
        for number in (1, 2)
    )
    return Edition(
        id=5, subscriber=1, key="2026-01-30", created_at=NOON, due_at=NOON, considered=9, items=items
    )


def mark(paper: PaperId, act: Act) -> Mark:
    """Build a mark."""
    return Mark(paper=paper, act=act)


@pytest.mark.parametrize(
    "form, proposal, expected",
    [
        ({}, UP, [mark(ONE, Act.UP)]),
        ({}, SAVE, [mark(ONE, Act.SAVE)]),
        ({}, None, []),
        ({"undo": "1"}, UP, [mark(ONE, Act.UNDO)]),
        ({"undo": "1"}, SAVE, [mark(ONE, Act.UNSAVE)]),
        ({"undo": "1", "vote-12": "up"}, UP, [mark(TWO, Act.UP)]),
        ({"vote-11": "up", "had-11": "undo", "kept-11": "no"}, UP, [mark(ONE, Act.UP)]),
        ({"vote-11": "undo", "had-11": "undo"}, UP, []),
        ({"vote-11": "down", "had-11": "undo"}, UP, [mark(ONE, Act.DOWN)]),
        ({"vote-12": "down", "had-12": "undo"}, UP, [mark(ONE, Act.UP), mark(TWO, Act.DOWN)]),
        ({"vote-12": "undo", "had-12": "up"}, None, [mark(TWO, Act.UNDO)]),
        ({"save-12": "yes", "kept-12": "no"}, None, [mark(TWO, Act.SAVE)]),
        ({"save-12": "yes", "kept-12": "yes"}, None, []),
        ({"kept-12": "yes"}, None, [mark(TWO, Act.UNSAVE)]),
        ({"kept-12": "no"}, None, []),
        ({"save-12": "no"}, None, [mark(TWO, Act.UNSAVE)]),
        ({"kept-11": "no"}, SAVE, []),
        ({"List-Unsubscribe": "One-Click", "vote-x": "up"}, UP, [mark(ONE, Act.UP)]),
    ],
)
def test_marks_of_a_form(form: Form, proposal: Proposal | None, expected: list[Mark]) -> None:
    """A form asks for what differs from what its page showed, and for the proposal if silent about it."""
    assert marks(an_edition(), form, proposal) == expected


@pytest.mark.parametrize("form", [{"vote-13": "up"}, {"save-999999999999": "yes"}, {"vote-11": "sideways"}])
def test_a_form_cannot_reach_beyond_its_edition(form: Form) -> None:
    """Items of other editions and unknown values are refused."""
    with pytest.raises(InputError):
        marks(an_edition(), form)


def test_undo_fields_are_the_marks_they_came_from() -> None:
    """Posting the undo form gives back exactly the marks it was made of."""
    undo = [mark(ONE, Act.DOWN), mark(TWO, Act.UNDO), mark(TWO, Act.SAVE), mark(ONE, Act.UNSAVE)]
    found = marks(an_edition(), undo_fields(an_edition(), undo), UP)
    assert sorted(found, key=str) == sorted(undo, key=str)


def test_rows_show_what_stands_and_what_is_proposed() -> None:
    """The proposal is preselected on its own row only; standing votes and saves show on every row."""
    papers = {ONE: a_paper(1), TWO: a_paper(2)}
    votes = {ONE: a_vote(1, up=False), TWO: a_vote(2)}
    first, second = rows(an_edition(), papers, votes, frozenset({TWO}), UP)
    assert (first.standing, first.chosen, first.proposed, first.keep) == ("down", "up", True, False)
    assert (second.standing, second.chosen, second.proposed, second.keep) == ("up", "up", False, True)


def test_rows_leave_out_papers_that_are_gone() -> None:
    """A paper that is no longer in the store has no row."""
    assert [row.item.id for row in rows(an_edition(), {TWO: a_paper(2)}, {}, frozenset())] == [12]


def test_only_fields_of_a_sheet_are_offered_again() -> None:
    """What else was posted is not repeated."""
    assert sheet_fields({"vote-1": "up", "undo": "1", "x": "y"}) == {"vote-1": "up"}
