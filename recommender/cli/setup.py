"""Commands about the installation: init, check, doctor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from recommender.cli.browse import AsJson
from recommender.cli.context import application_of, call_of
from recommender.cli.output import Cell, Layout, Row, counted, say, show
from recommender.domain.errors import ConfigError, Problem
from recommender.services.findings import Finding, Health
from recommender.services.source_health import blank_figures


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (init, check, doctor):
        app.command()(command)


def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where config/ goes.")] = Path(),
) -> None:
    """Write DIR/config/ with commented files and one example subscriber; never overwrites."""
    from recommender.settings.scaffold import write_config  # noqa: PLC0415 only this command needs it

    for line in write_config(directory):
        say(line)
    say("next: edit config/subscribers.toml, then `paperroute check`")


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Validate both files, own templates and own texts: every fault at once, with its place and a fix."""
    from recommender.app import load_configuration, look_of  # noqa: PLC0415 settings are loaded here alone

    try:
        loaded = load_configuration(call_of(context).config)
        look_warnings = look_of(loaded)[1]
    except ConfigError as error:
        _show_problems(error.problems, as_json=as_json)
        raise typer.Exit(3) from None
    _show_problems((*loaded.warnings, *look_warnings), as_json=as_json)
    if not as_json:
        files = ", ".join(str(file) for file in loaded.files)
        named = ", ".join(source.name or source.type for source in loaded.settings.source)
        sources = counted(len(loaded.settings.source), "sources") + (f" ({named})" if named else "")
        say(f"ok: {files}; {counted(len(loaded.subscribers), 'subscribers')}, {sources}")


def _show_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    if not as_json:
        for problem in problems:
            say(f"warning: {problem}" if problem.severity == "warning" else str(problem))
        return
    rows: list[Row] = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "severity": problem.severity,
            "message": problem.message,
            "fix": problem.fix,
        }
        for problem in problems
    ]
    show(rows, as_json=True)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at everything that must work: store, zones, public URL, mail relay, sources, artifact, backlog."""
    findings = application_of(context).diagnosis().run()
    rows = [_row(found, figures=as_json) for found in findings]
    show(rows, as_json=as_json, layout=Layout(beneath=("detail", "fix")))
    if any(found.health is Health.FAILED for found in findings):
        raise typer.Exit(1)


def _row(found: Finding, *, figures: bool) -> Row:
    row: dict[str, Cell] = {
        "check": found.check,
        "status": found.health.value,
        "detail": found.detail,
        "fix": found.fix,
    }
    return {**row, **blank_figures(), **found.figures} if figures else row
