"""Every recorded answer of the three services ends in sightings or in a named refusal."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from recommender.domain.errors import SourceError
from recommender.domain.identity import canonical_id, normal_doi
from recommender.domain.papers import Paper, PaperPage
from recommender.ports import Enricher
from recommender.sources.http import PoliteClient
from tests.conformance.enricher import sightings
from tests.paths import shared_data
from tests.replay.recorded import Recorded, recorded_files
from tests.sources.enrichers.parts import BATCH, JOURNAL_PAPER, WORKS, crossref, openalex, said, scholar
from tests.sources.replay import Replay

Builder = Callable[[PoliteClient, str], Enricher]
SERVICES: dict[str, tuple[Builder, str]] = {
    "semantic-scholar": (scholar, BATCH),
    "crossref": (crossref, WORKS),
    "openalex": (openalex, WORKS),
}
ENDS = {
    "semantic-scholar": {"refused": 52},
    "crossref": {"read": 14, "refused": 11},
    "openalex": {"refused": 5},
}
"""Exchanges by how they end."""


def with_doi(doi: str, title: str) -> Paper:
    """Return a paper that has a DOI and no more than that."""
    return Paper(
        id=canonical_id(title=title, doi=doi), title=title, doi=doi, abstract="Ours.", authors=("Ada",)
    )


def titles(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (DOI, title) of every object in a body that has both, wherever it stands."""
    if isinstance(value, list):
        for entry in value:
            yield from titles(entry)
    if not isinstance(value, dict):
        return
    names = value.get("externalIds")
    doi = value.get("DOI") or value.get("doi") or (names.get("DOI") if isinstance(names, dict) else None)
    title = value.get("title")
    title = title[0] if isinstance(title, list) and title else title
    if isinstance(doi, str) and isinstance(title, str) and (normal := normal_doi(doi)):
        yield normal, title
    for entry in value.values():
        yield from titles(entry)


def decoded(body: bytes) -> Any:
    """Return JSON, packed or not, or nothing."""
    try:
        return json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    except ValueError:
        return None


def items_of(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the works in a list of Crossref's."""
    tree = decoded(body)
    message = tree.get("message") if isinstance(tree, dict) else None
    items = message.get("items") if isinstance(message, dict) else None
    yield from items or ()


def papers_in(body: bytes) -> list[Paper]:
    """Return the papers that a body tells of, as they might be stored."""
    found = [with_doi(doi, title) for doi, title in dict(titles(decoded(body))).items()]
    return found[:50] or [JOURNAL_PAPER]


def bodies(folder: str) -> list[Recorded]:
    """Return what a folder holds."""
    return list(recorded_files(folder, shared_data("api-fixtures") / folder))


@pytest.mark.parametrize("folder", SERVICES)
def test_recorded_bodies_are_read(folder: str, replay: Replay, client: PoliteClient) -> None:
    """As they were recorded, most are answers to other questions: those are refused with a reason."""
    build, path = SERVICES[folder]
    ends: Counter[str] = Counter()
    for recorded in bodies(folder):
        replay.says(path, recorded.answer)
        papers = papers_in(recorded.body)
        pages: list[PaperPage] = []
        with suppress(SourceError):
            pages = list(build(client, replay.url("")).enrich(papers))
        assert {paper.id for paper in sightings(pages)} <= {paper.id for paper in papers}
        ends["read" if pages else "refused"] += 1
    assert dict(ends) == ENDS[folder]


def test_a_recorded_batch_is_believed(replay: Replay, client: PoliteClient) -> None:
    """Of the papers asked for, those with a DOI; the null in it is nobody."""
    (recorded,) = [entry for entry in bodies("semantic-scholar") if "papers_return_not_found" in entry.name]
    entries = json.loads(recorded.body)
    asked = [
        with_doi(entry["externalIds"]["DOI"].lower(), entry["title"])
        if entry and "DOI" in entry["externalIds"]
        else with_doi(f"10.1234/unknown{number}", "Unknown")
        for number, entry in enumerate(entries)
    ]
    replay.says(BATCH, recorded.answer)
    (page,) = scholar(client, replay.url("")).enrich(asked)
    expected = {
        canonical_id(title="", doi=entry["externalIds"]["DOI"].lower()): entry["citationCount"]
        for entry in entries
        if entry and "DOI" in entry["externalIds"]
    }
    assert len(expected) >= 2
    assert {signal.paper: signal.citations for signal in page.signals} == expected


def test_recorded_works_are_believed(replay: Replay, client: PoliteClient) -> None:
    """Crossref's works from its searches, and OpenAlex's one, in the lists that a filter answers with."""
    works = [
        item
        for recorded in bodies("crossref")
        for item in items_of(recorded.body)
        if item.get("DOI") and item.get("title") and "is-referenced-by-count" in item
    ]
    unique = {item["DOI"].lower(): item for item in works if not set(",:") & set(item["DOI"])}
    chosen = dict(list(unique.items())[:50])
    assert len(chosen) >= 20
    replay.says(WORKS, said({"message": {"items": list(chosen.values())}}))
    asked = [with_doi(doi, item["title"][0]) for doi, item in chosen.items()]
    (page,) = crossref(client, replay.url("")).enrich(asked)
    counts = {doi: item["is-referenced-by-count"] for doi, item in chosen.items()}
    assert {name.id.removeprefix("doi:") for name in page.papers} == set(counts)
    assert {signal.paper.removeprefix("doi:"): signal.citations for signal in page.signals} == counts
    work = json.loads((shared_data("api-fixtures/openalex") / "work.json").read_bytes())
    replay.says(WORKS, said({"results": [work]}))
    (page,) = openalex(client, replay.url("")).enrich(
        [with_doi(normal_doi(work["doi"]) or "", work["title"])]
    )
    assert [(signal.citations, page.papers[0].venue) for signal in page.signals] == [
        (work["cited_by_count"], work["primary_location"]["source"]["display_name"])
    ]
