"""Commands about a reader's data: export and forget."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.context import application_of
from recommender.cli.output import say, tell, write
from recommender.domain.errors import InputError

_PRIVATE = 0o600


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (export, forget):
        app.command()(command)


def export(
    context: typer.Context,
    email: str,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write a zip with all files here; the JSON goes to stdout."),
    ] = None,
) -> None:
    """Write everything that is held about a subscriber: JSON, or a zip with the reading list and digests."""
    from recommender.app.keeping import build_privacy  # noqa: PLC0415 heavy: for these commands alone

    held = build_privacy(application_of(context)).held(email)
    if output is None:
        write(held.json())
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(held.zipped())
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror})") from error
    say(f"wrote {output}; it holds what only they should read")


def forget(
    context: typer.Context,
    email: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything that is held about a reader, for good; the file cannot bring them back."""
    from recommender.app.keeping import build_privacy  # noqa: PLC0415 see `export`

    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("this cannot be undone and nobody can be asked here; add --yes")
    privacy = build_privacy(application_of(context))
    if not yes:
        typer.confirm(f"Delete everything that is held about {email}, for good?", abort=True, err=True)
    report = privacy.forget_known(email)
    tell(report)
    if report.partial:
        raise typer.Exit(4)
