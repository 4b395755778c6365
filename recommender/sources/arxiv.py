"""arXiv: the announcement feed every day, the query API for what the feed no longer shows.

The feed holds only the latest announcement, so a first run and a run after missed days fill the gap
from the query API before they read the feed; the cursor moves with the feed page, that is, last.
PDFs are never fetched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from recommender.domain.errors import SourceUnavailable
from recommender.domain.papers import Cursor, PaperPage, Refused
from recommender.ports import Clock
from recommender.sources.arxiv_parse import QueryAnswer, parse_announcements, parse_query
from recommender.sources.asking import Ask
from recommender.sources.kinds import Client
from recommender.sources.moments import day_of, midnight
from recommender.sources.pacing import ARXIV

_FEED_LIMIT = 2_000
"""Items after which arXiv cuts its feeds."""
_PAGE = 500
_PAGES = 40
_EMPTY_TRIES = 3
"""Empty answers to a query that has results happen by themselves; this many in a row are believed."""
_WEEKEND = 5


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
        """`categories` are codes such as `cs.CL`."""
        self._name = name
        self._client = client
        self._categories = tuple(categories)
        self._clock = clock
        self._options = options or ArxivOptions()

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield the gap since the cursor, then the announcement with the new cursor.

        Raises SourceUnavailable and SourceMalformed.
        """
        today = self._clock.now().date()
        last = day_of(since.position) if since else None
        if since is None or last is None:
            yield from self._back_fill(midnight(today - timedelta(days=self._options.days)))
            yield self._announcement(None, today)
            return
        page = self._announcement(since, today)
        if _missed(last, page, today):
            yield from self._back_fill(midnight(last - timedelta(days=1)))
        yield page

    def _announcement(self, since: Cursor | None, today: date) -> PaperPage:
        """Fetch the feed; an unchanged feed is an empty page with the old cursor."""
        url = f"{self._options.base_url.rstrip('/')}/rss/{'+'.join(self._categories)}"
        ask = Ask(source=self._name, url=url, lane=ARXIV)
        if since:
            ask = replace(ask, etag=since.etag, last_modified=since.last_modified)
        answer = self._client.get(ask)
        if answer.not_modified:
            return PaperPage(papers=(), place=url, cursor=since)
        page = parse_announcements(answer.body, source=self._name, place=url)
        known = since.position if since else ""
        announced = page.cursor.position if page.cursor else known or today.isoformat()
        cursor = Cursor(position=max(announced, known), etag=answer.etag, last_modified=answer.last_modified)
        return replace(page, cursor=cursor)

    def _back_fill(self, start: datetime) -> Iterator[PaperPage]:
        """Yield pages of the query API, newest first, until one reaches back to `start`."""
        for number in range(_PAGES):
            answer = self._query(number * _PAGE)
            yield answer.page
            dates = [paper.published for paper in answer.page.papers if paper.published]
            complete = (number + 1) * _PAGE >= answer.total
            if complete or not dates or min(dates) < start:
                return
        reason = f"only the newest {_PAGES * _PAGE} of {answer.total} papers were read; name fewer categories"
        yield PaperPage(papers=(), refused=(Refused(place=answer.page.place, reason=reason),))

    def _query(self, offset: int) -> QueryAnswer:
        """Ask for one page, again when it is empty though there should be more."""
        query = {
            "search_query": " OR ".join(f"cat:{category}" for category in self._categories),
            "start": str(offset),
            "max_results": str(_PAGE),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }
        ask = Ask(source=self._name, url=self._options.api_url, query=query, lane=ARXIV)
        for _ in range(_EMPTY_TRIES):
            fetched = self._client.get(ask)
            answer = parse_query(fetched.body, source=self._name, place=ask.place)
            if answer.page.papers or answer.page.refused:
                return answer
        if answer.total > offset:
            reason = f"arXiv announced {answer.total} results and sent none, {_EMPTY_TRIES} times"
            raise SourceUnavailable(self._name, ask.place, reason)
        return answer


def _missed(last: date, page: PaperPage, today: date) -> bool:
    """Tell whether announcements lie between the cursor and this feed, or the feed was cut."""
    if len(page.papers) + len(page.refused) >= _FEED_LIMIT:
        return True
    shown = day_of(page.cursor.position) if page.cursor else None
    between = (last + timedelta(days=offset) for offset in range(1, ((shown or today) - last).days))
    return any(day.weekday() < _WEEKEND for day in between)
