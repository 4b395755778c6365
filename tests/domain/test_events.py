"""What happened to a paper between two states."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.events import EventKind, PaperEvent, events_between, told
from recommender.domain.papers import Paper, PaperId, PaperStatus
from tests.builders import NOON, a_paper

LATER = NOON + timedelta(days=1)
BEFORE = a_paper(version=1, updated=NOON)
JOURNAL = a_paper(id=PaperId("doi:10.1000/j"), doi="10.1000/j", version=None)


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (BEFORE, BEFORE, []),
        (BEFORE, replace(BEFORE, version=3), ["new version v3"]),
        (replace(BEFORE, version=None), BEFORE, []),
        (BEFORE, replace(BEFORE, abstract="Changed.", updated=LATER), ["revised"]),
        (BEFORE, replace(BEFORE, abstract="Another road's words."), []),
        (BEFORE, replace(BEFORE, version=2, abstract="Changed.", updated=LATER), ["new version v2"]),
        (BEFORE, replace(BEFORE, version=2, status=PaperStatus.WITHDRAWN), ["new version v2", "withdrawn"]),
        (replace(BEFORE, status=PaperStatus.WITHDRAWN), replace(BEFORE, status=PaperStatus.WITHDRAWN), []),
        (BEFORE, replace(BEFORE, doi="10.48550/arxiv.2601.00001"), []),
        (BEFORE, replace(BEFORE, doi="10.1000/j"), ["published as 10.1000/j"]),
        (BEFORE, replace(BEFORE, venue="A journal", doi="10.1000/j"), ["published in A journal"]),
        (replace(BEFORE, venue="A journal"), replace(BEFORE, venue="A journal", doi="10.1000/j"), []),
        (JOURNAL, replace(BEFORE, doi="10.1000/j"), []),
        (replace(BEFORE, library_only=True), replace(BEFORE, version=2), []),
    ],
)
def test_what_happened(before: Paper, after: Paper, expected: list[str]) -> None:
    """A record that was only found by another road, or by a better id, tells nothing."""
    assert [told(event) for event in events_between(before, after, at=LATER)] == expected


def test_an_event_is_of_the_paper_as_it_is_called_now() -> None:
    """And of the moment it was noticed."""
    assert events_between(BEFORE, replace(BEFORE, version=2), at=LATER) == (
        PaperEvent(paper=BEFORE.id, kind=EventKind.VERSION, at=LATER, detail="v2"),
    )
