"""How a source is, told from what the store remembers of it: pure, and one answer for all who ask.

`doctor`, the foot of a digest, the daemon and the metrics read the same state; deciding here what it
means keeps them from telling four stories.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from recommender.domain.papers import SourceState

_STALE = timedelta(days=3)
"""A source that nobody asked for so long tells nothing of today."""


class Condition(StrEnum):
    """What is the matter with a source; the worst that holds."""

    NEVER = "never read"
    FAILING = "failing"
    STALE = "stale"
    LATE = "late"
    """It answers, and what should have come by now has not."""
    LACKING = "lacking"
    """It named papers that the store does not have."""
    FINE = "fine"


def condition_of(state: SourceState | None, now: datetime) -> Condition:
    """Return how a source is at `now` (aware UTC)."""
    if state is None:
        return Condition.NEVER
    if state.failures or state.last_error:
        return Condition.FAILING
    if state.last_ok is None:
        return Condition.NEVER
    if now - state.last_ok > _STALE:
        return Condition.STALE
    if is_late(state, now):
        return Condition.LATE
    return Condition.LACKING if state.missing else Condition.FINE


def is_late(state: SourceState, now: datetime) -> bool:
    """Tell whether a source was asked after it should have had something new, and still expects it.

    One that was not asked since is not late: nobody knows.
    """
    expected = state.outlook.expected_next
    return expected is not None and state.last_ok is not None and expected <= state.last_ok <= now
