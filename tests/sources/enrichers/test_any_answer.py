"""Whatever JSON a service answers with: sightings of what was asked, or a named refusal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain.errors import SourceError
from recommender.ports import Enricher
from recommender.sources.asking import Ask, Fetched
from recommender.sources.kinds import Client
from tests.sources.enrichers.parts import (
    ARXIV_PAPER,
    JOURNAL_PAPER,
    PAPERS,
    PREPRINT,
    crossref,
    crossref_work,
    openalex,
    openalex_work,
    published_in,
    s2_record,
    scholar,
)

ODD = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
)
RECORDS: dict[str, tuple[Callable[..., Enricher], Callable[[Any], object], Any]] = {
    "semanticscholar": (scholar, lambda rows: rows, s2_record(ARXIV_PAPER, tldr={"text": "Short."})),
    "openalex": (
        openalex,
        lambda rows: {"results": rows},
        openalex_work(
            "10.1234/two",
            JOURNAL_PAPER,
            primary_location=published_in("Annals"),
            locations=[published_in("Annals", "10.5555/x")],
        ),
    ),
    "crossref": (
        crossref,
        lambda rows: {"message": {"items": rows}},
        crossref_work(
            "10.1101/2026.01.03",
            PREPRINT,
            relation={"is-preprint-of": [{"id-type": "doi", "id": "10.5555/x"}]},
        ),
    ),
}


class _Says(Client):
    """Answers every question with the same bytes."""

    def __init__(self, body: object) -> None:
        self.body = json.dumps(body).encode()

    def get(self, ask: Ask) -> Fetched:
        """Answer."""
        return Fetched(status=200, body=self.body, url=ask.place)


def read(name: str, body: object) -> None:
    """Ask; anything but pages or a SourceError is a fault."""
    enricher = RECORDS[name][0](_Says(body), "http://127.0.0.1")
    asked = {paper.id: paper for paper in PAPERS}
    try:
        pages = list(enricher.enrich(PAPERS))
    except SourceError:
        return
    for page in pages:
        assert all(asked[paper.id].title == paper.title and not paper.abstract for paper in page.papers)
        assert all(signal.paper in asked and (signal.citations or 0) >= 0 for signal in page.signals)


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(JSON, min_size=4, max_size=4))
def test_any_rows(name: str, rows: list[object]) -> None:
    """As many as were asked for, each anything."""
    read(name, RECORDS[name][1](rows))


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_record_with_anything_in_one_place(name: str, data: st.DataObject) -> None:
    """A good record in which one field, at the top or within one, is something else."""
    record = json.loads(json.dumps(RECORDS[name][2]))
    place: Any = record
    key: Any = data.draw(st.sampled_from(sorted(record)))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.integers(0, 3)):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(JSON)
    read(name, RECORDS[name][1]([record, None, None, None]))
