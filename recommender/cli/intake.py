"""Commands that bring papers and feedback in, and fit on them: import, ingest, train."""

from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.bars import reading
from recommender.cli.context import application_of
from recommender.cli.output import say, tell
from recommender.domain.errors import InputError
from recommender.domain.reports import Report
from recommender.services.library_import import LibraryUse


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(name="import")(import_)
    app.command()(ingest)
    app.command()(train)


def finish(report: Report) -> None:
    """Print a report and leave with 4 if something in it failed."""
    tell(report)
    if report.partial:
        raise typer.Exit(4)


def import_(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files with papers.", show_default=False)] = None,
    feedback: Annotated[
        Path | None, typer.Option("--feedback", help="JSONL with subscriber, paper, act, at.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--for", metavar="EMAIL", help="Whose own library the files are.")
    ] = None,
    use: Annotated[
        LibraryUse | None,
        typer.Option("--as", help="What that library is: examples, the reading list, or up-votes."),
    ] = None,
) -> None:
    """Import papers from saved files, a reader's own library, or feedback.

    Papers: listing pages (.txt), Hugging Face or bioRxiv JSON, arXiv Atom, RSS, OAI XML or .abs, other RSS,
    Atom or JSON feeds, JSONL(.gz), BibTeX, RIS, EndNote, PubMed, Web of Science, Zotero or CSL JSON. With
    --for and --as also lists of ids; such papers are never recommended. Feedback acts: up, down, undo, save,
    unsave, read, unread, mute.
    Files or entries that cannot be used are named: exit code 4 if some, 1 if all.
    """
    _check_together(paths, feedback, reader, use)
    application = application_of(context)
    reports = []
    if paths:
        with reading() as show_progress:
            if reader is not None and use is not None:
                reports.append(application.incoming.library_import().run(paths, reader, use, show_progress))
            else:
                reports.append(application.incoming.importing().run(paths, show_progress))
    if feedback is not None:
        reports.append(application.incoming.feedback_import().run(feedback))
    for report in reports:
        tell(report)
    if all(_nothing_done(report) for report in reports):
        raise typer.Exit(1)
    if any(report.partial for report in reports):
        raise typer.Exit(4)


def _check_together(
    paths: list[Path] | None, feedback: Path | None, reader: str | None, use: LibraryUse | None
) -> None:
    """Refuse options that say nothing alone."""
    if not paths and feedback is None:
        raise typer.BadParameter("name at least one file, or --feedback FILE")
    if (reader is None) is not (use is None):
        raise typer.BadParameter("--for EMAIL and --as seed|saved|up belong together")
    if reader is not None and not paths:
        raise typer.BadParameter("--for needs the files of that reader's library")


def _nothing_done(report: Report) -> bool:
    taken = ("added", "changed", "unchanged", "papers", "new", "already_known")
    return report.partial and not any(report.counts.get(key) for key in taken)


def ingest(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", help="Only this source, by name.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Start here instead of where we left off.")
    ] = None,
) -> None:
    """Fetch new papers from the configured sources."""
    application = application_of(context)
    try:
        chosen = application.incoming.sources(only=source)
        if since is not None:
            application.incoming.rewind(chosen, since)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    if not chosen:
        say("no source is configured; add [[source]] to paperroute.toml")
    with reading() as show_progress:
        report = application.incoming.ingestion().run(chosen, show_progress, insist=source is not None)
    tell(report)
    followed = list(application.incoming.aftermath(chosen, enriched=source is None))
    for after in followed:
        tell(after)
    if chosen and report.partial and not report.counts.get("sources_ok"):
        raise typer.Exit(1)
    if any(done.partial for done in (report, *followed)):
        raise typer.Exit(4)


def train(context: typer.Context) -> None:
    """Fit the recommender on the store and keep the artifact."""
    tell(application_of(context).training().run())
