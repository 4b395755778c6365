"""A reader's own feeds: the reading list, or with `of=editions` what was recommended. None can act."""

import hashlib
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.domain.errors import InputError
from recommender.services.claims import subscriber_of
from recommender.services.feeds import ReaderFeed, edition_feed, list_feed
from recommender.services.feeds_text import ATOM_TYPE, JSON_TYPE, to_atom, to_json_feed
from recommender.web.context import Pages, WebContext
from recommender.web.queries import Fields, fields_of
from recommender.web.reading_view import View

_WRITERS = {"atom": (to_atom, ATOM_TYPE), "json": (to_json_feed, JSON_TYPE)}
_FEED = "feed"
_LIST, _EDITIONS = "list", "editions"
_BY = "Paper Route"


def feed_routes(context: WebContext) -> list[Route]:
    """Return the routes of the feeds."""
    pages = FeedPages(context)

    def route(end: str) -> Route:
        async def feed(request: Request) -> Response:
            asked, known = fields_of(request), request.headers.get("if-none-match", "")
            return await run_in_threadpool(pages.file, request.path_params["token"], end, asked, known)

        return Route(f"/f/{{token}}.{end}", feed, methods=["GET"])

    return [route(end) for end in _WRITERS]


class FeedPages(Pages):
    """Answers `/f`."""

    def file(self, token: str, end: str, asked: Fields, known: str) -> Response:
        """Return the feed, or 304 without it where `known` (If-None-Match) names it as it is."""
        write, media_type = _WRITERS[end]
        feed, query = self._feed(token, asked)
        address = f"{self._context.public_url.rstrip('/')}/f/{token}.{end}{query}"
        text = write(feed, address=address, by=_BY)
        mark = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"etag": mark}
        if _names(known, mark):
            return Response(status_code=304, headers=headers)
        return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)

    def _feed(self, token: str, asked: Fields) -> tuple[ReaderFeed, str]:
        """Return the feed and its query as it is written in links."""
        claim = self._claim(_FEED, token)
        of, choice = asked.get("of", _LIST), View.read(asked).choice
        if of not in {_LIST, _EDITIONS} or choice.words:
            raise InputError("`of` is list or editions; of a list `label` and `unread` can be chosen")
        with self._context.store.read() as uow:
            subscriber = subscriber_of(uow, claim)
            if of == _EDITIONS:
                return edition_feed(uow, subscriber, self._context.clock.now()), f"?of={_EDITIONS}"
            told = {"label": choice.label, "unread": "1" if choice.unread else ""}
            query = urlencode({name: value for name, value in told.items() if value})
            return list_feed(uow, subscriber, choice), f"?{query}" if query else ""


def _names(known: str, mark: str) -> bool:
    """Tell whether an If-None-Match header names an entity, compared weakly (RFC 9110, 8.8.3.2)."""
    tags = (tag.strip().removeprefix("W/") for tag in known.split(","))
    return known.strip() == "*" or mark in tags
