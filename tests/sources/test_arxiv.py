"""When arXiv is asked for what."""

import pytest

from recommender.domain.errors import SourceUnavailable
from recommender.domain.papers import Cursor
from recommender.sources.arxiv import ArxivOptions, ArxivSource
from recommender.sources.http import PoliteClient
from tests.conformance.source import papers_of
from tests.sources.replay import Answer, FakeTime, FixedClock, Replay
from tests.sources.samples import query_answer, query_entry, rss, rss_item


@pytest.fixture
def source(replay: Replay, client: PoliteClient) -> ArxivSource:
    """Return a source of two categories with one announced paper."""
    replay.says("/rss/cs.CL+cs.IR", Answer(body=rss([rss_item("2604.00001")]), headers={"ETag": '"7"'}))
    replay.says("/api", Answer(body=query_answer([query_entry("2604.00002")])))
    options = ArxivOptions(base_url=replay.url("/"), api_url=replay.url("/api"))
    return ArxivSource("arxiv", client, ["cs.CL", "cs.IR"], clock=FixedClock(), options=options)


def paths(replay: Replay) -> list[str]:
    """Return the paths asked for."""
    return [target.split("?")[0] for target in replay.asked]


def test_first_run_fills_back_before_the_feed(source: ArxivSource, replay: Replay) -> None:
    """A first run asks the query API and then the feed; only the feed moves the cursor."""
    pages = list(source.fetch(None))
    assert paths(replay) == ["/api", "/rss/cs.CL+cs.IR"]
    assert [page.cursor for page in pages] == [None, Cursor(position="2026-04-27", etag='"7"')]


def test_daily_run_asks_the_feed_only(source: ArxivSource, replay: Replay) -> None:
    """From Friday's announcement to Monday's nothing is missing."""
    pages = list(source.fetch(Cursor(position="2026-04-24", etag='"6"')))
    assert paths(replay) == ["/rss/cs.CL+cs.IR"]
    assert [paper.id for paper in papers_of(pages)] == ["arxiv:2604.00001"]
    assert replay.headers[0]["if-none-match"] == '"6"'


def test_missed_announcements_are_filled(source: ArxivSource, replay: Replay) -> None:
    """After days without a run the gap comes from the query API, before the feed moves the cursor."""
    pages = list(source.fetch(Cursor(position="2026-04-22")))
    assert paths(replay) == ["/rss/cs.CL+cs.IR", "/api"]
    assert [page.cursor is None for page in pages] == [True, False]


def test_unchanged_feed_is_an_empty_page(source: ArxivSource, replay: Replay) -> None:
    """Nothing new is not a failure and keeps the cursor."""
    replay.says("/rss/cs.CL+cs.IR", Answer(status=304))
    cursor = Cursor(position="2026-04-27", etag='"7"')
    (page,) = source.fetch(cursor)
    assert (page.papers, page.cursor) == ((), cursor)


def test_weekend_feed_moves_the_cursor(source: ArxivSource, replay: Replay) -> None:
    """An empty feed is an empty page dated by the feed."""
    replay.says("/rss/cs.CL+cs.IR", Answer(body=rss([], date="Sat, 25 Apr 2026 00:00:00 -0400")))
    (page,) = source.fetch(Cursor(position="2026-04-24"))
    assert page.cursor == Cursor(position="2026-04-25")


def test_unreadable_cursor_means_a_first_run(source: ArxivSource, replay: Replay) -> None:
    """A position that is no day is as good as none."""
    list(source.fetch(Cursor(position="???")))
    assert paths(replay)[0] == "/api"


def test_spurious_empty_page_is_asked_again(source: ArxivSource, replay: Replay) -> None:
    """An empty answer to a query with results is repeated."""
    empty, full = query_answer([], total=1), query_answer([query_entry("2604.00002")])
    replay.says("/api", Answer(body=empty), Answer(body=full))
    assert len(papers_of(list(source.fetch(None)))) == 2


def test_lasting_empty_page_is_unavailable(source: ArxivSource, replay: Replay) -> None:
    """Results that are announced and never sent are not taken for an empty day."""
    replay.says("/api", Answer(body=query_answer([], total=5)))
    with pytest.raises(SourceUnavailable, match="sent none"):
        list(source.fetch(None))


def test_back_fill_goes_on_until_the_start(source: ArxivSource, replay: Replay) -> None:
    """Pages follow while they are younger than the first day wanted."""
    young = query_answer([query_entry("2604.00002")], total=5_000)
    old = query_answer([query_entry("2603.00001", published="2026-03-01T00:00:00Z")], total=5_000)
    replay.says("/api", Answer(body=young), Answer(body=young), Answer(body=old))
    list(source.fetch(None))
    assert paths(replay).count("/api") == 3
    assert "start=1000" in replay.asked[2]


def test_requests_are_three_seconds_apart(source: ArxivSource, time: FakeTime) -> None:
    """Feed and query API share one pace, on a mirror too."""
    list(source.fetch(None))
    assert time.sleeps == [3.0]
