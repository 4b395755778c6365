"""Titles, abstracts and names from the wire to a paper: what is changed, and what is kept of it."""

import json
from datetime import date

import pytest

from recommender.domain.papers import Paper
from recommender.sources.arxiv_parse import parse_query
from recommender.sources.bibliography import parse_bibliography
from recommender.sources.feed import parse_feed
from recommender.sources.jsonl import parse_jsonl
from recommender.sources.listing import parse_listing
from recommender.sources.text import ABSTRACT_LIMIT, decode, with_originals
from tests.sources.replay import NOW
from tests.sources.samples import LISTING, query_answer, query_entry


def queried(**parts: str) -> Paper:
    """Return the paper of one entry of arXiv, its parts given as XML."""
    entry = query_entry("2604.00001")
    names = {"title": ("<title>On tests<", "title"), "comment": (">4 pages<", "arxiv:comment")}
    for part, text in parts.items():
        if part == "abstract":
            start, end = entry.index("<summary>"), entry.index("</summary>")
            entry = f"{entry[:start]}<summary>{text}{entry[end:]}"
        elif part == "title":
            entry = entry.replace(names[part][0], f"<title>{text}<")
        else:
            entry = entry.replace(names[part][0], f">{text}<")
    (paper,) = parse_query(query_answer([entry]), source="arxiv", place="x").page.papers
    return paper


@pytest.mark.parametrize(
    "title",
    [
        "&lt;think&gt; Is it so? &lt;/think&gt; On tags",
        "An &lt;think&gt; without an end",
        "Why 1 + 1 &lt; 1",
        r"Di$\mathtt{[M]}$O: math inside",
        "&quot;Quoted'' (and more",
    ],
)
def test_titles_that_look_like_markup_stay(title: str) -> None:
    """What is text in a title is no tag and no TeX to be decoded when it is read."""
    paper = queried(title=title)
    shown = title.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert (paper.title, paper.original_title) == (shown, None)


def test_a_tag_in_an_abstract_is_text() -> None:
    """It is kept letter by letter; whoever shows it escapes it."""
    paper = queried(abstract="See &lt;a href=&quot;https://example.org/&quot;&gt;our page&lt;/a&gt;.")
    assert paper.abstract == 'See <a href="https://example.org/">our page</a>.'
    assert paper.original_abstract is None


def test_paragraphs_become_one() -> None:
    """That is a change of white space only."""
    paper = queried(abstract="First part.\n  Second part:\n\n  third, with an odd $ sign.")
    assert paper.abstract == "First part. Second part: third, with an odd $ sign."
    assert paper.original_abstract is None


def test_what_was_encoded_twice_is_read_and_kept_as_sent() -> None:
    """An entity left in plain text is a character."""
    paper = queried(abstract="6.2% &amp;#177; 2.8%", title="A &amp;amp; B\u200b, e\u0301")
    assert (paper.abstract, paper.original_abstract) == ("6.2% ± 2.8%", "6.2% &#177; 2.8%")
    assert (paper.title, paper.original_title) == ("A & B, é", "A &amp; B\u200b, e\u0301")


def test_a_comment_with_an_address_is_text() -> None:
    """No tag, no link."""
    assert queried(comment="Write to &lt;ada@example.org&gt;").comment == "Write to <ada@example.org>"


def test_codes_of_other_schemes_are_no_categories() -> None:
    """Nor is a colon an author."""
    paper = queried()
    assert (paper.categories, paper.authors) == (("cs.IR", "cs.CL"), ("Ada One", "Bo Two"))


def test_markup_of_a_feed_is_kept_beside_its_words() -> None:
    """Up to 20,000 characters of it."""
    long = "<p>One &amp;amp; two</p>" + "<b></b>" * 5_000
    feed = (
        '<rss version="2.0"><channel><title>F</title><item><title>On &lt;i&gt;tests&lt;/i&gt;</title>'
        f'<author>J\\"org One</author><description><![CDATA[{long}]]></description></item></channel></rss>'
    )
    (paper,) = parse_feed(feed.encode(), place="x").papers
    assert (paper.title, paper.abstract) == ("On tests", "One & two")
    assert paper.original_title == "On <i>tests</i>"
    assert paper.original_abstract
    assert paper.original_abstract.startswith("<p>One")
    assert len(paper.original_abstract) <= ABSTRACT_LIMIT


def test_other_formats_keep_what_they_change() -> None:
    """Rows, listing pages and libraries alike."""
    row = {"id": "2604.00001", "title": "A&nbsp;B &lt; C", "abstract": "x", "authors": [r"J\"org One"]}
    (page,) = parse_jsonl([json.dumps(row).encode()], place="x")
    assert (page.papers[0].title, page.papers[0].original_title) == ("A B < C", row["title"])
    assert page.papers[0].authors == ("Jörg One",)
    listed = parse_listing(LISTING.replace("Second paper", "Second&amp;last").encode(), place="x", now=NOW)
    assert [(paper.title, paper.original_title) for paper in listed.papers[1:2]] == [
        ("Second&last", "Second&amp;last")
    ]
    library = parse_bibliography(b'TY  - JOUR\nTI  - A &amp; B\nAU  - One, J\\"org\nER  -\n', place="x")
    assert (library.papers[0].title, library.papers[0].original_title) == ("A & B", "A &amp; B")
    assert library.papers[0].authors == ("Jörg One",)


def test_what_only_white_space_changed_is_not_kept_twice() -> None:
    """The very same paper comes back."""
    paper = queried()
    assert with_originals(paper, title=" On \n tests ", abstract=" We test\n things.") is paper


@pytest.mark.parametrize(
    "body, text",
    [
        ("Fùxì".encode(), "Fùxì"),
        ("Fùxì".encode("cp1252"), "Fùxì"),
        (b"\xef\xbb\xbfFx", "Fx"),
        ("כותרת, a title of some length".encode("utf-16-be"), "כותרת, a title of some length"),
        ("% Encoding: GBK\n题目".encode("gbk"), "% Encoding: GBK\n题目"),
        (b"broken \x81 byte", "broken \ufffd byte"),
    ],
)
def test_encodings(body: bytes, text: str) -> None:
    """Declared or not, with a mark or without."""
    assert decode(body) == text


def test_dates_of_a_row_are_days() -> None:
    """The day of a row is when its paper was first seen."""
    row = {"id": "2604.00001", "title": "A", "abstract": "x", "day": "2026-04-20"}
    (page,) = parse_jsonl([json.dumps(row).encode()], place="x")
    seen = page.papers[0].first_seen
    assert seen
    assert seen.date() == date(2026, 4, 20)
