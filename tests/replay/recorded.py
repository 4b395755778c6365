"""Recorded bodies: what a server once said, or what lies on people's disks, ready to be served again."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.replay.cassettes import read_cassette
from tests.sources.replay import Answer, Replay

_HEADER = re.compile(rb"^\s*Header:\s*Content-type:\s*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_TYPES = {
    ".xml": "application/xml",
    ".json": "application/json",
    ".yaml": "application/json",
    ".abs": "text/plain",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
    ".rdf": "application/rdf+xml",
}
_FEEDS = {"arxiv-api": "application/atom+xml", "arxiv-rss": "application/rss+xml"}
_KEPT = frozenset({"content-type", "content-encoding", "retry-after"})
"""Headers of a recorded answer that are sent again; lengths and connections are the server's own now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One body, the status and headers it came with, and the folder it stands in."""

    folder: str
    name: str
    body: bytes = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    """What was asked, where that was recorded."""
    asked: bytes = b""

    @property
    def place(self) -> str:
        """Return the body's name with its folder."""
        return f"{self.folder}/{self.name}"

    @property
    def answer(self) -> Answer:
        """Return the body as a server says it."""
        return Answer(status=self.status, body=self.body, headers=self.headers)

    def served_by(self, replay: Replay) -> str:
        """Let a server say it and return the URL."""
        return replay.says(f"/{quote(self.place)}", self.answer)


def recorded_files(folder: str, root: Path) -> Iterator[Recorded]:
    """Yield the files of one folder, READMEs and indexes left out, each with a fitting content type."""
    statuses = _statuses(root)
    for path in sorted(entry for entry in root.rglob("*") if entry.is_file()):
        if path.name in ("README.md", "index.json"):
            continue
        name = path.relative_to(root).as_posix()
        if path.suffix == ".yaml":
            yield from _exchanges(folder, name, path)
            continue
        body = path.read_bytes()
        said = _HEADER.search(body[:1_000].replace(b"\x00", b"")) if folder == "bad-feeds" else None
        known = _FEEDS.get(folder) or _TYPES.get(path.suffix, "application/octet-stream")
        kind = said.group(1).decode("latin-1").strip() if said else known
        status, url = statuses.get(path.name, (200, ""))
        yield Recorded(
            folder=folder, name=name, body=body, status=status, headers={"Content-Type": kind}, url=url
        )


def _exchanges(folder: str, name: str, path: Path) -> Iterator[Recorded]:
    for number, exchange in enumerate(read_cassette(path), start=1):
        headers = {key: value for key, value in exchange.headers.items() if key in _KEPT}
        if not exchange.body.startswith(b"\x1f\x8b"):
            headers.pop("content-encoding", None)
        yield Recorded(
            folder=folder,
            name=f"{name}-{number}",
            body=exchange.body,
            status=exchange.status,
            headers=headers,
            url=exchange.url,
            asked=exchange.asked,
        )


def _statuses(root: Path) -> Mapping[str, tuple[int, str]]:
    """Return status and URL by file name where a folder has an index of them."""
    index = root / "index.json"
    rows = json.loads(index.read_bytes()) if index.is_file() else []
    return {row["file"]: (row["status"], row["url"]) for row in rows}
