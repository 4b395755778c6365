"""Crossref, answered on loopback."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperId
from recommender.ports import Enricher
from recommender.sources.http import PoliteClient
from tests.builders import a_paper
from tests.conformance.enricher import EnricherLaws, sightings
from tests.sources.enrichers.parts import (
    ARXIV_PAPER,
    BOTH,
    JOURNAL_PAPER,
    KEY,
    NOWHERE,
    PREPRINT,
    WORKS,
    crossref,
    crossref_work,
    said,
    works,
)
from tests.sources.replay import Answer, FakeTime, Replay

CONTACT = "post@example.org"
PAPERS = (JOURNAL_PAPER, ARXIV_PAPER, PREPRINT, BOTH)


def related(*names: str, kind: str = "doi") -> list[dict[str, str]]:
    """Return entries of a relation."""
    return [{"id-type": kind, "id": name, "asserted-by": "subject"} for name in names]


ITEMS = (
    crossref_work("10.1234/two", JOURNAL_PAPER, container_title=["Annals of Subjects", "Ann Subj"]),
    crossref_work(
        "10.1101/2026.01.03",
        PREPRINT,
        type="posted-content",
        container_title=["Something"],
        relation={"is-preprint-of": related("10.5555/Three")},
    ),
)


class TestCrossref(EnricherLaws):
    """The laws of enrichers."""

    @pytest.fixture
    def papers(self) -> Sequence[Paper]:
        """Return papers of which one has no DOI of its own."""
        return PAPERS

    @pytest.fixture
    def enricher(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one that knows two of three."""
        replay.says(WORKS, works(*ITEMS))
        return crossref(client, replay.url(""))

    @pytest.fixture
    def away(self, client: PoliteClient) -> Enricher:
        """Return one where nobody listens."""
        return crossref(client.allowing(["127.0.0.1"]), NOWHERE)

    @pytest.fixture
    def junk(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one behind a login page."""
        replay.says(WORKS, Answer(body=b"<!DOCTYPE html><html></html>"))
        return crossref(client, replay.url(""))


def test_what_is_gained(replay: Replay, client: PoliteClient) -> None:
    """The venue of an article, the published version of a preprint; papers without a DOI are not asked."""
    replay.says(WORKS, works(*ITEMS))
    (page,) = crossref(client, replay.url("")).enrich(PAPERS)
    article, preprint = page.papers
    assert (article.venue, article.doi) == ("Annals of Subjects", "10.1234/two")
    assert (preprint.venue, preprint.doi) == (None, "10.5555/three")
    assert [signal.citations for signal in page.signals] == [4, 4]
    query = parse_qs(urlsplit(replay.asked[0]).query)
    assert query["filter"] == ["doi:10.1234/two,doi:10.1101/2026.01.03,doi:10.1234/four"]
    assert query["rows"] == ["3"]


def test_citations_of_a_volume_are_not_those_of_a_paper_in_it(replay: Replay, client: PoliteClient) -> None:
    """A preprint that claims the DOI of whole proceedings gains nothing; one with its own article's does."""
    volume = crossref_work("10.1234/four", BOTH, title=["Proceedings of all subjects"], type="proceedings")
    replay.says(WORKS, works(volume), works(crossref_work("10.1234/four", BOTH)))
    enricher = crossref(client, replay.url(""))
    (page,) = enricher.enrich([BOTH])
    assert not page.signals
    assert page.papers[0].venue is None
    (page,) = enricher.enrich([BOTH])
    assert [signal.citations for signal in page.signals] == [4]


@pytest.mark.parametrize(
    "relation",
    [
        {"is-preprint-of": related("10.5555/a", "10.5555/b")},
        {"is-preprint-of": related("10.5555/a", kind="uri")},
        {"is-preprint-of": "10.5555/a"},
        {"is-review-of": related("10.5555/a")},
        {"has-preprint": related("10.5555/a")},
        {"is-preprint-of": related("10.1101/2026.01.03")},
        [],
        None,
    ],
)
def test_a_doubtful_relation_gives_nothing(replay: Replay, client: PoliteClient, relation: object) -> None:
    """Two of a kind, another kind, itself, or another shape."""
    item = crossref_work("10.1101/2026.01.03", PREPRINT, type="posted-content", relation=relation)
    replay.says(WORKS, works(item))
    (paper,) = sightings(list(crossref(client, replay.url("")).enrich([PREPRINT])))
    assert paper.doi == PREPRINT.doi


def test_an_article_names_its_preprint(replay: Replay, client: PoliteClient) -> None:
    """So the two can be one paper; a second spelling of one DOI is no second one."""
    names = related("10.1101/2026.01.03", "https://doi.org/10.1101/2026.01.03")
    item = crossref_work("10.1234/two", JOURNAL_PAPER, relation={"has-preprint": names})
    replay.says(WORKS, works(item))
    (paper,) = sightings(list(crossref(client, replay.url("")).enrich([JOURNAL_PAPER])))
    assert paper.doi == "10.1101/2026.01.03"


def test_key_and_address_are_sent_and_never_shown(replay: Replay, client: PoliteClient) -> None:
    """The address opens the polite pool; a key that of those who pay."""
    replay.says(WORKS, works())
    (page,) = crossref(client, replay.url(""), KEY, CONTACT).enrich(PAPERS)
    assert parse_qs(urlsplit(replay.asked[0]).query)["mailto"] == [CONTACT]
    assert replay.headers[0]["crossref-plus-api-token"] == f"Bearer {KEY}"
    replay.says(WORKS, Answer(status=401))
    with pytest.raises(SourceError, match="check api_key") as caught:
        list(crossref(client, replay.url(""), KEY, CONTACT).enrich(PAPERS))
    for secret in (KEY, CONTACT, "post%40example"):
        assert secret not in f"{caught.value} {page.place}"


def test_a_page_for_a_contact_is_no_address(replay: Replay, client: PoliteClient) -> None:
    """Nothing is sent then."""
    replay.says(WORKS, works())
    list(crossref(client, replay.url(""), contact="https://example.org/contact").enrich(PAPERS))
    assert "mailto" not in replay.asked[0]


def test_too_many_requests_end_the_run(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """After little waiting."""
    replay.says(WORKS, Answer(status=429, headers={"Retry-After": "120"}))
    with pytest.raises(SourceUnavailable, match="429") as caught:
        list(crossref(client, replay.url("")).enrich(PAPERS))
    assert (caught.value.retry_after, caught.value.throttled) == (120, True)
    assert sum(time.sleeps) < 30


def test_odd_dois_are_not_asked_about(replay: Replay, client: PoliteClient) -> None:
    """A comma ends a filter."""
    odd = a_paper(9, id=PaperId("doi:10.1234/a,type:b"))
    assert list(crossref(client, replay.url("")).enrich([odd])) == []
    assert replay.asked == []


@pytest.mark.parametrize(
    "body", [[], {}, {"message": []}, {"message": {"items": {}}}, {"message": {"DOI": "10.1234/two"}}]
)
def test_other_shapes_are_malformed(replay: Replay, client: PoliteClient, body: object) -> None:
    """A work alone is no list of works either."""
    replay.says(WORKS, said(body))
    with pytest.raises(SourceMalformed, match="check base_url"):
        list(crossref(client, replay.url("")).enrich(PAPERS))


def test_odd_items_change_nothing(replay: Replay, client: PoliteClient) -> None:
    """What is no item, of another DOI, or has fields of other types is passed over."""
    odd = crossref_work(
        "10.1234/two", JOURNAL_PAPER, container_title=[], title=[], is_referenced_by_count="4", type=[]
    )
    replay.says(WORKS, works(None, 7, {"DOI": []}, crossref_work("10.9999/x", PREPRINT), odd))
    (page,) = crossref(client, replay.url("")).enrich(PAPERS)
    assert [(paper.id, paper.venue) for paper in page.papers] == [(JOURNAL_PAPER.id, None)]
    assert list(page.signals) == []
