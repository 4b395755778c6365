"""What the operator's page is given. Loads nothing that asks the world outside."""

from typing import TYPE_CHECKING

from recommender.app.looks import look_of
from recommender.domain.errors import ConfigError, Problem
from recommender.services.diagnosis import Diagnosis
from recommender.services.operating import Operating

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recommender.app.composition import Application


def build_operating(application: "Application") -> Operating:
    """Return what gathers the page."""
    settings = application.loaded.settings
    asked = [("source", name) for name in source_names(application)]
    asked += [("enricher", section.name or section.type) for section in settings.enricher]
    return Operating(
        store=application.store,
        clock=application.clock,
        diagnosis=Diagnosis(application.store, application.clock, asked, probes=()),
        folder=application.loaded.artifacts,
    )


def source_names(application: "Application") -> list[str]:
    """Return the names of the configured sources, in the order of the file."""
    return [section.name or section.type for section in application.loaded.settings.source]


def check(config: "Path | None") -> "Sequence[Problem]":
    """Return what is wrong with the configuration files as they are now, and what they are warned of."""
    from recommender.app.loading import load_configuration  # noqa: PLC0415 it names this module's kin

    try:
        loaded = load_configuration(config)
        return (*loaded.warnings, *look_of(loaded)[1])
    except ConfigError as error:
        return error.problems
