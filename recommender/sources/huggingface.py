"""Hugging Face daily papers: one list a day, with upvotes, comments and stars.

Reads every schema age of `/api/daily_papers`. Who submitted a paper is never read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, canonical_id
from recommender.domain.papers import Cursor, Paper, PaperPage, Refused, Signal
from recommender.ports import Clock
from recommender.sources.http import Ask, PoliteClient
from recommender.sources.moments import day_of, moment
from recommender.sources.text import clean_abstract, clean_names, clean_title, optional, safe_link

SIGNALS = "huggingface"
_LIMIT = 100
_PAGES = 5
_AGAIN = timedelta(days=2)
"""Days before the cursor that are read again: lists grow and votes come in after the day."""
_FURTHEST = timedelta(days=366)


class HuggingFaceSource:
    """The daily lists from the cursor to today."""

    def __init__(
        self,
        name: str,
        client: PoliteClient,
        *,
        clock: Clock,
        base_url: str = "https://huggingface.co",
        days: int = 14,
    ) -> None:
        """`days` is how far a first run reaches back."""
        self._name = name
        self._client = client
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/api/daily_papers"
        self._days = days

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield one or more pages a day, each day's last with that day as the cursor.

        A day whose answer is of no use is refused and passed over; only when every day is, the last
        SourceMalformed is raised. Raises SourceUnavailable.
        """
        now = self._clock.now()
        read = 0
        failure: SourceMalformed | None = None
        for day in _days(since, now.date(), self._days):
            try:
                yield from self._one_day(day, now)
                read += 1
            except SourceMalformed as error:
                failure = error
                yield PaperPage(papers=(), refused=(Refused(place=error.place, reason=error.reason),))
        if failure and not read:
            raise failure

    def _one_day(self, day: date, now: datetime) -> Iterator[PaperPage]:
        for number in range(_PAGES):
            query = {"date": day.isoformat(), "limit": str(_LIMIT)}
            if number:
                query["p"] = str(number)
            ask = Ask(source=self._name, url=self._url, query=query)
            fetched = self._client.get(ask)
            page = parse_daily_papers(fetched.body, place=ask.place, now=now)
            last = len(page.papers) + len(page.refused) < _LIMIT
            cursor = Cursor(position=day.isoformat()) if last or number == _PAGES - 1 else None
            yield PaperPage(
                papers=page.papers, signals=page.signals, refused=page.refused, place=ask.place, cursor=cursor
            )
            if last:
                return


def parse_daily_papers(body: bytes, *, place: str, now: datetime) -> PaperPage:
    """Read a JSON array of daily papers; signals are taken at `now`.

    Raises SourceMalformed where the bytes are no such array.
    """
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceMalformed(SIGNALS, place, f"this is not JSON ({_short(error)})") from error
    return daily_papers(rows, place=place, now=now)


def daily_papers(rows: object, *, place: str, now: datetime) -> PaperPage:
    """Turn decoded JSON into a page; raise SourceMalformed where it is no list of daily papers."""
    if not isinstance(rows, list):
        raise SourceMalformed(SIGNALS, place, "this is JSON, but not a list of daily papers")
    papers: list[Paper] = []
    signals: list[Signal] = []
    refused: list[Refused] = []
    for number, row in enumerate(rows, start=1):
        inner = row.get("paper") if isinstance(row, dict) else None
        if not isinstance(inner, dict) or not isinstance(row, dict):
            refused.append(Refused(place=f"{place}: entry {number}", reason="no `paper` object in it"))
            continue
        paper = _paper(row, inner)
        if paper is None:
            refused.append(Refused(place=f"{place}: entry {number}", reason="no arXiv id or no title"))
            continue
        papers.append(paper)
        signals.append(
            Signal(
                paper=paper.id,
                source=SIGNALS,
                taken_at=now,
                upvotes=count(inner.get("upvotes")),
                comments=count(row.get("numComments")),
                stars=count(inner.get("githubStars")),
            )
        )
    return PaperPage(papers=papers, signals=signals, refused=refused, place=place)


def count(value: object) -> int | None:
    """Return a number of things, or None for what is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def _paper(row: Mapping[str, object], inner: Mapping[str, object]) -> Paper | None:
    """Join the outer and the inner object; None without an arXiv id and a title."""
    number = arxiv_id(str(inner.get("id", "")))
    title = clean_title(_string(inner.get("title")) or _string(row.get("title")))
    if number is None or not title:
        return None
    keywords = inner.get("ai_keywords")
    return Paper(
        id=canonical_id(title=title, arxiv=number),
        title=title,
        abstract=clean_abstract(_string(inner.get("summary")) or _string(row.get("summary"))),
        authors=clean_names(_visible(inner.get("authors"))),
        organisation=_organisation(inner.get("organization")) or _organisation(row.get("organization")),
        keywords=clean_names(keywords if isinstance(keywords, list) else ()),
        url=f"https://arxiv.org/abs/{number}",
        code_url=safe_link(inner.get("githubRepo")),
        published=moment(inner.get("publishedAt")),
    )


def _visible(authors: object) -> Sequence[object]:
    listed = authors if isinstance(authors, list) else []
    return [entry.get("name") for entry in listed if isinstance(entry, dict) and not entry.get("hidden")]


def _organisation(value: object) -> str | None:
    if isinstance(value, dict):
        return optional(value.get("fullname")) or optional(value.get("name"))
    return optional(value)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _days(since: Cursor | None, today: date, first: int) -> Iterator[date]:
    """Yield the days to ask for, oldest first, today included."""
    last = day_of(since.position) if since else None
    start = last - _AGAIN if last else today - timedelta(days=first)
    start = max(start, today - max(_FURTHEST, timedelta(days=first)))
    for offset in range((today - start).days + 1):
        yield start + timedelta(days=offset)
