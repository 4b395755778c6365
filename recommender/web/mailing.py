"""Pages about getting mail at all: unsubscribe (RFC 8058) and preferences.

Interests and hours are shown, not edited: in this edition of the product the file holds them. Levers that
were turned are shown too, and can be taken back.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from recommender.digest.links import LinkClaim
from recommender.domain.errors import InputError, UnknownSubscriber
from recommender.domain.feedback import LEVERS, Act, Feedback
from recommender.domain.subscribers import Interest, Subscriber, SubscriberState
from recommender.services.claims import subscriber_of
from recommender.services.profiles import interest_names
from recommender.services.unsubscribing import Unsubscribing
from recommender.services.voting import Mark, Voting
from recommender.web.context import PREFERENCES, UNSUBSCRIBE, Pages, WebContext, masked
from recommender.web.levers import lever_said
from recommender.web.sheet import Form

_STATES = {
    SubscriberState.ACTIVE: "goes out as planned",
    SubscriberState.PAUSED: "paused",
    SubscriberState.UNSUBSCRIBED: "stopped: you unsubscribed",
    SubscriberState.REMOVED: "stopped: you are no longer in the file",
    SubscriberState.READER: "none: known by votes only",
}
_BUTTONS: Mapping[SubscriberState, Mapping[str, object]] = {
    SubscriberState.ACTIVE: {"value": "pause", "name": "Pause all mail", "quiet": True},
    SubscriberState.PAUSED: {"value": "resume", "name": "Resume mail", "quiet": False},
}


class UnsubscribePages(Pages):
    """Answers `/u`: a human confirms, a mail provider just posts, and both can be undone."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._unsubscribing = Unsubscribing(context.store, context.clock)

    def show(self, token: str) -> Response:
        """Show the confirm page, or the way back for who has left; changes nothing."""
        try:
            subscriber, suppressed = self._look(token)
        except UnknownSubscriber:
            return self._nobody()
        return self._page(
            "unsubscribe",
            title="You are unsubscribed" if suppressed else "Unsubscribe",
            address=masked(subscriber.email),
            subscribed=not suppressed,
        )

    def act(self, token: str, form: Form) -> Response:
        """Unsubscribe, or with `undo` subscribe again; 200 whatever the state and however often."""
        try:
            subscriber, _ = self._look(token)
        except UnknownSubscriber:
            return self._nobody()
        return self._return(subscriber, form) if "undo" in form else self._leave(subscriber)

    def _leave(self, subscriber: Subscriber) -> Response:
        self._unsubscribing.unsubscribe(subscriber)
        paused = {"was": "paused"} if subscriber.state is SubscriberState.PAUSED else {}
        return self._page(
            "unsubscribed",
            title="You are unsubscribed",
            words=[
                f"No more digests go to {masked(subscriber.email)}.",
                "Your votes and your reading list are kept.",
            ],
            undo={"undo": "1", **paused},
            undo_name="Undo: subscribe again",
        )

    def _return(self, subscriber: Subscriber, form: Form) -> Response:
        now = self._unsubscribing.undo(subscriber, paused=form.get("was") == "paused")
        address = masked(subscriber.email)
        return self._page(
            "unsubscribed",
            title="You are subscribed again",
            words=[f"Digests go to {address} again." if now.mailable else f"No digest is due to {address}."],
            undo={"List-Unsubscribe": "One-Click"},
            undo_name="Undo: unsubscribe",
        )

    def _nobody(self) -> Response:
        """Answer for somebody who was erased: there is nothing left to unsubscribe."""
        return self._page(
            "unsubscribed", title="You are unsubscribed", words=["No mail goes out."], undo=None
        )

    def _look(self, token: str) -> tuple[Subscriber, bool]:
        claim = self._claim(UNSUBSCRIBE, token)
        with self._context.store.read() as uow:
            subscriber = uow.people.find(claim.public_id)
            return subscriber, subscriber.email.lower() in uow.people.suppressed()


