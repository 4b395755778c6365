"""Commands that make and send editions: publish, deliver, digest, preview, test-mail, deliveries."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of
from recommender.cli.intake import finish
from recommender.cli.output import Row, progress, say, show, tell, write
from recommender.domain.editions import DeliveryState
from recommender.domain.errors import InputError

_FORMATS = ("html", "text", "eml")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (publish, deliver, digest, preview, deliveries):
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


def deliver(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go to whom.")] = False,
) -> None:
    """Send what is in the outbox."""
    service = application_of(context).delivery
    if dry_run:
        rows: list[Row] = [
            {"id": str(row.id), "subscriber": row.email, "edition": row.edition_key, "state": row.state}
            for row in service.dry_run()
        ]
        show(rows, as_json=False, empty="the outbox has nothing to send")
        return
    service.recover()
    finish(service.run())


def digest(context: typer.Context) -> None:
    """Ingest, train, publish and deliver once: the line for cron or a CI job."""
    application = application_of(context)
    with progress("fetching") as show_progress:
        reports = [application.ingestion().run(application.sources(), show_progress)]
    tell(reports[-1])
    application.delivery.recover()
    steps = (application.training().run, application.publishing.run, application.delivery.run)
    for step in steps:
        reports.append(step())
        tell(reports[-1])
    if any(report.partial for report in reports):
        raise typer.Exit(4)


def preview(
    context: typer.Context,
    email: str,
    form: Annotated[str, typer.Option("--format", help="html, text or eml.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", help="Write here instead of stdout.")] = None,
) -> None:
    """Show the next edition of a subscriber; nothing is stored or sent."""
    if form not in _FORMATS:
        raise typer.BadParameter(f"--format is {form!r}; it must be one of {', '.join(_FORMATS)}")
    parts = application_of(context).previewing().preview(email)
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


def test_mail(context: typer.Context, email: str) -> None:
    """Send a subscriber one real digest now through the configured backend, outside the ledger."""
    say(application_of(context).previewing().send(email))


def deliveries(
    context: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="Only rows in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first."""
    if state is not None and state not in set(DeliveryState):
        raise typer.BadParameter(f"--state is {state!r}; it must be one of {', '.join(DeliveryState)}")
    wanted = DeliveryState(state) if state else None
    rows: list[Row] = [
        {
            "id": str(row.id),
            "subscriber": row.email,
            "edition": row.edition_key,
            "state": row.state.value,
            "attempts": row.attempts,
            "message_id": row.message_id,
            "next_attempt_at": row.next_attempt_at,
            "reply": row.reply,
        }
        for row in application_of(context).lookup().deliveries(wanted)
    ]
    show(rows, as_json=as_json, empty="no deliveries")
