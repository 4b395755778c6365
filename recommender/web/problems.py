"""What a reader sees when a request cannot be served: one plain page a status, never a detail of ours."""

from collections.abc import Mapping

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from recommender.web.context import WebContext
from recommender.web.security import LOG

_WORDS: Mapping[int, tuple[str, str, str]] = {
    400: (
        "This link does not work",
        "It is damaged or incomplete; mail programs sometimes cut long links in two.",
        "Open it again from the digest, or copy the whole of it.",
    ),
    401: (
        "This page asks for a password",
        "It is for whoever runs this installation.",
        "Any name will do; the password is [web] admin_password of the configuration.",
    ),
    404: ("There is nothing here", "The address is wrong.", "Open a link from your digest instead."),
    405: ("This cannot be done here", "The address does not take this kind of request.", ""),
    408: (
        "That took too long",
        "Your request did not arrive in time, and nothing was recorded.",
        "Please try again.",
    ),
    410: (
        "This link has expired",
        "Nothing was recorded.",
        "Your next digest brings fresh links; unsubscribing works from every digest, however old.",
    ),
    413: ("That was too much", "The request is larger than any of our pages sends.", "Nothing was recorded."),
    414: (
        "That address is too long",
        "None of our links is this long.",
        "Open the link again from the digest.",
    ),
    429: (
        "A little slower, please",
        "Too many requests came in a short time.",
        "Wait a minute and try again.",
    ),
    431: ("Your browser says too much", "The headers of the request are too long.", "Nothing was recorded."),
    500: (
        "Something went wrong here",
        "The fault is ours, and it is written down.",
        "Please try again; if nothing was confirmed, nothing was recorded.",
    ),
    503: (
        "We cannot get at our records just now",
        "Nothing was recorded.",
        "Please try again in a minute.",
    ),
}


def problem_page(context: WebContext, status: int) -> Response:
    """Return the page of a status; plain text where even the template fails."""
    title, *words = _WORDS.get(status, _WORDS[500] if status >= 500 else _WORDS[400])
    try:
        page = context.renderer.page(
            "pages/problem.html",
            title=title,
            words=[word for word in words if word],
            style=f"{context.prefix}/style.css",
        )
    except Exception:  # noqa: BLE001 - the last page must not fail for any reason
        LOG.exception("the problem page failed")
        return PlainTextResponse(f"{title}. {' '.join(words)}\n", status_code=status)
    return HTMLResponse(page, status_code=status)
