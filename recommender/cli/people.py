"""Commands about feedback: vote, save, list."""

from typing import Annotated

import typer

from recommender.cli.context import application_of
from recommender.cli.output import Layout, Row, say, show, write
from recommender.domain.feedback import Act
from recommender.services.reading import EVERYTHING, FORMATS, Choice

_VOTES = ("up", "down", "undo")
_LIST_FORMATS = ("table", *FORMATS)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (vote, save):
        app.command()(command)
    app.command(name="list")(list_)


def vote(
    context: typer.Context,
    email: str,
    paper: str,
    act: Annotated[str, typer.Argument(metavar="up|down|undo")],
) -> None:
    """Record a vote, as a thumb in the mail would."""
    if act not in _VOTES:
        raise typer.BadParameter(f"{act!r} is not a vote; it must be one of {', '.join(_VOTES)}")
    recorded = application_of(context).voting().by_reference(email, paper, Act(act))
    if not recorded.entries:
        say("nothing changed: that is how it stood already")
    elif act == "undo":
        say("the vote is taken back")
    else:
        say(
            f"recorded: {act}; the next edition takes it into account (`undo` instead of {act} takes it back)"
        )


def save(context: typer.Context, email: str, paper: str) -> None:
    """Put a paper on a subscriber's reading list."""
    recorded = application_of(context).voting().by_reference(email, paper, Act.SAVE)
    say(
        f"saved; `paperroute list {email}` shows the reading list"
        if recorded.entries
        else "it was saved already"
    )


def list_(
    context: typer.Context,
    email: str,
    form: Annotated[str, typer.Option("--format", help="table, bibtex, ris, csl or json.")] = "table",
    unread: Annotated[bool, typer.Option("--unread", help="Only what is not marked read.")] = False,
    label: Annotated[str, typer.Option("--label", help="Only what has this label.")] = "",
) -> None:
    """Print a subscriber's reading list."""
    if form not in _LIST_FORMATS:
        raise typer.BadParameter(f"--format is {form!r}; it must be one of {', '.join(_LIST_FORMATS)}")
    reading, choice = application_of(context).reading(), Choice(label=label, unread=unread)
    if form != "table":
        write(reading.export(email, form, choice))
        return
    rows: list[Row] = [
        {
            "paper": entry.paper.id,
            "title": entry.paper.title,
            "url": entry.paper.url,
            "saved_at": entry.saved_at,
            "read": "yes" if entry.read else "no",
            "labels": ", ".join(entry.labels) or None,
            "note": " ".join(entry.note.split()) or None,
            "changed": entry.changed or None,
        }
        for entry in reading.rows(email, choice)
    ]
    layout = Layout(beneath=("title", "url", "labels", "note", "changed"))
    show(rows, as_json=False, empty=_nothing(choice), layout=layout)


def _nothing(choice: Choice) -> str:
    return "the reading list is empty" if choice == EVERYTHING else "nothing on the reading list is like that"
