"""The road of the announcement feed: what the latest announcement holds, and why each paper is in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from recommender.domain.errors import SourceError, SourceMalformed
from recommender.domain.papers import Announced, Cursor, PaperId, PaperPage
from recommender.sources.arxiv_fields import paper_id
from recommender.sources.arxiv_parse import parse_announcements
from recommender.sources.asking import Ask
from recommender.sources.kinds import Client
from recommender.sources.moments import day_of, moment
from recommender.sources.pacing import ARXIV
from recommender.sources.text import decode

_LIMIT = 2_000
"""Items after which arXiv cuts its feeds."""
_GUID = re.compile(r"<(?:guid|id)\b[^<>]*>\s*oai:arXiv\.org:([^<\s]{1,40})\s*</", re.IGNORECASE)
_MADE = re.compile(r"<(?:pubDate|updated)>([^<]{1,60})</")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """What the feed said, or why it said nothing."""

    page: PaperPage
    day: date | None = None
    """The announcement that its items are of; None where it has no items."""
    made: date | None = None
    """The day in New York on which it says it was made."""
    fault: SourceError | None = None
    """Why it cannot be read. `page` then has no papers, but may name some that stand in the bytes."""
    unchanged: bool = False
    etag: str | None = None
    last_modified: str | None = None

    @property
    def cut(self) -> bool:
        """Tell whether there are more items than a feed shows."""
        return len(self.page.papers) + len(self.page.refused) >= _LIMIT


@dataclass(frozen=True, slots=True)
class FeedRoad:
    """Reads one feed of some categories, for one source."""

    source: str
    client: Client
    base_url: str
    categories: Sequence[str]

    @property
    def url(self) -> str:
        """Address of the feed."""
        return f"{self.base_url.rstrip('/')}/rss/{'+'.join(self.categories)}"

    def read(self, since: Cursor | None, *, today: date) -> FeedAnswer:
        """Ask for the feed; a fault is part of the answer, unless arXiv wants to be left alone.

        A feed of a day later than tomorrow's is not believed; `today` is New York's. Raises SourceError
        with `throttled` only.
        """
        latest = today + timedelta(days=1)
        ask = Ask(source=self.source, url=self.url, lane=ARXIV)
        if since:
            ask = replace(ask, etag=since.etag, last_modified=since.last_modified)
        try:
            answer = self.client.get(ask)
        except SourceError as error:
            if error.throttled:
                raise
            return FeedAnswer(page=PaperPage(papers=(), place=self.url), fault=error)
        if answer.not_modified:
            return FeedAnswer(page=PaperPage(papers=(), place=self.url), unchanged=True)
        try:
            page = parse_announcements(answer.body, source=self.source, place=self.url)
        except SourceMalformed as error:
            return self._torn(answer.body, error, latest)
        made = day_of(page.cursor.position) if page.cursor else None
        items = bool(page.papers or page.refused)
        shown = min(made or today, latest)
        return FeedAnswer(
            page=replace(page, cursor=None, announced=[replace(one, day=shown) for one in page.announced]),
            day=shown if items else None,
            made=shown,
            etag=answer.etag,
            last_modified=answer.last_modified,
        )

    def _torn(self, body: bytes, error: SourceMalformed, latest: date) -> FeedAnswer:
        day, papers = scan_announcements(body)
        announced = [Announced(day=min(day, latest), papers=papers)] if papers and day else []
        return FeedAnswer(page=PaperPage(papers=(), place=self.url, announced=announced), fault=error)


def scan_announcements(body: bytes) -> tuple[date | None, Sequence[PaperId]]:
    """Return what the bytes of a torn feed still say: the day, and the papers that it names."""
    text = decode(body)
    made = _MADE.search(text)
    when = moment(made.group(1)) if made else None
    found = (paper_id(match.group(1)) for match in _GUID.finditer(text))
    return (when.date() if when else None), list(dict.fromkeys(name for name in found if name))
