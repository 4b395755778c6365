"""One step of the ingest benchmark, in a process of its own so that its memory is its own.

Reads a task as JSON from stdin, writes what it took as JSON to stdout.
"""

import json
import resource
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import feedparser

from recommender.domain.papers import PaperPage
from recommender.services.pages import Tally, store_page
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from recommender.sources.jsonl import parse_jsonl
from recommender.store.sql_store import SqlStore

_NOW = datetime(2026, 1, 30, 12, 0, tzinfo=UTC)
_ENTRIES = frozenset({"entry", "item", "record"})


def plain(kind: str, files: Sequence[Path]) -> int:
    """Parse the bytes with the standard library alone and keep nothing; return the entries."""
    if kind == "jsonl":
        with files[0].open("rb") as lines:
            return sum(1 for line in lines if json.loads(line))
    count = 0
    for file in files:
        for _, element in ET.iterparse(file):  # noqa: S314 - made by us a moment ago
            if element.tag.rpartition("}")[2] in _ENTRIES:
                count += 1
                element.clear()
    return count


def with_feedparser(_kind: str, files: Sequence[Path]) -> int:
    """Parse the first pages with feedparser, as the peers do; return the entries."""
    return sum(len(feedparser.parse(file.read_bytes()).entries) for file in files)


def pages(kind: str, files: Sequence[Path]) -> Iterator[PaperPage]:
    """Yield pages as the product's own parsers make them."""
    if kind == "jsonl":
        with files[0].open("rb") as lines:
            yield from parse_jsonl(lines, place=files[0].name)
        return
    for file in files:
        body, place = file.read_bytes(), file.name
        if kind == "atom":
            yield parse_query(body, source="arxiv", place=place).page
        elif kind == "rss":
            yield parse_announcements(body, source="arxiv", place=place)
        else:
            yield parse_oai(body, source="arxiv", place=place)


def parsed(kind: str, files: Sequence[Path]) -> int:
    """Parse with the product's own parsers; return the papers."""
    return sum(len(page.papers) for page in pages(kind, files))


def stored(kind: str, files: Sequence[Path], url: str) -> int:
    """Parse and fold every page into a store, one transaction each; return the papers."""
    store = SqlStore(url)
    tally = Tally()
    count = 0
    for page in pages(kind, files):
        store_page(store, page, _NOW, tally)
        count += len(page.papers)
    store.close()
    return count


def peak_bytes() -> int:
    """Return the most memory this process has held since it began.

    Not `ru_maxrss` where there is something better: that counts what the parent held at the fork.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line[:6] == "VmHWM:")
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Do one step and say what it took."""
    task = json.load(sys.stdin)
    files = [Path(name) for name in task["files"]]
    steps: dict[str, Callable[[str, Sequence[Path]], int]] = {
        "plain": plain,
        "feedparser": with_feedparser,
        "parse": parsed,
        "store": lambda kind, files: stored(kind, files, task["url"]),
        "again": lambda kind, files: stored(kind, files, task["url"]),
    }
    step = steps[task["step"]]
    # Whatever is loaded on first use counts for nobody.
    if task["warm"]:
        step(task["kind"], [Path(name) for name in task["warm"]])
    before = peak_bytes()
    started = perf_counter()
    count = step(task["kind"], files)
    seconds = perf_counter() - started
    json.dump({"seconds": seconds, "papers": count, "extra": peak_bytes() - before}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
