"""Feeds of the open web."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Cursor
from recommender.sources.feed import FeedOptions, FeedSource, parse_feed
from recommender.sources.files import read_file
from recommender.sources.http import PoliteClient
from tests.paths import shared_data
from tests.sources.replay import NOW, Answer, FixedClock, Replay
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
    assert first.cursor is not None
    assert first.cursor.position.startswith("2026-04-27T10:00:00+00:00 ")
    assert first.cursor.etag == '"1"'
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


def dated(*days: int) -> bytes:
    """Return a feed with an entry of so many days ago each, and one without a date."""
    stamps = [f"<pubDate>{format_datetime(NOW - timedelta(days=day))}</pubDate>" for day in days]
    items = [
        f"<item><title>Entry {number}</title>{stamp}</item>" for number, stamp in enumerate([*stamps, ""])
    ]
    return f'<rss version="2.0"><channel><title>J</title>{"".join(items)}</channel></rss>'.encode()


def test_the_archive_of_a_new_feed_is_not_new(replay: Replay, client: PoliteClient) -> None:
    """What is older than 30 days at the first reading was first seen on its own day; later all is new."""
    url = replay.says("/f", Answer(body=dated(1, 29, 31, 2000)), Answer(body=dated(1, 29, 31, 3000)))
    (first,) = journal(client, url).fetch(None)
    assert [paper.first_seen and (NOW - paper.first_seen).days for paper in first.papers] == [
        None,
        None,
        31,
        2000,
        None,
    ]
    (second,) = journal(client, url).fetch(first.cursor)
    assert [paper.first_seen for paper in second.papers] == [None] * 5


def test_an_archive_that_comes_after_nothing_is_not_new(replay: Replay, client: PoliteClient) -> None:
    """A feed that was empty when it was read first brings its years later."""
    empty = b'<rss version="2.0"><channel><title>J</title></channel></rss>'
    url = replay.says("/f", Answer(body=empty), Answer(body=dated(1, 2000)))
    (first,) = journal(client, url).fetch(None)
    (second,) = journal(client, url).fetch(first.cursor)
    assert [paper.first_seen and (NOW - paper.first_seen).days for paper in second.papers] == [
        None,
        2000,
        None,
    ]


@pytest.mark.parametrize("position", ["2026-04-27T10:00:00+00:00 0123456789ab", "2026-04-01", ""])
def test_another_feed_is_read_from_its_start(replay: Replay, client: PoliteClient, position: str) -> None:
    """A cursor holds for one address: no validators of another feed are sent to it."""
    url = replay.says("/f", Answer(body=dated(2000)))
    (page,) = journal(client, url).fetch(Cursor(position=position, etag='"1"'))
    assert "if-none-match" not in replay.headers[0]
    assert page.papers[0].first_seen == NOW - timedelta(days=2000)


def test_a_feed_can_be_read_from_another_server(replay: Replay, client: PoliteClient) -> None:
    """Path and query stay."""
    replay.says("/a/f", Answer(body=FEED))
    options = FeedOptions(name="j", url="https://journal.example/a/f?x=1", base_url=replay.url(""))
    (page,) = FeedSource(options, client, FixedClock()).fetch(None)
    assert len(page.papers) == 3
    assert replay.asked == ["/a/f?x=1"]


PAGE = """<!DOCTYPE html><html><head>
<link rel="stylesheet" href="/style.css"><link rel=alternate hreflang=de href="/de">
<link rel='shortcut alternate' type="application/rss+xml" href='../{}'></head></html>"""


@pytest.mark.parametrize(
    "href, address",
    [
        ("feed.xml?a=1&amp;b=2", "https://journal.example/feed.xml?a=1&b=2"),
        ("", "https://journal.example/"),
        ("x" * 400, None),
        ("a b", None),
    ],
)
def test_a_web_page_is_refused_with_the_feed_it_names(href: str, address: str | None) -> None:
    """The address is made whole and nothing is fetched from it."""
    with pytest.raises(SourceMalformed) as caught:
        parse_feed(PAGE.format(href).encode(), place="https://journal.example/home/")
    expected = "this is a web page, not a feed; use the address of the feed itself"
    assert caught.value.reason == (f"{expected}: {address}" if address else expected)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "http://u:p@x.example/", "https://[x/", "file:///x"])
def test_only_addresses_that_could_be_a_feed_are_named(href: str) -> None:
    """Nothing that cannot be fetched."""
    link = f'<html><link rel="alternate" type="application/atom+xml" href="{href}"></html>'
    with pytest.raises(SourceMalformed, match=r"itself$"):
        parse_feed(link.encode(), place="https://journal.example/")


JSON_FEED: dict[str, object] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "A <i>journal</i>",
    "next_url": "https://journal.example/older.json",
    "authors": [{"name": "The Editors"}],
    "items": [
        {
            "id": "https://arxiv.org/abs/2604.00010v2",
            "title": "From\narXiv",
            "content_html": "<p>First.</p><script>x</script><p>Second.</p>",
            "date_published": "2026-04-27T12:00:00+02:00",
            "authors": [{"name": "Ada One"}, {"url": "https://ada.example"}, "Bo"],
            "tags": ["testing", 3],
        },
        {
            "id": 7,
            "url": "https://journal.example/1",
            "external_url": "https://doi.org/10.1234/X",
            "title": "Old style",
            "content_text": "a < b",
            "author": {"name": "Bo Two"},
        },
        {"id": "3", "title": "By nobody named", "summary": "Short."},
        {"id": "4", "content_text": "no title"},
        "text",
    ],
}


def test_json_feed_becomes_papers(replay: Replay, client: PoliteClient) -> None:
    """Told by its first character; the archive behind `next_url` is left alone."""
    body = b"\xef\xbb\xbf " + json.dumps(JSON_FEED).encode()
    url = replay.says("/f", Answer(body=body, headers={"Last-Modified": "Mon, 27 Apr 2026 10:00:00 GMT"}))
    (page,) = journal(client, url).fetch(None)
    one, two, three = page.papers
    assert (one.id, one.version, one.title) == ("arxiv:2604.00010", 2, "From arXiv")
    assert (one.abstract, one.authors, one.keywords) == ("First. Second.", ("Ada One",), ("testing",))
    assert (one.published, one.venue) == (datetime(2026, 4, 27, 10, tzinfo=UTC), "A journal")
    assert (two.id, two.url, two.authors) == ("doi:10.1234/x", "https://doi.org/10.1234/X", ("Bo Two",))
    assert two.abstract == "a < b"
    assert (three.abstract, three.authors) == ("Short.", ("The Editors",))
    assert [refused.reason for refused in page.refused] == ["it has no title", "it is no table of values"]
    assert all(refused.body for refused in page.refused)
    assert page.cursor is not None
    assert page.cursor.last_modified
    assert replay.asked == ["/f"]


def test_json_feed_as_a_saved_file(tmp_path: Path) -> None:
    """Whatever its name."""
    (tmp_path / "feed.json").write_text(json.dumps(JSON_FEED, indent=1))
    (page,) = read_file(tmp_path / "feed.json", NOW)
    assert len(page.papers) == 3


@pytest.mark.parametrize(
    "body", ['{"items": []}', '{"version": 1, "items": []}', '{"version": "x"}', "{", "{" * 9999]
)
def test_other_json_is_no_feed(body: str) -> None:
    """Not even an empty one."""
    with pytest.raises(SourceMalformed, match="JSON"):
        parse_feed(body.encode(), place="x")


def test_keys_in_the_address_are_shown_nowhere(replay: Replay, client: PoliteClient) -> None:
    """Neither where entries are refused nor in what an error says; they are sent all the same."""
    items = b"<item><title>A title</title></item><item><link>x</link></item>"
    untitled = b'<rss version="2.0"><channel><title>J</title>' + items + b"</channel></rss>"
    address = replay.says("/f", Answer(body=untitled), Answer(status=404))
    url = f"{address}?list=new&api_key=hush&auth=hush"
    (page,) = journal(client, url).fetch(None)
    assert "hush" not in repr(page)
    assert "list=new&api_key=…&auth=…" in page.refused[0].place
    with pytest.raises(SourceMalformed) as caught:
        list(journal(client, url).fetch(None))
    assert "hush" not in f"{caught.value} {caught.value.place}"
    assert ["hush" in target for target in replay.asked] == [True, True]


def test_a_feed_of_which_nothing_can_be_used_has_failed(replay: Replay, client: PoliteClient) -> None:
    """Its entries are set aside, it is not well, and it is read again though its bytes stay the same."""
    items = b"<item><link>x</link></item>" * 3
    body = b'<rss version="2.0"><channel><title>J</title>' + items + b"</channel></rss>"
    url = replay.says("/f", Answer(body=body, headers={"ETag": '"1"'}))
    pages = journal(client, url).fetch(None)
    page = next(pages)
    assert (len(page.refused), page.cursor) == (3, None)
    with pytest.raises(
        SourceMalformed, match="none of its 3 entries can be used; the first: it has no title"
    ):
        next(pages)
