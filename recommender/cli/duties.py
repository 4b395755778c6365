"""Which background work of `run` is due: sources to read, a recommender to fit."""

from datetime import datetime
from typing import TYPE_CHECKING

from recommender.domain.parking import is_resting

if TYPE_CHECKING:
    from jobs.schedule import Daily
    from recommender.app import Application
    from recommender.domain.papers import SourceState
    from recommender.ports import Source


def due_sources(application: "Application") -> "list[Source]":
    """Return the sources that should be asked now."""
    from jobs.schedule import fetching  # noqa: PLC0415 loaded by `run` alone

    schedule = application.loaded.settings.schedule
    plan = fetching(schedule.ingest, schedule.zone)
    states = application.lookup().source_states()
    now = application.clock.now()
    return [
        source
        for source in application.incoming.sources()
        if source_is_due(plan, states.get(source.name), now)
    ]


def source_is_due(plan: "Daily", state: "SourceState | None", now: datetime) -> bool:
    """Tell whether a source should be asked at `now`.

    That is at its hour, when it expects something new, after a failure when its rest is over, and every half
    hour for some hours while what it should have is not there.
    """
    from jobs.schedule import is_due, is_due_again  # noqa: PLC0415 loaded by `run` alone

    if state is None:
        return True
    if is_resting(state.parked_until, state.last_error_at, now):
        return False
    if state.failures or is_due(plan, state.last_ok, now):
        return True
    expected = state.outlook.expected_next
    if expected is None or state.last_ok is None or expected > now:
        return False
    return state.last_ok < expected or is_due_again(plan, state.last_ok, expected, now)


def training_is_due(application: "Application") -> bool:
    """Tell whether the hour of training has come and there is something to fit on."""
    from jobs.schedule import daily, is_due  # noqa: PLC0415 loaded by `run` alone

    schedule = application.loaded.settings.schedule
    fitted = application.lookup().last_artifact()
    due = is_due(daily(schedule.train, schedule.zone), fitted, application.clock.now())
    return due and application.lookup().paper_count() > 0
