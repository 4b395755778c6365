"""Pages of one paper's levers: why it was chosen, and what keeps such papers away or brings more of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from recommender.digest.levers import author_words, term_words
from recommender.digest.links import LinkClaim
from recommender.digest.plain import plain
from recommender.domain.editions import Edition, EditionItem
from recommender.domain.errors import LinkExpired
from recommender.domain.feedback import Act, Feedback, vote_act
from recommender.domain.papers import Paper
from recommender.domain.subscribers import Subscriber
from recommender.services.claims import proposal_of, subscriber_of
from recommender.services.levers import Offer, offers, place_of
from recommender.services.profiles import interest_names
from recommender.services.voting import Mark, Recorded, record_acts
from recommender.web.context import LEVER, WAS_IT, Pages, WebContext, readable
from recommender.web.rating import SAME, SUSPECT
from recommender.web.sheet import Form
from recommender.web.turning import boxes, said, turned, undo_fields

_EVERYWHERE = "your whole digest"
_DONE: Mapping[Act, tuple[str, str]] = {
    Act.MUTE: ("Muted:", "Papers with {what} stay out of {where} from the next edition on."),
    Act.UNMUTE: ("Not muted any more:", "Papers with {what} may come in {where} again."),
    Act.FOLLOW: ("You follow:", "New papers by {what} move up in {where}, marked as followed."),
    Act.UNFOLLOW: ("You do not follow any more:", "Papers by {what} rank in {where} like all others."),
    Act.DOWN: ("Less like this:", "What resembles this paper sinks from the next edition on."),
    Act.UP: ("More like this:", "What resembles this paper moves up from the next edition on."),
    Act.UNDO: ("No vote any more:", "This paper moves nothing up or down."),
}
"""What was done, and what it will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a lever's token leads to, read in one transaction."""

    claim: LinkClaim
    subscriber: Subscriber
    edition: Edition
    item: EditionItem
    paper: Paper
    offers: Sequence[Offer]
    vote: Act
    """The vote that stands; `undo` for none."""
    proposal: Mark

    @property
    def where(self) -> str:
        """Name of the interest that the levers are for."""
        return _where(self.subscriber, place_of(self.item, self.subscriber))


class LeverPages(Pages):
    """Answers `/m`."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)

    def show(self, token: str) -> Response:
        """Show the reason and every lever, the link's own one ticked; changes nothing."""
        seen = self._look(token)
        return self._page(
            "lever",
            locale=seen.subscriber.locale,
            title="Change what comes",
            paper=seen.paper,
            reason=plain(seen.item.reason),
            where=seen.where,
            mutes=boxes(seen.offers, Act.MUTE, seen.proposal),
            follows=boxes(seen.offers, Act.FOLLOW, seen.proposal),
            less=Act.DOWN in (seen.proposal.act, seen.vote),
            had=seen.vote.value,
            links=self._links_for(seen.claim),
        )

    def act(self, token: str, form: Form) -> Response:
        """Turn what the form says, or the link's own lever if it says nothing."""
        seen = self._look(token)
        marks = turned(seen.offers, form, seen.proposal)
        occasion = self._occasion(seen.subscriber, seen.edition, form)
        with self._context.store.write() as uow:
            done = record_acts(uow, seen.subscriber, marks, occasion)
        return self._show_done(seen, done, form)

    def _show_done(self, seen: _Seen, done: Recorded, form: Form) -> Response:
        told = [] if done.suspect else list(_told(seen, done.entries))
        undo = undo_fields(done.undo) if done.undo else {}
        if not done.entries and not done.suspect and not said(form) and "undo" not in form:
            undo = {"undo": "1"}
        words = SUSPECT if done.suspect else [effect for _, _, effect in told] or (SAME,)
        title = WAS_IT if done.suspect else "Changed" if told else "Nothing changed"
        claim = seen.claim
        return self._page(
            "done",
            title=title,
            lines=[{"what": what, "title": name} for what, name, _ in told],
            words=words,
            undo=undo,
            again=self._asked_again(said(form)) if done.suspect else None,
            back=self._context.links.view(claim.public_id, claim.epoch, seen.edition.id, claim.issued),
            back_name="the whole edition",
            links=self._links_for(claim),
        )

    def _look(self, token: str) -> _Seen:
        claim = self._claim(LEVER, token)
        with self._context.store.read() as uow:
            subscriber = subscriber_of(uow, claim)
            edition, proposal = proposal_of(uow, claim, subscriber)
            item = next(own for own in edition.items if own.id == proposal.item)
            paper = uow.papers.get([item.paper]).get(item.paper)
            levers = uow.people.levers([subscriber.id])
            votes = {vote.paper: vote for vote in uow.people.votes([subscriber.id])}
        if paper is None:
            raise LinkExpired("the paper of this link is gone")
        return _Seen(
            claim=claim,
            subscriber=subscriber,
            edition=edition,
            item=item,
            paper=readable(paper),
            offers=offers(item, paper, subscriber, levers),
            vote=vote_act(votes.get(item.paper)),
            proposal=proposal.mark(item.paper),
        )


def lever_said(act: Act, value: str) -> str:
    """Return in words what the act of a lever did: `Muted: “rank-one”`."""
    return f"{_DONE[act][0]} {_what(act, value)}"


def _what(act: Act, value: str) -> str:
    return f"“{term_words(value)}”" if act in {Act.MUTE, Act.UNMUTE} else author_words(value)


def _told(seen: _Seen, entries: Sequence[Feedback]) -> Iterator[tuple[str, str, str]]:
    """Yield for each act what was done, to what, and what it will do."""
    for entry in entries:
        done, effect = _DONE[entry.act]
        what = _what(entry.act, entry.value) or seen.paper.title
        yield done, what, effect.format(what=what, where=_where(seen.subscriber, entry.interest or ""))


def _where(subscriber: Subscriber, interest: str) -> str:
    """Return the name of an interest; a vote keeps that which its paper came for, also when it is gone."""
    name = interest_names(subscriber).get(interest, "") if interest else ""
    return f"“{plain(name)}”" if name else _EVERYWHERE
