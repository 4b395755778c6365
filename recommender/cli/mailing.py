"""Commands that make editions: publish, digest, preview, test-mail."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.bars import reading
from recommender.cli.context import application_of
from recommender.cli.inbox import read_inbox
from recommender.cli.intake import finish
from recommender.cli.outbox import send
from recommender.cli.output import say, tell, write
from recommender.domain.cadence import next_slot
from recommender.domain.errors import InputError
from recommender.domain.subscribers import SubscriberState

if TYPE_CHECKING:
    from recommender.app import Application
    from recommender.domain.reports import Report

_FORMATS = ("html", "text", "eml")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (publish, digest, preview):
        app.command()(command)
    app.command(name="test-mail")(test_mail)


def publish(
    context: typer.Context,
    subscriber: Annotated[str | None, typer.Option("--subscriber", help="Only this subscriber.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also when nothing is due yet.")] = False,
) -> None:
    """Build the editions that are due; each edition is made once."""
    application = application_of(context)
    finish(application.publishing.run(only=subscriber, force=force))
    for warning in application.shelf.warnings:
        say(f"  warning: {warning}")


def digest(context: typer.Context) -> None:
    """Ingest, train, publish and deliver once: the line for cron or a CI job.

    What came back by mail is read first, so that a vote counts in this very edition.
    While it delivers, the first Ctrl-C or SIGTERM stops after the message in hand.
    """
    application = application_of(context)
    sources = application.incoming.sources()
    with reading() as show_progress:
        reports = [application.incoming.ingestion().run(sources, show_progress)]
    reports += application.incoming.aftermath(sources)
    for report in reports:
        tell(report)
    application.delivery.recover()
    reports += read_inbox(application)
    for step in (application.training().run, application.publishing.run):
        reports.append(step())
        tell(reports[-1])
    reports += _clear_up(application)
    send(application, reports)


def _clear_up(application: "Application") -> list["Report"]:
    """Delete what has been kept long enough, and tell of it where there was something."""
    from recommender.app.keeping import build_retention  # noqa: PLC0415 loaded by `digest` alone

    report = build_retention(application).run()
    if any(report.counts.values()) or report.failures:
        tell(report)
    return [report]


def preview(
    context: typer.Context,
    email: str,
    form: Annotated[str, typer.Option("--format", help="html, text or eml.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", help="Write here instead of stdout.")] = None,
) -> None:
    """Show the next edition of a subscriber; nothing is stored or sent."""
    if form not in _FORMATS:
        raise typer.BadParameter(f"--format is {form!r}; it must be one of {', '.join(_FORMATS)}")
    application = application_of(context)
    parts = application.previewing().preview(email)
    for fallback in application.look.fallbacks():
        say(f"warning: {fallback}")
    _say_pause(application, email)
    content = {"html": parts.html.encode(), "text": parts.text.encode(), "eml": parts.message}[form]
    if output is not None:
        try:
            output.write_bytes(content)
        except OSError as error:
            raise InputError(f"{output}: cannot be written ({error.strerror})") from error
        say(f"wrote {output}")
    elif form == "eml":
        sys.stdout.buffer.write(content)
    else:
        write(content.decode())


def _say_pause(application: "Application", email: str) -> None:
    """Say that this edition waits, and until when."""
    subscriber = application.lookup().subscriber(email)
    if subscriber.state is not SubscriberState.PAUSED:
        return
    slot = next_slot(subscriber, application.clock.now())
    ends = f"until {subscriber.paused_until:%Y-%m-%d %H:%M} UTC" if slot else "until somebody ends it"
    due = f"; the next edition is due {slot.due_at:%Y-%m-%d %H:%M} UTC" if slot else ""
    say(f"mail is paused {ends}{due}")


def test_mail(context: typer.Context, email: str) -> None:
    """Send a subscriber one real digest now through the configured backend, outside the ledger."""
    say(application_of(context).previewing().send(email))
