"""The reading list as rows and as text."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.errors import InputError, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from recommender.services.reading import Choice, Order, Reading, labels_in
from recommender.services.voting import Mark, Voting
from tests.builders import NOON, a_declaration, a_paper
from tests.stores import sqlite_store


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Return the list of a reader who saved papers 1 and 2, in that order, and read the first."""
    store = sqlite_store(tmp_path)
    with store.write() as uow:
        uow.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        ana = uow.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
        acts = ((1, Act.SAVE), (2, Act.SAVE), (1, Act.READ))
        uow.people.record(
            [
                Feedback(
                    subscriber=ana.id, paper=a_paper(number).id, act=act, at=NOON + timedelta(minutes=minute)
                )
                for minute, (number, act) in enumerate(acts)
            ]
        )
    return Reading(store)


def test_rows_are_newest_first(reading: Reading) -> None:
    """Each row says when the paper was saved and whether it was read."""
    rows = reading.rows("ana@example.org")
    assert [(row.paper.id, row.read) for row in rows] == [(a_paper(2).id, False), (a_paper(1).id, True)]
    assert rows[1].saved_at == NOON


def test_unread_leaves_out_what_was_read(reading: Reading) -> None:
    """`--unread` is what is still to do."""
    assert [row.paper.id for row in reading.rows("ana@example.org", Choice(unread=True))] == [a_paper(2).id]


@pytest.mark.parametrize("form, start", [("bibtex", "@misc{"), ("ris", "TY  - "), ("csl", "["), ("json", "[")])
def test_exports(reading: Reading, form: str, start: str) -> None:
    """Every format writes every row."""
    text = reading.export("ana@example.org", form)
    assert text.startswith(start)
    assert text.count("https://arxiv.org/abs/2601.0000") == 2


def test_an_empty_list_is_an_empty_file(tmp_path: Path) -> None:
    """Exports of nothing are valid."""
    store = sqlite_store(tmp_path)
    with store.write() as uow:
        uow.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
    assert json.loads(Reading(store).export("ana@example.org", "json")) == []


def test_unknown_names_are_refused(reading: Reading) -> None:
    """A stranger or a format nobody knows is an error."""
    with pytest.raises(UnknownSubscriber):
        reading.rows("nobody@example.org")
    with pytest.raises(InputError, match="docx"):
        reading.export("ana@example.org", "docx")
