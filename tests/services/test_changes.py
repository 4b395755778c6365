"""What happened to papers that readers know, in their editions and on their reading lists."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.editions import NEVER_ARRIVED, DeliveryState, Edition, Section
from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperStatus
from recommender.domain.subscribers import SubscriberState
from recommender.services.changes import MOST, Reader, changes_for, mark, marks
from recommender.services.reading import Reading
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.services.newsroom import NewsRoom, changed, ids, of, reasons
from tests.stores import sqlite_store

EXAMPLES = 10
HOUR = timedelta(hours=1)


@pytest.fixture
def news(tmp_path: Path, migrated: Path) -> Iterator[NewsRoom]:
    """Give a newsroom that recommends nothing."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield NewsRoom(store)
    store.close()


def event(number: int, kind: EventKind = EventKind.VERSION, hours: int = 1) -> PaperEvent:
    """Build an event after noon."""
    return PaperEvent(paper=a_paper(number).id, kind=kind, at=NOON + hours * HOUR, detail="v2")


def reader(**fields: object) -> Reader:
    """Build a reader who knows papers 1 to 9 since noon."""
    known = dict.fromkeys(ids(*range(1, 10)), NOON)
    values = {"since": NOON, "known": known, "saved": frozenset(), "votes": {}, "told": frozenset()}
    return Reader(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def test_saved_papers_come_first_then_liked_ones_then_those_shown() -> None:
    """Among equals a withdrawal comes first, then what happened last."""
    events = [
        event(1),
        event(2, hours=3),
        event(3, EventKind.WITHDRAWN),
        event(4),
        event(5, EventKind.WITHDRAWN),
        event(6, hours=2),
    ]
    saved, votes = frozenset(ids(1, 6)), dict.fromkeys(ids(2, 5), True)
    found = changes_for(reader(saved=saved, votes=votes), events)
    assert [change.paper for change in found] == ids(6, 1, 5, 2, 3, 4)
    assert [change.urgent for change in found] == [False, False, True, False, False, False]


def test_what_was_known_then_is_no_news() -> None:
    """What was before the reader knew the paper, or joined; what is of a paper voted down or not known."""
    late = {**dict.fromkeys(ids(1, 2, 3), NOON), a_paper(1).id: NOON + HOUR}
    assert changes_for(reader(known=late), [event(1)]) == []
    assert changes_for(reader(since=NOON + HOUR), [event(2)]) == []
    assert changes_for(reader(votes={a_paper(3).id: False}), [event(3)]) == []
    assert changes_for(reader(), [event(77)]) == []
    assert len(changes_for(reader(), [event(1), event(2), event(3)])) == 3


def test_a_saved_paper_that_changed_is_told_of_once(news: NewsRoom) -> None:
    """In words, with the day in the reader's zone; the next edition has nothing to tell."""
    news.bring(1, 2)
    ana = news.join(send_empty=True)
    news.act(ana, Act.SAVE, 1)
    news.clock.move(hours=20)
    news.happen(1, detail="v3")
    first = news.publish()
    assert first is not None
    assert changed(first) == ids(1)
    assert reasons([first]) == ["New version v3, 22 November. You saved this paper."]
    assert first.subject == "New version: Paper number 1 on subject 1"
    news.settle(DeliveryState.SENT)
    news.clock.move(days=1)
    assert changed(news.publish()) == []


def test_an_edition_that_never_arrived_tells_again(news: NewsRoom) -> None:
    """Whether it failed or gave way to the next one; one that nobody knows about does not."""
    news.bring(1)
    ana = news.join(send_empty=True)
    news.act(ana, Act.SAVE, 1)
    news.clock.move(days=1)
    news.happen(1)
    for settled in (DeliveryState.FAILED, DeliveryState.EXPIRED, None):
        assert changed(news.publish()) == ids(1)
        if settled is DeliveryState.FAILED:
            news.settle(settled)
        news.clock.move(days=1)
    news.clock.move(days=-1)
    with news.store.write() as unit:
        (row,) = unit.outbox.claim(worker="w", now=news.clock.now(), lease=HOUR, limit=9)
        assert unit.outbox.mark_in_doubt(row, now=news.clock.now(), body_sha256="0" * 64)
    news.clock.move(days=1)
    assert changed(news.publish()) == []


def test_only_a_withdrawal_of_what_a_reader_chose_is_worth_a_mail(news: NewsRoom) -> None:
    """News of a smaller kind waits for the next edition and is told then."""
    news.bring(1, 2)
    ana = news.join()
    news.act(ana, Act.SAVE, 1)
    news.act(ana, Act.UP, 2)
    news.clock.move(days=1)
    news.happen(1)
    assert news.publish() is None
    news.clock.move(days=1)
    news.happen(2, EventKind.WITHDRAWN)
    made = news.publish()
    assert changed(made) == ids(1, 2)
    assert made is not None
    assert made.subject == "New version: Paper number 1 on subject 1"


def test_a_withdrawn_paper_is_not_recommended_and_not_reminded_of(news: NewsRoom) -> None:
    """It is told of as withdrawn, and names the mail where nothing else is in it."""
    news.bring(1, 2)
    ana = news.join()
    news.act(ana, Act.SAVE, 1)
    news.clock.move(days=3)
    news.bring(1, 2, status=PaperStatus.WITHDRAWN)
    news.ranks.most = 5
    first = news.publish()
    assert first is not None
    assert [(item.paper, item.section) for item in first.items] == [(a_paper(1).id, Section.CHANGED)]
    assert first.subject == "Withdrawn: Paper number 1 on subject 1"
    assert reasons([first]) == ["Withdrawn on 24 November. You saved this paper."]
    news.settle(DeliveryState.SENT)
    news.clock.move(days=1)
    news.bring(3)
    assert of(news.publish(), Section.READING_LIST) == []


def test_at_most_five_are_named_and_the_others_are_counted_once(news: NewsRoom) -> None:
    """What was only counted does not come back."""
    numbers = range(1, 9)
    news.bring(*numbers)
    ana = news.join(send_empty=True)
    news.act(ana, Act.SAVE, *numbers)
    news.clock.move(hours=20)
    for number in numbers:
        news.happen(number)
    made = news.publish()
    assert made is not None
    assert len(changed(made)) == MOST
    assert [own.count for item in made.items for own in item.evidence if own.count] == [3]
    news.settle(DeliveryState.SENT)
    news.clock.move(days=1)
    assert changed(news.publish()) == []


def test_a_paper_stands_once_in_an_edition(news: NewsRoom) -> None:
    """One that changed is not reminded of, though it waits; another one is, in the order of the sections."""
    news.bring(1, 2)
    ana = news.join()
    news.act(ana, Act.SAVE, 1, 2)
    news.clock.move(days=3)
    news.happen(1)
    news.bring(3, 4)
    news.ranks.most = 1
    made = news.publish()
    assert made is not None
    assert [(item.section, item.paper) for item in made.items] == [
        (Section.INTEREST, a_paper(3).id),
        (Section.READING_LIST, a_paper(2).id),
        (Section.CHANGED, a_paper(1).id),
    ]
    assert [item.position for item in made.items] == [0, 1, 2]


@st.composite
def _histories(draw: st.DrawFn) -> list[tuple[str, int]]:
    steps = (
        "event",
        "event",
        "edition",
        "edition",
        "sent",
        "failed",
        "take",
        "save",
        "forget",
        "down",
        "wait",
    )
    return draw(st.lists(st.tuples(st.sampled_from(steps), st.integers(1, 7)), min_size=4, max_size=24))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_histories())
