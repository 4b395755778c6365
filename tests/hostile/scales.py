"""A process that reads hostile answers and says what that took; `Scales` is its handle.

It is warmed up once, and forks for each answer, so that each is weighed from the same start.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.domain.errors import SourceError
from recommender.domain.papers import PaperPage
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from recommender.sources.biorxiv_parse import parse_details
from recommender.sources.daily_papers import Sheet, parse_daily_papers
from recommender.sources.feed import parse_feed
from recommender.sources.http import Ask, Limits, PoliteClient
from recommender.sources.jsonl import parse_jsonl

_NOW = datetime(2026, 4, 27, tzinfo=UTC)


def _lines(body: bytes) -> PaperPage:
    """Read lines as a file is read: one page after the other is let go."""
    last = PaperPage(papers=())
    for page in parse_jsonl(iter(body.split(b"\n")), place="x"):
        last = page
    return last


READERS: dict[str, Callable[[bytes], PaperPage]] = {
    "nothing": lambda _body: PaperPage(papers=()),
    "feed": lambda body: parse_feed(body, place="x"),
    "announcements": lambda body: parse_announcements(body, source="x", place="x"),
    "query": lambda body: parse_query(body, source="x", place="x").page,
    "oai": lambda body: parse_oai(body, source="x", place="x"),
    "daily": lambda body: parse_daily_papers(body, Sheet(place="x", now=_NOW, live=True)),
    "biorxiv": lambda body: parse_details(body, source="x", place="x").page(frozenset()),
    "jsonl": _lines,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What reading one answer took, and what came of it."""

    mib: float
    """Memory at its peak beyond what the process had before, in MiB."""
    seconds: float
    error: str
    """Name of the error's class, empty where there was none."""
    reason: str
    papers: int
    refused: int


class Scales:
    """Talks to the process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Talk to a running process."""
        self._process = process

    def weigh(self, url: str, reader: str, *, total: float = 60.0) -> Weight:
        """Let the process fetch `url`, for at most `total` seconds, and give the body to a reader."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([url, reader, total]) + "\n")
        self._process.stdin.flush()
        return Weight(**json.loads(self._process.stdout.readline()))


@contextmanager
def scales() -> Iterator[Scales]:
    """Run the process for the block."""
    command = [sys.executable, "-m", "tests.hostile.scales"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Scales(process)
        assert process.stdin
        process.stdin.close()
        process.wait(10)


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))


def _read(url: str, reader: str, total: float) -> dict[str, Any]:
    host = url.split("/")[2]
    limits = Limits(attempts=1, total=total)
    client = PoliteClient(contact="x", allow_hosts=[host], limits=limits)
    start, before = time.monotonic(), _memory("VmRSS")
    said: dict[str, Any] = {"error": "", "reason": "", "papers": 0, "refused": 0}
    try:
        page = READERS[reader](client.get(Ask(source="x", url=url)).body)
        said |= {"papers": len(page.papers), "refused": len(page.refused)}
    except SourceError as error:
        said |= {"error": type(error).__name__, "reason": error.reason}
    except Exception as error:  # noqa: BLE001 - that it is no error on purpose is what the test looks for
        said |= {"error": f"escaped: {type(error).__name__}", "reason": str(error)[:200]}
    taken = (_memory("VmHWM") - before) / 1024
    return {**said, "mib": taken, "seconds": time.monotonic() - start}


def _warm_up() -> None:
    for reader in READERS.values():
        for body in (b"<rss><channel><item><title>x</title></item></channel></rss>", b"[]", b"{}"):
            try:
                reader(body)
            except SourceError:
                continue
    try:
        client = PoliteClient(contact="x", allow_hosts=["127.0.0.1"], limits=Limits(attempts=1))
        client.get(Ask(source="x", url="http://127.0.0.1:1/"))
    except SourceError:
        pass


def main() -> None:
    """Answer one line for each line of the standard input."""
    _warm_up()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdout.write(json.dumps(_read(*json.loads(line))) + "\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            lost = Weight(mib=0, seconds=0, error=f"died: {status}", reason="", papers=0, refused=0)
            sys.stdout.write(json.dumps({name: getattr(lost, name) for name in Weight.__slots__}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
