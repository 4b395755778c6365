"""Daily papers: what is read of a row, in every shape that rows had since 2024."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Announced, PaperId
from recommender.sources.daily_papers import Sheet, parse_daily_papers
from tests.paths import shared_data
from tests.sources.replay import NOW
from tests.sources.samples import daily, daily_row

SAVED = Sheet(place="x", now=NOW)
LIVE = replace(SAVED, live=True)
ACCOUNT = {"_id": "1", "avatarUrl": "/a.svg", "fullname": "Eve Four", "isPro": False, "type": "user"}


def row_of(age: str) -> dict[str, Any]:
    """Return a row as the server wrote it in a month."""
    paper: dict[str, Any] = {
        "id": "2405.00001",
        "authors": [{"_id": "2", "name": "Ada One", "hidden": False}],
        "publishedAt": "2024-05-24T17:00:00.000Z",
        "title": "Growing\n  rows",
        "summary": "They grow.\nAlways.",
        "upvotes": 4,
    }
    row: dict[str, Any] = {
        "paper": paper,
        "publishedAt": "2024-05-27T03:50:00.000Z",
        "title": "Growing rows",
        "numComments": 1,
    }
    if age < "2024-07":
        row["mediaUrl"] = "https://example.org/x.png"
        return row
    paper["discussionId"] = "3"
    row |= {"thumbnail": "https://example.org/x.png", "submittedBy": {**ACCOUNT, "name": "eve"}}
    if age >= "2024-12":
        row |= {"mediaUrls": ["https://example.org/v.mp4"], "isAuthorParticipating": True}
    if age >= "2025-04":
        row |= {"summary": "They grow.\nAlways.", "publishedAt": "2024-05-24T13:00:00.000Z"}
        paper |= {
            "submittedOnDailyAt": "2024-05-27T03:50:00.000Z",
            "submittedOnDailyBy": {**ACCOUNT, "user": "eve"},
            "projectPage": "https://example.org/project",
            "githubRepo": "https://github.com/example/rows",
            "ai_keywords": ["rows", "growth"],
        }
    if age >= "2025-09":
        paper |= {"ai_summary": "Rows grow.", "githubStars": 9}
        row["submitterOrganization"] = {"name": "other", "fullname": "Other Labs"}
    if age >= "2026-01":
        del row["submitterOrganization"]
        paper["organization"] = row["organization"] = {"name": "acme", "fullname": "Acme Labs"}
        paper |= {"ai_summary_model": "some-model-1", "githubRepoAddedBy": "user"}
    return row


AGES = ["2024-05", "2024-08", "2024-12", "2025-04", "2025-09", "2026-01"]


@pytest.mark.parametrize("age", AGES)
def test_every_age_of_rows_is_read(age: str) -> None:
    """What a row has is taken from where it stood then, and its day is found."""
    page = parse_daily_papers(daily(row_of(age)), LIVE)
    (paper,), (signal, listed) = page.papers, page.signals
    assert (paper.id, paper.title, paper.abstract) == (
        "arxiv:2405.00001",
        "Growing rows",
        "They grow. Always.",
    )
    assert (paper.original_title, paper.original_abstract) == (None, None)
    assert (paper.authors, paper.author_count) == (("Ada One",), None)
    assert paper.published == datetime(2024, 5, 24, 17, tzinfo=UTC)
    assert paper.first_seen == datetime(2024, 5, 27, 23, 59, 59, tzinfo=UTC)
    assert paper.submitter == ("Eve Four" if age >= "2024-08" else None)
    assert (paper.keywords, bool(paper.code_url)) == (
        (("rows", "growth"), True) if age >= "2025-04" else ((), False)
    )
    assert paper.summary == ("Rows grow." if age >= "2025-09" else None)
    assert paper.summary_by == {"2025-09": "Hugging Face", "2026-01": "Hugging Face (some-model-1)"}.get(age)
    assert paper.organisation == ("Acme Labs" if age >= "2026-01" else None)
    assert (signal.upvotes, signal.comments, signal.stars) == (4, 1, 9 if age >= "2025-09" else None)
    assert (listed.upvotes, listed.comments, listed.stars) == (None, None, None)
    assert listed.taken_at == datetime(2024, 5, 27, 3, 50, tzinfo=UTC)
    assert page.announced == [Announced(day=date(2024, 5, 27), papers=[PaperId("arxiv:2405.00001")])]


def test_row_becomes_a_paper_with_a_signal() -> None:
    """Hidden authors are counted and not named."""
    page = parse_daily_papers(daily(daily_row("2604.00001")), SAVED)
    (paper,), (signal,) = page.papers, page.signals
    assert (paper.authors, paper.author_count) == (("Ada One", "Cy Three"), 3)
    assert (paper.organisation, paper.code_url) == ("Acme Labs", "https://github.com/example/tests")
    assert (signal.upvotes, signal.comments, signal.stars, signal.taken_at) == (7, 2, 3, NOW)


@pytest.mark.parametrize(
    "shape", [{"name": "acme", "fullname": "Acme Labs"}, {"name": "Acme Labs"}, "Acme Labs"]
)
@pytest.mark.parametrize("inside", [True, False])
def test_organisations_stand_in_two_places_and_shapes(shape: object, *, inside: bool) -> None:
    """The inner one is the paper's own."""
    row = daily_row("2604.00001", organization=shape if inside else None)
    row["organization"] = shape
    assert parse_daily_papers(daily(row), SAVED).papers[0].organisation == "Acme Labs"


