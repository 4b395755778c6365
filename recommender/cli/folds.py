"""Commands about identity: folds, and the pairs in doubt."""

from typing import Annotated

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of
from recommender.cli.output import Layout, Row, say, show

_BENEATH = Layout(beneath=("title", "other_title", "why"))


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(folds)
    for command in (doubtful, undo, join):
        group.command()(command)
    app.add_typer(group, name="folds")


def folds(context: typer.Context, as_json: AsJson = False) -> None:
    """List records that were folded into one paper by their texts, or by hand; newest first."""
    if context.invoked_subcommand is not None:
        return
    rows: list[Row] = [
        {
            "id": str(fold.id),
            "paper": fold.paper,
            "other": fold.other,
            "why": fold.why,
            "at": fold.at,
            "undone": fold.undone_at,
            "title": fold.title,
            "other_title": fold.other_title,
        }
        for fold in application_of(context).identities().folds()
    ]
    show(rows, as_json=as_json, empty="no folds: no two records were taken for one work", layout=_BENEATH)


def doubtful(context: typer.Context, as_json: AsJson = False) -> None:
    """List pairs of papers that may be one work and are kept apart; the likeliest first."""
    rows: list[Row] = [
        {
            "paper": pair.paper,
            "other": pair.other,
            "score": pair.score,
            "why": pair.why,
            "title": pair.title,
            "other_title": pair.other_title,
        }
        for pair in application_of(context).identities().doubtful()
    ]
    show(rows, as_json=as_json, empty="no doubtful pairs", layout=_BENEATH)


def undo(context: typer.Context, fold: Annotated[int, typer.Argument(metavar="ID", min=1)]) -> None:
    """Make two papers of one again; they are never folded by themselves after that."""
    parted = application_of(context).identities().undo(fold)
    say(f"{parted.paper} and {parted.other} are two papers again, each with its own votes")


def join(context: typer.Context, paper: str, other: str) -> None:
    """Make one paper of two, with the votes of both."""
    made = application_of(context).identities().join(paper, other)
    say(f"{made.other} is {made.paper} now; `paperroute folds undo {made.id}` takes it back")
