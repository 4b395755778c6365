"""Crossref: citations, venue and published version of papers that have a DOI of Crossref.

One question names up to 50 DOIs (https://www.crossref.org/documentation/retrieve-metadata/rest-api, works,
filter). arXiv's own DOIs are registered elsewhere, so a paper of arXiv is asked for once it has another.
"""

from collections.abc import Iterator, Mapping, Sequence

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Paper, PaperPage
from recommender.sources.asking import Ask
from recommender.sources.enrichers.base import ServiceEnricher
from recommender.sources.enrichers.sighting import (
    Found,
    by_doi,
    decoded,
    doi_of,
    is_claimed,
    own_doi,
    page_of,
    rows,
    table,
)

_BATCH = 50
_SELECT = "DOI,title,type,container-title,is-referenced-by-count,relation"
_UNFIT = ",:"
# No set: what a server sends need not be hashable.
_UNPUBLISHED = ("posted-content", "dataset", "component", "peer-review", "grant")
_REFUSED = "check api_key of this enricher; without one it is asked as everybody is"
_HINTS = {401: _REFUSED, 403: _REFUSED}


class Crossref(ServiceEnricher):
    """Asks by DOI."""

    batch = _BATCH

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Yield a page for each 50 papers with a DOI of their own.

        Raises SourceUnavailable and SourceMalformed.
        """
        asked = by_doi(papers, own_doi, _UNFIT)
        names = list(asked)
        for first in range(0, len(names), _BATCH):
            yield self._page({name: asked[name] for name in names[first : first + _BATCH]})

    def _page(self, asked: Mapping[str, Paper]) -> PaperPage:
        key, contact = self._service.api_key, self._service.contact
        ask = Ask(
            source=self.name,
            url=self._service.url("/works"),
            query={
                "filter": ",".join(f"doi:{name}" for name in asked),
                "rows": str(len(asked)),
                "select": _SELECT,
            },
            # An address in a message would be shown to whoever reads the log.
            secrets={"mailto": contact} if "@" in contact else {},
            headers={"Crossref-Plus-API-Token": f"Bearer {key}"} if key else {},
            hints=_HINTS,
        )
        answer = self._client.get(ask)
        items = table(table(decoded(answer, self.name)).get("message")).get("items")
        if not isinstance(items, list):
            reason = "the answer has no list of items; check base_url"
            raise SourceMalformed(self.name, answer.url, reason)
        works = ((doi_of(work.get("DOI")), work) for work in rows(items))
        found = [_found(asked[doi], work, doi) for doi, work in works if doi and doi in asked]
        return page_of(found, source=self.name, place=answer.url, now=self._clock.now())


def _found(paper: Paper, work: Mapping[str, object], name: str) -> Found:
    published = work.get("type") not in _UNPUBLISHED
    return Found(
        paper=paper,
        claimed=is_claimed(paper, name),
        title=_first(work.get("title")),
        citations=work.get("is-referenced-by-count"),
        venue=_first(work.get("container-title")) if published else None,
        doi=_related(work, "has-preprint" if published else "is-preprint-of"),
    )


def _related(work: Mapping[str, object], kind: str) -> str | None:
    """Return the one DOI in a relation; of several nobody knows which is meant."""
    told = rows(table(work.get("relation")).get(kind))
    names = {doi for entry in told if entry.get("id-type") == "doi" and (doi := doi_of(entry.get("id")))}
    return names.pop() if len(names) == 1 else None


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value
