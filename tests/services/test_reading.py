"""The reading list as rows and as text."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.errors import InputError, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperStatus
from recommender.domain.subscribers import SubscriberState
from recommender.services.changes import news
from recommender.services.reading import Choice, Order, Reading, labels_in
from recommender.services.reminders import waiting
from recommender.services.voting import Mark, Voting
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.services.desk import Hands
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


@pytest.mark.parametrize(
    "form, start", [("bibtex", "@misc{"), ("ris", "TY  - "), ("csl", "["), ("json", "[")]
)
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


def acted(tmp_path: Path, *steps: tuple[int, Act, str]) -> tuple[Reading, SqlStore]:
    """Return the list after some acts, a minute apart, of a reader who has papers 1 to 5 on it."""
    store = sqlite_store(tmp_path)
    papers = [
        a_paper(1, title="Émile on $\\alpha$ rays", published=NOON - timedelta(days=800)),
        a_paper(2, title="zebras", abstract="About lamps."),
        a_paper(3, title="Apples", authors=("Zoë Straße",), published=NOON),
        a_paper(4, title="Bees", published=NOON - timedelta(days=400)),
        a_paper(5, title="Cats"),
    ]
    clock = Hands()
    with store.write() as uow:
        uow.papers.fold(papers, seen_at=NOON)
        ana = uow.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
    voting = Voting(store, clock)
    for number, act, value in (*((number, Act.SAVE, "") for number in range(1, 6)), *steps):
        clock.wait(60)
        voting.record(ana, [Mark(paper=a_paper(number).id, act=act, value=value)], via="web")
    return Reading(store), store


def numbers(reading: Reading, **choice: Any) -> list[int]:
    """Return the numbers of the papers that a choice names, in its order."""
    return [int(row.paper.id[-1]) for row in reading.rows("ana@example.org", Choice(**choice))]


@pytest.mark.parametrize(
    "words, found",
    [
        ("", [5, 4, 3, 2, 1]),
        ("emile", [1]),
        ("α RAYS", [1]),
        ("strasse zoe apples", [3]),
        ("LAMPS", [2]),
        ("to-do", [4]),
        ("bring milk", [5]),
        ("milk bees", []),
    ],
)
def test_words_are_found_wherever_they_stand(tmp_path: Path, words: str, found: list[int]) -> None:
    """In title as shown, authors, abstract, labels and note; without case and accents; all of them."""
    reading, _ = acted(tmp_path, (4, Act.LABEL, "To-do"), (5, Act.NOTE, "Bring\nmilk"))
    assert numbers(reading, words=words) == found


@pytest.mark.parametrize(
    "order, found",
    [
        (Order.NEWEST, [5, 4, 3, 2, 1]),
        (Order.OLDEST, [1, 2, 3, 4, 5]),
        (Order.TITLE, [3, 4, 5, 1, 2]),
        (Order.YEAR, [3, 4, 1, 5, 2]),
        (Order.CHANGED, [2, 1, 5, 4, 3]),
    ],
)
def test_orders(tmp_path: Path, order: Order, found: list[int]) -> None:
    """Papers without a date, or without news, come last, saved last first."""
    reading, store = acted(tmp_path)
    with store.write() as uow:
        uow.papers.fold([a_paper(1, title="Émile on $\\alpha$ rays", version=1)], seen_at=NOON)
        uow.papers.fold(
            [a_paper(1, title="Émile on $\\alpha$ rays", version=2)], seen_at=NOON + timedelta(days=1)
        )
        withdrawn = a_paper(2, title="zebras", status=PaperStatus.WITHDRAWN)
        uow.papers.fold([withdrawn], seen_at=NOON + timedelta(days=2))
    assert numbers(reading, order=order) == found


def test_labels_are_counted_and_chosen_in_any_case(tmp_path: Path) -> None:
    """A label written twice is one; what was taken off the list comes back with its labels and its note."""
    reading, _ = acted(
        tmp_path,
        (1, Act.LABEL, "To Read"),
        (2, Act.LABEL, "to  READ"),
        (2, Act.LABEL, "other"),
        (2, Act.NOTE, "old"),
        (2, Act.UNSAVE, ""),
        (2, Act.SAVE, ""),
        (3, Act.LABEL, "gone"),
        (3, Act.UNLABEL, "GONE"),
    )
    rows = reading.rows("ana@example.org")
    assert labels_in(rows) == [("other", 1), ("to READ", 2)]
    assert numbers(reading, label="TO read") == [2, 1]
    assert next(row.note for row in rows if row.paper.id == a_paper(2).id) == "old"


def test_a_paper_marked_unread_again_is_waiting(tmp_path: Path) -> None:
    """The digest reminds of what is to read; labels and notes make no difference to it."""
    reading, store = acted(
        tmp_path, *((number, Act.READ, "") for number in range(1, 6)), (2, Act.LABEL, "x"), (2, Act.NOTE, "y")
    )

    def reminded() -> list[str]:
        with store.read() as uow:
            listed = uow.people.saved(uow.people.find("ana@example.org").id)
        return [paper for paper, _ in waiting(listed, NOON + timedelta(days=3))]

    assert reminded() == []
    with store.write() as uow:
        ana = uow.people.find("ana@example.org").id
        later = NOON + timedelta(days=2)
        uow.people.record([Feedback(subscriber=ana, paper=a_paper(2).id, act=Act.UNREAD, at=later)])
    assert reminded() == [a_paper(2).id]
    assert numbers(reading, unread=True) == [2]


def test_what_changed_is_told_with_labels_and_notes_too(tmp_path: Path) -> None:
    """A withdrawal is news of a labelled paper as of any other."""
    reading, store = acted(tmp_path, (1, Act.LABEL, "x"), (1, Act.NOTE, "y"), (1, Act.READ, ""))
    later = NOON + timedelta(days=2)
    with store.write() as uow:
        uow.papers.fold([a_paper(1, status=PaperStatus.WITHDRAWN)], seen_at=later)
        ana = uow.people.find("ana@example.org")
        told = news(uow, [ana], later + timedelta(hours=1))
    assert [change.paper for change in told[ana.id]] == [a_paper(1).id]
    (row,) = (row for row in reading.rows("ana@example.org") if row.changed)
    assert (row.changed, row.changed_at, row.labels) == ("withdrawn", later, ("x",))
