"""Daily papers: what is read of a row, and which days are asked for."""

from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Cursor
from recommender.sources.http import PoliteClient
from recommender.sources.huggingface import HuggingFaceSource, parse_daily_papers
from tests.conformance.source import papers_of
from tests.paths import shared_data
from tests.sources.replay import NOW, Answer, FixedClock, Replay
from tests.sources.samples import daily, daily_row


@pytest.fixture
def source(replay: Replay, client: PoliteClient) -> HuggingFaceSource:
    """Return a source that reaches back two days."""
    replay.says("/api/daily_papers", Answer(body=daily(daily_row("2604.00001"))))
    return HuggingFaceSource("huggingface", client, clock=FixedClock(), base_url=replay.url(""), days=2)


def test_row_becomes_a_paper_with_a_signal() -> None:
    """Everything but the submitter is read; hidden authors are not."""
    page = parse_daily_papers(daily(daily_row("2604.00001")), place="x", now=NOW)
    (paper,), (signal,) = page.papers, page.signals
    assert (paper.id, paper.title, paper.abstract) == (
        "arxiv:2604.00001",
        "On daily tests",
        "We list things.",
    )
    assert (paper.authors, paper.keywords) == (("Ada One", "Cy Three"), ("testing",))
    assert (paper.organisation, paper.code_url) == ("Acme Labs", "https://github.com/example/tests")
    assert paper.published == datetime(2026, 4, 24, 10, tzinfo=UTC)
    assert (signal.upvotes, signal.comments, signal.stars, signal.taken_at) == (7, 2, 3, NOW)
    assert "someone" not in repr(page)


def test_oldest_schema() -> None:
    """The first recorded shape has far fewer keys."""
    row = {
        "paper": {"id": "2405.00001", "title": "T", "summary": "S", "authors": [{"name": "A"}], "upvotes": 0},
        "title": "T",
        "mediaUrl": "https://example.org/v.mp4",
        "numComments": 0,
    }
    page = parse_daily_papers(daily(row), place="x", now=NOW)
    assert (page.papers[0].authors, page.signals[0].upvotes, page.signals[0].stars) == (("A",), 0, None)


def test_strange_values_cost_only_themselves() -> None:
    """Wrong types are left out; an unsafe link is no link."""
    row = daily_row("2604.00001", authors="Ada", upvotes="many", githubRepo="javascript:x", ai_keywords=None)
    page = parse_daily_papers(daily(row), place="x", now=NOW)
    assert (page.papers[0].authors, page.papers[0].code_url, page.signals[0].upvotes) == ((), None, None)


def test_rows_without_paper_are_refused() -> None:
    """Bad rows are named by number; good ones stay."""
    page = parse_daily_papers(daily({}, 5, daily_row("no id"), daily_row("2604.00001")), place="x", now=NOW)
    assert [refused.place for refused in page.refused] == ["x: entry 1", "x: entry 2", "x: entry 3"]
    assert len(page.papers) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "x"}', b"[" * 100_000, b"\xff\xfe", b"null"])
def test_other_answers_are_malformed(body: bytes) -> None:
    """Pages, objects and broken JSON are no daily papers."""
    with pytest.raises(SourceMalformed):
        parse_daily_papers(body, place="x", now=NOW)


def test_first_run_asks_each_day(source: HuggingFaceSource, replay: Replay) -> None:
    """From the first day to today, oldest first, each page with its day as the cursor."""
    pages = list(source.fetch(None))
    days = ["2026-04-25", "2026-04-26", "2026-04-27"]
    assert [page.cursor for page in pages] == [Cursor(position=day) for day in days]
    assert [target.split("date=")[1][:10] for target in replay.asked] == days


def test_later_run_reads_the_last_days_again(source: HuggingFaceSource, replay: Replay) -> None:
    """Lists still grow, so two days before the cursor are read again."""
    list(source.fetch(Cursor(position="2026-04-26")))
    assert "date=2026-04-24" in replay.asked[0]
    assert len(replay.asked) == 4


def test_long_absence_is_bounded(source: HuggingFaceSource, replay: Replay) -> None:
    """No more than a year is asked for."""
    list(source.fetch(Cursor(position="2020-01-01")))
    assert len(replay.asked) == 367


def test_full_page_is_followed_by_the_next(source: HuggingFaceSource, replay: Replay) -> None:
    """A day with more papers than a page holds is read to its end."""
    full = daily(*[daily_row(f"2604.{number:05d}") for number in range(100)])
    replay.says("/api/daily_papers", Answer(body=full), Answer(body=daily()))
    pages = list(source.fetch(None))
    assert [page.cursor is None for page in pages][:2] == [True, False]
    assert "p=1" in replay.asked[1]


def test_one_bad_day_does_not_stop_the_others(source: HuggingFaceSource, replay: Replay) -> None:
    """A day that is answered with nonsense is refused and passed over."""
    replay.says("/api/daily_papers", Answer(status=400), Answer(body=daily(daily_row("2604.00001"))))
    pages = list(source.fetch(None))
    assert len(pages[0].refused) == 1
    assert len(papers_of(pages)) == 2


def test_server_that_is_down_ends_the_run(source: HuggingFaceSource, replay: Replay) -> None:
    """Temporary trouble is raised, so that the cursor stays before the missing day."""
    replay.says("/api/daily_papers", Answer(status=502))
    with pytest.raises(SourceUnavailable, match="502"):
        list(source.fetch(None))


def test_recorded_answers_of_all_ages() -> None:
    """Every recorded answer is read completely."""
    counts = []
    for path in sorted(shared_data("hf-daily/raw").glob("*.json")):
        page = parse_daily_papers(path.read_bytes(), place=path.name, now=NOW)
        assert not page.refused
        assert not any("\n" in paper.title for paper in page.papers)
        counts.append(len(page.papers))
    assert counts == [13, 7, 11, 1, 9, 26, 50, 27]
