"""One visit to arXiv: the feed, what the feed did not show by other roads, and the check of both.

Roads are asked in the order of what they show. A road that fails is named in a warning and the next one
is taken; the visit fails with the fault of the first when none is left, or when arXiv wants to be left
alone, because every further question makes that worse.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from recommender.domain.announcements import ARXIV_ZONE, announcement, latest_day
from recommender.domain.errors import SourceError
from recommender.domain.papers import Cursor, PaperId, PaperPage
from recommender.sources.arxiv_feed import FeedAnswer, FeedRoad
from recommender.sources.arxiv_oai import OaiRoad
from recommender.sources.arxiv_plan import (
    Got,
    Shown,
    announced_by,
    lag,
    outlook,
    owed_days,
    position,
)
from recommender.sources.arxiv_query import QueryRoad
from recommender.sources.moments import day_of, midnight

T = TypeVar("T")
_Taking = Generator[PaperPage, None, T]
"""Yields pages and returns what they held."""
_SOUGHT = timedelta(days=14)
"""How far back announcements are held against the query API."""
_DAY = timedelta(days=1)
_ISO = 10
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """The three ways in."""

    feed: FeedRoad
    oai: OaiRoad
    query: QueryRoad


@dataclass(slots=True, kw_only=True)
class Visit:
    """Reads one source once; ask for `pages` first, then for the rest."""

    roads: Roads
    since: Cursor | None
    now: datetime
    days: int
    """How far a first visit reaches back."""
    check: bool
    warnings: list[str] = field(default_factory=list)
    _cursor: Cursor | None = None
    _reached: date = date.min
    _feed: FeedAnswer = field(default_factory=lambda: FeedAnswer(page=PaperPage(papers=())))
    _known: set[PaperId] = field(default_factory=set)
    _unchecked: bool = False
    _news: bool = False

    def pages(self) -> Iterator[PaperPage]:
        """Yield what there is; the last page has the cursor. Raises SourceUnavailable and SourceMalformed."""
        held: PaperPage | None = None
        try:
            for page in self._roads():
                if held is not None:
                    yield held
                held = page
        except SourceError:
            if held is not None or self.warnings:
                failed = held or PaperPage(papers=(), place=self.roads.feed.url)
                yield replace(failed, warnings=tuple(self.warnings))
            raise
        last = held or PaperPage(papers=(), place=self.roads.feed.url)
        warnings, said = tuple(self.warnings), outlook(self.now, self._shown, self._reached, news=self._news)
        yield replace(last, cursor=self._cursor, warnings=warnings, outlook=said)

    @property
    def _last(self) -> date | None:
        """Return the cursor's day; one that a wrong clock wrote is not waited for."""
        day = day_of(self.since.position[:_ISO]) if self.since else None
        return min(day, self.now.date() + _DAY) if day else None

    @property
    def _shown(self) -> Shown:
        feed = self._feed
        return Shown(
            day=feed.day,
            made=feed.made,
            cut=feed.cut,
            failed=feed.fault is not None,
            unchanged=feed.unchanged,
        )

    def _roads(self) -> Iterator[PaperPage]:
        """Take the roads one after the other."""
        last = self._last
        today = self.now.astimezone(ZoneInfo(ARXIV_ZONE)).date()
        self._feed = self.roads.feed.read(self.since if last else None, today=today)
        if self._feed.fault:
            self.warnings.append(f"the announcement feed failed: {self._feed.fault.reason}")
        if self._feed.cut:
            self.warnings.append(f"the feed of {self._feed.day} is full and may be cut")
        yield from self._taken(self._feed.page)
        if last is None:
            yield from self._first()
        else:
            yield from self._further(last)

    def _first(self) -> Iterator[PaperPage]:
        """Fill a store that knows nothing."""
        start = midnight(self.now.date() - timedelta(days=self.days))
        latest = sorted({latest_day(self.now), self._feed.day or latest_day(self.now)})
        try:
            got = yield from self._submitted(start, self.now, latest)
        except SourceError as error:
            first = self._feed.fault or error
            self._stop_if_asked_to(error)
            self.warnings.append(f"the query API failed: {error.reason}; OAI-PMH was asked instead")
            self._not_checked(error)
            try:
                got = yield from self._harvested(start.date(), latest)
            except SourceError as second:
                self._stop_if_asked_to(second)
                if self._feed.fault or not self._feed.page.papers:
                    raise first from second
                # The announcement came: without a cursor the next visit fills the days before it.
                self.warnings.append(
                    f"OAI-PMH failed too: {second.reason}; the {self.days} days before are read next time"
                )
                self._reached = self._feed.day or date.min
                return
        self._leave(got)

    def _further(self, last: date) -> Iterator[PaperPage]:
        """Bring what was announced since `last`."""
        due = latest_day(self.now)
        owed = owed_days(last, self.now, self._shown)
        got = Got()
        if owed:
            got = yield from self._caught_up(min(last, owed[0] - _DAY), owed)
        recent = [day for day in owed if day >= self.now.date() - _SOUGHT]
        days = sorted({*recent, *([self._feed.day] if self._feed.day else [])})
        shown = {*got.days, *([self._feed.day] if self._feed.day else [])}
        brought = set(got.days)
        if got.whole and days and (self.check or due not in shown):
            brought |= yield from self._checked(days)
        if (late := lag(self.now, self._shown, last)) and due in brought:
            self.warnings.append(f"{late}; its papers came by another road")
        self._leave(got)

    def _caught_up(self, start: date, owed: Sequence[date]) -> _Taking[Got]:
        """Bring days that the feed does not show, by OAI-PMH or else by the query API."""
        try:
            return (yield from self._harvested(start, owed))
        except SourceError as error:
            first = self._feed.fault or error
            self._stop_if_asked_to(error)
            self.warnings.append(
                f"OAI-PMH failed: {error.reason}; the query API was asked instead, which shows neither "
                "cross-lists nor replacements: they are caught up later"
            )
        self._not_checked(first)
        try:
            return (yield from self._submitted(announcement(owed[0]).since, self.now, owed))
        except SourceError as error:
            if error.throttled and not first.retry_after:
                raise
            if self._feed.fault:
                raise first from error
            self.warnings.append(
                f"the query API failed too: {error.reason}; what was announced from {owed[0]} to {owed[-1]} "
                "is read next time"
            )
            return Got(whole=False)

    def _harvested(self, start: date, days: Sequence[date]) -> _Taking[Got]:
        """Bring all records changed since a day."""
        seen: set[date] = set()
        deleted: list[PaperId] = []
        for part in self.roads.oai.harvest(start, self.now):
            announced = announced_by(part.page.papers, days, part.datestamps)
            seen.update(one.day for one in announced)
            deleted += part.deleted
            yield from self._taken(replace(part.page, announced=announced))
        if deleted:
            named = ", ".join(deleted[:_NAMED]) + (", …" if len(deleted) > _NAMED else "")
            self.warnings.append(f"arXiv deleted the records of {named}")
        return Got(days=seen)

    def _submitted(self, since: datetime, until: datetime, days: Sequence[date]) -> _Taking[Got]:
        """Bring what was submitted in a window."""
        seen: set[date] = set()
        for page in self.roads.query.submitted(since, until):
            announced = announced_by(page.papers, days)
            seen.update(one.day for one in announced)
            yield from self._taken(replace(page, announced=announced))
        return Got(days=seen, whole=False)

    def _checked(self, days: Sequence[date]) -> _Taking[set[date]]:
        """Hold the days' papers against the query API, and bring what only it has; return its days."""
        since, until = announcement(days[0]).since, announcement(days[-1]).until
        new = any(paper.published for paper in self._feed.page.papers)
        seen: set[date] = set()
        extra: list[PaperId] = []
        try:
            for page in self.roads.query.submitted(since, until):
                announced = announced_by(page.papers, days)
                seen.update(one.day for one in announced)
                papers = [paper for paper in page.papers if paper.id not in self._known]
                extra += [paper.id for paper in papers]
                yield from self._taken(replace(page, papers=papers, announced=announced))
        except SourceError as error:
            self._stop_if_asked_to(error)
            self._not_checked(error)
            return seen
        if new and not seen:
            self.warnings.append(
                "completeness was not checked: the query API does not show this announcement yet"
            )
            self._unchecked = True
        if extra and self._feed.day:
            count = "1 paper came" if len(extra) == 1 else f"{len(extra)} papers came"
            self.warnings.append(f"{count} by the query API alone: the other roads lacked them")
        return seen

    def _taken(self, page: PaperPage) -> Iterator[PaperPage]:
        """Note a page's papers and pass it on, unless it is empty."""
        self._known.update(paper.id for paper in page.papers)
        self._news = self._news or bool(page.papers)
        if page.papers or page.refused or page.announced:
            yield page

    def _not_checked(self, error: SourceError) -> None:
        self._unchecked = True
        if self.check:
            asked = error.place.partition("?")[0]
            self.warnings.append(f"completeness was not checked: {asked}: {error.reason}")

    def _stop_if_asked_to(self, error: SourceError) -> None:
        """Raise where arXiv itself wants a pause, and not merely one of its roads."""
        earlier = self._feed.fault
        if error.throttled and not (earlier and earlier.retry_after):
            raise error

    def _leave(self, got: Got) -> None:
        """Decide where the next visit starts: never before this one, and not past what it still owes."""
        last, feed = self._last, self._feed
        self._reached = reached = position(last, self.now, self._shown, got)
        if last and not got.whole and reached > last:
            self.warnings.append(f"cross-lists and replacements announced after {last} were not read")
        if self.since and last == reached and (feed.unchanged or not got.whole):
            self._cursor = self.since
        elif self._unchecked or feed.fault:
            self._cursor = Cursor(position=reached.isoformat())
        else:
            self._cursor = Cursor(
                position=reached.isoformat(), etag=feed.etag, last_modified=feed.last_modified
            )
