"""Commands that keep an installation going: db upgrade, db backup, keys rotate."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.context import call_of
from recommender.cli.output import counted, say, write


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    database = typer.Typer(no_args_is_help=True, help="Migrate the store, or copy it.")
    for command in (upgrade, backup):
        database.command()(command)
    app.add_typer(database, name="db")
    keys = typer.Typer(no_args_is_help=True, help="The keys that sign links.")
    keys.callback()(_keys)
    keys.command()(rotate)
    app.add_typer(keys, name="keys")


def upgrade(context: typer.Context) -> None:
    """Bring the store to this program's schema; every other command does it too."""
    from recommender.app.upkeep import Upkeep  # noqa: PLC0415 heavy: --help must not wait for it

    Upkeep.of(call_of(context).config).upgrade()
    say("the store has this program's schema")


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; nothing is overwritten.")],
) -> None:
    """Copy a SQLite store while others work on it; mail that waits is held in the copy."""
    from recommender.app.upkeep import Upkeep  # noqa: PLC0415 see `upgrade`

    held = Upkeep.of(call_of(context).config).backup(file)
    say(f"wrote {file}; {counted(held, 'deliveries') if held != 1 else '1 delivery'} held in it")
    say("the signing keys and the configuration are files of their own: copy them too")


def _keys() -> None:
    """Group the commands about keys."""


def rotate(
    context: typer.Context,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Keep so many keys, the new one counted; links of others end."),
    ] = None,
) -> None:
    """Sign links with a new key from now on; the older keys go on verifying, unless --keep lets them go."""
    from recommender.app.upkeep import Upkeep  # noqa: PLC0415 see `upgrade`

    upkeep = Upkeep.of(call_of(context).config)
    if upkeep.keys_file is None:
        say("[secrets] keys holds the keys, and the file or variable it comes from is yours to write;")
        say("put this before the others there:")
        write(secrets.token_urlsafe())
        raise typer.Exit(3)
    count = upkeep.rotate_keys(keep)
    older = "older ones verify no more" if keep and count == keep else "all of them verify"
    say(f"a new key signs; {counted(count, 'keys')} in {upkeep.keys_file}, {older}")
    say("restart `paperroute run` and `serve`: until then they know the older keys alone")
