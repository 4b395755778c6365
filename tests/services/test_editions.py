"""Making editions: order, subjects, what is counted, reminders. Through the real services and store."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from recommender.domain.cadence import next_due
from recommender.domain.editions import DeliveryState, Edition, Recommendation, Section
from recommender.domain.feedback import Act
from recommender.domain.papers import PaperId
from recommender.services.editions import Due, grouped
from recommender.services.reminders import AFTER, MOST, UNTIL, waiting
from recommender.services.voting import Mark, Voting
from recommender.store.sql_store import SqlStore
from recommender.web.sheet import rows
from tests.builders import NOON, a_paper
from tests.services.newsroom import NewsRoom, ids, of

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[SqlStore]:
    """Give an empty store."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


def made(room: NewsRoom) -> Edition:
    """Return the edition of the day, which there must be."""
    edition = room.publish()
    assert edition is not None
    return edition


def test_considered_are_the_papers_that_were_new_to_the_reader(store: SqlStore) -> None:
    """In the window and not shown before: what could have been chosen."""
    room = NewsRoom(store, most=2)
    room.bring(1, 2, 3, 4, 5)
    room.join()
    assert made(room).considered == 5
    room.settle(DeliveryState.SENT)
    room.clock.move(days=1)
    room.bring(6)
    assert made(room).considered == 4
    room.settle(DeliveryState.SENT)
    room.clock.move(days=9)
    room.bring(7)
    assert made(room).considered == 1


def test_no_subject_twice_and_a_preview_has_the_one_that_will_come(store: SqlStore) -> None:
    """Seven empty editions and one that never arrived."""
    room = NewsRoom(store)
    ana = room.join(send_empty=True)
    subjects = []
    for day in range(7):
        previewed = room.recommending.preview(ana.email)[1]
        assert previewed.subject not in subjects
        edition = made(room)
        # The preview is of the next slot: another day may stand in it, and nothing else.
        assert previewed.subject.partition(" · ")[0] == edition.subject.partition(" · ")[0]
        subjects.append(edition.subject)
        if day == 3:
            room.settle(DeliveryState.FAILED)
        room.clock.move(days=1)
    assert subjects[0] == "No new papers for you"
    assert len(set(subjects)) == 7


def test_a_preview_is_what_is_published(store: SqlStore) -> None:
    """Items, order, subject and counts."""
    room = NewsRoom(store, most=3)
    room.bring(1, 2, 3, 4)
    ana = room.join()
    room.act(ana, Act.SAVE, 4)
    room.clock.move(days=3)
    room.happen(4)
    previewed = room.recommending.preview(ana.email)[1]
    edition = made(room)
    assert previewed.subject == edition.subject
    assert previewed.considered == edition.considered
    assert [(own.paper, own.section, own.position, own.reason) for own in previewed.items] == [
        (own.paper, own.section, own.position, own.reason) for own in edition.items
    ]


def test_the_sheet_shows_the_order_of_the_mail(store: SqlStore) -> None:
    """That of the theme."""
    order = (Section.CHANGED, Section.READING_LIST, Section.INTEREST, Section.TRENDING, Section.DIFFERENT)
    room = NewsRoom(store, most=2, order=order)
    room.bring(1, 2, 3, 4)
    ana = room.join()
    room.act(ana, Act.SAVE, 3, 4)
    room.clock.move(days=3)
    room.happen(3)
    edition = made(room)
    papers = {paper.id: paper for paper in (a_paper(number) for number in range(1, 5))}
    sheet = rows(edition, papers, {}, frozenset())
    assert [row.item.section for row in sheet] == [
        Section.CHANGED,
        Section.READING_LIST,
        *[Section.INTEREST] * 2,
    ]
    assert [row.paper.id for row in sheet] == ids(3, 4, 1, 2)


def test_a_thumb_on_news_or_a_reminder_is_for_no_interest(store: SqlStore) -> None:
    """They were not recommended for one."""
    room = NewsRoom(store, most=1)
    room.bring(1, 2, 3)
    ana = room.join()
    room.act(ana, Act.SAVE, 2, 3)
    room.clock.move(days=3)
    room.happen(3)
    edition = made(room)
    marks = [Mark(paper=item.paper, act=Act.UP) for item in edition.items]
    room.clock.move(hours=1)
    Voting(store, room.clock).record(ana, marks, via="cli", edition=edition)
    with store.read() as unit:
        votes = {vote.paper: vote.interest for vote in unit.people.votes([ana.id])}
    assert votes == dict(zip(ids(1, 2, 3), ("editing", None, None), strict=True))


