"""Every recorded body over HTTP through the product: papers or a named refusal, never another exception."""

import json
from collections.abc import Iterator

import pytest

from tests.paths import shared_data
from tests.replay.recorded import Recorded, recorded_files
from tests.replay.roads import Desk, outcome
from tests.replay.table import counts, drawn, publish
from tests.sources.replay import FakeTime, client_for, replaying
from tests.sources.samples import (
    ATOM_ANNOUNCEMENT,
    FEED,
    LISTING,
    OAI,
    QUERY_ERROR,
    daily,
    daily_row,
    query_answer,
    query_entry,
    rss,
    rss_item,
)
from tests.sources.test_bibliography import BIBTEX, RIS

FOLDERS = {
    "arxiv-api": "api-fixtures/arxiv-api",
    "arxiv-rss": "api-fixtures/arxiv-rss",
    "oai-pmh": "api-fixtures/oai-pmh",
    "semantic-scholar": "api-fixtures/semantic-scholar",
    "crossref": "api-fixtures/crossref",
    "openalex": "api-fixtures/openalex",
    "zotero": "api-fixtures/zotero",
    "hf-raw": "hf-daily/raw",
    "bad-feeds": "bad-feeds",
    "arxiv-abs": "arxiv-abs",
    "imports": "imports",
}

ITEM = json.dumps(
    {
        "key": "AAAAAAA7",
        "version": 3,
        "data": {"key": "AAAAAAA7", "version": 3, "itemType": "journalArticle", "title": "On tests"},
    }
).encode()
ABS = rb"""------------------------------------------------------------------------------
\\
arXiv:2604.00001
Title: On tests
Authors: Ada One
\\
  We test things.
\\
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a server, a client for it, and a folder."""
    with replaying() as replay:
        client = client_for(replay, FakeTime())
        yield Desk(replay=replay, client=client, folder=tmp_path_factory.mktemp("downloads"))


MADE = {
    "arxiv-api/two": (query_answer([query_entry("2604.00001"), query_entry("2604.00002")]), (2, 0, "")),
    "arxiv-api/error-entry": (QUERY_ERROR, (0, 1, "")),
    "arxiv-api/unknown-id": (query_answer([]), (0, 0, "")),
    "arxiv-rss/one": (rss([rss_item("2604.00001")]), (1, 0, "")),
    "arxiv-rss/nameless": (rss([rss_item("nothing")]), (0, 1, "")),
    "arxiv-rss/atom": (ATOM_ANNOUNCEMENT, (1, 0, "")),
    "arxiv-rss/torn": (rss([rss_item("2604.00001")])[:-40], (0, 0, "cannot be read")),
    "oai-pmh/deleted": (OAI, (1, 1, "")),
    "oai-pmh/token": (
        b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken"/></OAI-PMH>',
        (0, 0, "badResumptionToken"),
    ),
    "hf-raw/two": (daily(daily_row("2604.00001"), daily_row("2604.00002")), (2, 0, "")),
    "hf-raw/poisoned": (daily(daily_row("2604.00001"), {"paper": 7}), (1, 1, "")),
    "zotero/item": (ITEM, (1, 0, "")),
    "bad-feeds/mixed": (FEED, (3, 1, "")),
    "bad-feeds/page": (b"<!DOCTYPE html><html><body>404</body></html>", (0, 0, "web page")),
    "bad-feeds/nothing": (b"", (0, 0, "empty")),
    "arxiv-abs/one.abs": (ABS, (1, 0, "")),
    "imports/listing.txt": (LISTING.encode(), (3, 0, "")),
    "imports/some.bib": (BIBTEX.encode(), (5, 2, "")),
    "imports/some.ris": (RIS.encode(), (2, 0, "")),
    "imports/empty.bib": (b"", (0, 0, "empty")),
}
"""Body and what becomes of it: papers, refused entries, and a word of the refusal of the whole."""


@pytest.mark.parametrize("place", MADE)
def test_each_kind(desk: Desk, place: str) -> None:
    """Made by hand, so that every road is walked where the shared data is not at hand."""
    body, (papers, refused, reason) = MADE[place]
    folder, name = place.split("/")
    found = outcome(Recorded(folder=folder, name=name, body=body), desk)
    assert (found.papers, found.entries_refused, found.escaped) == (papers, refused, "")
    assert reason in found.refusal
    assert bool(found.refusal) == bool(reason)


def test_nothing_has_a_reason(desk: Desk) -> None:
    """A feed without entries says that it has none; a list of sets is no list of records."""
    feed = b'<rss version="2.0"><channel><title>A journal</title></channel></rss>'
    found = outcome(Recorded(folder="bad-feeds", name="bare", body=feed), desk)
    assert (found.empty, found.nothing) == (True, "the feed has no entries")
    sets = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListSets/></OAI-PMH>'
    found = outcome(Recorded(folder="oai-pmh", name="sets", body=sets), desk)
    assert "another question" in found.refusal


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_a_status_is_a_refusal(desk: Desk, status: int) -> None:
    """Whatever the body says."""
    body = query_answer([query_entry("2604.00001")])
    found = outcome(Recorded(folder="arxiv-api", name=f"status-{status}", body=body, status=status), desk)
    assert (found.papers, found.escaped) == (0, "")
    assert str(status) in found.refusal


def test_all_that_was_recorded(desk: Desk) -> None:
    """Papers, or a refusal that names place and reason, for every body of the shared data."""
    bodies = [body for name, path in FOLDERS.items() for body in recorded_files(name, shared_data(path))]
    outcomes = [outcome(body, desk) for body in bodies]
    publish("Recorded bodies", drawn(counts(outcomes)))
    publish("Refused", "\n".join(f"{found.place}: {found.refusal}" for found in outcomes if found.refusal))
    publish("Empty", "\n".join(f"{found.place}: {found.nothing}" for found in outcomes if found.empty))
    assert [(found.place, found.escaped) for found in outcomes if found.escaped] == []
    assert [found.place for found in outcomes if found.empty and not found.nothing] == []
