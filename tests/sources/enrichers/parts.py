"""Services that answer as they are documented to, from records made for the tests."""

import json
from collections.abc import Mapping
from typing import Any

from recommender.domain.papers import Paper, PaperId
from recommender.sources.enrichers.crossref import Crossref
from recommender.sources.enrichers.openalex import OpenAlex
from recommender.sources.enrichers.semantic_scholar import SemanticScholar
from recommender.sources.enrichers.sighting import Service
from recommender.sources.http import PoliteClient
from tests.builders import a_paper
from tests.sources.replay import Answer, FixedClock

KEY = "Zz9secretsecret"
BATCH = "/graph/v1/paper/batch"
WORKS = "/works"
ARXIV_PAPER = a_paper(1, version=2, summary=None)
JOURNAL_PAPER = a_paper(
    2, id=PaperId("doi:10.1234/two"), doi="10.1234/two", url="https://doi.org/10.1234/two"
)
PREPRINT = a_paper(3, id=PaperId("doi:10.1101/2026.01.03"), doi="10.1101/2026.01.03", version=1)
BOTH = a_paper(4, doi="10.1234/four")
PAPERS = (ARXIV_PAPER, JOURNAL_PAPER, PREPRINT, BOTH)
NOWHERE = "http://127.0.0.1:1"


def said(value: object, **headers: str) -> Answer:
    """Return JSON as a server says it."""
    return Answer(body=json.dumps(value).encode(), headers=headers)


def service(name: str, base_url: str, key: str = "", contact: str = "") -> Service:
    """Return what a table of the configuration says."""
    return Service(name=name, base_url=base_url, api_key=key, contact=contact)


def scholar(client: PoliteClient, base_url: str, key: str = "") -> SemanticScholar:
    """Return Semantic Scholar at an address."""
    return SemanticScholar(client, service("semanticscholar", base_url, key), clock=FixedClock())


def openalex(client: PoliteClient, base_url: str, key: str = "") -> OpenAlex:
    """Return OpenAlex at an address."""
    return OpenAlex(client, service("openalex", base_url, key), clock=FixedClock())


def crossref(client: PoliteClient, base_url: str, key: str = "", contact: str = "") -> Crossref:
    """Return Crossref at an address."""
    return Crossref(client, service("crossref", base_url, key, contact), clock=FixedClock())


def s2_record(paper: Paper, **fields: Any) -> Mapping[str, Any]:
    """Return a paper as Semantic Scholar has it."""
    arxiv = paper.id.startswith("arxiv:")
    names = {"ArXiv": paper.id.removeprefix("arxiv:")} if arxiv else {"DOI": paper.doi}
    base = {
        "paperId": "0123456789abcdef",
        "externalIds": names,
        "title": paper.title,
        "venue": "",
        "publicationVenue": None,
        "citationCount": 7,
        "tldr": None,
    }
    return base | fields


def openalex_work(doi: str, paper: Paper, **fields: Any) -> Mapping[str, Any]:
    """Return a paper as OpenAlex has it."""
    base = {
        "id": "https://openalex.org/W1",
        "doi": f"https://doi.org/{doi}",
        "title": paper.title,
        "cited_by_count": 12,
        "is_retracted": False,
        "primary_location": {"version": "submittedVersion", "source": {"type": "repository"}},
        "locations": [],
    }
    return base | fields


def published_in(venue: str, doi: str = "", kind: str = "journal") -> Mapping[str, Any]:
    """Return the place of a published version, as OpenAlex has it."""
    return {
        "version": "publishedVersion",
        "landing_page_url": f"https://doi.org/{doi}" if doi else None,
        "source": {"display_name": venue, "type": kind},
    }


def crossref_work(doi: str, paper: Paper, **fields: Any) -> Mapping[str, Any]:
    """Return a paper as Crossref has it; `_` in a name stands for `-`."""
    base = {
        "DOI": doi.upper(),
        "title": [paper.title],
        "type": "journal-article",
        "is-referenced-by-count": 4,
    }
    return base | {name.replace("_", "-"): value for name, value in fields.items()}


def works(*items: object) -> Answer:
    """Return Crossref's answer to a question."""
    return said({"status": "ok", "message-type": "work-list", "message": {"items": list(items)}})