class PreferencePages(Pages):
    """Answers `/p`: what is declared, a button to pause or resume, and one to take back each lever."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._unsubscribing = Unsubscribing(context.store, context.clock)
        self._voting = Voting(context.store, context.clock)

    def show(self, token: str) -> Response:
        """Show the preferences; changes nothing."""
        claim = self._claim(PREFERENCES, token)
        return self._render(claim, self._look(claim), happened="")

    def act(self, token: str, form: Form) -> Response:
        """Pause or resume all mail, as the field `mail` says; the page's button then undoes it.

        With `lever` turn a lever that was turned once before, or turn it back.
        """
        claim = self._claim(PREFERENCES, token)
        subscriber = self._look(claim)
        if "lever" in form:
            return self._turn(claim, subscriber, form)
        wish = form.get("mail", "")
        if wish not in {"pause", "resume"} or "paused" in subscriber.locked:
            return self._render(claim, subscriber, happened="Nothing changed.")
        move = self._unsubscribing.pause if wish == "pause" else self._unsubscribing.resume
        now = move(subscriber)
        happened = {
            SubscriberState.PAUSED: "All mail is paused. The button below undoes it.",
            SubscriberState.ACTIVE: "Mail goes out again. The button below undoes it.",
        }.get(now.state, "Nothing changed.")
        return self._render(claim, now, happened=happened)

    def _look(self, claim: LinkClaim) -> Subscriber:
        with self._context.store.read() as uow:
            return subscriber_of(uow, claim)

    def _turn(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        with self._context.store.read() as uow:
            mark = _wanted(uow.people.feedback(subscriber.id), form)
        done = self._voting.record(subscriber, [mark], via="web")
        words = lever_said(mark.act, mark.value) if done.entries else "Nothing changed."
        return self._render(claim, subscriber, happened=words, undo=done.undo)

    def _render(
        self, claim: LinkClaim, subscriber: Subscriber, *, happened: str, undo: Sequence[Mark] = ()
    ) -> Response:
        locked = "paused" in subscriber.locked
        with self._context.store.read() as uow:
            turned = uow.people.levers([subscriber.id])
        names = interest_names(subscriber)
        return self._page(
            "preferences",
            locale=subscriber.locale,
            title="Your digest",
            happened=happened,
            address=masked(subscriber.email),
            state=_STATES[subscriber.state],
            cadence=self._words(subscriber.locale).cadence(subscriber.cadence),
            papers=subscriber.papers,
            interests=[_interest(interest) for interest in subscriber.interests],
            button=None if locked else _BUTTONS.get(subscriber.state),
            locked=locked,
            undo=[_fields(mark) for mark in undo],
            levers=[
                {
                    "words": lever_said(own.act, own.value),
                    "where": names.get(own.interest or "", own.interest) if own.interest else "",
                    "fields": _fields(_mark(own, LEVERS[own.act])),
                }
                for own in turned
            ],
            links=self._links_for(claim),
        )


def _mark(entry: Feedback, act: Act) -> Mark:
    return Mark(paper=entry.paper, act=act, value=entry.value, interest=entry.interest or "")


def _fields(mark: Mark) -> Mapping[str, str]:
    return {"lever": mark.act.value, "value": mark.value, "interest": mark.interest or ""}


def _wanted(log: Sequence[Feedback], form: Form) -> Mark:
    """Return the act that a form asks for; InputError where its lever was never turned."""
    for entry in log:
        if entry.act in LEVERS and not entry.suspect:
            for act in (entry.act, LEVERS[entry.act]):
                mark = _mark(entry, act)
                if _fields(mark).items() <= form.items():
                    return mark
    raise InputError("the form names a lever that was never turned; open the page again")


def _interest(interest: Interest) -> Mapping[str, object]:
    words = [*interest.keywords, *interest.authors, *interest.categories]
    muted = [f"not {word}" for word in interest.mute]
    return {
        "name": interest.name,
        "paused": interest.paused,
        "about": interest.about,
        "words": " · ".join([*words, *muted]),
    }
