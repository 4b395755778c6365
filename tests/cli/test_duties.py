"""Tests of when a source is asked by the daemon."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from jobs.schedule import Daily
from recommender.cli.duties import source_is_due
from recommender.domain.papers import Outlook, SourceState

_PLAN = Daily(at=time(0, 20), zone="America/New_York")
_SLOT = datetime(2026, 1, 13, 5, 20, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_READ = SourceState(
    source="arxiv",
    last_ok=_SLOT,
    last_new=_SLOT,
    outlook=Outlook(expected_next=_SLOT + timedelta(hours=23, minutes=40)),
)
_AHEAD = _SLOT + timedelta(days=3_000)
_LATE = replace(_READ, outlook=Outlook(expected_next=_SLOT - timedelta(minutes=20)))


@pytest.mark.parametrize(
    "state,minutes,due",
    [
        (None, 0, True),
        (replace(_READ, last_ok=_SLOT - timedelta(days=1)), 0, True),
        (_READ, 10, False),
        # It expects something 20 minutes before that hour comes again.
        (_READ, 24 * 60 - 21, False),
        (_READ, 24 * 60 - 20, True),
        (replace(_READ, outlook=Outlook()), 24 * 60 - 1, False),
        (replace(_READ, outlook=Outlook()), 24 * 60, True),
        # It failed: when its rest is over, though it was read well today.
        (replace(_READ, failures=2, parked_until=_SLOT + 40 * _MINUTE), 39, False),
        (replace(_READ, failures=2, parked_until=_SLOT + 40 * _MINUTE), 40, True),
        (replace(_READ, last_ok=None, failures=1, parked_until=_SLOT + 10 * _MINUTE), 9, False),
        # It failed while the clock was years ahead.
        (replace(_READ, failures=1, last_error_at=_AHEAD, parked_until=_AHEAD + 10 * _MINUTE), 9, True),
        # It lags: again after half an hour, for some hours.
        (_LATE, 29, False),
        (_LATE, 30, True),
        (_LATE, 5 * 60, False),
        (replace(_LATE, last_ok=_SLOT + 60 * _MINUTE), 89, False),
        (replace(_LATE, last_ok=_SLOT + 60 * _MINUTE), 90, True),
    ],
)
def test_when_a_source_is_asked(state: SourceState | None, minutes: int, *, due: bool) -> None:
    """At its hour, after its rest, and again while it lags."""
    assert source_is_due(_PLAN, state, _SLOT + minutes * _MINUTE) is due
