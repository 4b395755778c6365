"""Dates, counts and names in words."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from recommender.digest.bylines import byline, facts
from recommender.digest.render import spans_text
from recommender.digest.words import latest_signals
from recommender.domain.editions import Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import After, Cadence, Every
from tests.digest.samples import NOW, PAPERS, english


@pytest.mark.parametrize(
    "authors, count, organisation, line",
    [
        (("A B", "C D"), None, None, "A B, C D"),
        (tuple(f"A {n}" for n in range(9)), None, None, "A 0, A 1, A 2, A 3, A 4, A 5 and 3 more"),
        (("A B",), 3303, None, "A B and 3,302 more"),
        ((), 7, None, "7 authors"),
        ((), 1, "Example Lab", "1 author · Example Lab"),
        (("NVIDIA", ":", "Jensen"), None, None, "NVIDIA, Jensen"),
        ((), None, None, ""),
    ],
)
def test_byline(authors: tuple[str, ...], count: int | None, organisation: str | None, line: str) -> None:
    """Six names, then how many more; a count where names are unknown; punctuation is nobody."""
    paper = Paper(
        id=PaperId("title:x"), title="x", authors=authors, author_count=count, organisation=organisation
    )
    assert spans_text(byline(paper, english())) == line


def test_facts_leave_out_what_is_unknown() -> None:
    """Category, venue and date, those there are."""
    assert facts(PAPERS[2], english()) == ("cs.IR", "ECIR 2026", "29 Jan 2026")
    assert facts(PAPERS[3], english()) == ()
    assert facts(replace(PAPERS[3], first_seen=NOW), english()) == ("first seen 30 Jan 2026",)


@pytest.mark.parametrize(
    "match, said",
    [(1.0, "strong match"), (0.98, "strong match"), (0.97, "good match"), (0.4, "worth a look")],
)
def test_match_words(match: float, said: str) -> None:
    """Fit is said in words, never as a number."""
    assert english().match(match) == said


@pytest.mark.parametrize(
    "cadence, said",
    [
        (Cadence(at=time(7, 30), zone="Europe/Berlin"), "every day at 07:30 (Europe/Berlin time)"),
        (Cadence(every=Every.WEEKDAY, at=time(6)), "Monday to Friday at 06:00 (UTC time)"),
        (
            Cadence(at=time(6), after=After.ARXIV),
            "every day at 06:00 (UTC time), after arXiv's announcement",
        ),
        (Cadence(every=Every.WEEK, on=2, at=time(18, 5)), "every Wednesday at 18:05 (UTC time)"),
    ],
)
def test_cadence_words(cadence: Cadence, said: str) -> None:
    """Cadence in words, with its zone."""
    assert english().cadence(cadence) == said


def test_slot_is_told_in_the_readers_zone() -> None:
    """The next edition is told on the reader's own clock, over a clock change too."""
    slot = Slot(key="2026-03-29", due_at=datetime(2026, 3, 29, 5, 30, tzinfo=UTC))
    assert english().slot(slot, "Europe/Berlin") == "Sunday 29 March at 07:30 (Europe/Berlin time)"


def test_latest_signal_of_each_source_counts() -> None:
    """Of several snapshots the newest counts; of several sources the largest number."""
    old = Signal(paper=PAPERS[0].id, source="a", taken_at=NOW - timedelta(days=1), upvotes=99)
    new = replace(old, taken_at=NOW, upvotes=12, stars=1200)
    other = replace(old, source="b", upvotes=20, comments=1)
    signals = latest_signals([new, old, other])[PAPERS[0].id]
    assert english().signals(signals) == ("20 upvotes", "1 comment", "1,200 stars")


def test_zero_upvotes_are_not_mentioned() -> None:
    """Nothing is said of nothing."""
    assert english().signals([Signal(paper=PAPERS[0].id, source="a", taken_at=NOW, upvotes=0)]) == ()
