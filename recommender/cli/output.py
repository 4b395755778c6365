"""What commands print: data on stdout, messages on stderr; tables for people, tabs and JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from recommender.domain.reports import Report

Cell = str | int | float | bool | None | datetime
Row = Mapping[str, Cell]

_SHOWN_FAILURES = 20


def say(message: str) -> None:
    """Print a message for the person on stderr, whole and without markup."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(message)


def show(rows: Sequence[Row], *, as_json: bool, empty: str = "nothing to show") -> None:
    """Print rows: JSON if asked, a table on a terminal, tab-separated lines with a header otherwise."""
    if as_json:
        print(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))  # noqa: T201 stdout is the data
    elif not rows:
        say(empty)
    elif sys.stdout.isatty():
        _table(rows)
    else:
        columns = list(rows[0])
        print("\t".join(columns))  # noqa: T201 stdout is the data
        for row in rows:
            print("\t".join(_cell(row[column]) for column in columns))  # noqa: T201 stdout is the data


def write(text: str) -> None:
    """Print data as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def tell(report: Report) -> None:
    """Print a report: one line of counts, then warnings and failures with their places."""
    counts = ", ".join(f"{value:,} {key.replace('_', ' ')}" for key, value in report.counts.items())
    say(f"{report.name}: {counts or 'nothing to do'}")
    for warning in report.warnings:
        say(f"  warning: {warning}")
    for failure in report.failures[:_SHOWN_FAILURES]:
        say(f"  {failure.place}: {failure.reason}")
    if len(report.failures) > _SHOWN_FAILURES:
        say(f"  … and {len(report.failures) - _SHOWN_FAILURES} more")


@contextmanager
def progress(stage: str) -> Iterator[Callable[[str, int], None]]:
    """Show a moving line on a terminal and one line per thing read otherwise."""
    if not sys.stderr.isatty():
        yield lambda _what, _count: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(stage)

        def update(what: str, count: int) -> None:
            bar.update(task, description=f"{stage}: {what}, {count:,} papers")

        yield update


def _table(rows: Sequence[Row]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for column in rows[0]:
        numeric = all(isinstance(row[column], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in row))
    Console(markup=False, highlight=False).print(table)


def _cell(value: Cell) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, float):
        return f"{value:.4f}"
    return " ".join(str(value).split())


def _plain(row: Row) -> dict[str, str | int | float | bool | None]:
    return {key: _instant(value) if isinstance(value, datetime) else value for key, value in row.items()}


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
