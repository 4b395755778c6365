"""Pages about getting mail at all: unsubscribing (RFC 8058), and the way back."""

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.services.unsubscribing import Unsubscribing
from recommender.web.context import UNSUBSCRIBE, Pages, WebContext, masked
from recommender.web.preference_choices import local_day, pause_end
from recommender.web.sheet import Form

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What a provider posts, and nothing else."""


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
            less=self._less(token, subscriber),
        )

    def act(self, token: str, form: Form) -> Response:
        """Unsubscribe, or with `undo` subscribe again; 200 whatever the state and however often.

        A provider's POST (RFC 8058) acts at once; the form of the page says something else, and who
        presses its button as a scanner would is asked once more.
        """
        if dict(form) != ONE_CLICK and (asked := self._asked(self._claim(UNSUBSCRIBE, token), form)):
            return asked
        try:
            subscriber, suppressed = self._look(token)
        except UnknownSubscriber:
            return self._nobody()
        if "undo" in form:
            return self._return(subscriber, form)
        return self._leave(subscriber, suppressed=suppressed)

    def _leave(self, subscriber: Subscriber, *, suppressed: bool) -> Response:
        before = _standing(subscriber, self._context.clock.now())
        self._unsubscribing.unsubscribe(subscriber)
        if not suppressed:
            self._did(subscriber.public_id, lambda: self._return(subscriber, before))
        return self._page(
            "unsubscribed",
            title="You are unsubscribed",
            words=[
                f"No more digests go to {masked(subscriber.email)}.",
                "Your votes and your reading list are kept.",
            ],
            undo={"undo": "1", **_standing(subscriber, self._context.clock.now())},
            undo_name="Undo: subscribe again",
        )

    def _return(self, subscriber: Subscriber, form: Form) -> Response:
        paused, until = self._before(subscriber, form)
        now = self._unsubscribing.undo(subscriber, paused=paused, until=until)
        address = masked(subscriber.email)
        return self._page(
            "unsubscribed",
            title="You are subscribed again",
            words=[f"Digests go to {address} again." if now.mailable else f"No digest is due to {address}."],
            undo={"leave": "1"},
            undo_name="Undo: unsubscribe",
        )

    def _before(self, subscriber: Subscriber, form: Form) -> tuple[bool, datetime | None]:
        """Return whether mail was paused before, and until when; a pause that is over by now is none."""
        if form.get("was") != "paused":
            return False, None
        end = {"until": form.get("until", "")}
        try:
            return True, pause_end(end, self._context.clock.now(), subscriber.cadence.zone)
        except ValueError:
            return False, None

    def _less(self, token: str, subscriber: Subscriber) -> str:
        """Return the way to less mail, as old as the link that led here; empty if that is void."""
        claim = self._claim(UNSUBSCRIBE, token)
        if claim.epoch != subscriber.epoch:
            return ""
        return f"{self._context.links.preferences(claim.public_id, claim.epoch, claim.issued)}#mail"

    def _nobody(self) -> Response:
        """Answer for somebody who was erased: there is nothing left to unsubscribe."""
        return self._page(
            "unsubscribed", title="You are unsubscribed", words=["No mail goes out."], undo=None
        )

    def _look(self, token: str) -> tuple[Subscriber, bool]:
        claim = self._claim(UNSUBSCRIBE, token)
        with self._context.store.read() as uow:
            subscriber = uow.people.find(claim.public_id)
            return subscriber, uow.people.suppression(subscriber.email) is not None


def _standing(subscriber: Subscriber, now: datetime) -> Mapping[str, str]:
    """Return the hidden fields that bring back how mail stood."""
    if subscriber.state is not SubscriberState.PAUSED or subscriber.pause_is_over(now):
        return {}
    until = subscriber.paused_until
    return {"was": "paused", "until": f"{local_day(until, subscriber.cadence.zone)}" if until else ""}
