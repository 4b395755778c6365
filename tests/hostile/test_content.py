"""What stands in feeds of the open web: encodings, dates, links, ids, letters; the result is always sound."""

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain.errors import SourceError
from recommender.domain.papers import Paper
from recommender.sources.characters import UNWANTED
from recommender.sources.feed import parse_feed
from recommender.sources.moments import day_of, english_date, moment
from recommender.sources.sieve import fault_of
from recommender.sources.text import author_names, clean_abstract, clean_title, plain_text, safe_link
from tests.hostile.full import examples
from tests.hostile.poison import TEXTS
from tests.hostile.scales import READERS

ENCODINGS = {
    "utf-8": "na\u00efve",
    "utf-8-sig": "na\u00efve",
    "utf-16": "na\u00efve",
    "utf-16-le": "na\u00efve",
    "utf-16-be": "na\u00efve",
    "utf-32": "na\u00efve",
    "iso-8859-1": "na\u00efve",
    "windows-1252": "na\u00efve \u201cx\u201d",
    "koi8-r": "\u041f\u0440\u0438\u0432\u0435\u0442",
    "windows-1251": "\u041f\u0440\u0438\u0432\u0435\u0442",
    "iso-8859-2": "\u017elu\u0165",
    "gb18030": "\u4f60\u597d",
    "big5": "\u4f60\u597d",
    "shift_jis": "\u3053\u3093",
    "euc-jp": "\u3053\u3093",
    "euc-kr": "\uc548\ub155",
    "us-ascii": "plain",
}
HIDING = [
    "utf-7",
    "cp037",
    "cp500",
    "hz",
    "iso-2022-jp",
    "unicode_escape",
    "raw_unicode_escape",
    "punycode",
    "idna",
]
DATES = """
    0000-00-00|0000-01-01|0001-01-01|9999-12-31|9999-12-31T23:59:59-23:59|10000-01-01|-2026-01-01
    2026-13-01|2026-02-30|2026-00-10|2026-04-31T00:00:00Z|2026-04-27T24:00:00Z|2026-04-27T25:00:00Z
    2026-04-27T10:60:00Z|2026-04-27T23:59:60Z|2026-04-27T10:00:00+99:99|2026-04-27T10:00:00+24:00
    2026-04-27T10:00:00 UT|2026-04-27T10:00:00EST|2026-4-7|2026/04/27|2026.04.27|20260427
    20260427T100000Z|2026-117|2026-W17|2026-W17-1|2026-W54-1|2026|26|1e9|1777284000|1777284000000|-1
    NaN|Infinity|null|today|yesterday|now|Mon, 27 Apr 2026 10:00:00 UT|Mon, 27 Apr 2026 10:00:00 Z
    Mon, 27 Apr 2026 10:00:00|Sun, 27 Apr 2026 10:00:00 GMT|Foo, 27 Apr 2026 10:00:00 GMT
    Mon, 99 Apr 2026 10:00:00 GMT|Mon, 27 Foo 2026 10:00:00 GMT|Mon, 27 Apr 26 10:00:00 GMT
    Mon, 27 Apr 126 10:00:00 GMT|27 Apr 2026|Apr 27, 2026|April 27th, 2026|27.04.2026
    Mon Apr 27 10:00:00 2026|Mon, 27 Apr 2026 10:00:00 +9999|Mon, 27 Apr 2026 10:00:00 -2400
    Mon, 31 Dec 9999 23:59:59 -1200|Mon, 01 Jan 0001 00:00:00 +1200|Mon, 27 Apr 2026 99:99:99 GMT
    , , , ,|()|((((|Mon, (x 27 Apr 2026|27 Apr|T|Z|+|:|--|2026-|2026-04-27T|2026-04-27T10
    2026-04-27T10:00:00.123456789Z|2026-04-27T10:00:00,5Z|2026-04-27 10:00:00 +0000 UTC|1799-12-31
    1800-01-01|2999-12-31|3000-01-01|1800-01-01T00:00:00+23:59|2999-12-31T23:59:59-23:59
""".replace("\n", "|").split("|")
ODD_DATES = [
    *(date.strip() for date in DATES),
    "\u0662\u0660\u0662\u0664-01-01",
    "9" * 5_000,
    "2026-" * 1_000,
    "\0",
    "\ud800",
]
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.org/x",
    "/x",
    "x",
    "",
    "http://",
    "http:///x",
    "http://user:key@x.org/",
    "http://[bad/",
    "https://x.org/\u202ex",
    "http://x.org/ y",
    "http://x.org/\x00",
    "http://" + "x" * 3_000,
    "mailto:a@x.org",
    "http:\\\\x.org",
    "ftp://x.org/",
    "blob:http://x.org/1",
]


