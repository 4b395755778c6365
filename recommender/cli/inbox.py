"""Commands about mail that comes back: inbox. What `digest` and `deliver` read before they send."""

from typing import TYPE_CHECKING

import typer

from recommender.cli.context import application_of
from recommender.cli.intake import finish
from recommender.cli.output import tell
from recommender.domain.errors import InputError

if TYPE_CHECKING:
    from recommender.app import Application
    from recommender.domain.reports import Report


def register(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(inbox)


def inbox(context: typer.Context) -> None:
    """Read once what came back by mail: votes, unsubscribes, bounces, complaints."""
    application = application_of(context)
    if application.inbox is None:
        raise InputError('no inbox is configured; set [inbox] backend to "imap" or "maildir"')
    finish(application.inbox.run())


def read_inbox(application: "Application") -> "list[Report]":
    """Read the inbox, if there is one, and tell what came of it; return the report."""
    if application.inbox is None:
        return []
    report = application.inbox.run()
    tell(report)
    return [report]
