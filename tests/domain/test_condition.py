"""Tests of what a source's state means."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.condition import Condition, condition_of, is_late
from recommender.domain.papers import Outlook, SourceState
from tests.builders import NOON

_HOUR = timedelta(hours=1)
_READ = SourceState(source="arxiv", last_ok=NOON - _HOUR, last_new=NOON - _HOUR)


def _expecting(hours: int) -> Outlook:
    return Outlook(expected_next=NOON + hours * _HOUR)


@pytest.mark.parametrize(
    "state,condition",
    [
        (None, Condition.NEVER),
        (SourceState(source="arxiv"), Condition.NEVER),
        (_READ, Condition.FINE),
        (replace(_READ, missing=2, announced=9), Condition.LACKING),
        (replace(_READ, failures=1), Condition.FAILING),
        (replace(_READ, last_error="a state of an older release"), Condition.FAILING),
        (SourceState(source="arxiv", failures=3), Condition.FAILING),
        (replace(_READ, last_ok=NOON - 73 * _HOUR), Condition.STALE),
        (replace(_READ, last_new=NOON - 25 * _HOUR, outlook=_expecting(-7)), Condition.LATE),
        (replace(_READ, last_new=None, outlook=_expecting(-7), missing=2), Condition.LATE),
        (replace(_READ, outlook=_expecting(-7)), Condition.LATE),  # something came, not that
        (replace(_READ, last_new=NOON - 25 * _HOUR, outlook=_expecting(7)), Condition.FINE),
    ],
)
def test_the_worst_that_holds(state: SourceState | None, condition: Condition) -> None:
    """One condition for each state, whoever asks."""
    assert condition_of(state, NOON) is condition


def test_who_was_not_asked_is_not_late() -> None:
    """Expected after the last reading: nobody knows yet, and a clock put back knows nothing either."""
    state = replace(_READ, last_new=None, outlook=Outlook(expected_next=NOON - timedelta(minutes=30)))
    assert not is_late(state, NOON)
    assert is_late(replace(state, last_ok=NOON), NOON)
    assert not is_late(replace(state, last_ok=NOON), NOON - _HOUR)