def item(**parts: str) -> bytes:
    """Return a feed of one item; what is given stands in it as it is."""
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in {"title": "A title", **parts}.items())
    body = f'<rss version="2.0"><channel><title>J</title><item>{inner}</item></channel></rss>'
    return body.encode("utf-8", "surrogatepass")


def sound(papers: list[Paper]) -> bool:
    """Tell whether all that came out can be stored and shown, and all dates are UTC."""
    dates = [date for paper in papers for date in (paper.published, paper.updated, paper.first_seen) if date]
    return not any(map(fault_of, papers)) and all(date.tzinfo == UTC for date in dates)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("declared", [True, False])
def test_encodings(encoding: str, declared: bool) -> None:  # noqa: FBT001 pytest gives it by name
    """Declared ones are read rightly, others become some text or an error with a name."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if declared and "sig" not in encoding else ""
    text = (
        f"{head}<rss version='2.0'><channel><item><title>{ENCODINGS[encoding]}</title></item></channel></rss>"
    )
    try:
        page = parse_feed(text.encode(encoding), place="x")
    except SourceError:
        assert not head
        return
    assert sound(list(page.papers))
    assert not head or page.papers[0].title == ENCODINGS[encoding]


@pytest.mark.parametrize("encoding", HIDING)
def test_encodings_that_hide_tags(encoding: str) -> None:
    """They are named in the refusal, wherever on the first line they stand."""
    for head in (
        f'<?xml version="1.0" encoding="{encoding}"?>',
        f'<?xml x="{"<" * 300}" encoding="{encoding}"?>',
    ):
        with pytest.raises(SourceError, match="is not read"):
            parse_feed(head.encode() + item(), place="x")


@pytest.mark.parametrize("date", ODD_DATES)
def test_dates(date: str) -> None:
    """A date is read as UTC within what papers have, or is none; the paper is stored all the same."""
    for found in (moment(date), english_date(date)):
        assert found is None or (found.tzinfo is UTC and 1800 <= found.year <= 2999)
    day_of(date)
    if "\0" not in date and "\ud800" not in date:
        page = parse_feed(item(pubDate=date), place="x")
        assert len(page.papers) == 1
        assert sound(list(page.papers))


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("field", ["link", "guid"])
def test_links(link: str, field: str) -> None:
    """A link is http or https and plain, or the paper has none."""
    page = parse_feed(item(**{field: f"<![CDATA[{link}]]>"}), place="x")
    assert sound(list(page.papers))
    assert safe_link(link) is None


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    "field", ["title", "description", "author", "guid", "category", "dc:creator", "content"]
)
def test_texts(kind: str, field: str) -> None:
    """Raw, escaped or in CDATA: what comes out is sound, or the entry is refused with its bytes."""
    text = TEXTS[kind]
    for shown in (text, f"<![CDATA[{text}]]>", text.replace("&", "&amp;").replace("<", "&lt;")):
        try:
            page = parse_feed(item(**{field: shown}), place="x")
        except SourceError:
            continue
        assert sound(list(page.papers))
        assert all(entry.body for entry in page.refused)


@pytest.mark.parametrize("number", range(4))
def test_ids_that_repeat_or_lack(number: int) -> None:
    """Entries of one id, of none, or of many: each is an entry of its own, and the store folds them."""
    guid = ["", "<guid>1</guid>", "<guid>1</guid><guid>2</guid>", "<id>x</id>"][number]
    body = "".join(f"<item>{guid}<title>Title {place % 3}</title></item>" for place in range(9))
    page = parse_feed(f"<rss version='2.0'><channel>{body}</channel></rss>".encode(), place="x")
    assert len(page.papers) == 9


@settings(max_examples=examples(100, 8_000), deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Cleaning twice is cleaning once, and nothing invisible is left."""
    for clean in (clean_title, clean_abstract):
        cleaned = clean(plain_text(text))
        assert clean(cleaned) == cleaned
        assert not UNWANTED.search(cleaned)
    assert not any(map(UNWANTED.search, author_names([text])))


@settings(max_examples=examples(100, 6_000), deadline=None)
@given(st.text(alphabet="0123456789-:/.,+TZ GMTUJanFebMarAp()", max_size=40) | st.text(max_size=30))
def test_any_date(text: str) -> None:
    """No date is a fault."""
    for found in (moment(text), english_date(text)):
        assert found is None or found.tzinfo is UTC


@settings(max_examples=examples(30, 6_000), deadline=None)
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=200), st.integers(0, 120))
def test_any_bytes(reader: str, noise: bytes, place: int) -> None:
    """Noise alone, and noise in a good answer: a page of sound papers or an error with a name."""
    good = item(description="Words", pubDate="Mon, 27 Apr 2026 10:00:00 GMT")
    for body in (noise, good[:place] + noise + good[place:]):
        try:
            assert sound(list(READERS[reader](body).papers))
        except SourceError:
            continue
