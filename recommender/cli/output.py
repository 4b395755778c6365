"""What commands print: data on stdout, messages on stderr; tables for people, tabs and JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from recommender.domain.reports import Report

Cell = str | int | float | bool | None | datetime
Row = Mapping[str, Cell]

_SHOWN_FAILURES = 20
_INDENT = 4


def say(message: str) -> None:
    """Print a message for the person on stderr, whole and without markup."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a terminal's table leaves out or writes beneath a row; JSON and tabs always have every column."""

    beneath: Sequence[str] = ()
    hidden: Sequence[str] = ()


def show(
    rows: Sequence[Row], *, as_json: bool, empty: str = "nothing to show", layout: Layout | None = None
) -> None:
    """Print rows: JSON if asked, a table on a terminal, tab-separated lines with a header otherwise."""
    if as_json:
        print(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))  # noqa: T201 stdout is the data
    elif not rows:
        say(empty)
    elif sys.stdout.isatty():
        _table(rows, layout or Layout())
    else:
        columns = list(rows[0])
        print("\t".join(columns))  # noqa: T201 stdout is the data
        for row in rows:
            print("\t".join(_cell(row[column]) for column in columns))  # noqa: T201 stdout is the data


def write(text: str) -> None:
    """Print data as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def tell(report: Report) -> None:
    """Print a report: one line of counts, what is to be said of each part, then warnings and failures."""
    counts = ", ".join(counted(value, key) for key, value in report.counts.items())
    say(f"{report.name}: {counts or 'nothing to do'}")
    for note in report.notes:
        say(f"  {note}")
    for warning in report.warnings:
        say(f"  warning: {warning}")
    for failure in report.failures[:_SHOWN_FAILURES]:
        say(f"  {failure.place}: {failure.reason}")
    if len(report.failures) > _SHOWN_FAILURES:
        say(f"  … and {len(report.failures) - _SHOWN_FAILURES} more")


def counted(value: int, key: str) -> str:
    """Return a count in words: `2 editions`, `1 edition`."""
    words = key.split("_")
    return " ".join([f"{value:,}", *(word.removesuffix("s") if value == 1 else word for word in words)])


def _table(rows: Sequence[Row], layout: Layout) -> None:
    """Print aligned columns and, under each row, its longer texts, folded between words."""
    console = Console(markup=False, highlight=False)
    columns = [name for name in rows[0] if name not in (*layout.beneath, *layout.hidden)]
    # A column in which no row has anything tells nothing.
    columns = [name for name in columns if any(row[name] not in (None, "") for row in rows)]
    lines = [columns, *([_told(row[name]) for name in columns] for row in rows)]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    right = [all(isinstance(row[name], int | float) for row in rows) for name in columns]
    for number, line in enumerate(lines):
        cells = [
            " " * (width - cell_len(cell)) + cell if number and justified else set_cell_size(cell, width)
            for cell, width, justified in zip(line, widths, right, strict=True)
        ]
        # A line too wide for the terminal is wrapped by it: an address is not cut.
        style = "" if number else "bold"
        console.print(Text("  ".join(cells).rstrip(), style=style), soft_wrap=True)
        for name in layout.beneath if number else ():
            if (value := rows[number - 1].get(name)) not in (None, ""):
                label = f"{name.replace('_', ' ')}: " if isinstance(value, datetime) else ""
                console.print(Padding(Text(label + _told(value)), (0, 0, 0, _INDENT), expand=False))


def _told(value: Cell) -> str:
    """Return a cell for people."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return _cell(value)


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
