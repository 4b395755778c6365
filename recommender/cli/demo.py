"""Commands for a first look: demo (bundled sample, no network) and try (one sentence, no configuration)."""

import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.bars import reading
from recommender.cli.context import Call, call_of
from recommender.cli.output import say, tell, write
from recommender.domain.errors import InputError

if TYPE_CHECKING:
    from recommender.app import Application

_DEMO = Path("var") / "demo"
_SAMPLE_EVENING = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)
"""The last day of the bundled sample."""
_TRY_PAPERS = 10


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(demo)
    app.command(name="try")(try_)


def demo(
    context: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Open a digest in the browser.")] = False,
) -> None:
    """Make digests of the bundled sample: no network, no configuration, everything in ./var/demo."""
    from recommender.settings.data import data_dir  # noqa: PLC0415 only this command needs it
    from recommender.settings.samples import write_demo_config  # noqa: PLC0415 see above

    sample = data_dir("config") / "sample"
    for old in ("outbox", "artifacts"):
        shutil.rmtree(_DEMO / old, ignore_errors=True)
    for old_store in _DEMO.glob("paperroute.db*"):
        old_store.unlink()
    config = write_demo_config(_DEMO, sample / "subscribers.toml")
    now = call_of(context).now or _SAMPLE_EVENING
    application = Call(config=config, now=now).application()
    with reading() as show_progress:
        tell(application.incoming.importing().run([sample / "papers.jsonl"], show_progress))
    tell(application.incoming.feedback_import().run(sample / "feedback.jsonl"))
    tell(application.training().run())
    tell(application.publishing.run(force=True))
    tell(application.delivery.run())
    pages = sorted((_DEMO / "outbox").glob("*.html"))
    if application.loaded.settings.mail.feedback == "web":
        say(f"\nFor thumbs that work: {_program()} --config {config} --now {now:%Y-%m-%dT%H:%MZ} serve")
    say("Digests:")
    for path in sorted((_DEMO / "outbox").iterdir()):
        write(str(path))
    if open_ and pages:
        webbrowser.open(pages[0].resolve().as_uri())


def try_(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="What you want to read about, in your own words.")],
    library: Annotated[
        Path | None, typer.Option("--library", help="Papers you like: .bib, .ris, .json or a list of ids.")
    ] = None,
    categories: Annotated[
        str, typer.Option("--categories", help="arXiv categories to fetch, comma-separated.")
    ] = "cs.CL,cs.LG,cs.AI,cs.CV,cs.IR",
    paths: Annotated[
        list[Path] | None, typer.Option("--from", help="Saved files instead of the network.")
    ] = None,
    rest: Annotated[list[Path] | None, typer.Argument(help="More saved files.", show_default=False)] = None,
) -> None:
    """Rank papers for one sentence and show the page, without any configuration."""
    from recommender.settings.samples import source_blocks, try_block, write_try_config  # noqa: PLC0415 only this command

    if not sentence.strip():
        raise typer.BadParameter("the sentence is empty")
    files = [*(paths or ()), *(rest or ())]
    folder = Path(tempfile.mkdtemp(prefix="paperroute-try-"))
    wanted = [category.strip() for category in categories.split(",") if category.strip()]
    config = write_try_config(folder, sentence, wanted, library)
    application = Call(config=config, now=call_of(context).now).application()
    _fill(application, files)
    page = folder / "digest.html"
    _show(application, page)
    say("\nTo keep it, put this into config/subscribers.toml (`paperroute init` writes the folder):\n")
    write(try_block(sentence, library))
    if not files:
        say("and this into config/paperroute.toml:\n")
        write(source_blocks(wanted))


def _fill(application: "Application", files: Sequence[Path]) -> None:
    with reading() as show_progress:
        if files:
            report = application.incoming.importing().run(files, show_progress)
        else:
            report = application.incoming.ingestion().run(application.incoming.sources(), show_progress)
    tell(report)
    if not application.lookup().paper_count():
        hint = "check the files" if files else "give saved files with --from, or try again with a network"
        raise InputError(f"no papers could be read; {hint}")


def _show(application: "Application", page: Path) -> None:
    email = application.loaded.subscribers[0].email
    parts = application.previewing().preview(email)
    page.write_text(parts.html, encoding="utf-8")
    entries = application.recommending().plain(email, limit=_TRY_PAPERS)
    for entry in entries:
        write(f"{entry.rank:>2}. {entry.paper.title}\n    {entry.reason}")
    if not entries:
        say(_why_nothing(application))
    say(f"\nThe page: {page}")
    if sys.stdout.isatty():
        webbrowser.open(page.resolve().as_uri())


def _why_nothing(application: "Application") -> str:
    """Say why no paper is shown: saved files are often older than what a digest looks back at."""
    now, days = application.clock.now(), application.ranking.candidates_days
    newest = application.lookup().newest(now)
    if newest is None or newest > now - timedelta(days=days):
        return "No paper is near enough to this; try other words."
    then = (newest + timedelta(minutes=1)).astimezone(UTC)
    return (
        f"Only papers of the last {days} days are ranked, and the newest of these is of {newest:%Y-%m-%d}; "
        f"act as if it were then: {_program()} --now {then:%Y-%m-%dT%H:%MZ} try …"
    )


def _program() -> str:
    """Return how this program is called here: by its name where a shell finds it, else by its path."""
    return "paperroute" if shutil.which("paperroute") else sys.argv[0]
