"""What happened to papers that readers know."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId, PaperStatus
from recommender.domain.subscribers import SubscriberState
from recommender.services.changes import for_each, news
from recommender.services.reading import Reading
from tests.builders import NOON, a_declaration, a_paper
from tests.stores import sqlite_store

HOUR = timedelta(hours=1)


def event(paper: int, kind: EventKind = EventKind.WITHDRAWN, detail: str = "") -> PaperEvent:
    """Build an event at noon."""
    return PaperEvent(paper=PaperId(f"arxiv:2601.{paper:05d}"), kind=kind, at=NOON, detail=detail)


def test_each_reader_hears_of_the_papers_that_are_followed() -> None:
    """Not of those of others, not of disliked ones; who has no news is absent."""
    followed = {
        1: frozenset({a_paper(1).id, a_paper(2).id}),
        2: frozenset({a_paper(2).id}),
        3: frozenset[PaperId](),
    }
    found = for_each([event(1), event(2), event(9)], followed, [(2, a_paper(2).id)])
    assert found == {1: [event(1), event(2)]}


def test_news_come_from_what_a_reader_saved_or_liked(tmp_path: Path) -> None:
    """Since an instant, and not of what was voted down."""
    store = sqlite_store(tmp_path)
    with store.write() as unit:
        unit.papers.fold([a_paper(number, version=1) for number in (1, 2, 3)], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
        acts = ((1, Act.SAVE), (2, Act.UP), (3, Act.DOWN))
        unit.people.record(
            [Feedback(subscriber=ana, paper=a_paper(number).id, act=act, at=NOON) for number, act in acts]
        )
        later = [a_paper(number, version=2) for number in (1, 2, 3)]
        unit.papers.fold(later, seen_at=NOON + HOUR)
        found = news(unit, [ana], since=NOON, until=NOON + HOUR)
        assert [(one.paper, one.detail) for one in found[ana]] == [
            (a_paper(1).id, "v2"),
            (a_paper(2).id, "v2"),
        ]
        assert news(unit, [ana], since=NOON + HOUR, until=NOON + 2 * HOUR) == {}


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
