"""What the pages are given, and what every page needs from it: claims, subscribers, links, answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from recommender.digest.links import UNDO, LinkClaim, Links
from recommender.digest.render import Renderer, web_url
from recommender.digest.tex import to_unicode
from recommender.digest.words import byline
from recommender.domain.errors import LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.papers import Paper
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.web.security import Limits

VOTE, SAVE, VIEW = "vote", "save", "view"
UNSUBSCRIBE, PREFERENCES, READING = "unsubscribe", "preferences", "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebContext:
    """Everything the web application is built from.

    `ticks` gives seconds that never go back (rate limits count with it); `public_url` may have a path.
    """

    store: Store
    links: Links
    renderer: Renderer
    clock: Clock
    public_url: str
    ticks: Callable[[], float]
    limits: Limits = field(default_factory=Limits)

    @property
    def prefix(self) -> str:
        """Path of the public URL without a slash at its end."""
        return urlsplit(self.public_url).path.rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A named link on a page."""

    name: str
    url: str


class Pages:
    """Base of the page families: reads tokens, finds subscribers, renders templates."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        self._context = context

    def _claim(self, purpose: str, token: str) -> LinkClaim:
        """Return what the token says; raises LinkInvalid or LinkExpired.

        What takes an act back travels by mail only, as an answer; no page has a link that does.
        """
        claim = self._context.links.read(purpose, token, self._context.clock.now())
        if claim.value == UNDO:
            raise LinkInvalid("an undo, which no link of a page is")
        return claim

    def _links_for(self, claim: LinkClaim) -> Sequence[PageLink]:
        """Return the ways from a page to the reader's others.

        They are as old as the link that led here: a forwarded digest must not renew itself.
        """
        links = self._context.links
        who = (claim.public_id, claim.epoch, claim.issued)
        return (
            PageLink(name="Reading list", url=links.reading(*who)),
            PageLink(name="Preferences", url=links.preferences(*who)),
        )

    def _page(self, name: str, **values: object) -> Response:
        style = f"{self._context.prefix}/style.css"
        page = self._context.renderer.page(f"pages/{name}.html", style=style, byline=byline, **values)
        return HTMLResponse(page)


def subscriber_of(uow: UnitOfWork, claim: LinkClaim) -> Subscriber:
    """Return the subscriber of a claim; LinkExpired if gone, or if old links were voided since."""
    try:
        subscriber = uow.people.find(claim.public_id)
    except UnknownSubscriber:
        raise LinkExpired("the subscriber of this link is gone") from None
    if claim.epoch != subscriber.epoch:
        raise LinkExpired("this link was voided")
    return subscriber


def readable(paper: Paper) -> Paper:
    """Return a paper as pages show it: formulas as Unicode, nothing unseen, no link but http(s)."""
    return replace(paper, title=to_unicode(paper.title) or paper.id, url=web_url(paper.url) or None)


def masked(email: str) -> str:
    """Return an address its owner recognises and a stranger cannot use: `a•••@e•••.org`."""
    local, _, domain = email.rpartition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{top}" if name else f"{local[:1]}•••@•••"
