"""JSON lines."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import PaperPage
from recommender.sources.jsonl import LONGEST_LINE, parse_jsonl
from tests.paths import shared_data

ARXIV_ROW = {
    "id": "2504.00001",
    "title": "A\n  title",
    "authors": ["NVIDIA", ":", "Ada One"],
    "categories": ["cs.CV", "I.4.2; E.4"],
    "comment": None,
    "abstract": "Some\nwords.",
    "first_seen": "2025-04-01",
    "revised_on": "2025-05-02",
}
DAILY_ROW = {
    "day": "2025-04-02",
    "position": 1,
    "id": "2504.00002",
    "title": "T",
    "abstract": "A",
    "authors": ["Bo"],
    "published_at": "2025-04-01T10:00:00.000Z",
    "upvotes": 5,
    "comments": 1,
    "ai_keywords": ["one"],
    "organization": "Acme",
    "github_repo": "https://github.com/a/b",
    "github_stars": 9,
    "submitter": "secret",
    "submitter_is_author": True,
}


def read(*rows: object) -> list[PaperPage]:
    """Parse rows; bytes are lines as they are."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return list(parse_jsonl(lines, place="f"))


def test_arxiv_row() -> None:
    """An arXiv row brings its own first day; codes of other schemes and lone colons are left out."""
    ((paper,),) = [page.papers for page in read(ARXIV_ROW)]
    assert (paper.id, paper.title, paper.abstract) == ("arxiv:2504.00001", "A title", "Some words.")
    assert (paper.authors, paper.categories) == (("NVIDIA", "Ada One"), ("cs.CV",))
    assert paper.first_seen == datetime(2025, 4, 1, tzinfo=UTC)
    assert paper.updated == datetime(2025, 5, 2, tzinfo=UTC)
    assert read(ARXIV_ROW)[0].signals == []


def test_daily_row() -> None:
    """A daily row brings a signal of noon of its day; the submitter is never read."""
    (page,) = read(DAILY_ROW)
    (paper,), (signal,) = page.papers, page.signals
    assert paper.first_seen == datetime(2025, 4, 2, tzinfo=UTC)
    assert signal.taken_at == datetime(2025, 4, 2, 12, tzinfo=UTC)
    assert (signal.source, signal.upvotes, signal.comments, signal.stars) == ("huggingface", 5, 1, 9)
    assert (paper.organisation, paper.code_url) == ("Acme", "https://github.com/a/b")
    assert "secret" not in repr(page)


def test_superset_row() -> None:
    """A row may have both kinds of keys."""
    (page,) = read({**ARXIV_ROW, "published_at": "2025-03-30", "upvotes": 3})
    assert page.papers[0].published == datetime(2025, 3, 30, tzinfo=UTC)
    assert (page.signals[0].upvotes, page.signals[0].taken_at) == (3, datetime(2025, 4, 1, 12, tzinfo=UTC))


def test_bad_lines_are_refused_by_number() -> None:
    """Each bad line is named; blank lines and a mark at the start are nothing."""
    (page,) = read(
        b"\xef\xbb\xbf" + json.dumps(ARXIV_ROW).encode(),
        b"",
        b"{broken",
        b"[1]",
        {"day": "2025-01-01", "ids": []},
        b"\xff\xfe",
        b"[" * 50_000,
        b"x" * (LONGEST_LINE + 1),
    )
    assert len(page.papers) == 1
    assert [refused.place for refused in page.refused] == ["f:3", "f:4", "f:5", "f:6", "f:7", "f:8"]


def test_pages_hold_a_thousand() -> None:
    """Rows come in pages, lazily."""
    endless = (json.dumps({**ARXIV_ROW, "id": f"2504.{number:05d}"}).encode() for number in range(2_500))
    assert [len(page.papers) for page in parse_jsonl(endless, place="f")] == [1_000, 1_000, 500]


def test_no_paper_at_all_is_malformed() -> None:
    """A file of other objects is refused as a file."""
    with pytest.raises(SourceMalformed, match="no line of it is a paper"):
        read({"day": "2025-01-01", "ids": []})


def test_strange_values_cost_only_themselves() -> None:
    """Wrong types and unpaired surrogates do not refuse a row."""
    row = {**ARXIV_ROW, "authors": "Ada", "first_seen": "soon", "upvotes": -1, "title": "A\ud800\x00B"}
    (page,) = read(row)
    assert (page.papers[0].title, page.papers[0].authors, page.papers[0].first_seen) == ("AB", (), None)


@pytest.mark.parametrize("folder, rows", [("arxiv", 43_950), ("hf-daily", 6_481)])
def test_all_recorded_rows(folder: str, rows: int) -> None:
    """Every recorded row is a paper."""
    papers = refused = 0
    for path in sorted(shared_data(folder).glob("papers-*.jsonl.gz")):
        with gzip.open(path) as lines:
            for page in parse_jsonl(lines, place=path.name):
                papers += len(page.papers)
                refused += len(page.refused)
    assert (papers, refused) == (rows, 0)