def test_editions_of_a_block_ask_as_often_as_one(store: SqlStore) -> None:
    """However many readers with reading lists there are."""
    room = NewsRoom(store, most=1)
    room.bring(1, 2, 3)
    counts = []
    for number in (1, 9):
        for place in range(number):
            who = room.join(f"reader{number}-{place}@example.org")
            room.act(who, Act.SAVE, 1, 2)
        room.clock.move(days=3)
        room.happen(1)
        counts.append(_statements(room))
    assert counts[0] == counts[1]


def _statements(room: NewsRoom) -> int:
    """Count the statements with which the editions of everybody are made."""
    asked: list[str] = []

    def note(*said: object) -> None:
        asked.append(str(said[2]))

    engine = room.store._readers  # the only way to see what is asked
    with room.store.read() as unit:
        everybody = unit.people.all()
        due = [Due(subscriber=own, slot=next_due(own.cadence, room.clock.now())) for own in everybody]
        event.listen(engine, "before_cursor_execute", note)
        try:
            room.publishing._maker(room.publishing.recommender()).build(unit, due, room.clock.now())
        finally:
            event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def chosen(number: int, section: Section, interest: str = "a") -> Recommendation:
    """Return a recommendation."""
    return Recommendation(paper=a_paper(number).id, section=section, interest=interest, score=1, match=1)


def test_a_group_is_kept_together_in_its_section_alone() -> None:
    """The best one leads; other sections and interests keep theirs."""
    same = ("Ann One", "Ben Two")
    papers = {
        own.id: own
        for own in (
            *(a_paper(number, authors=same) for number in (1, 3, 5, 7)),
            *(a_paper(number, authors=(f"Cat {number}",)) for number in (2, 4, 6)),
        )
    }
    ranked = [
        *(chosen(number, Section.INTEREST) for number in (1, 2, 3)),
        *(chosen(number, Section.INTEREST, "b") for number in (4, 5)),
        chosen(6, Section.TRENDING),
        chosen(7, Section.DIFFERENT),
    ]
    assert [own.paper for own in grouped(ranked, papers)] == ids(1, 3, 2, 4, 5, 6, 7)


LISTED = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 100), st.booleans()),
    max_size=12,
    unique_by=lambda row: row[0],
)


@settings(deadline=None)
@given(LISTED, st.sets(st.integers(1, 50), max_size=3), st.integers(0, 400))
def test_reminders(listed: list[tuple[int, int, bool]], besides: set[int], day: int) -> None:
    """At most two unread papers of the last sixty days, none of the last two, none that stands already."""
    now = NOON + day * DAY
    own = [(a_paper(number).id, now - age * DAY, read) for number, age, read in listed]
    left_out = {a_paper(number).id for number in besides}
    found = waiting(own, now, besides=left_out)
    fit = {paper: at for paper, at, read in own if not read and AFTER <= now - at <= UNTIL}
    fit = {paper: at for paper, at in fit.items() if paper not in left_out}
    assert len({paper for paper, _ in found}) == len(found) == min(MOST, len(fit))
    assert all(fit[paper] == at for paper, at in found)


def test_reminders_come_round() -> None:
    """In five days each of ten waiting papers was reminded of once."""
    listed = [(PaperId(f"title:{number}"), NOON - 5 * DAY, False) for number in range(10)]
    seen = [paper for day in range(5) for paper, _ in waiting(listed, NOON + day * DAY)]
    assert len(set(seen)) == len(seen) == 10


def test_reminders_come_with_the_edition(store: SqlStore) -> None:
    """And are not worth a mail of their own."""
    room = NewsRoom(store)
    room.bring(1)
    ana = room.join()
    room.act(ana, Act.SAVE, 1)
    room.clock.move(days=3)
    assert room.publish() is None
    room.ranks.most = 1
    room.bring(2)
    assert of(made(room), Section.READING_LIST) == ids(1)
