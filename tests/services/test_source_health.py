"""Tests of how sources are told of: the line for `doctor`, the sentence for a digest."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from recommender.domain.intake import Coverage
from recommender.domain.papers import Outlook, SourceState
from recommender.services.findings import Finding, Health
from recommender.services.source_health import (
    blank_figures,
    source_finding,
    sources_sentence,
    troubled,
)
from tests.builders import NOON
from tests.digest.samples import english

_DAY = timedelta(days=1)
_ARXIV = SourceState(
    source="arxiv",
    last_ok=NOON,
    last_new=NOON,
    announced_on=date(2026, 1, 30),
    announced=743,
    outlook=Outlook(expected_next=NOON + _DAY),
)
_PAGES = SourceState(source="huggingface", last_ok=datetime(2026, 1, 28, 23, 30, tzinfo=UTC), failures=2)


def line(state: SourceState | None, *coverage: Coverage) -> Finding:
    """Return what `doctor` says of arXiv an hour after noon."""
    return source_finding("source arxiv", state, coverage, NOON + timedelta(hours=1))


def sentence(*states: SourceState, names: tuple[str, ...] = (), zone: str = "UTC") -> str:
    """Return what a digest says an hour after noon."""
    known = {state.source: state for state in states}
    now = NOON + timedelta(hours=1)
    return sources_sentence(names or tuple(known), known, now=now, zone=zone, words=english())


def test_a_complete_source() -> None:
    """Last read, last new, what comes next, and all that was announced; for programs the same."""
    found = line(
        _ARXIV,
        Coverage(day=date(2026, 1, 29), announced=700, missing=0),
        Coverage(day=date(2026, 1, 30), announced=743, missing=0),
    )
    assert (found.health, found.fix) == (Health.OK, "")
    assert found.detail == (
        "last read 2026-01-30 12:00 UTC; last new paper 2026-01-30 12:00 UTC; "
        "next expected 2026-01-31 12:00 UTC; announced 30 January: 743 of 743 stored, 0 missing; "
        "2 announcements in 14 days: 1,443 of 1,443 stored, 0 missing"
    )
    assert found.figures["announced_14_days"] == 1443
    assert found.figures["stored"] == 743
    assert set(found.figures) == set(blank_figures())


def test_an_enricher_that_fails_is_a_warning() -> None:
    """Nobody needs it, and no command asks it alone."""
    failed = SourceState(source="openalex", failures=2, last_error="answered 429")
    found = source_finding("enricher openalex", failed, (), NOON)
    assert (found.health, found.fix) == (Health.WARNING, "it is asked again by itself")
    assert "answered 429" in found.detail
    assert source_finding("source openalex", failed, (), NOON).health is Health.FAILED


def test_papers_that_are_missing_are_a_warning() -> None:
    """The count, and what to type."""
    found = line(replace(_ARXIV, missing=3))
    assert found.health is Health.WARNING
    assert "740 of 743 stored, 3 missing" in found.detail
    assert found.fix.endswith("paperroute ingest --source arxiv")


def test_a_parked_source_says_until_when_and_why() -> None:
    """Failures in a row, the end of its rest and the error."""
    until = NOON + timedelta(hours=2)
    found = line(replace(_ARXIV, failures=3, parked_until=until, last_error="http://a/: answered 503"))
    assert found.health is Health.FAILED
    assert found.detail.startswith(
        "the last 3 runs failed, left alone until 2026-01-30 14:00 UTC: http://a/: answered 503; last read "
    )
    assert found.figures["parked_until"] == until


def test_a_feed_that_lags_is_a_warning_and_a_quiet_one_is_not() -> None:
    """Asked after the hour and nothing new; or nothing new for a reason."""
    late = replace(_ARXIV, last_new=NOON - _DAY, outlook=Outlook(expected_next=NOON - timedelta(hours=7)))
    assert line(late).health is Health.WARNING
    assert line(late).detail.startswith("feed lags: new papers were expected at 2026-01-30 05:00 UTC; ")
    quiet = replace(_ARXIV, outlook=Outlook(quiet="no announcement on Saturday"))
    assert (line(quiet).health, line(quiet).detail.split("; ")[0]) == (
        Health.OK,
        "no announcement on Saturday",
    )


def test_never_read_and_not_read_for_long() -> None:
    """Both are warnings with the command that ends them."""
    assert [line(None).detail, line(None).health] == ["never read", Health.WARNING]
    old = line(replace(_ARXIV, last_ok=NOON - 4 * _DAY))
    assert (old.health, "paperroute ingest" in old.fix) == (Health.WARNING, True)


def test_the_sentence_of_a_digest() -> None:
    """Complete, not reached, late, quiet, without announcements, never read: each in a few words."""
    assert sentence(_ARXIV, _PAGES) == (
        "Sources: arXiv complete (743 of 743, announced 30 January); "
        "Hugging Face not reached since 28 January."
    )
    assert sentence(replace(_ARXIV, missing=3)) == (
        "Sources: arXiv incomplete (740 of 743, announced 30 January)."
    )
    late = replace(_ARXIV, last_new=NOON - _DAY, outlook=Outlook(expected_next=NOON))
    assert sentence(late) == "Sources: arXiv is late, new papers were expected on 30 January."
    quiet = replace(_ARXIV, outlook=Outlook(quiet="no announcement on Saturday"))
    assert sentence(quiet).endswith("announced 30 January).")  # there are new papers: nothing to explain
    quiet = replace(quiet, last_new=NOON - _DAY)
    assert sentence(quiet).endswith("announced 30 January), nothing new.")
    quiet = replace(quiet, outlook=replace(quiet.outlook, expected_next=NOON + 3 * _DAY))
    assert sentence(quiet).endswith("30 January), the next papers are expected on 2 February.")
    plain = SourceState(source="a blog", last_ok=NOON)
    assert sentence(plain, names=("a blog", "biorxiv")) == (
        "Sources: a blog read on 30 January; bioRxiv not read yet."
    )
    assert sentence(replace(plain, last_ok=NOON - 5 * _DAY)) == "Sources: a blog not read since 25 January."


def test_dates_are_the_readers_own() -> None:
    """Half past eleven at night in London is the next day in Tokyo."""
    assert sentence(_PAGES, zone="Asia/Tokyo") == "Sources: Hugging Face not reached since 29 January."


def test_nothing_is_said_where_nobody_was_asked() -> None:
    """No source, or papers from imports alone."""
    assert sentence() == ""
    assert sentence(names=("arxiv",)) == ""


def test_many_sources_are_named_in_part_the_troubled_first() -> None:
    """Four are named, in their order, and the rest are counted."""
    fine = [SourceState(source=f"feed {number}", last_ok=NOON) for number in range(6)]
    said = sentence(*fine, replace(fine[0], source="broken", failures=1))
    assert said == (
        "Sources: feed 0 read on 30 January; feed 1 read on 30 January; feed 2 read on 30 January; "
        "broken not reached since 30 January; 3 more fine."
    )
    assert sentence(*(replace(state, failures=1) for state in fine)).endswith("; 2 more.")


def test_no_error_text_reaches_a_reader() -> None:
    """What a source answered may hold anything; it is the operator's."""
    assert "secret" not in sentence(replace(_PAGES, last_error="http://x/?key=secret: no"))


def test_trouble_is_named_for_the_report() -> None:
    """Only what is not fine."""
    states = {"arxiv": _ARXIV, "huggingface": _PAGES}
    assert troubled(("arxiv", "huggingface"), states, NOON) == "huggingface failing"
    assert troubled(("arxiv",), states, NOON) == ""
