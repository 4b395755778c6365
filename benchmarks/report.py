"""Tables and JSON of the figures of split libraries."""

import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.library import NAMES, Library, Protocol
from benchmarks.metrics import Figures, Interval

FIRST = dict.fromkeys(NAMES, "ndcg@20") | {"D": "ndcg@10"}
"""The figure that decides in each protocol."""
_SHOWN = ("ndcg@10", "ndcg@20", "precision@10", "recall@100", "mrr", "coverage@10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One method in one protocol."""

    protocol: str
    method: str
    figures: Figures
    first: Interval
    """The deciding figure."""
    ahead: Interval | None
    """The product's deciding figure less this one, over the same readers; None for the product."""
    fit_seconds: float
    milliseconds: float
    """To score one reader, averaged over all."""


def sizes(library: Library, protocols: Sequence[Protocol]) -> str:
    """Return what was read, in words."""
    readers, papers = library.saved.shape
    known = f"{readers} readers, {papers} papers, {library.saved.nnz} saved pairs"
    lines = [f"stage {library.stage}: {known}, {library.text.nnz} words, {len(library.citations)} citations"]
    for one in protocols:
        hits = "" if one.relevant is None else f", {one.relevant.nnz} to find"
        lines.append(f"{one.name}: {len(one.readers)} readers, {len(one.candidates)} candidates{hits}")
    return "\n".join(lines)


def tables(protocols: Sequence[Protocol], rows: Sequence[Row]) -> str:
    """Return a table for each protocol; intervals are 95 % bootstrap over readers."""
    return "\n".join(_table(one.name, [row for row in rows if row.protocol == one.name]) for one in protocols)


def as_json(library: Library, protocols: Sequence[Protocol], rows: Sequence[Row]) -> str:
    """Return sizes, every figure, intervals, times and memory as a JSON object."""
    said = {
        "stage": library.stage,
        "protocols": {
            one.name: {"readers": len(one.readers), "candidates": len(one.candidates)} for one in protocols
        },
        "rows": [
            {
                "protocol": row.protocol,
                "method": row.method,
                "readers": row.figures.readers,
                "figures": row.figures.means(),
                "first": FIRST[row.protocol],
                "interval": asdict(row.first),
                "product_ahead": None if row.ahead is None else asdict(row.ahead),
                "fit_seconds": row.fit_seconds,
                "milliseconds_per_reader": row.milliseconds,
            }
            for row in rows
        ],
        "peak_megabytes": peak_megabytes(),
    }
    return json.dumps(said, indent=1) + "\n"


def peak_megabytes() -> float:
    """Return the most memory this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _table(protocol: str, rows: Sequence[Row]) -> str:
    head = ["method", "readers", *_SHOWN, f"{FIRST[protocol]} [95 %]", "product ahead by", "fit s", "ms"]
    body = [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width) for place, (cell, width) in enumerate(pairs)
        )
        for pairs in (list(zip(line, widths, strict=True)) for line in [head, *body])
    ]
    return "\n".join(["", f"{protocol}", *lines])


def _cells(row: Row) -> list[str]:
    means = row.figures.means()
    first = f"{row.first.mean:.4f} [{row.first.low:.4f}, {row.first.high:.4f}]"
    ahead = (
        "" if row.ahead is None else f"{row.ahead.mean:+.4f} [{row.ahead.low:+.4f}, {row.ahead.high:+.4f}]"
    )
    return [
        row.method,
        str(row.figures.readers),
        *(f"{means[name]:.4f}" for name in _SHOWN),
        first,
        ahead,
        f"{row.fit_seconds:.1f}",
        f"{row.milliseconds:.2f}",
    ]
