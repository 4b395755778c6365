"""What each road does wrong, and what becomes of the papers and of the cursor then."""

from datetime import UTC, datetime, timedelta

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.domain.papers import Cursor, PaperId
from recommender.sources.http import PoliteClient
from tests.sources.arxiv_desk import (
    API,
    FEED,
    MONDAY,
    NOTHING,
    OAI,
    Desk,
    announced,
    feed,
    harvest,
    oai_error,
    record,
    results,
)
from tests.sources.replay import Answer, FakeTime, Replay

LOGIN = Answer(body=b"<!DOCTYPE html><html><body>Please log in</body></html>")
DOWN = Answer(status=500)
FRIDAY = "2026-04-24"


@pytest.fixture
def desk(replay: Replay, client: PoliteClient) -> Desk:
    """Return a source whose roads all show one paper, each another one."""
    desk = Desk(replay, client)
    desk.says(
        feed=feed(announced("2604.00001")), oai=harvest(record("2604.00002")), api=results("2604.00003")
    )
    return desk


def torn() -> Answer:
    """Return a feed of three papers that ends in the middle of the third."""
    whole = feed(announced("2604.00001"), announced("2604.00002"), announced("2604.00003")).body
    return Answer(body=whole[: whole.rindex(b"2604.00003v1</guid>") + 17])


@pytest.mark.parametrize(
    "fault,words",
    [
        (torn(), "cannot be read, not an announcement feed"),
        (LOGIN, "declares a document type"),
        (DOWN, "answered 500"),
        (Answer(body=b"<rss", headers={"Content-Length": "9999"}), "broke off"),
        (Answer(status=410), "answered 410"),
        (Answer(body=b""), "it is empty"),
    ],
)
def test_a_broken_feed_costs_no_paper(desk: Desk, fault: Answer, words: str) -> None:
    """OAI-PMH takes over, the check goes on, and a warning names the fault."""
    desk.says(feed=fault)
    desk.visit(FRIDAY)
    assert desk.asked == [FEED, OAI, API]
    assert desk.papers == ["2604.00002", "2604.00003"]
    assert "the announcement feed failed: " in desk.warnings
    assert words in desk.warnings
    assert desk.cursor == "2026-04-27"
    assert desk.pages[-1].cursor == Cursor(position="2026-04-27")


def test_a_torn_feed_still_says_what_there_is(desk: Desk) -> None:
    """The ids that stand whole in its bytes are announced, so that they are looked up if they are lacking."""
    desk.says(feed=torn())
    desk.visit(FRIDAY)
    assert desk.announced == {"2026-04-27": {"2604.00001", "2604.00002", "2604.00003"}}


@pytest.mark.parametrize("fault", [LOGIN, DOWN, oai_error("badArgument")])
def test_without_feed_and_oai_the_query_api_is_left(desk: Desk, fault: Answer) -> None:
    """It brings the new papers; the cursor stays, so that OAI-PMH can bring the rest later."""
    desk.says(feed=DOWN, oai=fault)
    desk.visit(FRIDAY)
    assert (desk.papers, desk.cursor) == (["2604.00003"], FRIDAY)
    assert "OAI-PMH failed: " in desk.warnings
    assert "completeness was not checked: " in desk.warnings
    desk.now = MONDAY + timedelta(days=1)
    crossed = record("1901.00001", created="2019-01-02")
    tuesday = feed(announced("2604.00004"), day="Tue, 28 Apr 2026 00:00:00 -0400")
    desk.says(feed=tuesday, oai=harvest(record("2604.00002"), crossed))
    desk.visit(desk.pages[-1].cursor)
    assert desk.papers[:2] == ["1901.00001", "2604.00002"]
    assert ("1901.00001" not in desk.fresh, desk.cursor) == (True, "2026-04-28")


def test_the_cursor_does_not_wait_for_ever(desk: Desk) -> None:
    """After a month without OAI-PMH the visit goes on and says what was not read."""
    desk.says(oai=DOWN)
    desk.visit("2026-03-20")
    assert desk.cursor == "2026-04-27"
    assert "cross-lists and replacements announced after 2026-03-20 were not read" in desk.warnings


@pytest.mark.parametrize("since", [None, FRIDAY])
def test_when_all_roads_fail_the_first_fault_is_raised(desk: Desk, since: str | None) -> None:
    """The feed's own."""
    desk.says(feed=LOGIN, oai=DOWN, api=DOWN)
    with pytest.raises(SourceMalformed, match="document type"):
        desk.visit(since)
    assert {FEED, OAI, API} == set(desk.asked)
    assert "OAI-PMH" in desk.warnings  # the faults of the other roads are told too


def test_a_gap_that_no_road_fills_is_read_next_time(desk: Desk) -> None:
    """What the feed shows is kept, and the cursor stays before the gap."""
    desk.says(oai=DOWN, api=DOWN)
    desk.visit("2026-04-22")
    assert (desk.papers, desk.cursor) == (["2604.00001"], "2026-04-22")
    assert "what was announced from 2026-04-23 to 2026-04-24 is read next time" in desk.warnings


