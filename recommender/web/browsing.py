"""Pages of many papers: lists by day and category, search, what is like one paper, what draws attention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from recommender.digest.attention import trend_of
from recommender.domain.digests import Spark
from recommender.domain.errors import InputError, UnknownPaper
from recommender.services.browsing import FOUND, Nearby, PaperList, Trend, Wanted
from recommender.services.query import LENGTH, WORDS
from recommender.web.context import PageLink, WebContext
from recommender.web.endpoints import Endpoint, posted
from recommender.web.heat import days as days_told
from recommender.web.heat import formula, told
from recommender.web.paper import PaperPages
from recommender.web.pictures import picture_routes
from recommender.web.queries import Fields, fields_of, line_of, number_of
from recommender.web.visiting import BrowsingPages, Line, Visitor

_SHOWN = 20
"""Papers of each kind on a page of a search."""
_SPANS = (1, 3, 7, 14, 30)
"""Days that the trending page offers."""
_USUAL_DAYS, _MOST_DAYS = 7, 90
_TRENDING = 30
_SIMILAR = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A line with how near it is, in words."""

    line: Line
    nearness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hot:
    """A line with its heat, what that is made of, and how the attention grew."""

    line: Line
    heat: str
    parts: Sequence[str]
    spark: Spark | None


class ListPages(BrowsingPages):
    """Answers `/papers`, `/search`, `/similar` and `/trending`."""

    def papers(self, asked: Fields) -> Response:
        """Show a page of the list, newest first."""
        visitor = self._admitted(asked)
        category, day = line_of(asked, "category"), _day(asked)
        wanted = Wanted(category=category, day=day, after=line_of(asked, "after"))
        try:
            found = self._browsing.papers(wanted)
        except UnknownPaper:
            raise HTTPException(404) from None
        ways, words = self._ways(visitor), self._words_of(visitor)
        told = {"category": category, "day": day.isoformat() if day else ""}
        return self._browse_page(
            "papers",
            visitor,
            title=self._list_title(category, day, visitor),
            lines_of=self._lines(found.papers, visitor),
            older=ways.papers(**told, after=found.last) if found.last else "",
            newest=ways.papers(**told) if wanted.after else "",
            whole=ways.papers() if category or day else "",
            days=self._day_links(found, category, visitor),
            categories=[
                PageLink(name=f"{name} ({words.number(count)})", url=ways.papers(category=name))
                for name, count in found.categories
            ],
        )

    def _list_title(self, category: str, day: date | None, visitor: Visitor | None) -> str:
        words = self._words_of(visitor)
        where = f" in {category}" if category else ""
        return f"Papers{where}" + (f", first seen on {words.date(day)}" if day else "")

    def _day_links(self, found: PaperList, category: str, visitor: Visitor | None) -> list[PageLink]:
        ways, words = self._ways(visitor), self._words_of(visitor)
        return [
            PageLink(
                name=f"{words.date(day)} ({words.number(count)})",
                url=ways.papers(category=category, day=day.isoformat()),
            )
            for day, count in found.days
        ]

    def search(self, asked: Fields) -> Response:
        """Show what a text finds, and how it was looked for."""
        visitor = self._admitted(asked)
        page = number_of(asked, "page", usual=1, most=FOUND // _SHOWN)
        found = self._browsing.search(asked.get("q", ""))
        ways, start = self._ways(visitor), (page - 1) * _SHOWN
        more = len(found.exact) > start + _SHOWN
        return self._browse_page(
            "search",
            visitor,
            title="Search",
            found=found,
            limits={"words": WORDS, "characters": LENGTH, "most": FOUND},
            words=[f"“{word}”" for word in found.query.words],
            named=self._lines([found.named], visitor) if found.named and page == 1 else [],
            exact=self._lines(found.exact[start : start + _SHOWN], visitor),
            total=f"{FOUND} or more" if len(found.exact) >= FOUND else str(len(found.exact)),
            near=self._near(found.near[:_SHOWN], visitor) if page == 1 else [],
            more=ways.search(found.query.text, page + 1) if more else "",
            first=ways.search(found.query.text) if page > 1 else "",
        )

    def similar(self, reference: str, asked: Fields) -> Response:
        """Show what is most like a paper."""
        visitor = self._admitted(asked)
        try:
            facts = self._browsing.paper(reference)
        except UnknownPaper:
            raise HTTPException(404) from None
        ways = self._ways(visitor)
        if facts.paper.id != reference:
            return RedirectResponse(ways.similar(facts.paper.id), status_code=307)
        near = self._browsing.similar(facts.paper, limit=_SIMILAR)
        return self._browse_page(
            "similar",
            visitor,
            title="Similar papers",
            own=self._lines([facts.paper], visitor)[0],
            near=None if near is None else self._near(near, visitor),
        )

    def trending(self, asked: Fields) -> Response:
        """Show what draws attention, and how that is counted."""
        visitor = self._admitted(asked)
        days = number_of(asked, "days", usual=_USUAL_DAYS, most=_MOST_DAYS)
        trends = self._browsing.trending(days=days, limit=_TRENDING)
        ways = self._ways(visitor)
        return self._browse_page(
            "trending",
            visitor,
            title="Trending",
            days=days,
            spans=[
                {"link": PageLink(name=days_told(own), url=ways.trending(own)), "own": own == days}
                for own in _SPANS
            ],
            formula=formula(),
            rows=[self._hot(trend, visitor) for trend in trends],
        )

    def _near(self, near: Sequence[Nearby], visitor: Visitor | None) -> list[Near]:
        lines = self._lines([own.paper for own in near], visitor)
        return [
            Near(line=line, nearness=f"{own.nearness:.2f}") for own, line in zip(near, lines, strict=True)
        ]

    def _hot(self, trend: Trend, visitor: Visitor | None) -> Hot:
        words = self._words_of(visitor)
        return Hot(
            line=self._lines([trend.paper], visitor)[0],
            heat=f"{trend.heat:.2f}",
            parts=[told(own) for own in trend.told],
            spark=trend_of(trend.signals, self._context.clock.now(), words),
        )


def browse_routes(context: WebContext) -> list[Route]:
    """Return the routes of all pages that browse papers, and of a reader's pictures."""
    lists, papers = ListPages(context), PaperPages(context)

    async def paper(request: Request) -> Response:
        reference, asked = request.path_params["paper"], fields_of(request)
        if request.method != "POST":
            return await run_in_threadpool(papers.show, reference, asked)
        form = await posted(request)
        return await run_in_threadpool(papers.act, reference, asked, form)

    async def similar(request: Request) -> Response:
        return await run_in_threadpool(lists.similar, request.path_params["paper"], fields_of(request))

    pages = {"/papers": lists.papers, "/search": lists.search, "/trending": lists.trending}
    return [
        *(Route(path, _plain(page), methods=["GET"]) for path, page in pages.items()),
        Route("/papers/{paper:path}", paper, methods=["GET", "POST"]),
        Route("/similar/{paper:path}", similar, methods=["GET"]),
        *picture_routes(context),
    ]


def _plain(page: Callable[[Fields], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(page, fields_of(request))

    return endpoint


def _day(asked: Fields) -> date | None:
    """Return the day asked for, None for none; raises InputError."""
    text = line_of(asked, "day")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("day is a day like 2026-01-30") from None
