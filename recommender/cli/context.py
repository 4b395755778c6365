"""From the global options to a composed application; nothing heavy is imported before a command needs it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from recommender.cli.output import say

if TYPE_CHECKING:
    from recommender.app import Application

_FIRST_YEAR, _LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The global options of one call."""

    config: Path | None
    now: datetime | None

    def application(self, *, ticking: bool = False) -> "Application":
        """Load the configuration, open the store and reconcile the subscribers; raises ConfigError.

        A `--now` stands still for one command; for a server it runs on (`ticking`), and who could not be
        taken in is left for its log.
        """
        from recommender.app import compose  # noqa: PLC0415 heavy: --help must not wait for it

        application = compose(config=self.config, now=self.now, ticking=ticking)
        for refused in () if ticking else application.reconciled.failures:
            say(f"{refused.place}: not taken in: {refused.reason}")
        return application


def call_of(context: typer.Context) -> Call:
    """Return the global options kept by the callback."""
    call = context.obj
    if not isinstance(call, Call):
        raise TypeError("the command was called without its global options")
    return call


def application_of(context: typer.Context) -> "Application":
    """Return the composed application of a command."""
    return call_of(context).application()


def parse_instant(text: str) -> datetime:
    """Read `--now`; a time without a zone is UTC. Wrong words end the command with exit code 2."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--now: {text!r} is not ISO 8601; write it as in 2026-01-30T18:00Z"
        raise typer.BadParameter(message) from error
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise typer.BadParameter(f"--now: {text!r} is outside {_FIRST_YEAR} to {_LAST_YEAR}")
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
