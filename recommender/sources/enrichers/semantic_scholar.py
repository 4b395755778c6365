"""Semantic Scholar: citations, venue, DOI of the published version, and a summary of one sentence.

One question names up to 500 papers (https://api.semanticscholar.org/api-docs/graph, paper/batch). Without
a key all who have none share one allowance and are often told to wait; that ends the run, nothing more.
"""

import json
from collections.abc import Iterator, Sequence

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.identity import arxiv_id
from recommender.domain.papers import Paper, PaperPage
from recommender.sources.asking import Ask, Fetched
from recommender.sources.enrichers.base import ServiceEnricher
from recommender.sources.enrichers.sighting import (
    Found,
    arxiv_number,
    decoded,
    doi_of,
    own_doi,
    page_of,
    table,
    words,
)

SUMMARY_BY = "Semantic Scholar"
_FIELDS = "externalIds,title,venue,publicationVenue,citationCount,tldr"
_BATCH = 500
_BAD = 400
_REFUSED = "check api_key of this enricher, or leave it empty"
_HINTS = {401: _REFUSED, 403: _REFUSED}
_SHARED = "without api_key the allowance is shared by all who have none"


class SemanticScholar(ServiceEnricher):
    """Asks for many papers at once."""

    batch = _BATCH

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Yield a page for each 500 papers with an arXiv id or a DOI.

        Raises SourceUnavailable and SourceMalformed.
        """
        asked = [(name, paper) for paper in papers if (name := _name(paper))]
        for first in range(0, len(asked), _BATCH):
            yield self._page(asked[first : first + _BATCH])

    def _page(self, asked: Sequence[tuple[str, Paper]]) -> PaperPage:
        answer = self._answer([name for name, _ in asked])
        found = self._found(answer, [paper for _, paper in asked])
        now = self._clock.now()
        return page_of(found, source=self.name, place=answer.url, now=now, summaries=SUMMARY_BY)

    def _answer(self, names: Sequence[str]) -> Fetched:
        key = self._service.api_key
        ask = Ask(
            source=self.name,
            url=self._service.url("/graph/v1/paper/batch"),
            query={"fields": _FIELDS},
            body=json.dumps({"ids": names}).encode(),
            headers={"x-api-key": key} if key else {},
            hints=_HINTS,
            accepted={_BAD},
        )
        try:
            return self._client.get(ask)
        except SourceUnavailable as error:
            if key or not error.throttled:
                raise
            reason = f"{error.reason}; {_SHARED}"
            wait = error.retry_after
            raise SourceUnavailable(
                self.name, error.place, reason, retry_after=wait, throttled=True
            ) from error

    def _found(self, answer: Fetched, papers: Sequence[Paper]) -> Iterator[Found]:
        """Yield what is known of the papers; the answer has a place for each, null where nothing is."""
        entries = decoded(answer, self.name)
        if answer.status == _BAD:
            told = words(table(entries).get("error"))
            if told.lower().startswith("no valid paper ids"):  # none of them is known
                return
            raise SourceMalformed(self.name, answer.url, f"answered 400: {told or 'without a reason'}")
        if not isinstance(entries, list) or len(entries) != len(papers):
            reason = "the answer is no list with a place for each paper; check base_url"
            raise SourceMalformed(self.name, answer.url, reason)
        for paper, entry in zip(papers, entries, strict=True):
            if isinstance(entry, dict) and _is_it(paper, entry):
                yield Found(
                    paper=paper,
                    title=entry.get("title"),
                    citations=entry.get("citationCount"),
                    venue=table(entry.get("publicationVenue")).get("name") or entry.get("venue"),
                    doi=table(entry.get("externalIds")).get("DOI"),
                    summary=table(entry.get("tldr")).get("text"),
                )


def _name(paper: Paper) -> str | None:
    if number := arxiv_number(paper):
        return f"ARXIV:{number}"
    doi = own_doi(paper)
    return f"DOI:{doi}" if doi else None


def _is_it(paper: Paper, entry: dict[str, object]) -> bool:
    """Tell whether the record has the id that was asked for."""
    names = table(entry.get("externalIds"))
    if number := arxiv_number(paper):
        told = names.get("ArXiv")
        return isinstance(told, str) and arxiv_id(told) == number
    return doi_of(names.get("DOI")) == own_doi(paper)
