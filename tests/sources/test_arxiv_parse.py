"""What arXiv sends becomes papers."""

from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Cursor, PaperStatus
from recommender.sources.arxiv_fields import split_names
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from tests.paths import shared_data
from tests.sources.samples import (
    ATOM_ANNOUNCEMENT,
    OAI,
    QUERY_ERROR,
    query_answer,
    query_entry,
    rss,
    rss_item,
)

DAY = datetime(2026, 4, 27, 4, 0, tzinfo=UTC)


def test_query_entry_becomes_a_paper() -> None:
    """All fields of an entry are read; the primary category is first and codes of others are left out."""
    answer = parse_query(query_answer([query_entry("2604.00001")], total=77), source="arxiv", place="x")
    (paper,) = answer.page.papers
    assert answer.total == 77
    assert (paper.id, paper.version, paper.doi) == ("arxiv:2604.00001", 2, "10.1234/abc")
    assert (paper.title, paper.abstract) == ("On tests", "We test things.")
    assert paper.authors == ("Ada One", "Bo Two")
    assert paper.categories == ("cs.IR", "cs.CL")
    assert (paper.comment, paper.venue) == ("4 pages", "J. Tests 1")
    assert paper.url == "https://arxiv.org/abs/2604.00001"
    assert (paper.published, paper.first_seen) == (datetime(2026, 4, 26, 8, tzinfo=UTC), None)


def test_query_error_is_refused() -> None:
    """The entry titled Error is not a paper."""
    page = parse_query(QUERY_ERROR, source="arxiv", place="x").page
    assert (page.papers, page.refused[0].reason) == ([], "arXiv answers: incorrect id format for abc")


def test_empty_answer_is_an_empty_page() -> None:
    """No entries are no failure."""
    answer = parse_query(query_answer([]), source="arxiv", place="x")
    assert (answer.total, answer.page.papers, answer.page.refused) == (0, [], [])


@pytest.mark.parametrize("title", ["&lt;think&gt; x &lt;/think&gt;", "Why 1 + 1 &lt; 1", "$\\mathtt{[M]}$"])
def test_titles_stay_plain_text(title: str) -> None:
    """What looks like markup in a title is part of the title."""
    body = query_answer([query_entry("2604.00001", title=title)])
    (paper,) = parse_query(body, source="arxiv", place="x").page.papers
    assert paper.title == title.replace("&lt;", "<").replace("&gt;", ">")


def test_new_announcement() -> None:
    """A new paper has its date as `published`, its abstract without the prefix, and whole names."""
    page = parse_announcements(rss([rss_item("2604.00001")]), source="arxiv", place="x")
    (paper,) = page.papers
    assert (paper.id, paper.version, paper.abstract) == ("arxiv:2604.00001", 1, "We announce things.")
    assert paper.authors == ("Ada One", "Bo Two (1, 2)", "Cy Three Jr.")
    assert (paper.published, paper.updated, paper.first_seen) == (DAY, None, None)
    assert page.cursor == Cursor(position="2026-04-27")


@pytest.mark.parametrize("kind", ["replace", "replace-cross"])
@pytest.mark.parametrize(
    "number, first_seen",
    [
        ("2401.00001", datetime(2024, 2, 1, tzinfo=UTC)),
        ("2512.00001", datetime(2026, 1, 1, tzinfo=UTC)),
        ("hep-th/9912001", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2603.00001", None),
        ("2604.00001", None),
    ],
)
def test_replacement_does_not_look_new(kind: str, number: str, first_seen: datetime | None) -> None:
    """A replacement has `updated` and no `published`; an old paper says itself that it is old."""
    page = parse_announcements(rss([rss_item(number, kind=kind, version=3)]), source="a", place="x")
    (paper,) = page.papers
    assert (paper.updated, paper.published, paper.version) == (DAY, None, 3)
    assert paper.first_seen == first_seen


def test_atom_announcement() -> None:
    """The Atom feed says the same in other words."""
    page = parse_announcements(ATOM_ANNOUNCEMENT, source="a", place="x")
    (paper,) = page.papers
    assert (paper.id, paper.abstract, paper.authors) == (
        "arxiv:2604.00009",
        "Crossed.",
        ("Ada One", "Bo Two"),
    )
    assert (paper.published, paper.updated) == (None, None)
    assert [(one.day.isoformat(), one.papers) for one in page.announced] == [
        ("2026-04-27", ["arxiv:2604.00009"])
    ]


def test_item_without_id_is_refused_alone() -> None:
    """One bad item does not cost the others."""
    page = parse_announcements(
        rss(["<item><title>Lost</title></item>", rss_item("2604.00001")]), source="a", place="x"
    )
    assert (len(page.papers), page.refused[0].place) == (1, "x: entry 1")


def test_oai_record() -> None:
    """Old ids, suffixes and withdrawals are read; deleted records are refused."""
    page = parse_oai(OAI, source="arxiv", place="x")
    (paper,) = page.papers
    assert (paper.id, paper.authors, paper.status) == (
        "arxiv:math/0601001",
        ("Ada One Jr",),
        PaperStatus.WITHDRAWN,
    )
    assert paper.categories == ("math.AG", "hep-th")
    assert "deleted" in page.refused[0].reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html><body>Sorry</body></html>",
        b'{"a": 1}',
        b"<rss",
        rss([rss_item("2604.00001")])[:-200],
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
        b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd"><rss><channel/></rss>',
        b"<a>" * 200_000,
        b'<?xml version="1.0" encoding="nonsense"?><rss/>',
        b"\xff\xfe\x00\x00",
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    """Pages, fragments, entities and deep nesting are refused in one way."""
    for parse in (parse_query, parse_announcements, parse_oai):
        with pytest.raises(SourceMalformed):
            parse(body, source="arxiv", place="x")


def test_names_are_split_outside_brackets() -> None:
    """Commas in affiliations and TeX groups do not split, and an open bracket loses nothing."""
    assert split_names("A (X, Y), B {Z, W}, C, III") == ["A (X, Y)", "B {Z, W}", "C III"]
    assert split_names("A (X, B") == ["A (X, B"]


def test_recorded_query_answers() -> None:
    """Every recorded answer of the query API is read, the error entry refused."""
    pages = [
        parse_query(path.read_bytes(), source="arxiv", place=path.name).page
        for path in sorted(shared_data("api-fixtures/arxiv-api").glob("*.xml"))
    ]
    assert sum(len(page.refused) for page in pages) == 1
    assert sum(len(page.papers) for page in pages) == 86
    assert {paper.id for page in pages for paper in page.papers} >= {
        "arxiv:astro-ph/0601001",
        "arxiv:quant-ph/0201082",
    }


def test_recorded_announcements() -> None:
    """The recorded feeds give their papers without prefix."""
    for path in sorted(shared_data("api-fixtures/arxiv-rss").glob("*.xml")):
        page = parse_announcements(path.read_bytes(), source="arxiv", place=path.name)
        assert len(page.papers) == 3
        assert not any("Announce Type" in paper.abstract for paper in page.papers)


def test_recorded_harvests_never_crash() -> None:
    """Every recorded OAI-PMH answer is a page or malformed."""
    read = 0
    for path in sorted(shared_data("api-fixtures/oai-pmh").glob("*.xml")):
        try:
            read += len(parse_oai(path.read_bytes(), source="arxiv", place=path.name).papers)
        except SourceMalformed:
            continue
    assert read == 23
