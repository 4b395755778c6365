"""Asking for what a letter has to confirm: another address, one's data, an erasure, fresh links.

`/ask` is for who has a preference link, `/fresh` for who has any link of a reader's, however old: the letter
goes to the reader's own address, whoever asked.
"""

from collections.abc import Sequence
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.digest.links import CODES, LinkClaim
from recommender.domain.errors import InputError, LinkError, LinkExpired, LinkInvalid, UnknownSubscriber
from recommender.domain.requests import RequestKind
from recommender.domain.subscribers import Subscriber
from recommender.services.claims import subscriber_of
from recommender.services.requests import Asked, Requesting, is_locked
from recommender.web.addresses import checked_address
from recommender.web.confirming import CONFIRM, ConfirmPages
from recommender.web.context import PREFERENCES, PageLink, Pages, WebContext, masked
from recommender.web.endpoints import family_route
from recommender.web.joining import join_routes
from recommender.web.problems import problem_page
from recommender.web.sheet import Form

_PLAIN = {
    "export": RequestKind.EXPORT,
    "erase": RequestKind.ERASE,
    "links": RequestKind.LINKS,
}
_SOON = (
    "It goes out with the next round of mail, usually within a minute; where only the pages are served, "
    "whoever runs this digest sends it."
)


def request_routes(context: WebContext) -> list[Route]:
    """Return the routes of everything that a mail confirms."""
    return [
        family_route("c", ConfirmPages(context)),
        family_route("ask", AskPages(context)),
        family_route("fresh", FreshPages(context)),
        *join_routes(context),
    ]


def expired_page(context: WebContext, request: Request) -> Response:
    """Return what is said of a link that is too old: with a way to fresh ones, if a reader is known by it."""
    token = request.path_params.get("token", "")
    pages = FreshPages(context)
    with suppress(LinkError, InputError):
        return pages.offer(token)
    return problem_page(context, 410)


def ask_url(context: WebContext, claim: LinkClaim) -> str:
    """Return where the forms of the preference page post to."""
    return f"{context.prefix}/ask/{context.links.token(claim)}"


class _Asking(Pages):
    """What both families say."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._requesting = Requesting(store=context.store, clock=context.clock)

    def _answered(
        self, own: Subscriber, answer: Asked, words: Sequence[str], back: PageLink | None
    ) -> Response:
        if answer is Asked.LATER:
            words = [
                "You have asked for this already",
                f"Letters went to {masked(own.email)} a short while ago; look into its spam folder too.",
                "Nothing more is sent for now: try again in an hour, or tomorrow.",
            ]
        elif answer is Asked.UNREACHABLE:
            words = [
                "No letter goes to this address",
                f"Mail to {masked(own.email)} came back, or was called spam, so nothing goes there.",
                "Ask whoever runs this digest.",
            ]
        elif answer is Asked.LOCKED:
            words = ["The address is kept to the configuration file", "Ask whoever runs this digest."]
        title, *rest = words
        page = self._page(
            "confirmed", title=title, words=rest, links=[back] if back else [], undo=None, cancel=False
        )
        page.status_code = {Asked.LATER: 429, Asked.UNREACHABLE: 409, Asked.LOCKED: 409}.get(answer, 200)
        return page


class AskPages(_Asking):
    """Answers `/ask`."""

    def show(self, token: str) -> Response:
        """Show the forms; changes nothing."""
        claim = self._claim(PREFERENCES, token)
        return self._forms(claim, self._look(claim))

    def act(self, token: str, form: Form) -> Response:
        """Take down what a form asks for; what is typed amiss is shown with what is wrong."""
        claim = self._claim(PREFERENCES, token)
        own, what = self._look(claim), form.get("what", "")
        if asked := self._asked(claim, form):
            return asked
        url = self._context.links.preferences(claim.public_id, claim.epoch, claim.issued)
        back = PageLink(name="Preferences", url=url)
        if what == "address":
            return self._move(claim, own, form, back)
        if what not in _PLAIN or (self._context.privacy is None and what != "links"):
            raise InputError("the form asks for nothing we know; open the page again")
        answer = self._requesting.ask(own, _PLAIN[what])
        confirm = "Nothing happens before you open its link and confirm; it works for two days."
        words = [f"A letter goes to {masked(own.email)}", _SOON, *([confirm] if what != "links" else [])]
        return self._answered(own, answer, words, back)

    def _move(self, claim: LinkClaim, own: Subscriber, form: Form, back: PageLink) -> Response:
        typed = form.get("email", "")
        try:
            email = checked_address(typed)
        except ValueError as error:
            return self._forms(claim, own, typed=typed, fault=str(error))
        if email.lower() == own.email.lower():
            return self._forms(claim, own, typed=typed, fault="the digest goes there already.")
        answer = self._requesting.move(own, email)
        words = [
            "Both addresses have to confirm",
            f"A letter goes to {masked(own.email)}, and one to {email} if that address can be used.",
            _SOON,
            "The digest moves when both have confirmed, within two days. Until then nothing changes.",
        ]
        return self._answered(own, answer, words, back)

    def _look(self, claim: LinkClaim) -> Subscriber:
        with self._context.store.read() as uow:
            return subscriber_of(uow, claim)

    def _forms(self, claim: LinkClaim, own: Subscriber, *, typed: str = "", fault: str = "") -> Response:
        page = self._page(
            "asking",
            title="Your address and your data",
            address=masked(own.email),
            ask=ask_url(self._context, claim),
            private=self._context.privacy is not None,
            moves=not is_locked(own),
            typed=typed,
            fault=fault,
            links=self._links_for(claim),
        )
        page.status_code = 422 if fault else 200
        return page


class FreshPages(_Asking):
    """Answers `/fresh`."""

    def show(self, token: str) -> Response:
        """Offer a letter with fresh links; changes nothing."""
        response = self.offer(token)
        response.status_code = 200
        return response

    def offer(self, token: str) -> Response:
        """Say that a link is too old and offer a letter; raises LinkInvalid or LinkExpired."""
        own = self._reader(token)
        page = self._page(
            "expired",
            title="This link has expired",
            action=f"{self._context.prefix}/fresh/{token}",
            address=masked(own.email),
        )
        page.status_code = 410
        return page

    def act(self, token: str, form: Form) -> Response:  # noqa: ARG002 the form has nothing to say
        """Take down that a letter with fresh links is to go to the reader."""
        own = self._reader(token)
        answer = self._requesting.ask(own, RequestKind.LINKS)
        words = [f"A letter with fresh links goes to {masked(own.email)}", _SOON]
        return self._answered(own, answer, words, None)

    def _reader(self, token: str) -> Subscriber:
        """Return whose link it is, of whatever purpose and age."""
        for purpose in CODES:
            if purpose == CONFIRM:
                continue
            with suppress(LinkInvalid):
                claim = self._context.links.genuine(purpose, token)
                break
        else:
            raise LinkInvalid("no link of ours")
        with self._context.store.read() as uow:
            try:
                return uow.people.find(claim.public_id)
            except UnknownSubscriber:
                raise LinkExpired("the subscriber of this link is gone") from None
