"""What happened to a paper, in words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from recommender.digest.news import news_of
from recommender.domain.events import EventKind, PaperEvent
from tests.builders import NOON, a_paper
from tests.digest.samples import english, wording

BERLIN = ZoneInfo("Europe/Berlin")


def event(kind: EventKind, detail: str = "", hours: int = 0) -> PaperEvent:
    """Build an event some hours after noon of 30 January."""
    return PaperEvent(paper=a_paper().id, kind=kind, at=NOON + timedelta(hours=hours), detail=detail)


@pytest.mark.parametrize(
    "kind, detail, said",
    [
        (EventKind.VERSION, "v3", "New version v3, 30 January. You saved this paper."),
        (EventKind.REVISED, "", "New wording, 30 January. You saved this paper."),
        (EventKind.WITHDRAWN, "", "Withdrawn on 30 January. You saved this paper."),
        (EventKind.PUBLISHED, "A Journal", "Published in A Journal, 30 January. You saved this paper."),
        (EventKind.PUBLISHED, "10.1/x", "Published as 10.1/x, 30 January. You saved this paper."),
    ],
)
def test_one_event(kind: EventKind, detail: str, said: str) -> None:
    """With the day; a DOI is no place."""
    assert news_of([event(kind, detail)], "saved", english(), BERLIN) == said


def test_the_last_of_each_kind_weightiest_first() -> None:
    """Two versions and a journal are two sentences."""
    events = [
        event(EventKind.VERSION, "v2"),
        event(EventKind.VERSION, "v3", hours=1),
        event(EventKind.PUBLISHED, "A Journal", hours=2),
    ]
    assert news_of(events, "liked", english(), BERLIN) == (
        "Published in A Journal, 30 January. New version v3, 30 January. You found this paper useful."
    )


def test_of_a_withdrawn_paper_no_version_is_told() -> None:
    """The withdrawal is one."""
    events = [event(EventKind.VERSION, "v4"), event(EventKind.WITHDRAWN)]
    assert (
        news_of(events, "shown", english(), BERLIN) == "Withdrawn on 30 January. You were shown this paper."
    )


def test_the_day_is_the_readers_and_a_venue_is_harmless() -> None:
    """An evening in London is a morning in Tokyo; a stranger's venue is cut and stays on its line."""
    late = event(EventKind.PUBLISHED, "J.\u202e of\nVenues " + "x" * 90, hours=11)
    said = news_of([late], "saved", wording().of("en-US"), ZoneInfo("Asia/Tokyo"))
    assert said.startswith("Published in J. of Venues x")
    assert ", January 31. " in said
    assert "\n" not in said
    assert len(said) < 130
