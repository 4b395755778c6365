"""Feeds of the open web."""

from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Cursor
from recommender.sources.feed import FeedOptions, FeedSource, parse_feed
from recommender.sources.http import PoliteClient
from tests.paths import shared_data
from tests.sources.replay import Answer, FixedClock, Replay
from tests.sources.samples import FEED


def journal(client: PoliteClient, url: str) -> FeedSource:
    """Return the source of one feed."""
    return FeedSource(FeedOptions(name="journal", url=url), client, FixedClock())


def test_entries_become_papers() -> None:
    """HTML is taken out of titles and abstracts, ids out of links, and unsafe links are dropped."""
    page = parse_feed(FEED, place="x")
    bold, script, preprint = page.papers
    assert (bold.title, bold.abstract) == ("Bold claims & more", "First. Second.")
    assert (bold.id, bold.venue) == ("doi:10.1234/bold.1", "A journal")
    assert bold.published == datetime(2026, 4, 27, 10, tzinfo=UTC)
    assert (script.title, script.url) == ("Script link", None)
    assert (preprint.id, preprint.url, preprint.version) == (
        "arxiv:2604.00010",
        "https://arxiv.org/abs/2604.00010",
        3,
    )
    assert [refused.place for refused in page.refused] == ["x: entry 3"]


@pytest.mark.parametrize(
    "body, reason",
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<html><body>x</body></html>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:1/"><rss/>', "document type"),
        ('<?xml version="1.0"?><!DOCTYPE rss><rss/>'.encode("utf-16"), "document type"),
        (b"<rss>" + b"<a>" * 200_000, "nested"),
        (b"just words", "not an RSS or Atom feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "not an RSS or Atom feed"),
    ],
)
def test_other_bytes_are_malformed(body: bytes, reason: str) -> None:
    """What is no feed, or not safe to read, is refused with the reason."""
    with pytest.raises(SourceMalformed, match=reason):
        parse_feed(body, place="x")


def test_cursor_remembers_validators(replay: Replay, client: PoliteClient) -> None:
    """The next request is conditional, and an unchanged feed is an empty page."""
    url = replay.says("/f", Answer(body=FEED, headers={"ETag": '"1"'}), Answer(status=304))
    source = journal(client, url)
    (first,) = source.fetch(None)
    assert first.cursor == Cursor(position="2026-04-27T10:00:00+00:00", etag='"1"')
    (second,) = source.fetch(first.cursor)
    assert (second.papers, second.cursor) == ((), first.cursor)
    assert replay.headers[1]["if-none-match"] == '"1"'


def test_content_type_is_not_believed(replay: Replay, client: PoliteClient) -> None:
    """A feed sent as plain text is still a feed."""
    url = replay.says("/f", Answer(body=FEED, headers={"Content-Type": "text/plain"}))
    (page,) = journal(client, url).fetch(None)
    assert len(page.papers) == 3


def test_broken_feeds_never_crash() -> None:
    """Every broken feed is a page or malformed."""
    read = 0
    for path in sorted(shared_data("bad-feeds").glob("*.xml")):
        try:
            page = parse_feed(path.read_bytes(), place=path.name)
        except SourceMalformed:
            continue
        assert all(paper.title for paper in page.papers)
        read += 1
    assert read > 40
