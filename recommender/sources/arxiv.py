"""arXiv, by three roads: the announcement feed every day, OAI-PMH for days that were missed or that the
feed did not show, the query API for the days before the first visit, for papers by id, and to hold the
others against.

All of them keep to one lane: arXiv counts its hosts together. PDFs are never fetched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommender.domain.papers import Cursor, PaperId, PaperPage
from recommender.ports import Clock
from recommender.sources.arxiv_feed import FeedRoad
from recommender.sources.arxiv_oai import OaiRoad
from recommender.sources.arxiv_query import QueryRoad
from recommender.sources.arxiv_visit import Roads, Visit
from recommender.sources.kinds import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivOptions:
    """Where arXiv is (changed for mirrors and replay), and how many days a first run reaches back."""

    base_url: str = "https://rss.arxiv.org"
    api_url: str = "https://export.arxiv.org/api/query"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    check: bool = True
    """Hold each announcement against the query API."""
    days: int = 14


class ArxivSource:
    """Announcements of some categories."""

    def __init__(
        self,
        name: str,
        client: Client,
        categories: Sequence[str],
        *,
        clock: Clock,
        options: ArxivOptions | None = None,
    ) -> None:
        """`categories` are codes such as `cs.CL`, or whole archives such as `math`."""
        self._name = name
        self._clock = clock
        self._options = options or ArxivOptions()
        self._roads = Roads(
            feed=FeedRoad(name, client, self._options.base_url, tuple(categories)),
            oai=OaiRoad(name, client, self._options.oai_url, tuple(categories)),
            query=QueryRoad(name, client, self._options.api_url, tuple(categories)),
        )

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield what was announced after the cursor; the last page has the new one.

        Pages say which papers were announced, whether they came or not. Raises SourceUnavailable and
        SourceMalformed, where every road failed or arXiv wants to be left alone.
        """
        visit = Visit(
            roads=self._roads,
            since=since,
            now=self._clock.now(),
            days=self._options.days,
            check=self._options.check,
        )
        return visit.pages()

    def look_up(self, papers: Sequence[PaperId]) -> Iterator[PaperPage]:
        """Yield pages with the papers of these ids; others than arXiv's, and unknown ones, are absent.

        Raises SourceUnavailable and SourceMalformed.
        """
        return self._roads.query.look_up(papers, self._clock.now())
