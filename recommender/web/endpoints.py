"""From a request to a page: what was posted, and routes of pages that know a token and nothing else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.web.scribe import Scribe
from recommender.web.sheet import Form

Endpoint = Callable[[Request], Awaitable[Response]]
_FIELDS = 1000


class Family(Protocol):
    """Pages of one kind of token."""

    def show(self, token: str) -> Response:
        """Answer a look, which changes nothing."""

    def act(self, token: str, form: Form) -> Response:
        """Answer what was posted."""


def family_route(letter: str, family: Family, scribe: Scribe | None = None) -> Route:
    """Return the route `/LETTER/TOKEN`: looking shows, posting acts, by way of a scribe if there is one."""

    async def endpoint(request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "POST":
            return await run_in_threadpool(family.show, token)
        form = await posted(request)
        if scribe is not None:
            return await scribe.do(partial(family.act, token, form))
        return await run_in_threadpool(family.act, token, form)

    return Route(f"/{letter}/{{token}}", endpoint, methods=["GET", "POST"])


async def posted(request: Request) -> Form:
    """Return posted fields, urlencoded or multipart; uploaded files and other bodies count as empty."""
    async with request.form(max_files=0, max_fields=_FIELDS) as fields:
        return {name: value for name, value in fields.multi_items() if isinstance(value, str)}
