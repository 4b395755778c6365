"""Hugging Face daily papers: the lists since the last run, and those of two weeks once more for their votes.

Short gaps are read day by day, long ones by week and month, which are far fewer requests; a server
that does not know those is asked for days. A list that is not there is no fault: none on weekends,
and today's comes when it comes.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count as counter

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Cursor, Outlook, PaperPage, Refused
from recommender.ports import Clock
from recommender.sources.asking import Ask
from recommender.sources.daily_papers import Sheet, daily_papers, decoded, listed_at
from recommender.sources.daily_spans import Span, Width, is_weekday, spans
from recommender.sources.kinds import Client
from recommender.sources.moments import day_of, midnight

_LIMIT = 100
"""Rows of one answer; the server gives no more."""
_PAGES = {Width.DAY: 5, Width.WEEK: 20, Width.MONTH: 60}
_AGAIN = timedelta(days=2)
"""Days before the cursor that belong to the next run: lists grow after the day."""
_FOLLOWED = timedelta(days=14)
"""Lists so old are asked for in every run, so that the growth of their votes is known."""
_FURTHEST = timedelta(days=366)
_OUT_BY = time(8)
"""UTC; recorded rows came on their lists between midnight and seven."""
_NONE = frozenset({400, 404})
"""A day without a list, or one that has not begun where the server is."""
_DAY = timedelta(days=1)


class HuggingFaceSource:
    """The daily lists from the cursor to today."""

    def __init__(
        self,
        name: str,
        client: Client,
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
        """Yield the lists since the cursor, oldest first, then again the older ones of two weeks.

        Each span's last page has its last day as the cursor; a repeated list moves no cursor. A list
        whose bytes are of no use is refused and passed over: the next runs ask for it again. Only
        when no list could be read, the last SourceMalformed is raised. Raises SourceUnavailable.
        """
        now = self._clock.now()
        reading = _Reading(self._name, self._client, self._url, now)
        today = now.date()
        last = day_of(since.position) if since else None
        start = last - _AGAIN if last else today - timedelta(days=self._days)
        start = min(max(start, today - max(_FURTHEST, timedelta(days=self._days))), today)
        for span in spans(start, today, today=today):
            yield from reading.read(span, start, moves=True)
        if last:
            for span in spans(today - _FOLLOWED, start - _DAY, today=today):
                yield from reading.read(span, today - _FOLLOWED, moves=False)
        yield reading.closing(start)


class _Reading:
    """One run: what the server knows and what it had."""

    def __init__(self, name: str, client: Client, url: str, now: datetime) -> None:
        self._name = name
        self._client = client
        self._url = url
        self._now = now
        self._wide = True
        self._read: set[date] = set()
        self._empty: set[date] = set()
        self._fault: SourceMalformed | None = None
        self._cursor: Cursor | None = None

    def read(self, span: Span, start: date, *, moves: bool) -> Iterator[PaperPage]:
        """Yield the pages of one span; by its days from `start` on where the server has no such list."""
        try:
            if span.width is Width.DAY or self._wide:
                rows = self._rows(span, 0)
                if span.width is Width.DAY or self._serves(span, rows):
                    yield from self._pages(span, rows, moves=moves)
                    return
        except SourceMalformed as error:
            if error.throttled:
                raise
            if span.width is Width.DAY:
                self._fault = error
                yield PaperPage(papers=(), refused=(Refused(place=error.place, reason=error.reason),))
                return
        for day in span.by_day(start):
            yield from self.read(day, start, moves=moves)

    def closing(self, start: date) -> PaperPage:
        """Return the page that says what to expect; raises SourceMalformed where no list could be read."""
        if not self._read:
            place = Ask(source=self._name, url=self._url).place
            raise self._fault or SourceMalformed(
                self._name, place, "it has none of the lists asked for; check the address of this source"
            )
        today = self._now.date()
        lacking = sorted(day for day in self._empty if start <= day < today and is_weekday(day))
        warnings = [f"{self._name}: {_lacking(lacking)}"] if lacking else ()
        outlook = self._outlook(today)
        return PaperPage(papers=(), place=self._url, cursor=self._cursor, warnings=warnings, outlook=outlook)

    def _outlook(self, today: date) -> Outlook:
        """Expect the next weekday's list in its morning, today's while it is still morning."""
        waiting = today in self._empty and is_weekday(today)
        out = midnight(today) + timedelta(hours=_OUT_BY.hour)
        if waiting and self._now < out:
            return Outlook(expected_next=out, quiet=f"the list of {today} is not out yet")
        following = next(day for n in counter(1) if is_weekday(day := today + n * _DAY))
        quiet = f"there is no list of {today} so far" if waiting else ""
        if today in self._empty and not is_weekday(today):
            quiet = "there are no lists on Saturday and Sunday"
        return Outlook(expected_next=midnight(following) + timedelta(hours=_OUT_BY.hour), quiet=quiet)

    def _pages(self, span: Span, rows: list[object] | None, *, moves: bool) -> Iterator[PaperPage]:
        """Yield the pages of one list, the first of which is there already."""
        known: set[str] = set()
        most = _PAGES[span.width]
        for number in range(most):
            rows = self._rows(span, number) if number else rows
            ids = {_id(row) for row in rows or ()} - known
            known |= ids
            # A page may hold fewer than asked for and not be the last; one that repeats others is.
            last = len(ids) < _LIMIT // 2 or number == most - 1
            yield self._page(span, number, rows or [], moves=moves and last)
            if last:
                break
        days = {day.first for day in span.by_day(span.first)}
        self._read |= days if rows is not None else set()
        if span.width is Width.DAY and not known:
            self._empty |= days

    def _page(self, span: Span, number: int, rows: list[object], *, moves: bool) -> PaperPage:
        """Return one answer as a page, with a cursor if it ends a list that is new."""
        day = span.first if span.width is Width.DAY else None
        sheet = Sheet(place=self._ask(span, number).place, now=self._now, day=day, live=True)
        page = daily_papers(rows, sheet)
        cursor = Cursor(position=min(span.last, self._now.date()).isoformat()) if moves else None
        self._cursor = cursor or self._cursor
        return PaperPage(
            papers=page.papers,
            signals=page.signals,
            refused=page.refused,
            place=page.place,
            announced=page.announced,
            cursor=cursor,
        )

    def _serves(self, span: Span, rows: list[object] | None) -> bool:
        """Tell whether an answer is of the span: a server without weeks refuses or ignores them."""
        dates = [when.date() for row in rows or () if (when := listed_at(row))]
        inside = sum(span.first - _DAY <= day <= span.last + _DAY for day in dates)
        self._wide = rows is not None and 2 * inside >= len(dates)
        return bool(dates) and self._wide

    def _rows(self, span: Span, number: int) -> list[object] | None:
        """Ask for one page; None where there is no such list."""
        ask = self._ask(span, number)
        answer = self._client.get(ask)
        return None if answer.status in _NONE else decoded(answer.body, ask.place)

    def _ask(self, span: Span, number: int) -> Ask:
        query = {span.width.value: span.value, "limit": str(_LIMIT)}
        if number:
            query["p"] = str(number)
        return Ask(source=self._name, url=self._url, query=query, accepted=_NONE)


def _id(row: object) -> str:
    inner = row.get("paper") if isinstance(row, dict) else None
    return str(inner.get("id")) if isinstance(inner, dict) else repr(row)[:200]


def _lacking(days: Sequence[date]) -> str:
    """Name weekdays without a list: one by its date, several by their first and last."""
    if len(days) == 1:
        return f"no list of {days[0]}, a weekday"
    return f"no lists of {len(days)} weekdays from {days[0]} to {days[-1]}"
