"""arXiv in the configuration."""

from dataclasses import dataclass
from typing import Annotated

from recommender.ports import Clock
from recommender.ports.options import Category, Example, SourceOptions, WebUrl
from recommender.sources.arxiv import ArxivOptions, ArxivSource
from recommender.sources.kinds import Client, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivTable(SourceOptions):
    """arXiv: the daily announcement, OAI-PMH for days that were missed, the query API for days before."""

    categories: Annotated[tuple[Category, ...], Example('["cs.CL"]')]
    """Which archives to read, like ["cs.CL", "cs.IR"]."""
    base_url: WebUrl = "https://rss.arxiv.org"
    """Server of the announcement feeds."""
    api_url: WebUrl = "https://export.arxiv.org/api/query"
    """Address of the query API."""
    oai_url: WebUrl = "https://oaipmh.arxiv.org/oai"
    """Address of the OAI-PMH service."""
    check: bool = True
    """false spares the request that holds each announcement against the query API."""


def _build(table: ArxivTable, client: Client, clock: Clock) -> ArxivSource:
    options = ArxivOptions(
        base_url=table.base_url, api_url=table.api_url, oai_url=table.oai_url, check=table.check
    )
    return ArxivSource(table.name, client, table.categories, clock=clock, options=options)


KIND = SourceKind("arxiv", ArxivTable, _build)
