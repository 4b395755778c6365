"""The preference page: what a reader gets, when, about what, and how each of it is changed.

Every form changes only what its reader touched; what was changed is said in words, with one button that
undoes it. `?interest=MARK` shows the form of one interest, `?interest=new` that of another one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.digest.links import LinkClaim
from recommender.domain.errors import InputError
from recommender.domain.requests import RequestKind
from recommender.domain.subscribers import Every, Subscriber, SubscriberState
from recommender.domain.wishes import interest_field
from recommender.services.claims import subscriber_of
from recommender.services.preferences import Edit, Outcome, Preferences, mark_of, next_edition
from recommender.services.requests import Asked, Requesting, is_locked
from recommender.services.unsubscribing import Unsubscribing
from recommender.services.voting import Voting
from recommender.web.context import PREFERENCES, PageLink, Pages, WebContext, masked
from recommender.web.endpoints import posted
from recommender.web.levers import lever_said
from recommender.web.preference_choices import pause_end
from recommender.web.preference_fields import MOST_LINES, SECTIONS, fault_of
from recommender.web.preference_forms import (
    NEW,
    key_of,
    quick,
    read_interest,
    read_section,
    read_undo,
    undo_field,
)
from recommender.web.preference_levers import lever_fields, lever_mark
from recommender.web.preference_overview import Overview, held_fields, put_back
from recommender.web.preference_view import Example, Trouble, example, interest, trouble_of
from recommender.web.preference_words import Saying, pause_words
from recommender.web.reading import feed_links
from recommender.web.requesting import ask_url
from recommender.web.sheet import Form

_NOTHING = "Nothing changed."
_SLOWER = {Every.DAY: Every.WEEKDAY, Every.WEEKDAY: Every.WEEK}
_STALE = "Nothing was changed: something of it was changed meanwhile, in another window or in the file."
_LOCKED = "Nothing was changed: this is kept to the configuration file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What a page says of an act: sentences, and the hidden fields of each button that takes it back."""

    words: Sequence[str] = ()
    undo: Sequence[Mapping[str, str]] = ()
    trouble: Trouble = field(default_factory=Trouble)


