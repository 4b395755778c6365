"""The table of what became of recorded bodies, by folder."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.replay.roads import Outcome

OUT = "PAPERROUTE_REPLAY_OUT"
"""Names a file that the tables and figures of a replay are added to."""
_COLUMNS = ("bodies", "papers", "refused entries", "refused bodies", "empty bodies", "exceptions")


def counts(outcomes: Iterable[Outcome]) -> Mapping[str, Mapping[str, int]]:
    """Return the counts of each folder."""
    table: dict[str, dict[str, int]] = {}
    for found in outcomes:
        row = table.setdefault(found.place.split("/")[0], dict.fromkeys(_COLUMNS, 0))
        row["bodies"] += 1
        row["papers"] += found.papers
        row["refused entries"] += found.entries_refused
        row["refused bodies"] += bool(found.refusal)
        row["empty bodies"] += found.empty
        row["exceptions"] += bool(found.escaped)
    return table


def drawn(table: Mapping[str, Mapping[str, int]]) -> str:
    """Draw a table with a line of sums."""
    sums = {column: sum(row[column] for row in table.values()) for column in _COLUMNS}
    rows = [["folder", *_COLUMNS]]
    rows += [
        [name, *(str(row[column]) for column in _COLUMNS)] for name, row in [*table.items(), ("all", sums)]
    ]
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Set rows in columns, the first to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def publish(title: str, text: str) -> None:
    """Show a table, and add it to the file that the environment names."""
    print(f"\n{title}\n{text}")  # noqa: T201 pytest keeps it for whoever asks with -s
    if where := os.environ.get(OUT):
        with Path(where).open("a", encoding="utf-8") as file:
            file.write(f"{title}\n{text}\n\n")
