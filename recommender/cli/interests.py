"""The command that suggests interests from votes."""

from typing import TYPE_CHECKING

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of
from recommender.cli.output import Row, say, show, write

if TYPE_CHECKING:
    from recommender.services.suggesting import Suggested


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(interests)


def interests(context: typer.Context, email: str, as_json: AsJson = False) -> None:
    """Suggest interests that a subscriber's up-votes fall into, with the blocks that would declare them."""
    found = application_of(context).suggesting().run(email)
    if as_json:
        show([row for own in found for row in _rows(own)], as_json=True)
        return
    for own in found:
        write(_told(own))
    if not found:
        say("no four up-votes of one kind yet; more votes will tell")
    elif any(own.covered_by is None for own in found):
        say("to add one, put its block under your [[subscriber]] in config/subscribers.toml")


def _rows(own: "Suggested") -> list[Row]:
    return [
        {"suggestion": own.name, "covered_by": own.covered_by, "paper": paper.id, "title": paper.title}
        for paper in own.papers
    ]


def _told(own: "Suggested") -> str:
    """Return one suggestion as comments and a block, so that the whole output is TOML."""
    from recommender.settings.samples import interest_block  # noqa: PLC0415 only this command

    known = f", which your interest “{own.covered_by}” finds already" if own.covered_by else ""
    heading = f"# {len(own.papers)} of your picks: {_line(own.name)}{_line(known)}"
    papers = [f"#   {_line(paper.title)}  ({paper.id})" for paper in own.papers]
    block = [] if own.covered_by else [interest_block(own.name, [paper.id for paper in own.papers])]
    return "\n".join([heading, *papers, *block, ""])


def _line(text: str) -> str:
    """Return text that stays inside a TOML comment."""
    return "".join(char if char.isprintable() else " " for char in text)