def test_no_event_is_told_twice_and_none_is_lost(migrated: Path, history: list[tuple[str, int]]) -> None:
    """Whatever becomes of the editions: each event is in at most one that may have arrived, and at the end in
    one exactly, unless its paper was no concern of the reader's.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(migrated, Path(folder) / "store.db")
        store = SqlStore(f"sqlite:///{folder}/store.db")
        room = NewsRoom(store)
        room.bring(*range(1, 8))
        ana = room.join(send_empty=True)
        room.act(ana, Act.UP, 1, 2, 3, 4, 5, 6)
        events: list[PaperEvent] = []
        down: set[int] = set()
        for step, number in history:
            room.clock.move(hours=1)
            if step == "event":
                events.append(room.happen(number))
            elif step == "edition":
                room.clock.move(hours=20)
                room.publish()
            elif step in {"sent", "failed"}:
                room.settle(DeliveryState(step))
            elif step == "take":
                room.take()
            elif step in {"save", "forget"}:
                room.act(ana, Act.SAVE if step == "save" else Act.UNSAVE, number)
            elif step == "down":
                room.act(ana, Act.DOWN, number)
                down.add(number)
            _told_at_most_once(room)
        room.clock.move(days=1)
        room.publish()
        told = _told_at_most_once(room)
        unknown = {a_paper(number).id for number in (*down, 7)}
        assert {mark(own) for own in events if own.paper not in unknown} <= told
        store.close()


def _told_at_most_once(room: NewsRoom) -> set[str]:
    """Return the marks of all events that were told, or only counted, by editions that may have arrived."""
    found: list[str] = []
    for row in room.deliveries():
        if row.state in NEVER_ARRIVED and not row.doubts:
            continue
        with room.store.read() as unit:
            edition = unit.outbox.edition(row.edition)
        assert isinstance(edition, Edition)
        found += marks(item for item in edition.items if item.section is Section.CHANGED)
    assert len(found) == len(set(found))
    return set(found)


def test_votes_and_lists_of_many_are_asked_for_at_once(news: NewsRoom) -> None:
    """Each of three readers hears of their own papers alone."""
    news.bring(1, 2, 3)
    readers = [news.join(f"reader{number}@example.org", send_empty=True) for number in (1, 2, 3)]
    for number, who in enumerate(readers, 1):
        news.act(who, Act.SAVE, number)
    news.clock.move(hours=20)
    news.happen(1)
    news.happen(3)
    news.publish()
    with news.store.read() as unit:
        rows = {row.subscriber: unit.outbox.edition(row.edition) for row in unit.outbox.deliveries()}
    assert [changed(rows[who.id]) for who in readers] == [ids(1), [], ids(3)]


def test_a_reading_list_says_what_changed_since_a_paper_was_saved(tmp_path: Path) -> None:
    """The latest of each kind, in words; what happened before is no news."""
    store = sqlite_store(tmp_path)
    with store.write() as unit:
        unit.papers.fold([a_paper(1, version=1), a_paper(2, version=1)], seen_at=NOON)
        unit.papers.fold([a_paper(2, version=2)], seen_at=NOON + HOUR)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
        saves = [(1, NOON), (2, NOON + 2 * HOUR)]
        unit.people.record(
            [Feedback(subscriber=ana, paper=a_paper(number).id, act=Act.SAVE, at=at) for number, at in saves]
        )
        for hours, version in ((3, 2), (4, 3)):
            unit.papers.fold([a_paper(1, version=version)], seen_at=NOON + hours * HOUR)
        gone = replace(a_paper(1, version=3), venue="A journal")
        unit.papers.fold([gone], seen_at=NOON + 5 * HOUR)
        unit.papers.fold([replace(gone, version=4, status=PaperStatus.WITHDRAWN)], seen_at=NOON + 6 * HOUR)
    rows = {row.paper.id: row.changed for row in Reading(store).rows("ana@example.org")}
    assert rows == {a_paper(1).id: "new version v4; published in A journal; withdrawn", a_paper(2).id: ""}
    assert '"changed": "new version v4' in Reading(store).export("ana@example.org", "json")