def test_a_check_that_fails_is_said_and_made_up(desk: Desk) -> None:
    """The announcement is in; without its ETag the next visit reads and checks it again."""
    desk.says(api=DOWN)
    desk.visit(FRIDAY)
    assert desk.papers == ["2604.00001"]
    assert desk.pages[-1].cursor == Cursor(position="2026-04-27")
    assert "completeness was not checked: " in desk.warnings
    assert "answered 500" in desk.warnings
    desk.says(api=results("2604.00003"))
    desk.visit(desk.pages[-1].cursor)
    assert desk.papers == ["2604.00001", "2604.00003"]


def test_a_second_road_that_is_late_is_no_proof(desk: Desk) -> None:
    """A query API that shows nothing of an announcement full of papers has not been brought up to date."""
    desk.says(api=NOTHING)
    desk.visit(FRIDAY)
    assert "the query API does not show this announcement yet" in desk.warnings


def test_first_run_without_the_query_api(desk: Desk) -> None:
    """OAI-PMH fills the store instead; what is old does not look new."""
    desk.says(api=DOWN, oai=harvest(record("2604.00002"), record("1901.00001", created="2019-01-02")))
    desk.visit(None)
    assert desk.fresh == ["2604.00001", "2604.00002"]
    assert (desk.papers[0], desk.cursor) == ("1901.00001", "2026-04-27")
    assert "from=2026-04-13" in next(target for target in desk.replay.asked if target.startswith(OAI))


def test_first_run_without_the_feed(desk: Desk) -> None:
    """The back-fill has the new papers; the announcement itself is harvested next time."""
    desk.says(feed=DOWN)
    desk.visit(None)
    assert (desk.papers, desk.cursor) == (["2604.00003"], FRIDAY)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_reader_that_dies_between_pages_loses_nothing(desk: Desk, kept: int) -> None:
    """No page but the last moves the cursor."""
    desk.says(oai=[harvest(record("2604.00002"), token="a"), harvest(record("2604.00005"))])
    pages = desk.visit("2026-04-22")
    assert len(pages) == 4
    assert all(page.cursor is None for page in pages[:-1])
    assert all(page.place for page in pages)
    assert pages[kept].papers


# Arxiv's own wish to be left alone


@pytest.mark.parametrize("status", [429, 403])
@pytest.mark.parametrize("road", ["feed", "oai", "api"])
def test_who_is_told_to_stop_stops(desk: Desk, road: str, status: int) -> None:
    """No other road is tried after a 429 or 403, and nothing asks again for an hour."""
    desk.says(**{road: Answer(status=status)})
    with pytest.raises(SourceError) as caught:
        desk.visit("2026-04-22")
    assert caught.value.throttled
    asked = len(desk.replay.asked)
    roads = {"feed": [FEED], "oai": [FEED, OAI], "api": [FEED, OAI, API]}
    assert desk.asked == roads[road]
    with pytest.raises(SourceUnavailable, match="left alone"):
        desk.visit("2026-04-22")
    assert (desk.replay.asked, asked >= len(roads[road])) == ([], True)
    assert road == "feed" or desk.papers == []


def test_what_came_before_the_429_is_kept(desk: Desk) -> None:
    """The feed's papers are handed over before the visit fails."""
    desk.says(api=Answer(status=429))
    with pytest.raises(SourceUnavailable):
        desk.visit(FRIDAY)
    assert desk.papers == ["2604.00001"]


def test_a_short_retry_after_is_waited_for(desk: Desk, time: FakeTime) -> None:
    """A busy moment is no storm."""
    desk.says(feed=[Answer(status=429, headers={"Retry-After": "20"}), feed(announced("2604.00001"))])
    desk.visit(FRIDAY)
    assert (desk.papers[0], max(time.sleeps)) == ("2604.00001", 20.0)


def test_the_query_api_may_answer_with_an_error(desk: Desk) -> None:
    """An entry titled Error is a failed road, not an empty day."""
    error = (
        "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>no luck</summary></entry>"
    )
    desk.says(api=Answer(body=NOTHING.body.replace(b"</feed>", f"{error}</feed>".encode())))
    desk.visit(FRIDAY)
    assert "arXiv answers: no luck" in desk.warnings


def test_a_weekend_without_the_feed_is_not_silent(desk: Desk) -> None:
    """Even when nothing was due, a feed that fails is told of."""
    desk.now = datetime(2026, 4, 25, 12, tzinfo=UTC)
    desk.says(feed=DOWN, oai=harvest(), api=NOTHING)
    desk.visit(FRIDAY)
    assert "the announcement feed failed" in desk.warnings
    assert desk.cursor == FRIDAY


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(body=b"<html>closed for today</html>")])
def test_look_up_gives_up_where_nothing_is_answered(desk: Desk, answer: Answer) -> None:
    """A hundred ids are not asked for one by one when it is not the ids."""
    desk.says(api=answer)
    with pytest.raises(SourceMalformed):
        list(desk.source.look_up([PaperId(f"arxiv:2604.{number:05}") for number in range(100)]))
    assert len(desk.replay.asked) < 12
