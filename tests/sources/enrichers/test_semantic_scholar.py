"""Semantic Scholar, answered on loopback."""

import json
from collections.abc import Sequence
from typing import BinaryIO

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper
from recommender.ports import Enricher
from recommender.sources.http import PoliteClient
from tests.builders import a_paper
from tests.conformance.enricher import EnricherLaws, sightings
from tests.sources.enrichers.parts import (
    ARXIV_PAPER,
    BATCH,
    BOTH,
    JOURNAL_PAPER,
    KEY,
    NOWHERE,
    PAPERS,
    PREPRINT,
    s2_record,
    said,
    scholar,
)
from tests.sources.replay import NOW, Answer, FakeTime, Replay

TLDR = {"model": "tldr@v2.0.0", "text": "It studies a subject."}
ANSWER = [
    s2_record(
        ARXIV_PAPER,
        externalIds={"ArXiv": "2601.00001", "DOI": "10.5555/One"},
        publicationVenue={"name": "Journal of Subjects", "type": "journal"},
        tldr=TLDR,
    ),
    None,
    s2_record(PREPRINT, venue="bioRxiv", citationCount=None),
    s2_record(BOTH, venue="NeurIPS", citationCount=0),
]


class TestSemanticScholar(EnricherLaws):
    """The laws of enrichers."""

    @pytest.fixture
    def papers(self) -> Sequence[Paper]:
        """Return papers with an arXiv id, a DOI, or both."""
        return PAPERS

    @pytest.fixture
    def enricher(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one that knows three of four."""
        replay.says(BATCH, said(ANSWER))
        return scholar(client, replay.url(""))

    @pytest.fixture
    def away(self, client: PoliteClient) -> Enricher:
        """Return one where nobody listens."""
        return scholar(client.allowing(["127.0.0.1"]), NOWHERE)

    @pytest.fixture
    def junk(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one behind a login page."""
        replay.says(BATCH, Answer(body=b"<!DOCTYPE html><html></html>"))
        return scholar(client, replay.url(""))


def test_what_is_gained(replay: Replay, client: PoliteClient) -> None:
    """Venue, DOI and summary where there were none; a server of preprints is no venue; null is no count."""
    replay.says(BATCH, said(ANSWER))
    (page,) = scholar(client, replay.url("")).enrich(PAPERS)
    one, preprint, both = page.papers
    assert (one.venue, one.doi) == ("Journal of Subjects", "10.5555/one")
    assert (one.summary, one.summary_by) == ("It studies a subject.", "Semantic Scholar")
    assert (preprint.venue, preprint.summary) == (None, None)
    assert (both.venue, both.doi) == ("NeurIPS", "10.1234/four")
    counts = [(signal.paper, signal.citations, signal.taken_at) for signal in page.signals]
    assert counts == [(ARXIV_PAPER.id, 7, NOW), (BOTH.id, 0, NOW)]
    assert json.loads(replay.sent[0])["ids"] == [
        "ARXIV:2601.00001",
        "DOI:10.1234/two",
        "DOI:10.1101/2026.01.03",
        "ARXIV:2601.00004",
    ]


def test_the_key_is_a_header(replay: Replay, client: PoliteClient) -> None:
    """With one; without one there is none."""
    replay.says(BATCH, said([None]))
    list(scholar(client, replay.url(""), KEY).enrich([ARXIV_PAPER]))
    list(scholar(client, replay.url("")).enrich([ARXIV_PAPER]))
    assert [headers.get("x-api-key") for headers in replay.headers] == [KEY, None]


def test_what_is_known_already_stays(replay: Replay, client: PoliteClient) -> None:
    """A paper with a venue, a DOI and a summary gains nothing but a count."""
    full = a_paper(1, venue="ICML", doi="10.1234/own", summary="Ours.", summary_by="Hugging Face")
    replay.says(BATCH, said([ANSWER[0]]))
    (paper,) = sightings(list(scholar(client, replay.url("")).enrich([full])))
    assert (paper.venue, paper.doi, paper.summary_by) == ("ICML", "10.1234/own", "Hugging Face")


@pytest.mark.parametrize(
    "changed, counts",
    [
        ({"externalIds": {"ArXiv": "2601.99999"}}, []),
        ({"externalIds": {"DOI": "10.5555/one"}}, []),
        ({"externalIds": None}, []),
        ({"title": "A quite different title", "tldr": TLDR, "venue": "ICML"}, [7]),
        ({"title": None, "tldr": TLDR, "venue": "ICML"}, [7]),
    ],
)
def test_another_record_is_not_believed(
    replay: Replay, client: PoliteClient, changed: dict[str, object], counts: list[int]
) -> None:
    """Of another id: nothing. Of the same id and another title: the count alone."""
    replay.says(BATCH, said([s2_record(ARXIV_PAPER, **changed)]))
    (page,) = scholar(client, replay.url("")).enrich([ARXIV_PAPER])
    assert [signal.citations for signal in page.signals] == counts
    assert [(paper.venue, paper.summary) for paper in page.papers] == [(None, None)] * len(counts)


def test_500_papers_are_one_question(replay: Replay, client: PoliteClient) -> None:
    """And 501 are two."""
    papers = [a_paper(number) for number in range(1, 502)]
    replay.says(BATCH, said([None] * 500), said([None]))
    pages = list(scholar(client, replay.url("")).enrich(papers))
    assert [len(json.loads(body)["ids"]) for body in replay.sent] == [500, 1]
    assert sightings(pages) == []


def test_papers_that_nobody_knows(replay: Replay, client: PoliteClient) -> None:
    """Where it knows none of them it answers 400 and says so, which is an answer."""
    unknown = {"error": "No valid paper ids given"}
    replay.says(BATCH, Answer(status=400, body=json.dumps(unknown).encode()))
    (page,) = scholar(client, replay.url("")).enrich(PAPERS)
    assert (list(page.papers), list(page.signals)) == ([], [])
    replay.says(BATCH, Answer(status=400, body=b'{"error": "Unrecognized fields: [tldr]"}'))
    with pytest.raises(SourceMalformed, match="Unrecognized fields"):
        list(scholar(client, replay.url("")).enrich(PAPERS))


@pytest.mark.parametrize("body", [[], [None] * 3, [None] * 5, {"data": []}, None, 7])
def test_an_answer_of_another_length_is_malformed(replay: Replay, client: PoliteClient, body: object) -> None:
    """Which entry belongs to which paper would be a guess."""
    replay.says(BATCH, said(body))
    with pytest.raises(SourceMalformed, match="a place for each paper"):
        list(scholar(client, replay.url("")).enrich(PAPERS))


@pytest.mark.parametrize(
    "entry",
    [
        7,
        "x",
        [],
        s2_record(ARXIV_PAPER, title=5, venue=["x"], publicationVenue="x", citationCount="many", tldr="x"),
        s2_record(ARXIV_PAPER, citationCount=-1, tldr={"text": 7}, publicationVenue={"name": 7}),
        s2_record(ARXIV_PAPER, citationCount=True),
        s2_record(ARXIV_PAPER, citationCount=1 << 40),
    ],
)
def test_odd_entries_change_nothing(replay: Replay, client: PoliteClient, entry: object) -> None:
    """What is no record, no name and no count is passed over."""
    replay.says(BATCH, said([entry]))
    (page,) = scholar(client, replay.url("")).enrich([ARXIV_PAPER])
    assert list(page.signals) == []
    assert all((paper.venue, paper.summary) == (None, None) for paper in page.papers)


def test_without_a_key_a_refusal_says_why(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """429 again and again ends the run after little waiting, with a wish to be asked less."""
    replay.says(BATCH, Answer(status=429))
    with pytest.raises(SourceUnavailable, match="without api_key") as caught:
        list(scholar(client, replay.url("")).enrich(PAPERS))
    assert caught.value.throttled
    assert sum(time.sleeps) < 30
    with pytest.raises(SourceUnavailable) as caught:
        list(scholar(client, replay.url(""), KEY).enrich(PAPERS))
    assert "without api_key" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_bad_key_is_named_by_its_setting(replay: Replay, client: PoliteClient, status: int) -> None:
    """And never shown."""
    replay.says(BATCH, Answer(status=status))
    with pytest.raises(SourceMalformed, match="check api_key") as caught:
        list(scholar(client, replay.url(""), KEY).enrich(PAPERS))
    assert KEY not in str(caught.value)
    assert KEY not in repr(scholar(client, replay.url(""), KEY)._service)


def test_a_huge_answer_is_refused(replay: Replay, client: PoliteClient) -> None:
    """Beyond the bound of every answer."""
    replay.says(BATCH, Answer(body=b"[" + b" " * (16 << 20) + b"]"))
    with pytest.raises(SourceMalformed, match="larger than"):
        list(scholar(client, replay.url("")).enrich(PAPERS))


def test_an_answer_that_breaks_off_is_unavailable(replay: Replay, client: PoliteClient) -> None:
    """Half a list is none."""

    def torn(wire: BinaryIO) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[null, ")

    replay.says(BATCH, Answer(raw=torn))
    with pytest.raises(SourceUnavailable):
        list(scholar(client, replay.url("")).enrich([JOURNAL_PAPER]))
