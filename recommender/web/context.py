"""What the pages are given, and what every page needs from it: claims, subscribers, links, answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from recommender.digest.bylines import byline
from recommender.digest.links import UNDO, LinkClaim, Links
from recommender.digest.render import Renderer, spans_text, web_url
from recommender.digest.tex import to_unicode
from recommender.digest.words import Wording, Words
from recommender.domain.discretion import shielded
from recommender.domain.editions import Edition
from recommender.domain.errors import LinkInvalid
from recommender.domain.papers import Paper
from recommender.domain.subscribers import Subscriber
from recommender.domain.suspicion import Doubt, Patterns
from recommender.ports import Clock, Store
from recommender.services.requests import Privacy
from recommender.services.sight import Sight
from recommender.services.stopwatch import Laps
from recommender.services.subscriptions import Traces
from recommender.services.voting import Occasion
from recommender.web.admin_context import Admin
from recommender.web.scanners import Scanners, TakeBack
from recommender.web.security import LOG, Limits

VOTE, SAVE, VIEW, LEVER = "vote", "save", "view", "lever"
AGAIN = "again"
"""The field that tells when a reader was asked whether it was them, in seconds since 1970."""
WAS_IT = "Was this you?"
DOUBTED = (
    "Nothing was changed yet: this came as the scanners of some mail systems would do it.",
    "If it was you, wait a few seconds and press the button.",
)
_SECONDS = re.compile("[0-9]{1,10}")
UNSUBSCRIBE, PREFERENCES, READING = "unsubscribe", "preferences", "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebContext:
    """Everything the web application is built from.

    `ticks` gives seconds that never go back (rate limits count with it); `public_url` may have a path.
    """

    store: Store
    links: Links
    renderer: Renderer
    wording: Wording
    clock: Clock
    public_url: str
    ticks: Callable[[], float]
    limits: Limits = field(default_factory=Limits)
    open_metrics: bool = False
    """Whether anybody may see the metrics, not this machine alone."""
    browse: bool = False
    """Whether strangers may see the pages of many papers."""
    sight: Sight | None = None
    """What searching sees with; without it only words are searched."""
    tick_ages: Callable[[], Mapping[str, float]] = dict
    """Seconds since each job of the daemon around this server last ended; nothing where there is none."""
    alive: Callable[[], bool] = lambda: True
    """Whether that daemon still ticks."""
    rendered: Callable[[], Laps] = Laps
    """How many mails this process rendered, and in how many seconds."""
    admin: Admin | None = None
    """What the operator's page is given; None: there is none."""
    privacy: Privacy | None = None
    """What exports and erases; without it nobody is offered either."""
    traces: Traces = lambda _address: ()
    """What an address that was forgotten is suppressed as."""
    patterns: Patterns = field(default_factory=Patterns)
    """What tells a mail scanner from a reader."""
    scanners: Scanners | None = None
    """What is remembered of clients; the application brings its own."""
    sign_up: bool = False
    """Whether strangers may subscribe."""

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
        self._watch(claim, token)
        return claim

    def _watch(self, claim: LinkClaim, token: str) -> None:
        """Note who uses a genuine link; what a client did that is doubted by now is taken back when it posts.

        Must not be called within a transaction.
        """
        if scanners := self._context.scanners:
            scanners.note(claim, token)
            for take_back in scanners.regrets(claim.public_id):
                LOG.warning("what a scanner pressed is taken back")
                take_back()

    def _did(self, public_id: str, take_back: TakeBack) -> None:
        """Keep how to take back what was done, should whoever did it turn out to be a scanner."""
        if scanners := self._context.scanners:
            scanners.did(public_id, take_back)

    def _occasion(self, subscriber: Subscriber, edition: Edition, form: Mapping[str, str]) -> Occasion:
        """Return how acts come that a form of an edition's pages asks for."""
        now, scanners, who = self._context.clock.now(), self._context.scanners, subscriber.public_id
        return Occasion(
            at=now,
            via="web",
            edition=edition,
            patterns=self._context.patterns,
            doubt=self._doubt(who, form),
            pressed=scanners.press(who, now) if scanners else frozenset(),
        )

    def _doubt(self, public_id: str, form: Mapping[str, str]) -> Doubt:
        """Return how sure it is that a program sent a form; an answer as a person would give it ends that."""
        scanners, shown = self._context.scanners, form.get(AGAIN, "")
        doubt = scanners.doubts(public_id) if scanners else Doubt.NONE
        if not scanners or doubt is Doubt.NONE or not _SECONDS.fullmatch(shown):
            return doubt
        asked_at = datetime.fromtimestamp(int(shown), UTC)
        if not self._context.patterns.waited(asked_at, self._context.clock.now()):
            return doubt
        scanners.trust(public_id)
        return Doubt.NONE

    def _asked(self, claim: LinkClaim, form: Mapping[str, str]) -> Response | None:
        """Return the question whether it was a person, for a form that nothing is done for before.

        None where nobody is doubted, or where the question was answered as a person would.
        """
        if self._doubt(claim.public_id, form) is Doubt.NONE:
            return None
        fields = self._asked_again(form)
        return self._page(
            "done", title=WAS_IT, lines=(), words=DOUBTED, undo={}, again=fields, back="", links=()
        )

    def _asked_again(self, form: Mapping[str, str]) -> Mapping[str, str]:
        """Return the fields of a form that asks once more whether it was a person, and since when it asks."""
        return {**form, AGAIN: str(int(self._context.clock.now().timestamp()))}

    def _links_for(self, claim: LinkClaim) -> Sequence[PageLink]:
        """Return the ways from a page to the reader's others.

        They are as old as the link that led here: a forwarded digest must not renew itself.
        """
        links = self._context.links
        who = (claim.public_id, claim.epoch, claim.issued)
        return (
            PageLink(name="Reading list", url=links.reading(*who)),
            PageLink(name="Preferences", url=links.preferences(*who)),
            PageLink(name="Pictures", url=f"{links.preferences(*who)}/pictures"),
        )

    def _words(self, locale: str) -> Words:
        """Return the words of a reader's locale."""
        return self._context.wording.of(locale)

    def _page(self, name: str, *, locale: str = "", **values: object) -> Response:
        """Return a page; its own texts are English, `locale` is for what is said of papers."""
        style = f"{self._context.prefix}/style.css"
        words = self._words(locale)

        def by(paper: Paper) -> str:
            return spans_text(byline(paper, words))

        values = {"page_of": None, "byline": by, "language": words.language, "style": style} | values
        page = self._context.renderer.page(f"pages/{name}.html", **values)
        for trouble in self._context.renderer.troubles():
            LOG.warning("a template that ships stood in for one of yours: %s", trouble)
        return HTMLResponse(page)


def readable(paper: Paper) -> Paper:
    """Return a paper as pages show it: formulas as Unicode, nothing unseen, no link but http(s)."""
    return replace(paper, title=to_unicode(paper.title) or paper.id, url=web_url(paper.url) or None)


def masked(email: str) -> str:
    """Return an address its owner recognises and a stranger cannot use: `a•••@e•••.org`."""
    return shielded(email)
