"""OpenAlex, answered on loopback."""

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.ports import Enricher
from recommender.sources.http import PoliteClient
from tests.builders import a_paper
from tests.conformance.enricher import EnricherLaws, sightings
from tests.sources.enrichers.parts import (
    ARXIV_PAPER,
    JOURNAL_PAPER,
    KEY,
    NOWHERE,
    PAPERS,
    WORKS,
    openalex,
    openalex_work,
    published_in,
    said,
)
from tests.sources.replay import Answer, Replay, replaying

ARXIV_DOI = "10.48550/arXiv.2601.00001"
RESULTS = [
    openalex_work(ARXIV_DOI, ARXIV_PAPER, locations=[published_in("Journal of Subjects", "10.5555/ONE")]),
    openalex_work("10.1234/two", JOURNAL_PAPER, primary_location=published_in("Annals", "10.1234/two")),
]


class TestOpenAlex(EnricherLaws):
    """The laws of enrichers."""

    @pytest.fixture
    def papers(self) -> Sequence[Paper]:
        """Return papers with an arXiv id, a DOI, or both."""
        return PAPERS

    @pytest.fixture
    def enricher(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one that knows two of four."""
        replay.says(WORKS, said({"results": RESULTS}))
        return openalex(client, replay.url(""))

    @pytest.fixture
    def away(self, client: PoliteClient) -> Enricher:
        """Return one where nobody listens."""
        return openalex(client.allowing(["127.0.0.1"]), NOWHERE)

    @pytest.fixture
    def junk(self, replay: Replay, client: PoliteClient) -> Enricher:
        """Return one behind a login page."""
        replay.says(WORKS, Answer(body=b"<!DOCTYPE html><html></html>"))
        return openalex(client, replay.url(""))


def test_what_is_gained(replay: Replay, client: PoliteClient) -> None:
    """The published version of a preprint, and the venue of both."""
    replay.says(WORKS, said({"results": RESULTS}))
    (page,) = openalex(client, replay.url("")).enrich(PAPERS)
    preprint, article = page.papers
    assert (preprint.venue, preprint.doi) == ("Journal of Subjects", "10.5555/one")
    assert (article.venue, article.doi) == ("Annals", "10.1234/two")
    assert [signal.citations for signal in page.signals] == [12, 12]
    query = parse_qs(urlsplit(replay.asked[0]).query)
    names = "10.48550/arxiv.2601.00001|10.1234/two|10.1101/2026.01.03|10.1234/four"
    assert query["filter"] == [f"doi:{names}"]


def test_of_two_published_versions_none_is_believed(replay: Replay, client: PoliteClient) -> None:
    """Nor a place that is no journal or conference."""
    places = [
        published_in("Somewhere", "10.5555/a", "repository"),
        published_in("Else", "10.5555/b", "other"),
    ]
    replay.says(WORKS, said({"results": [openalex_work(ARXIV_DOI, ARXIV_PAPER, locations=places)]}))
    (paper,) = sightings(list(openalex(client, replay.url("")).enrich([ARXIV_PAPER])))
    assert (paper.venue, paper.doi) == (None, None)


@pytest.mark.parametrize(
    "title, status",
    [
        (JOURNAL_PAPER.title, PaperStatus.WITHDRAWN),
        (f"RETRACTED: {JOURNAL_PAPER.title}", PaperStatus.WITHDRAWN),
        (f"[Retracted] {JOURNAL_PAPER.title}", PaperStatus.WITHDRAWN),
        (f"Retracted article: {JOURNAL_PAPER.title}", PaperStatus.WITHDRAWN),
        ("Notice of another paper", PaperStatus.ACTIVE),
        (None, PaperStatus.ACTIVE),
    ],
)
def test_a_retraction_is_a_withdrawal(
    replay: Replay, client: PoliteClient, title: str | None, status: PaperStatus
) -> None:
    """Where id and title are the paper's; only `true` is one."""
    work = openalex_work("10.1234/two", JOURNAL_PAPER, title=title, is_retracted=True)
    replay.says(WORKS, said({"results": [work]}))
    (paper,) = sightings(list(openalex(client, replay.url("")).enrich([JOURNAL_PAPER])))
    assert paper.status is status
    work = openalex_work("10.1234/two", JOURNAL_PAPER, is_retracted="false")
    replay.says(WORKS, said({"results": [work]}))
    (paper,) = sightings(list(openalex(client, replay.url("")).enrich([JOURNAL_PAPER])))
    assert paper.status is PaperStatus.ACTIVE


def test_the_key_is_sent_and_never_shown(replay: Replay, client: PoliteClient) -> None:
    """Not in the place of a page, nor in any error, nor to another host, nor where a redirect repeats it."""
    replay.says(WORKS, said({"results": []}))
    enricher = openalex(client, replay.url(""), KEY)
    (page,) = enricher.enrich(PAPERS)
    assert parse_qs(urlsplit(replay.asked[0]).query)["api_key"] == [KEY]
    assert KEY not in page.place
    for answer in (Answer(status=403), Answer(status=500), Answer(body=b"{"), Answer(status=429)):
        replay.says(WORKS, answer)
        with pytest.raises(SourceError) as caught:
            list(openalex(client, replay.url(""), KEY).enrich(PAPERS))
        assert KEY not in str(caught.value)
        assert KEY not in repr(caught.value.__cause__)
    with replaying() as other:
        elsewhere = other.says("/elsewhere", Answer(status=404))
        replay.says(WORKS, Answer(status=302, headers={"Location": f"{elsewhere}?api_key={KEY}"}))
        with pytest.raises(SourceMalformed) as caught:
            list(openalex(client.allowing([other.host]), replay.url(""), KEY).enrich(PAPERS))
        assert KEY not in str(caught.value)
        assert KEY not in other.asked[0]


@pytest.mark.parametrize("status", [401, 403])
def test_a_bad_key_is_named_by_its_setting(replay: Replay, client: PoliteClient, status: int) -> None:
    """It is for good, so it is not asked again."""
    replay.says(WORKS, Answer(status=status))
    with pytest.raises(SourceMalformed, match="check api_key"):
        list(openalex(client, replay.url(""), KEY).enrich(PAPERS))
    assert len(replay.asked) == 1


def test_a_spent_budget_ends_the_run(replay: Replay, client: PoliteClient) -> None:
    """What the last credit paid for is taken; the next question is not asked."""
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Credits-Used": "10", "X-RateLimit-Reset": "3600"}
    replay.says(WORKS, said({"results": RESULTS}, **spent))
    enricher = openalex(client, replay.url(""))
    papers = [*PAPERS, *(a_paper(number) for number in range(10, 70))]
    pages = enricher.enrich(papers)
    assert len(next(pages).papers) == 2
    with pytest.raises(SourceUnavailable, match="budget") as caught:
        next(pages)
    assert (caught.value.retry_after, caught.value.throttled, len(replay.asked)) == (3600, True, 1)
    with pytest.raises(SourceUnavailable, match="budget"):
        list(enricher.enrich([ARXIV_PAPER]))
    assert len(replay.asked) == 1


@pytest.mark.parametrize(
    "headers, questions",
    [
        ({}, 2),
        ({"X-RateLimit-Remaining": "90", "X-RateLimit-Credits-Used": "10"}, 2),
        ({"X-RateLimit-Remaining": "9", "X-RateLimit-Credits-Used": "10"}, 1),
        ({"X-RateLimit-Remaining": "0.0001", "X-RateLimit-Credits-Used": "0.0001"}, 2),
        ({"X-RateLimit-Remaining": "0"}, 1),
        ({"X-RateLimit-Remaining": "many"}, 2),
    ],
)
def test_the_budget_is_read_off_each_answer(
    replay: Replay, client: PoliteClient, headers: dict[str, str], questions: int
) -> None:
    """In credits or in dollars; where it is not told there is none to keep to."""
    replay.says(WORKS, said({"results": []}, **headers))
    enricher = openalex(client, replay.url(""))
    list(enricher.enrich(PAPERS))
    with suppress(SourceUnavailable):
        list(enricher.enrich(PAPERS))
    assert len(replay.asked) == questions


def test_50_dois_are_one_question_and_odd_ones_none(replay: Replay, client: PoliteClient) -> None:
    """A sign that ends a value of the filter would ask for something else."""
    replay.says(WORKS, said({"results": []}))
    odd = [a_paper(number, id=PaperId(f"doi:10.1234/a{sign}b")) for number, sign in enumerate("|,", start=80)]
    papers = [*odd, *(a_paper(number) for number in range(1, 52))]
    list(openalex(client, replay.url("")).enrich(papers))
    asked = [parse_qs(urlsplit(target).query)["filter"][0].count("10.") for target in replay.asked]
    assert asked == [50, 1]


@pytest.mark.parametrize("body", [[], {}, {"results": None}, {"results": {}}, {"message": "no"}])
def test_other_shapes_are_malformed(replay: Replay, client: PoliteClient, body: object) -> None:
    """What has no list of results."""
    replay.says(WORKS, said(body))
    with pytest.raises(SourceMalformed, match="check base_url"):
        list(openalex(client, replay.url("")).enrich(PAPERS))


def test_odd_works_change_nothing(replay: Replay, client: PoliteClient) -> None:
    """What is no work, of another DOI, or has fields of other types is passed over."""
    odd = openalex_work(
        "10.1234/two",
        JOURNAL_PAPER,
        cited_by_count=None,
        locations=[5],
        primary_location={"source": {"type": []}},
    )
    other = openalex_work("10.1234/twofold", JOURNAL_PAPER)
    replay.says(WORKS, said({"results": [None, 7, {"doi": 7}, other, odd]}))
    (page,) = openalex(client, replay.url("")).enrich(PAPERS)
    assert [(paper.id, paper.venue) for paper in page.papers] == [(JOURNAL_PAPER.id, None)]
    assert list(page.signals) == []
