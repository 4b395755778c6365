"""The Starlette application: which route leads to which page, and what an error looks like.

Pages are synchronous, because the store is; each runs in Starlette's thread pool.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from recommender.digest.render import Renderer
from recommender.domain.errors import InputError, LinkExpired, LinkInvalid, StoreUnavailable
from recommender.web.admin import admin_routes
from recommender.web.browsing import browse_routes
from recommender.web.context import SAVE, VIEW, VOTE, WebContext
from recommender.web.endpoints import Family, family_route
from recommender.web.feeds import feed_routes
from recommender.web.levers import LeverPages
from recommender.web.mailing import UnsubscribePages
from recommender.web.metrics import may_watch, metrics_page
from recommender.web.preferences import preference_routes
from recommender.web.problems import problem_page
from recommender.web.rating import RatingPages
from recommender.web.reading import reading_routes
from recommender.web.requesting import expired_page, request_routes
from recommender.web.scanners import Scanners, Watch
from recommender.web.scribe import Scribe
from recommender.web.security import LOG, Gate, Guard

_BUSY = frozenset({"v", "s", "d"})
"""Pages on which votes are recorded; each writes in one transaction and reads in no other."""
_ROBOTS = "User-agent: *\nDisallow: /\n"


def create_app(context: WebContext) -> Starlette:
    """Return the application with every reader page, health pages and the guard around them."""
    context = replace(context, scanners=Scanners(context.patterns, context.ticks))
    problem = partial(problem_page, context)
    guard = Middleware(
        Guard, public_url=context.public_url, problem=problem, gate=Gate(context.limits, context.ticks)
    )
    app = Starlette(
        routes=[
            *_reader_routes(context),
            *_plain_routes(context),
            *admin_routes(context),
            *browse_routes(context),
        ],
        middleware=[guard, Middleware(Watch)],
        exception_handlers={
            HTTPException: lambda _, error: _http_problem(context, error),
            LinkInvalid: lambda _, __: problem(400),
            InputError: lambda _, __: problem(400),
            StoreUnavailable: lambda _, __: _come_again(problem(503)),
            LinkExpired: lambda request, _: expired_page(context, request),
        },
    )
    # A redirect would say which scheme and host it believes in, with a token behind them.
    app.router.redirect_slashes = False
    return app


def _reader_routes(context: WebContext) -> list[Route]:
    families: Mapping[str, Family] = {
        "v": RatingPages(context, VOTE),
        "s": RatingPages(context, SAVE),
        "d": RatingPages(context, VIEW),
        "m": LeverPages(context),
        "u": UnsubscribePages(context),
    }
    scribe = Scribe(context.store)
    pages = [
        family_route(letter, family, scribe if letter in _BUSY else None)
        for letter, family in families.items()
    ]
    more = (reading_routes, feed_routes, preference_routes, request_routes)
    return [*(route for routes in more for route in routes(context)), *pages]


def _plain_routes(context: WebContext) -> list[Route]:
    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        return await run_in_threadpool(_ready, context)

    async def metrics(request: Request) -> Response:
        if not may_watch(context, request):
            raise HTTPException(404)
        return await run_in_threadpool(metrics_page, context)

    async def robots(_: Request) -> Response:
        return PlainTextResponse(_ROBOTS)

    async def style(_: Request) -> Response:
        return await run_in_threadpool(_style, context.renderer)

    pages = {
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
        "/robots.txt": robots,
        "/style.css": style,
    }
    return [Route(path, page, methods=["GET"]) for path, page in pages.items()]


def _ready(context: WebContext) -> Response:
    """Answer 200 when the store does and the daemon ticks, else 503; a stranger learns nothing more."""
    if not context.alive():
        LOG.error("no mail tick has ended for too long")
        return PlainTextResponse("no tick\n", status_code=503)
    try:
        with context.store.read() as uow:
            uow.papers.source_states()
    except Exception:  # noqa: BLE001 - whatever fails, the answer is: not ready
        LOG.exception("the store does not answer")
        return PlainTextResponse("store unavailable\n", status_code=503)
    return PlainTextResponse("ready\n")


def _style(renderer: Renderer) -> Response:
    headers = {"cache-control": "public, max-age=3600"}
    return Response(renderer.page("pages/style.css"), media_type="text/css", headers=headers)


def _come_again(response: Response) -> Response:
    """Say when it is worth trying once more."""
    response.headers["Retry-After"] = "60"
    return response


def _http_problem(context: WebContext, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return problem_page(context, 500)
    response = problem_page(context, error.status_code)
    response.headers.update(error.headers or {})
    return response
