"""Which background work of `run` is due: sources to read, a recommender to fit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.app import Application
    from recommender.ports import Source


def due_sources(application: "Application") -> "list[Source]":
    """Return the sources whose own hour has come; a failed one is tried again when its rest is over."""
    from jobs.schedule import History, fetching, is_due  # noqa: PLC0415 loaded by `run` alone

    schedule = application.loaded.settings.schedule
    plan = fetching(schedule.ingest, schedule.zone)
    states = application.lookup().source_states()
    now = application.clock.now()
    histories = {name: History(succeeded=state.last_ok) for name, state in states.items()}
    parked = {name for name, state in states.items() if state.parked_until and state.parked_until > now}
    return [
        source
        for source in application.incoming.sources()
        if source.name not in parked and is_due(plan, histories.get(source.name, History()), now)
    ]


def training_is_due(application: "Application") -> bool:
    """Tell whether the hour of training has come and there is something to fit on."""
    from jobs.schedule import History, daily, is_due  # noqa: PLC0415 loaded by `run` alone

    schedule = application.loaded.settings.schedule
    fitted = application.lookup().last_artifact()
    due = is_due(daily(schedule.train, schedule.zone), History(succeeded=fitted), application.clock.now())
    return due and application.lookup().paper_count() > 0