@pytest.mark.parametrize(
    "account, name",
    [
        ({"fullname": "Eve Four", "name": "eve"}, "Eve Four"),
        ({"fullname": " ", "name": "eve"}, "eve"),
        ({"_id": "5"}, None),
        ("eve", None),
    ],
)
def test_of_a_submitter_only_the_public_name_is_read(account: object, name: str | None) -> None:
    """No id, no picture, no counts."""
    row = {**daily_row("2604.00001"), "submittedBy": account}
    assert parse_daily_papers(daily(row), SAVED).papers[0].submitter == name
    older = daily_row("2604.00001", submittedOnDailyBy={"user": "eve", "avatarUrl": "/a.svg"})
    page = parse_daily_papers(daily(older), SAVED)
    assert page.papers[0].submitter == "eve"
    assert "avatar" not in repr(page)


def test_papers_of_a_saved_file_are_as_new_as_its_import() -> None:
    """Nor does a file announce anything."""
    page = parse_daily_papers(daily(row_of("2026-01")), SAVED)
    assert (page.papers[0].first_seen, list(page.announced)) == (None, [])


def test_papers_of_a_list_asked_for_are_as_old_as_the_list() -> None:
    """Whatever the row says; those of today's list are new now."""
    row = row_of("2026-01")
    past = parse_daily_papers(daily(row), replace(LIVE, day=date(2026, 4, 20)))
    assert past.papers[0].first_seen == datetime(2026, 4, 20, 23, 59, 59, tzinfo=UTC)
    row["paper"]["submittedOnDailyAt"] = "2026-04-27T01:00:00.000Z"
    fresh = parse_daily_papers(daily(row), replace(LIVE, day=NOW.date()))
    assert fresh.papers[0].first_seen is None
    assert [announced.day for announced in fresh.announced] == [NOW.date()]


def test_strange_values_cost_only_themselves() -> None:
    """Wrong types are left out; an unsafe link is no link."""
    row = daily_row(
        "2604.00001", authors="Ada", upvotes="many", githubRepo="javascript:x", ai_keywords=None, ai_summary=5
    )
    page = parse_daily_papers(daily(row), SAVED)
    paper = page.papers[0]
    assert (paper.authors, paper.code_url, page.signals[0].upvotes) == ((), None, None)
    assert (paper.summary, paper.summary_by) == (None, None)


def test_a_changed_text_keeps_what_was_sent() -> None:
    """White space alone is no change; lost TeX signs are not guessed back."""
    row = daily_row("2604.00001", title="R^textbf{2AI}\n  for A&amp;B", summary="One\n  two")
    paper = parse_daily_papers(daily(row), SAVED).papers[0]
    assert (paper.title, paper.original_title) == ("R^textbf{2AI} for A&B", "R^textbf{2AI}\n  for A&amp;B")
    assert (paper.abstract, paper.original_abstract) == ("One two", None)


def test_rows_without_paper_are_refused() -> None:
    """Bad rows are named by number, with their bytes where they came from the server; good ones stay."""
    rows = daily({}, 5, daily_row("no id"), daily_row("2604.00001"), daily_row("2604.00002", title=" "))
    page = parse_daily_papers(rows, LIVE)
    places = [f"x: entry {number}" for number in (1, 2, 3, 5)]
    assert [refused.place for refused in page.refused] == places
    assert [refused.body for refused in page.refused][:2] == [b"{}", b"5"]
    assert [len(page.papers), page.refused[2].body and b"no id" in page.refused[2].body] == [1, True]
    assert all(refused.body is None for refused in parse_daily_papers(rows, SAVED).refused)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "x"}', b"[" * 100_000, b"\xff\xfe", b"null"])
def test_other_answers_are_malformed(body: bytes) -> None:
    """Pages, objects and broken JSON are no daily papers."""
    with pytest.raises(SourceMalformed):
        parse_daily_papers(body, SAVED)


def test_recorded_answers_of_all_ages() -> None:
    """Every recorded answer is read completely, and most rows tell the day they were recorded on."""
    counts, dated = [], 0
    for path in sorted(shared_data("hf-daily/raw").glob("*.json")):
        page = parse_daily_papers(path.read_bytes(), replace(LIVE, place=path.name))
        assert not page.refused
        assert not any("\n" in paper.title for paper in page.papers)
        counts.append(len(page.papers))
        day = date.fromisoformat(path.stem)
        seen = [paper.first_seen for paper in page.papers]
        dated += sum(when is not None and abs((when.date() - day).days) <= 1 for when in seen)
        assert sum(paper.summary is not None for paper in page.papers) >= (path.stem > "2025-08") * 20
    assert counts == [13, 7, 11, 1, 9, 26, 50, 27]
    assert dated == sum(counts)
