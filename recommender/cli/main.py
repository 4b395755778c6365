"""The `paperroute` command: global options, and errors turned into words and exit codes.

Exit codes: 0 ok, 1 failure, 2 usage, 3 configuration, 4 partial.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from recommender import __version__
from recommender.cli import (
    browse,
    demo,
    folds,
    inbox,
    intake,
    interests,
    mailing,
    outbox,
    people,
    privacy,
    quarantine,
    running,
    setup,
    subscribers,
    upkeep,
)
from recommender.cli.context import Call, parse_instant
from recommender.cli.output import say
from recommender.domain.errors import ConfigError, PaperRouteError

app = typer.Typer(
    name="paperroute",
    help="A personalised paper digest for every subscriber, by mail, at their own hour.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    setup,
    demo,
    intake,
    quarantine,
    mailing,
    inbox,
    outbox,
    browse,
    folds,
    interests,
    people,
    subscribers,
    privacy,
    running,
    upkeep,
):
    group.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paperroute {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Configuration file; else $PAPERROUTE_CONFIG, ./config, user config.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="ISO-8601", help="Act as if it were this instant.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the global options for the command that follows."""
    del debug, version
    context.obj = Call(config=config, now=None if now is None else parse_instant(now))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, by default with the process's arguments, and exit with the contract's code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if any("\ud800" <= char <= "\udfff" for word in words for char in word):
        say("paperroute: an argument holds bytes that are no text; type it again")
        sys.exit(2)
    try:
        app(args=words, prog_name="paperroute")
    except Exception as error:
        if "--debug" in words and not isinstance(error, ConfigError):
            raise
        sys.exit(_failure(error))
    finally:
        _flush()


def _failure(error: Exception) -> int:
    """Say in one line what ended the command and return its exit code."""
    if isinstance(error, ConfigError):
        say(str(error))
        return 3
    if isinstance(error, BrokenPipeError):
        _leave_stdout()
    elif isinstance(error, PaperRouteError):
        say(f"paperroute: {error}")
    elif isinstance(error, OSError):
        say(f"paperroute: {error.filename or 'the system'}: {error.strerror or error}")
    else:
        say(f"paperroute: unexpected {type(error).__name__}: {error}; --debug shows where")
    return 1


def _flush() -> None:
    """Send off what waits in stdout's buffer while a reader who has gone can still be told from a fault."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_stdout()


def _leave_stdout() -> None:
    """Keep Python from complaining at exit that the reader of stdout (head, less) has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
