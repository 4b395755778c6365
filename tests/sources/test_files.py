"""Saved files are told apart by content."""

import gzip
import json
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.sources.files import read_file
from tests.conformance.source import papers_of
from tests.paths import shared_data
from tests.sources.replay import NOW
from tests.sources.samples import (
    ATOM_ANNOUNCEMENT,
    FEED,
    LISTING,
    OAI,
    daily,
    daily_row,
    query_answer,
    query_entry,
    rss,
    rss_item,
)
from tests.sources.test_bibliography import BIBTEX, CSL, RIS, ZOTERO
from tests.sources.test_jsonl import ARXIV_ROW, DAILY_ROW

LINES = f"{json.dumps(ARXIV_ROW)}\n{json.dumps(DAILY_ROW)}".encode()
SAMPLES = {
    "listing": (LISTING.encode(), 3),
    "daily": (daily(daily_row("2604.00001")), 1),
    "empty-day": (b"[]", 0),
    "query": (query_answer([query_entry("2604.00001")]), 1),
    "rss": (rss([rss_item("2604.00001")]), 1),
    "weekend": (rss([]), 0),
    "atom": (ATOM_ANNOUNCEMENT, 1),
    "oai": (OAI, 1),
    "feed": (FEED, 3),
    "lines": (LINES, 2),
    "bibtex": (BIBTEX.encode(), 5),
    "ris": (RIS.encode(), 2),
    "zotero": (json.dumps(ZOTERO).encode(), 1),
    "csl": (json.dumps(CSL, indent=1).encode(), 1),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_is_recognised(tmp_path: Path, kind: str, *, packed: bool) -> None:
    """Whatever the name says, and packed or not."""
    body, count = SAMPLES[kind]
    path = tmp_path / "saved.dat"
    path.write_bytes(gzip.compress(body) if packed else body)
    assert len(papers_of(list(read_file(path, NOW)))) == count


def test_one_json_line_needs_its_name(tmp_path: Path) -> None:
    """A single row is JSON lines when the file is called so."""
    path = tmp_path / "one.jsonl"
    path.write_bytes(json.dumps(ARXIV_ROW).encode())
    assert len(papers_of(list(read_file(path, NOW)))) == 1


@pytest.mark.parametrize(
    "body, reason",
    [
        (b"", "empty"),
        (b"A letter to nobody.", "BibTeX"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "format is not known"),
        (b"2104.12345\n", "seeds_file"),
        (b'{"a": 1}', "no known kind"),
        (b"{broken", "cannot be read as JSON"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#"></rdf:RDF>', "CSL JSON"),
        (gzip.compress(LINES, mtime=0)[:-12], "ends early"),
        (b"\x1f\x8b" + b"nonsense" * 10, "damaged"),
    ],
)
def test_other_files_are_malformed(tmp_path: Path, body: bytes, reason: str) -> None:
    """The error names the file and says what is wrong or what could be read."""
    path = tmp_path / "strange"
    path.write_bytes(body)
    with pytest.raises(SourceMalformed, match=reason) as caught:
        list(read_file(path, NOW))
    assert caught.value.place == str(path)


def test_missing_file(tmp_path: Path) -> None:
    """A wrong path is said to be one."""
    with pytest.raises(SourceMalformed, match="no such file"):
        list(read_file(tmp_path / "none", NOW))


def test_folder(tmp_path: Path) -> None:
    """A folder is not walked."""
    with pytest.raises(SourceMalformed, match="folder"):
        list(read_file(tmp_path, NOW))


def test_endless_line_is_refused_alone(tmp_path: Path) -> None:
    """A line without end costs its own row only."""
    path = tmp_path / "long.jsonl"
    path.write_bytes(
        json.dumps(ARXIV_ROW).encode() + b"\n" + b"x" * 9_000_000 + b"\n" + json.dumps(DAILY_ROW).encode()
    )
    pages = list(read_file(path, NOW))
    assert len(papers_of(pages)) == 2
    assert pages[0].refused[0].place == f"{path}:2"


@pytest.mark.parametrize("folder", ["imports", "bad-feeds", "api-fixtures", "daily-papers", "arxiv-abs"])
def test_real_files_never_crash(folder: str) -> None:
    """Whatever people have on their disks is papers, refusals, or malformed."""
    for path in sorted(entry for entry in shared_data(folder).rglob("*") if entry.is_file()):
        try:
            list(read_file(path, NOW))
        except SourceMalformed as error:
            assert error.reason  # noqa: PT017 either outcome is fine, only another exception is not