class PreferencePages(Pages):
    """Answers `/p`."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._preferences = Preferences(context.store, context.clock)
        self._unsubscribing = Unsubscribing(context.store, context.clock)
        self._voting = Voting(context.store, context.clock)
        self._requesting = Requesting(store=context.store, clock=context.clock)
        self._acts: Mapping[str, Callable[[LinkClaim, Subscriber, Form], Response]] = {
            "lever": self._turn,
            "mail": self._hold,
            "undo": self._take_back,
            "links": self._void,
            "fewer": self._fewer,
            "section": self._section,
            "interest": self._interest,
        }

    def show(self, token: str, interest: str = "") -> Response:
        """Show the preferences, or the form of an interest; changes nothing."""
        claim = self._claim(PREFERENCES, token)
        subscriber = self._look(claim)
        key = "" if interest == NEW else key_of(subscriber, interest)
        if not interest or key is None:
            words = ["There is no such interest any more."] if interest else []
            return self._render(claim, subscriber, Happened(words=words))
        return self._form(claim, subscriber, key, Trouble())

    def act(self, token: str, form: Form) -> Response:
        """Do what a form of the page asks for, and say what that changes."""
        claim = self._claim(PREFERENCES, token)
        subscriber = self._look(claim)
        if asked := self._asked(claim, form):
            return asked
        for name, act in self._acts.items():
            if name in form:
                return act(claim, subscriber, form)
        return self._render(claim, subscriber, Happened(words=[_NOTHING]))

    def _look(self, claim: LinkClaim) -> Subscriber:
        with self._context.store.read() as uow:
            return subscriber_of(uow, claim)

    def _section(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        name = form["section"]
        if name not in SECTIONS:
            raise InputError("the form is none of this page; open the page again")
        filled = read_section(SECTIONS[name], form)
        outcome = None if filled.faults else self._preferences.change(subscriber, filled.edits)
        if outcome is None or outcome.refused:
            trouble = trouble_of(name, filled, outcome)
            now = outcome.subscriber if outcome else subscriber
            words = ["Nothing was changed yet: something has to be mended below."]
            return self._render(claim, now, Happened(words=words, trouble=trouble))
        return self._told(claim, outcome)

    def _interest(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        key = "" if form["interest"] == NEW else key_of(subscriber, form["interest"])
        if key is None:
            words = ["Nothing was changed: there is no such interest any more."]
            return self._render(claim, subscriber, Happened(words=words))
        if form.get("act") in {"pause", "resume", "remove"}:
            return self._told(claim, self._preferences.change(subscriber, quick(key, form["act"])))
        filled = read_interest(subscriber, key, form)
        outcome = None if filled.faults else self._preferences.change(subscriber, filled.edits)
        if outcome is None or outcome.refused:
            now = outcome.subscriber if outcome else subscriber
            return self._form(claim, now, key, trouble_of("interest", filled, outcome))
        return self._told(claim, outcome)

    def _fewer(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        every = _SLOWER.get(subscriber.cadence.every)
        if every is None:
            return self._render(claim, subscriber, Happened(words=[_NOTHING]))
        edit = Edit(field="every", value=every.value, shown=form["fewer"])
        return self._told(claim, self._preferences.change(subscriber, [edit]))

    def _take_back(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        return self._told(claim, self._preferences.change(subscriber, read_undo(subscriber, form["undo"])))

    def _told(self, claim: LinkClaim, outcome: Outcome) -> Response:
        """Say what was changed, or why nothing was."""
        now = outcome.subscriber
        if outcome.refused:
            words = [_LOCKED if outcome.locked else _STALE]
            return self._render(claim, now, Happened(words=words), status=409)
        words = [*self._saying(now).changes(outcome.changes), *self._strangers(now, outcome)]
        undo = [{"undo": undo_field(outcome.undo)}] if outcome.undo else []
        self._did(now.public_id, lambda: self._preferences.change(now, outcome.undo))
        return self._render(claim, now, Happened(words=words or [_NOTHING], undo=undo))

    def _strangers(self, subscriber: Subscriber, outcome: Outcome) -> Sequence[str]:
        """Name the example papers among what was added that are not in the store yet."""
        seeds: dict[str, None] = {}
        for own in subscriber.interests:
            for changed in (interest_field(own.key, "seeds"), interest_field(own.key)):
                if changed in outcome.changes:
                    seeds |= dict.fromkeys(own.seeds)
        with self._context.store.read() as uow:
            known = uow.papers.resolve(seeds)
        missing = [seed for seed in seeds if seed not in known]
        if not missing:
            return []
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        return [f"Not in the store yet: {', '.join(missing[:5])}{more}. They count as soon as they are."]

    def _hold(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        """Pause or resume all mail; who is neither mailed nor paused has nothing to hold."""
        if "paused" in subscriber.locked:
            return self._render(claim, subscriber, Happened(words=[_LOCKED]), status=409)
        zone, now = subscriber.cadence.zone, self._context.clock.now()
        if form["mail"] == "resume":
            after = self._unsubscribing.resume(subscriber)
        elif form["mail"] == "pause":
            try:
                until = pause_end(form, now, zone)
            except ValueError as error:
                trouble = Trouble(section="pause", typed=form, faults={"until": fault_of(error)})
                return self._render(claim, subscriber, Happened(words=[_NOTHING], trouble=trouble))
            after = self._unsubscribing.pause(subscriber, until=until)
        else:
            raise InputError("mail is paused or resumed; open the page again")
        before = (subscriber.state, subscriber.paused_until)
        if before == (after.state, after.paused_until):
            return self._render(claim, after, Happened(words=[_NOTHING]))
        self._did(after.public_id, lambda: put_back(self._unsubscribing, after, *before))
        saying = self._saying(after)
        words = "Mail goes out again."
        if after.state is SubscriberState.PAUSED:
            words = f"All mail is {pause_words(after, saying.words)}."
        happened = Happened(words=[words, saying.next_words()], undo=[held_fields(subscriber, now)])
        return self._render(claim, after, happened)

    def _void(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        """Void all links but those that unsubscribe; whoever pressed the button gets no new one."""
        if form["links"] != "void" or form.get("sure") != "yes":
            words = ["Nothing changed: tick the box if you are sure."]
            return self._render(claim, subscriber, Happened(words=words))
        self._preferences.void_links(subscriber)
        answer = self._requesting.ask(subscriber, RequestKind.LINKS)
        fresh = "Your next digest brings fresh links."
        if answer is Asked.TAKEN_DOWN:
            fresh = f"A letter with fresh links goes to {masked(subscriber.email)}."
        return self._page(
            "unsubscribed",
            title="Your old links are void",
            words=[
                "Votes, lists and preferences cannot be opened from mails that you have already.",
                f"{fresh} Unsubscribing works from every digest, however old.",
                "This cannot be undone; nothing else was changed.",
            ],
            undo=None,
        )

    def _turn(self, claim: LinkClaim, subscriber: Subscriber, form: Form) -> Response:
        with self._context.store.read() as uow:
            mark = lever_mark(uow.people.feedback(subscriber.id), form)
        done = self._voting.record(subscriber, [mark], via="web")
        words = lever_said(mark.act, mark.value) if done.entries else _NOTHING
        undo = [lever_fields(mark) for mark in done.undo]
        self._did(subscriber.public_id, lambda: self._voting.record(subscriber, done.undo, via="web"))
        return self._render(claim, subscriber, Happened(words=[words], undo=undo))

    def _saying(self, subscriber: Subscriber) -> Saying:
        """Return what says things of a reader, in English whatever the language of their digests."""
        now = self._context.clock.now()
        words = self._words(subscriber.locale)
        if words.language.partition("-")[0] != "en":
            words = self._words("en-GB")
        with self._context.store.read() as uow:
            slot = next_edition(uow, subscriber, now)
        return Saying(subscriber=subscriber, words=words, slot=slot, now=now)

    def _render(
        self, claim: LinkClaim, subscriber: Subscriber, happened: Happened, *, status: int = 200
    ) -> Response:
        overview = Overview(context=self._context, subscriber=subscriber, saying=self._saying(subscriber))
        page = self._page(
            "preferences",
            locale=subscriber.locale,
            title="Your preferences",
            happened=happened,
            links=self._ways(claim),
            ask=ask_url(self._context, claim),
            private=self._context.privacy is not None,
            moves=not is_locked(subscriber),
            feeds=feed_links(self._context.links.feed(claim.public_id, claim.epoch, claim.issued)),
            **overview.values(happened.trouble),
        )
        page.status_code = 422 if happened.trouble.faults else status
        return page

    def _ways(self, claim: LinkClaim) -> Sequence[PageLink]:
        leave = self._context.links.unsubscribe(claim.public_id, claim.epoch, claim.issued)
        return (*self._links_for(claim), PageLink(name="Unsubscribe", url=leave))

    def _examples(self, seeds: Sequence[str]) -> Sequence[Example]:
        """Return the first example papers of an interest, as the store knows them."""
        shown = seeds[:MOST_LINES]
        with self._context.store.read() as uow:
            found = uow.papers.resolve(shown)
            papers = uow.papers.get(found.values())
        known = {seed: papers.get(paper) for seed, paper in found.items()}
        return [example(seed, known.get(seed)) for seed in shown]

    def _form(self, claim: LinkClaim, subscriber: Subscriber, key: str, trouble: Trouble) -> Response:
        own = next((own for own in subscriber.interests if own.key == key), None)
        page = self._page(
            "preferences_interest",
            title=f"Interest: {own.name}" if own else "A new interest",
            mark=mark_of(key) if key else NEW,
            paused=own is not None and own.paused,
            controls=interest(subscriber, key, trouble),
            examples=self._examples(own.seeds if own else ()),
            locked="interests" in subscriber.locked,
            faults=trouble.faults,
            back=self._context.links.preferences(claim.public_id, claim.epoch, claim.issued),
            links=self._links_for(claim),
        )
        page.status_code = 422 if trouble.faults else 200
        return page


def preference_routes(context: WebContext) -> list[Route]:
    """Return the route of the preference page."""
    pages = PreferencePages(context)

    async def endpoint(request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "POST":
            return await run_in_threadpool(pages.show, token, request.query_params.get("interest", ""))
        return await run_in_threadpool(pages.act, token, await posted(request))

    return [Route("/p/{token}", endpoint, methods=["GET", "POST"])]
