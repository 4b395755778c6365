"""What the letter of a request leads to: a look at what will happen, and a form that does it.

A machine that opens links changes nothing. One that submits forms too leaves the box unticked, which no form
here does anything without; `docs/adr/0037` says what remains.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from recommender.domain.errors import LinkExpired
from recommender.domain.requests import CONFIRM_WITHIN, End, RequestKind
from recommender.domain.subscribers import Subscriber
from recommender.services.confirming import Confirming, Matter, Outcome, Result
from recommender.services.requests import declared
from recommender.web.context import PageLink, Pages, WebContext, masked
from recommender.web.security import LOG
from recommender.web.sheet import Form

CONFIRM = "confirm"
_TITLES = {
    RequestKind.JOIN: "Start your digest?",
    RequestKind.ADDRESS: "Send the digest to another address?",
    RequestKind.EXPORT: "Everything that is held about you",
    RequestKind.ERASE: "Erase everything about you?",
}
_SURE = {
    RequestKind.JOIN: "Yes, I asked for this digest",
    RequestKind.ADDRESS: "Yes, this is what I want",
    RequestKind.EXPORT: "Yes, I asked for this file",
    RequestKind.ERASE: "Yes, erase everything; I know that it cannot be undone",
}
_BUTTONS = {
    RequestKind.JOIN: "Start my digest",
    RequestKind.ADDRESS: "Confirm the change",
    RequestKind.EXPORT: "Download the file",
    RequestKind.ERASE: "Erase everything",
}
_EXPORT = (
    "A zip file with your address and settings, votes, reading list, every edition and what else is stored.",
    "The link works for two days; after that ask for another one on your preference page.",
)
_ERASE = (
    "What goes: your address, name, interests, votes, list, editions, and what the ranking learnt from you.",
    "What stays: a keyed hash of your address, which cannot be read back. Nobody brings you back unasked.",
    "You may want to get your data first.",
)


class ConfirmPages(Pages):
    """Answers `/c`."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._confirming = Confirming(
            store=context.store, clock=context.clock, privacy=context.privacy, traces=context.traces
        )

    def show(self, token: str) -> Response:
        """Show what a confirmation would do; changes nothing."""
        try:
            matter = self._confirming.look(self._claim(CONFIRM, token))
        except LinkExpired:
            return self._expired()
        return self._over() if matter.over else self._ask(matter)

    def act(self, token: str, form: Form) -> Response:
        """Do it, or with `cancel` call it off; with the box unticked ask again."""
        try:
            claim = self._claim(CONFIRM, token)
            matter = self._confirming.look(claim)
            if matter.over:
                return self._over()
            if asked := self._asked(claim, form):
                return asked
            if "cancel" in form:
                self._confirming.call_off(claim)
                return self._called_off()
            if form.get("sure") != "yes":
                return self._ask(matter, fault="Tick the box first: nothing happened yet.")
            outcome = self._confirming.confirm(claim)
        except LinkExpired:
            return self._expired()
        return self._done(matter, outcome)

    def _ask(self, matter: Matter, fault: str = "") -> Response:
        kind = matter.request.kind
        page = self._page(
            "confirm",
            title="Change the address back?" if matter.back else _TITLES[kind],
            words=self._words_of(matter),
            facts=self._facts(matter),
            sure=_SURE[kind],
            button="Change it back" if matter.back else _BUTTONS[kind],
            fault=fault,
            cancel=kind is not RequestKind.EXPORT and not matter.back,
            both=kind is RequestKind.ADDRESS,
        )
        page.status_code = 422 if fault else 200
        return page

    def _words_of(self, matter: Matter) -> Sequence[str]:
        request, own = matter.request, matter.subscriber
        if request.kind is RequestKind.EXPORT:
            return _EXPORT
        if request.kind is RequestKind.ERASE:
            return _ERASE
        if request.kind is RequestKind.JOIN or own is None:
            return (f"Digests of new papers would go to {masked(request.email)}.",)
        if matter.back:
            return (f"The digest that goes to {masked(own.email)} now would come here again.",)
        other = End.NEW if matter.end is End.OWN else End.OWN
        both = (
            "The other address has confirmed already."
            if other in request.confirmed
            else ("It happens only when the other address confirms too.")
        )
        if matter.end is End.OWN:
            return (f"Your digest would go to {request.email} and not here any more.", both)
        return (f"The digest that goes to {masked(own.email)} would come here instead.", both)

    def _facts(self, matter: Matter) -> Mapping[str, str]:
        if matter.request.kind is not RequestKind.JOIN:
            return {}
        wanted = declared(matter.request)
        facts = {"When": self._words("").cadence(wanted.cadence), "Papers": f"{wanted.papers} at most"}
        for interest in wanted.interests:
            facts["About"] = interest.about or interest.name
            facts["Words"] = ", ".join(interest.keywords)
        return {name: value for name, value in facts.items() if value}

    def _done(self, matter: Matter, outcome: Outcome) -> Response:
        own = outcome.subscriber
        if outcome.result is Result.EXPORTED:
            return self._file(outcome.data)
        if outcome.result is Result.ERASED:
            return self._erased(outcome)
        if outcome.result is Result.OVER or own is None:
            return self._over() if outcome.result is Result.OVER else self._unusable()
        if outcome.result in (Result.JOINED, Result.AGAIN, Result.KNOWN):
            return self._joined(outcome.result, own)
        if outcome.result is Result.HALF:
            return self._half(matter)
        return self._moved(matter, own) if outcome.result is Result.MOVED else self._unusable()

    def _joined(self, result: Result, own: Subscriber) -> Response:
        cadence = self._words(own.locale).cadence(own.cadence)
        words = {
            Result.JOINED: ["You are subscribed.", f"Your digest comes {cadence}."],
            Result.AGAIN: [
                "You are subscribed again.",
                (
                    "Votes, reading list and interests are as you left them; "
                    "what you filled in this time was not needed."
                ),
            ],
            Result.KNOWN: ["You were subscribed already.", "Nothing was changed."],
        }[result]
        now = self._context.clock.now()
        links = self._context.links
        undo = None
        if result is not Result.KNOWN:
            undo = links.unsubscribe(own.public_id, own.epoch, now)
        return self._said(words, links=self._ways(own), undo=undo)

    def _half(self, matter: Matter) -> Response:
        request, here = matter.request, matter.end
        other = request.email if here is End.OWN else "the address that the digest goes to now"
        end = (request.at + CONFIRM_WITHIN).strftime("%d %B, %H:%M UTC").lstrip("0")
        words = [
            "Confirmed here.",
            f"The digest moves when {other} confirms too, from a letter of its own, until {end}.",
            "Nothing has changed yet.",
        ]
        return self._said(words, cancel=True)

    def _moved(self, matter: Matter, own: Subscriber) -> Response:
        words = [
            f"The digest goes to {own.email if matter.end is End.NEW else masked(own.email)} from now on.",
            (
                "Votes, reading list and interests are as before. Links in older mails do not work any more, "
                "but those that unsubscribe."
            ),
        ]
        if not matter.back:
            words.append("A letter to the old address can take this back for two days.")
        # The address that was left behind gets no new links.
        return self._said(words, links=self._ways(own) if matter.end is End.NEW else ())

    def _erased(self, outcome: Outcome) -> Response:
        report = outcome.report
        for note in (*report.notes, *report.warnings) if report else ():
            LOG.warning("erased by a reader's own wish: %s", note)
        for failure in report.failures if report else ():
            LOG.error("erased by a reader's own wish, but %s: %s", failure.place, failure.reason)
        words = [
            "Nothing about you is held any more.",
            "What stays is a keyed hash of your address, so that nobody brings you back unasked.",
            "Backups that whoever runs this digest made earlier are theirs to delete.",
        ]
        if report and report.failures:
            words.append("Something of it has to be finished by hand; that is written down for them.")
        return self._said(words)

    def _file(self, data: bytes) -> Response:
        name = f"paper-route-{self._context.clock.now():%Y-%m-%d}.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="application/zip", headers=headers)

    def _called_off(self) -> Response:
        words = ["It is called off.", "Nothing was changed, and no link of this request works any more."]
        return self._said(words)

    def _unusable(self) -> Response:
        words = [
            "This cannot be done.",
            "The address belongs to another reader, or no mail may go there. Nothing was changed.",
        ]
        return self._said(words, status=409)

    def _over(self) -> Response:
        words = ["This was done, or called off, before.", "Nothing was changed now."]
        return self._said(words)

    def _expired(self) -> Response:
        words = [
            "This link has expired.",
            "It was good for two days, or what it was for is done. Nothing was changed.",
            "If you still want it, ask again where you asked before.",
        ]
        return self._said(words, status=410)

    def _ways(self, own: Subscriber) -> Sequence[PageLink]:
        """Return ways to the pages of somebody who has just shown that the mailbox is theirs."""
        who = (own.public_id, own.epoch, self._context.clock.now())
        links = self._context.links
        return (
            PageLink(name="Reading list", url=links.reading(*who)),
            PageLink(name="Preferences", url=links.preferences(*who)),
        )

    def _said(
        self,
        words: Sequence[str],
        *,
        links: Sequence[PageLink] = (),
        undo: str | None = None,
        cancel: bool = False,
        status: int = 200,
    ) -> Response:
        title, *rest = words
        page = self._page(
            "confirmed", title=title.rstrip("."), words=rest, links=links, undo=undo, cancel=cancel
        )
        page.status_code = status
        return page
