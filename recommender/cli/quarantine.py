"""Commands about what was set aside: entries of sources that could not become papers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of
from recommender.cli.output import Layout, Row, say, show
from recommender.domain.errors import InputError

_KEY = 12
"""Digits of a key that are enough to tell it from some thousand others."""


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(quarantine)
    group.command(name="show")(show_entry)
    app.add_typer(group, name="quarantine")


def quarantine(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", help="Only of this source, by name.")] = None,
    as_json: AsJson = False,
) -> None:
    """List entries of sources that could not become papers, newest first, with the reason."""
    if context.invoked_subcommand is not None:
        return
    rows: list[Row] = [
        {
            "key": entry.key[:_KEY],
            "source": entry.source,
            "at": entry.at,
            "times": entry.times,
            "bytes": len(entry.body),
            "place": entry.place,
            "reason": entry.reason,
        }
        for entry in application_of(context).lookup().quarantined(source)
    ]
    empty = "nothing is set aside" + (f" of a source called {source!r}" if source else "")
    show(rows, as_json=as_json, empty=empty, layout=Layout(beneath=("place", "reason")))


def show_entry(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="As `quarantine` lists it; its beginning is enough.")],
    output: Annotated[Path | None, typer.Option("--output", help="Write here instead of stdout.")] = None,
) -> None:
    """Write the bytes of one entry as they came (the first 64 KiB)."""
    body = application_of(context).lookup().quarantined_entry(key).body
    if output is not None:
        try:
            output.write_bytes(body)
        except OSError as error:
            raise InputError(f"{output}: cannot be written ({error.strerror})") from error
        say(f"wrote {output}")
    elif sys.stdout.isatty():
        # Bytes of strangers may steer a terminal: here they are shown and not sent.
        sys.stdout.write(harmless(body) + "\n")
    else:
        sys.stdout.buffer.write(body)


def harmless(body: bytes) -> str:
    """Return bytes as text in which everything that is not printable is spelled out."""
    text = body.decode(errors="backslashreplace")
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )
