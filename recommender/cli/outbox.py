"""Commands about the outbox: deliver what is due, list the deliveries, send some once more."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.bars import sending
from recommender.cli.browse import AsJson
from recommender.cli.context import application_of
from recommender.cli.inbox import read_inbox
from recommender.cli.output import Layout, Row, say, show, tell
from recommender.cli.stopping import stoppable
from recommender.domain.editions import DeliveryState

if TYPE_CHECKING:
    from recommender.app import Application
    from recommender.domain.reports import Report


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (deliver, deliveries, retry):
        app.command()(command)


def deliver(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go to whom.")] = False,
) -> None:
    """Send what is in the outbox, once what came back by mail is read.

    The first Ctrl-C or SIGTERM stops after the message in hand (exit code 130 or 143), a second at once.
    """
    application = application_of(context)
    if dry_run:
        rows: list[Row] = [
            {"id": str(row.id), "subscriber": row.email, "edition": row.edition_key, "state": row.state}
            for row in application.delivery.dry_run()
        ]
        show(rows, as_json=False, empty="the outbox has nothing to send")
        return
    application.delivery.recover()
    send(application, read_inbox(application))


def deliveries(
    context: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="Only rows in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first.

    \b
    ready       waits to be sent          claimed     a worker has it in hand
    in_doubt    sent, no answer yet       sent        the relay took it
    deferred    refused for now           failed      refused for good
    held        may have arrived          expired     too old to be sent
    suppressed  its reader wants no mail

    docs/operations.md says what to do about each.
    """  # noqa: D301 - the backspace keeps the lines of the list apart
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
    layout = Layout(beneath=("next_attempt_at", "reply"), hidden=("message_id",))
    show(rows, as_json=as_json, empty="no deliveries", layout=layout)


def retry(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As `deliveries` lists them.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about second copies.")] = False,
) -> None:
    """Make deferred, failed, held or expired deliveries ready again; if one cannot be, none is changed."""
    from recommender.services.replaying import second_copy  # noqa: PLC0415 heavy: --help must not wait for it

    replaying = application_of(context).replaying()
    rows = replaying.look(ids)
    held = [row for row in rows if row.state is DeliveryState.HELD or row.doubts]
    for row in held:
        say(second_copy(row))
    if held and not yes and sys.stdin.isatty() and not typer.confirm("Send once more?", err=True):
        say("nothing was changed")
        raise typer.Exit(1)
    replaying.run(rows)
    say(f"{len(rows)} ready again; `paperroute deliver` sends them, or a running daemon at its next tick")


def send(application: "Application", before: Sequence["Report"]) -> None:
    """Deliver what is due, with a bar on a terminal, judge refusals, and end as the command should.

    `before` are the reports of the steps before this one: the exit code speaks for all.
    """
    from recommender.app.writing import build_letters  # noqa: PLC0415 heavy: --help must not wait for it

    started = application.clock.now()
    letters = build_letters(application).run()
    if any(letters.counts.values()) or letters.failures:
        tell(letters)
    with (
        stoppable() as stop,
        sending(lambda: application.lookup().due_count(application.clock.now())) as told,
    ):
        report = application.delivery.run(told, stop.asked)
    judged = application.bouncing.run(since=started)
    if judged.warnings:
        tell(judged)
    tell(report)
    stop.leave()
    if any(done.partial for done in (*before, letters, report)):
        raise typer.Exit(4)
