"""Ingestion held against what sources announce, and what becomes of those that fail."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from recommender.domain.errors import SourceError, SourceMalformed
from recommender.domain.papers import Outlook, PaperPage, Refused
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.services.scripted import DAY, Answering, Desk, Plain, page, unavailable


@pytest.fixture
def desk(tmp_path: Path, migrated: Path) -> Iterator[Desk]:
    """Give an empty store at noon."""
    path = tmp_path / "store.db"
    path.write_bytes(migrated.read_bytes())
    store = SqlStore(f"sqlite:///{path}")
    yield Desk(store)
    store.close()


def test_all_that_was_announced_is_stored(desk: Desk) -> None:
    """Counts, one line for the source, and a state that says so."""
    report = desk.ingestion.run([Plain(pages=[page(1, 2, 3)])])
    assert (report.failures, report.warnings) == ((), ())
    assert report.counts == {
        "sources": 1, "sources_ok": 1, "added": 3, "changed": 0, "unchanged": 0, "refused": 0,
        "announced": 3, "stored": 3, "missing": 0,
    }  # fmt: skip
    assert report.notes == ("arxiv: 3 announced on 30 January, 3 stored, 0 missing; 3 read, 3 new",)
    state = desk.state()
    assert (state.announced_on, state.announced, state.missing) == (DAY, 3, 0)
    assert (state.last_ok, state.last_new, state.papers, state.failures) == (NOON, NOON, 3, 0)


def test_a_paper_that_two_pages_bring_is_read_once(desk: Desk) -> None:
    """As where an announcement is checked by another road: so many papers, not so many entries."""
    report = desk.ingestion.run([Plain(pages=[page(1, 2, 3), page(2, 3)])])
    assert report.notes == ("arxiv: 3 announced on 30 January, 3 stored, 0 missing; 3 read, 3 new",)
    assert desk.state().papers == 3


def test_what_did_not_come_is_looked_up(desk: Desk) -> None:
    """By id, once; then nothing is missing."""
    source = Answering(pages=[page(1, announced=[1, 2, 3])], knows=[a_paper(2), a_paper(3)])
    report = desk.ingestion.run([source])
    assert source.wanted == [[a_paper(2).id, a_paper(3).id]]
    assert (report.counts["announced"], report.counts["missing"], report.warnings) == (3, 0, ())
    assert desk.state().papers == 3


def test_what_stays_missing_is_named_and_looked_up_again(desk: Desk) -> None:
    """At most five by name; for two weeks from the announcement on, and no longer."""
    source = Answering(pages=[page(1, announced=range(1, 8))])
    report = desk.ingestion.run([source])
    assert (report.counts["missing"], report.partial) == (6, False)
    assert report.warnings == (
        "arxiv: 6 announced papers are missing and will be looked for again: "
        + ", ".join(a_paper(number).id for number in range(2, 7)) + ", …",
    )  # fmt: skip
    assert report.notes == ("arxiv: 7 announced on 30 January, 1 stored, 6 missing; 1 read, 1 new",)
    again = Answering(knows=[a_paper(number) for number in range(2, 7)])
    desk.instant += timedelta(days=14)
    report = desk.ingestion.run([again])
    assert report.warnings == (
        f"arxiv: 1 announced paper is missing and will be looked for again: {a_paper(7).id}",
    )
    late = Answering()
    desk.instant += timedelta(days=1)
    report = desk.ingestion.run([late])
    assert (late.wanted, report.warnings) == ([], ())


def test_a_look_up_that_fails_fails_no_source(desk: Desk) -> None:
    """It is a warning; what came is stored and the source is well."""
    source = Answering(pages=[page(1, announced=[1, 2])], trouble=unavailable())
    report = desk.ingestion.run([source])
    assert report.failures == ()
    assert report.warnings[0] == "arxiv: http://a/feed: answered 503"
    assert report.warnings[1].startswith("arxiv: 1 announced paper is missing")
    assert (desk.state().failures, desk.state().missing) == (0, 1)


def test_a_source_without_a_second_road_says_what_is_missing(desk: Desk) -> None:
    """Nobody is asked, and it is told all the same."""
    report = desk.ingestion.run([Plain(pages=[page(1, announced=[1, 2])])])
    assert report.counts["missing"] == 1
    assert "missing" in report.warnings[0]


def test_sources_are_told_apart(desk: Desk) -> None:
    """The sums are of all; the lines of each."""
    feed = Plain(name="feed", pages=[page(4, 5, announced=[4, 5, 6])])
    report = desk.ingestion.run([Plain(pages=[page(1)]), feed, Plain(name="quiet")])
    assert (report.counts["announced"], report.counts["missing"]) == (4, 1)
    assert report.notes == (
        "arxiv: 1 announced on 30 January, 1 stored, 0 missing; 1 read, 1 new",
        "feed: 3 announced on 30 January, 2 stored, 1 missing; 2 read, 2 new",
        "quiet: nothing new to read",
    )


def test_a_failure_is_reported_and_the_others_go_on(desk: Desk) -> None:
    """What came before it stays, with the cursor of its page and the hour of its papers."""
    broken = Plain(pages=[page(1), unavailable()])
    report = desk.ingestion.run([broken, Plain(name="feed", pages=[page(2)])])
    assert [(entry.place, entry.reason) for entry in report.failures] == [
        ("arxiv: http://a/feed", "answered 503")
    ]
    assert (report.counts["sources"], report.counts["sources_ok"], report.counts["added"]) == (2, 1, 2)
    assert report.notes[0] == "arxiv: failed, left alone until 2026-01-30 12:10 UTC"
    state = desk.state()
    assert (state.failures, state.last_error, state.last_ok) == (1, "http://a/feed: answered 503", None)
    assert state.cursor is not None
    assert (state.cursor.position, state.last_new) == ("2026-01-30", NOON)


def test_a_source_at_rest_is_not_asked_and_the_report_says_so(desk: Desk) -> None:
    """Until its rest is over, unless a person insists; each failure doubles it; a good run forgets."""
    source = Plain(pages=[unavailable()])
    desk.ingestion.run([source])
    desk.instant += timedelta(minutes=9)
    report = desk.ingestion.run([source])
    assert (len(source.asked), report.counts["sources_ok"], report.notes) == (1, 0, ())
    assert str(report.failures[0].reason) == (
        "left alone until 2026-01-30 12:10 UTC after 1 run that failed: http://a/feed: answered 503 "
        "(paperroute ingest --source arxiv asks at once)"
    )
    report = desk.ingestion.run([source], insist=True)
    assert (len(source.asked), desk.state().failures) == (2, 2)
    assert desk.state().parked_until == desk.instant + timedelta(minutes=20)
    assert report.notes == ("arxiv: failed 2 times in a row, left alone until 2026-01-30 12:29 UTC",)
    desk.instant += timedelta(minutes=20)
    source.pages = [page(1)]
    assert desk.ingestion.run([source]).failures == ()
    state = desk.state()
    assert (state.failures, state.parked_until, state.last_error) == (0, None, None)


def test_a_rest_noted_by_a_wrong_clock_is_over(desk: Desk) -> None:
    """A clock that is put back by years does not leave a source alone for years."""
    desk.instant += timedelta(days=3_000)
    desk.ingestion.run([Plain(pages=[unavailable()])])
    desk.instant = NOON
    assert desk.ingestion.run([Plain(pages=[page(1)])]).failures == ()


def test_what_was_missing_weeks_ago_is_no_fault_of_today(desk: Desk) -> None:
    """A source that has announced nothing for two weeks lacks nothing that is looked for."""
    desk.ingestion.run([Answering(pages=[page(1, announced=[1, 2])])])
    assert desk.state().missing == 1
    desk.instant += timedelta(days=15)
    desk.ingestion.run([Answering()])
    assert (desk.state().announced_on, desk.state().missing) == (None, 0)


@pytest.mark.parametrize(
    "error,minutes",
    [
        (unavailable(), 10),
        (unavailable(throttled=True), 60),
        (unavailable(retry_after=7200.0), 120),
        (unavailable(retry_after=5.0), 10),
    ],
)
def test_how_long_it_rests(desk: Desk, error: SourceError, minutes: int) -> None:
    """Longer where it asked to be asked less, and at least as long as it wished."""
    desk.ingestion.run([Plain(pages=[error])])
    assert desk.state().parked_until == NOON + timedelta(minutes=minutes)


def test_a_fault_of_ours_is_that_sources_failure(desk: Desk) -> None:
    """It is named by its kind alone: its words may hold anything that was read."""
    report = desk.ingestion.run(
        [Plain(pages=[page(1), KeyError("token=secret")]), Plain(name="feed", pages=[page(2)])]
    )
    assert report.counts["sources_ok"] == 1
    assert report.failures[0].reason == "unexpected KeyError while reading; please report it"
    assert desk.state().failures == 1


def test_what_the_store_cannot_take_is_its_sources_failure(desk: Desk) -> None:
    """The page is dropped whole, the source is parked, and the others are read."""
    unfit = replace(a_paper(1), categories=5)  # type: ignore[arg-type]  # what no parser should let through
    bad = PaperPage(papers=[unfit], place="http://a/feed")
    report = desk.ingestion.run([Plain(pages=[bad]), Plain(name="feed", pages=[page(2)])])
    (failure,) = report.failures
    assert failure.place == "arxiv: http://a/feed"
    assert failure.reason == "unexpected TypeError while storing; please report it"
    assert (report.counts["sources_ok"], report.counts["added"]) == (1, 1)
    assert desk.state().parked_until == NOON + timedelta(minutes=10)


def test_nobody_is_asked_while_the_store_takes_nothing(desk: Desk, tmp_path: Path) -> None:
    """A daemon would ask again at every tick."""
    with closing(sqlite3.connect(tmp_path / "store.db")) as raw:
        raw.execute(
            "CREATE TRIGGER full BEFORE INSERT ON source_state BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        raw.commit()
    source = Plain(pages=[page(1)])
    with pytest.raises(IntegrityError, match="disk full"):
        desk.ingestion.run([source])
    assert source.asked == []


def test_warnings_say_whose_they_are_and_entries_are_set_aside(desk: Desk) -> None:
    """Once by name; bytes of refused entries are in quarantine alone, once however often they come."""
    refused = [Refused(place="http://a/feed, entry 2", reason="no title", body=b"<entry/>")]
    pages = [page(1, refused=refused, warnings=["the feed lags", "arxiv: another road was taken"])]
    report = desk.ingestion.run([Plain(pages=pages)])
    assert report.warnings == ("arxiv: the feed lags", "arxiv: another road was taken")
    assert (report.counts["refused"], report.failures) == (1, (replace(refused[0], body=None),))
    again = desk.ingestion.run([Plain(pages=pages)])
    assert (again.counts["refused"], again.counts["refused_before"], again.partial) == (1, 1, False)
    with desk.store.read() as unit:
        (kept,) = unit.intake.quarantined("arxiv")
    assert (kept.body, kept.times, kept.place) == (b"<entry/>", 2, refused[0].place)


def test_a_quiet_day_is_no_failure_and_is_not_quiet_for_ever(desk: Desk) -> None:
    """Why there is nothing is told that day; a later run that brings no reason has none."""
    quiet = Outlook(expected_next=NOON + timedelta(days=2), quiet="no announcement on Saturday")
    report = desk.ingestion.run([Plain(pages=[PaperPage(papers=[], outlook=quiet)])])
    assert report.notes == ("arxiv: no announcement on Saturday; nothing new to read",)
    assert desk.state().outlook == quiet
    desk.instant += timedelta(days=1)
    assert desk.ingestion.run([Plain()]).notes == ("arxiv: nothing new to read",)
    assert desk.state().outlook == replace(quiet, quiet="")


def test_a_feed_that_lags_says_so(desk: Desk) -> None:
    """Asked after the hour, and nothing came."""
    expected = Outlook(expected_next=NOON - timedelta(hours=1))
    report = desk.ingestion.run([Plain(pages=[PaperPage(papers=[], outlook=expected)])])
    assert report.notes == (
        "arxiv: nothing new yet, though expected since 2026-01-30 11:00 UTC; nothing new to read",
    )
    report = desk.ingestion.run([Plain(pages=[replace(page(1, announced=()), outlook=expected)])])
    assert report.notes == ("arxiv: more was expected at 2026-01-30 11:00 UTC; 1 read, 1 new",)


def test_progress_is_told_from_start_to_end(desk: Desk) -> None:
    """Papers so far, of how many where that is known, and how it ended; one at rest is not begun."""
    sources = [Plain(pages=[page(1, announced=[1, 2]), page(2, announced=())]), Plain(name="feed")]
    sources.append(Plain(name="broken", pages=[unavailable()]))
    desk.ingestion.run(sources, desk.told)
    assert desk.seen == [
        ("arxiv", 0, 0, None),
        ("arxiv", 1, 2, None),
        ("arxiv", 2, 2, None),
        ("arxiv", 2, 0, True),
        ("feed", 0, 0, None),
        ("feed", 0, 0, True),
        ("broken", 0, 0, None),
        ("broken", 0, 0, False),
    ]
    desk.seen.clear()
    desk.ingestion.run([sources[-1]], desk.told)
    assert desk.seen == []


def test_a_malformed_answer_is_a_failure_too(desk: Desk) -> None:
    """Permanent for these bytes, and tried again later all the same."""
    error = SourceMalformed("arxiv", "http://a/feed", "not XML")
    assert desk.ingestion.run([Plain(pages=[error])]).failures[0].reason == "not XML"
    assert desk.state().parked_until is not None
