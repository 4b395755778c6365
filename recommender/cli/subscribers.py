"""Commands about subscribers: who they are, what their pages changed, and who gets mail again."""

from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of, call_of
from recommender.cli.output import Layout, Row, counted, say, show, write
from recommender.domain.cadence import next_slot
from recommender.domain.subscribers import SubscriberState
from recommender.domain.wishes import interest_of
from recommender.services.differences import Difference, Differences, Kind
from recommender.settings.people_text import key_of, shown

if TYPE_CHECKING:
    from recommender.app.pulling import Pulling
    from recommender.settings.rewriting import Unwritten

_FAILED, _PARTIAL = 1, 4


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(subscribers)
    for command in (lift, void, diff, pull):
        group.command()(command)
    app.add_typer(group, name="subscribers")


def subscribers(context: typer.Context, as_json: AsJson = False) -> None:
    """List subscribers, as the file and their own wishes have them."""
    if context.invoked_subcommand is not None:
        return
    application = application_of(context)
    lookup = application.lookup()
    suppressions, wishes = lookup.suppressions(), lookup.wish_counts()
    now = application.clock.now()
    rows: list[Row] = []
    for entry, votes in lookup.people():
        slot = next_slot(entry, now)
        rows.append(
            {
                "id": entry.key or str(entry.id),
                "email": entry.email,
                "name": entry.name,
                "state": entry.state.value,
                "origin": None if entry.state is SubscriberState.READER else entry.origin.value,
                "every": entry.cadence.every.value,
                "at": f"{entry.cadence.at:%H:%M}",
                "zone": entry.cadence.zone,
                "locale": entry.locale,
                "next_due": slot.due_at if slot else None,
                "paused_until": entry.paused_until if entry.state is SubscriberState.PAUSED else None,
                "interests": len(entry.interests),
                "votes": votes,
                "wishes": wishes.get(entry.id, 0),
                "suppressed": suppressions.get(entry.email.lower()),
            }
        )
    layout = Layout(beneath=("next_due", "paused_until", "suppressed"), hidden=("name", "zone", "locale"))
    show(rows, as_json=as_json, empty="no subscribers; declare some in subscribers.toml", layout=layout)


def lift(
    context: typer.Context,
    email: str,
    asked: Annotated[
        bool,
        typer.Option("--asked", help="Also if the reader unsubscribed or complained."),
    ] = False,
) -> None:
    """Mail a subscriber again whose mail bounced, once the mailbox works; or who was forgotten, if asked."""
    from recommender.app.reconciling import traces_of  # noqa: PLC0415 heavy, and only this command needs it

    application = application_of(context)
    unsubscribing = application.unsubscribing()
    if unsubscribing.readmit(traces_of(application.loaded)(email), asked=asked):
        say(f"{email} may be declared again, or join by the page")
        return
    unsubscribing.lift(email, asked=asked)
    say(f"{email} gets mail again; the next bounce is judged with those before it")


def void(context: typer.Context, email: str) -> None:
    """Void all links a subscriber has, feeds too; those that unsubscribe go on."""
    from recommender.services.preferences import Preferences  # noqa: PLC0415 it brings the ranking along

    application = application_of(context)
    subscriber = application.lookup().subscriber(email)
    Preferences(application.store, application.clock).void_links(subscriber)
    say(f"the links that {email} has are void; the next digest brings new ones")


def diff(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what readers changed on their pages against the file, field by field."""
    application = application_of(context)
    found = Differences(application.store).rows(application.loaded.subscribers)
    rows = [_row(entry) for entry in found]
    show(rows, as_json=as_json, empty="the file and the pages agree", layout=Layout(beneath=("file", "page")))


def pull(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes; write nothing.")] = False,
) -> None:
    """Write what readers changed on their pages, and who joined, into the subscribers file.

    Comments, order and all else in it stay. A pause or an unsubscribe is not written: it holds anyway.
    """
    pulling = _pulling(context)
    prepared = pulling.prepare()
    written = sum(page.written for page in prepared.pages)
    if dry_run:
        for page in prepared.pages:
            write(page.diff())
    else:
        pulling.write(prepared)
    for page in prepared.pages:
        say(f"{'would write' if dry_run else 'wrote'} {page.path}: {counted(page.written, 'subscribers')}")
    for entry in prepared.unwritten:
        _tell(entry)
    if prepared.unwritten:
        raise typer.Exit(_PARTIAL if written else _FAILED)
    if not prepared.pages:
        say("nothing to write: the file says all that the pages do")


def _pulling(context: typer.Context) -> "Pulling":
    from recommender.app import load_configuration  # noqa: PLC0415 heavy, and only this command needs it
    from recommender.app.pulling import Pulling  # noqa: PLC0415 see above

    application, config = application_of(context), call_of(context).config
    return Pulling(
        application.loaded, application.store, application.clock, lambda: load_configuration(config)
    )


def _tell(entry: "Unwritten") -> None:
    say(f"{entry.email}: not written: {entry.reason}")
    if entry.block:
        say(f"  put this in the place of what the file has for {entry.email}:")
        say(entry.block)


def _row(entry: Difference) -> Row:
    place = interest_of(entry.field)
    if entry.kind is Kind.FIELD:
        field, values = key_of(entry.field), [shown(entry.field, value) for value in (entry.file, entry.page)]
    else:
        field, values = entry.kind.value, [_plain(value) for value in (entry.file, entry.page)]
    return {
        "subscriber": entry.subscriber.email,
        "kind": entry.kind.value,
        "interest": place[0] if place else None,
        "field": field,
        "file": values[0],
        "page": values[1],
        "since": entry.since,
    }


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
