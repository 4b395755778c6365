"""OpenAlex: citations, venue, DOI of the published version, retractions.

One question names up to 50 DOIs (https://developers.openalex.org, works, filter). Each costs a part of the
day's budget, which every answer tells; a spent one ends the run. The key belongs into the query there, so it
travels as a secret of the question and stands in no message.
"""

from collections.abc import Iterator, Mapping, Sequence

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperPage
from recommender.ports import Clock
from recommender.sources.asking import Ask, Fetched
from recommender.sources.enrichers.base import ServiceEnricher
from recommender.sources.enrichers.sighting import (
    Found,
    Service,
    arxiv_number,
    by_doi,
    decoded,
    doi_of,
    is_claimed,
    own_doi,
    page_of,
    rows,
    table,
)
from recommender.sources.kinds import Client

_BATCH = 50
_SELECT = "id,doi,title,cited_by_count,is_retracted,primary_location,locations"
_UNFIT = "|,\"'"
"""Signs that would end a value of a filter."""
_REFUSED = "check api_key of this enricher; keys are free at openalex.org/settings/api"
_HINTS = {401: _REFUSED, 403: _REFUSED}
# No set: what a server sends need not be hashable.
_VENUES = ("journal", "conference", "book series")
_A_DAY = 86_400.0


class OpenAlex(ServiceEnricher):
    """Asks by DOI; arXiv's papers have one each."""

    batch = _BATCH

    def __init__(self, client: Client, service: Service, *, clock: Clock) -> None:
        """Ask nothing yet."""
        super().__init__(client, service, clock=clock)
        self._spent: SourceUnavailable | None = None

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Yield a page for each 50 papers with an arXiv id or a DOI.

        Raises SourceUnavailable, also where the day's budget is used up, and SourceMalformed.
        """
        asked = by_doi(papers, _name, _UNFIT)
        names = list(asked)
        for first in range(0, len(names), _BATCH):
            if self._spent:
                raise self._spent
            yield self._page({name: asked[name] for name in names[first : first + _BATCH]})

    def _page(self, asked: Mapping[str, Paper]) -> PaperPage:
        key = self._service.api_key
        ask = Ask(
            source=self.name,
            url=self._service.url("/works"),
            query={"filter": f"doi:{'|'.join(asked)}", "per-page": str(_BATCH), "select": _SELECT},
            secrets={"api_key": key} if key else {},
            hints=_HINTS,
        )
        answer = self._client.get(ask)
        results = table(decoded(answer, self.name)).get("results")
        if not isinstance(results, list):
            reason = "the answer has no list of results; check base_url"
            raise SourceMalformed(self.name, answer.url, reason)
        self._spent = self._budget(answer)
        works = ((doi_of(work.get("doi")), work) for work in rows(results))
        found = [_found(asked[doi], work, doi) for doi, work in works if doi and doi in asked]
        return page_of(found, source=self.name, place=answer.url, now=self._clock.now())

    def _budget(self, answer: Fetched) -> SourceUnavailable | None:
        """Return what is wrong with asking once more, if the budget does not pay for it."""
        left, cost = (_number(answer, f"x-ratelimit-{word}") for word in ("remaining", "credits-used"))
        if left is None or left >= max(cost or 0.0, 1e-9):
            return None
        reset = _number(answer, "x-ratelimit-reset")
        wait = reset if reset is not None and reset <= _A_DAY else None
        reason = "the budget of the day is used up"
        return SourceUnavailable(self.name, answer.url, reason, retry_after=wait, throttled=True)


def _name(paper: Paper) -> str | None:
    number = arxiv_number(paper)
    return own_doi(paper) or (f"10.48550/arxiv.{number.lower()}" if number else None)


def _found(paper: Paper, work: Mapping[str, object], name: str) -> Found:
    published = [place for place in rows(work.get("locations")) if place.get("version") == "publishedVersion"]
    names = {doi for place in published if (doi := doi_of(place.get("landing_page_url")))}
    venues = [table(place.get("source")) for place in (table(work.get("primary_location")), *published)]
    return Found(
        paper=paper,
        claimed=is_claimed(paper, name),
        title=work.get("title"),
        citations=work.get("cited_by_count"),
        venue=next((venue.get("display_name") for venue in venues if venue.get("type") in _VENUES), None),
        doi=names.pop() if len(names) == 1 else None,
        retracted=work.get("is_retracted") is True,
    )


def _number(answer: Fetched, header: str) -> float | None:
    """Read a header that holds a number, whole or not."""
    text = answer.headers.get(header, "").strip()
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else None
