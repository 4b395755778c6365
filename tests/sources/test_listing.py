"""Saved listing pages."""

from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.sources.listing import parse_listing
from tests.paths import shared_data
from tests.sources.replay import NOW
from tests.sources.samples import LISTING

SHARED = "daily-papers"


def test_page_becomes_papers() -> None:
    """Titles, abstracts and figures are read; headers are no papers."""
    page = parse_listing(LISTING.encode(), place="x", now=NOW)
    first, second, third = page.papers
    assert first.title == "First paper: with 1 < 2 and UR$^2$"
    assert first.abstract == "An abstract of the first paper that keeps its \\textit{TeX} and its 5\\%."
    assert (first.author_count, first.published) == (7, datetime(2023, 9, 11, tzinfo=UTC))
    assert (second.author_count, second.published, second.organisation) == (None, None, None)
    assert (third.organisation, third.author_count) == ("Meta AI", None)
    assert third.published == datetime(2025, 11, 8, tzinfo=UTC)
    assert not page.refused


def test_comment_counts_are_signals() -> None:
    """A count after the date is a signal taken when the page was imported."""
    (signal,) = parse_listing(LISTING.encode(), place="x", now=NOW).signals
    assert (signal.comments, signal.upvotes, signal.taken_at) == (12, None, NOW)


@pytest.mark.parametrize(
    "text",
    [
        LISTING.replace("\n", "\r\n"),
        LISTING.rstrip("\n"),
        "\ufeff" + LISTING,
        LISTING.replace("Daily Papers\n\n", ""),
        LISTING.replace("\n\n", "\n"),
        LISTING.replace("\n\n", "\n \t\n\n"),
        LISTING + "\n" + LISTING.split("First paper")[0],
    ],
)
def test_layout_does_not_matter(text: str) -> None:
    """Line ends, marks, missing headers, missing or doubled blank lines change nothing."""
    wanted = parse_listing(LISTING.encode(), place="x", now=NOW)
    assert parse_listing(text.encode(), place="x", now=NOW) == wanted


def test_wrapped_abstract_is_one() -> None:
    """Lines without a blank line between them are one text."""
    text = LISTING.replace("abstract of the second", "abstract\nof the second")
    assert parse_listing(text.encode(), place="x", now=NOW) == parse_listing(
        LISTING.encode(), place="x", now=NOW
    )


def test_last_title_without_abstract_is_refused() -> None:
    """A page cut after a title loses that title only, and says where."""
    page = parse_listing((LISTING + "\nLonely title\n").encode(), place="x", now=NOW)
    assert len(page.papers) == 3
    assert page.refused[0].place == f"x:{len(LISTING.splitlines()) + 2}"
    assert "without an abstract" in page.refused[0].reason


def test_abstract_without_title_is_refused_alone() -> None:
    """A page that starts inside a paper comes back into step."""
    text = LISTING.replace("Jan 19\n", "Jan 19\n\n" + "Long words of an abstract. " * 30 + "\n")
    page = parse_listing(text.encode(), place="x", now=NOW)
    assert (len(page.papers), len(page.refused)) == (3, 1)


@pytest.mark.parametrize("body", [b"", b"A letter.\n\nTo somebody.\n", b"\x00\x01\x02", b"<html></html>"])
def test_other_text_is_malformed(body: bytes) -> None:
    """The error says what was expected."""
    with pytest.raises(SourceMalformed, match="Get trending papers"):
        parse_listing(body, place="x", now=NOW)


def test_saved_pages() -> None:
    """The five saved pages hold 344 entries of 285 papers."""
    pages = [
        parse_listing(path.read_bytes(), place=path.name, now=NOW)
        for path in sorted(shared_data(SHARED).glob("*.txt"))
    ]
    papers = [paper for page in pages for paper in page.papers]
    assert [len(page.papers) for page in pages] == [71, 44, 61, 86, 82]
    assert len({paper.id for paper in papers}) == 285
    assert len({paper.abstract for paper in papers}) == 285
    assert not any(page.refused for page in pages)
    dated = [paper for paper in papers if paper.published]
    assert (len(dated), sum(paper.author_count is not None for paper in papers)) == (44, 43)
    assert [paper.organisation for paper in papers if paper.organisation] == ["Meta AI"]
    assert sum(len(page.signals) for page in pages) == 13
