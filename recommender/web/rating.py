"""Pages of one edition: its rating sheet, reached by a thumb, by a save link or by "view in browser"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from recommender.digest.links import LinkClaim
from recommender.domain.editions import Edition
from recommender.domain.errors import LinkExpired
from recommender.domain.feedback import Act, Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.services.bursts import unconfirmed
from recommender.services.claims import Proposal, edition_of, proposal_of, subscriber_of
from recommender.services.voting import Recorded, record_acts
from recommender.web.context import VIEW, WAS_IT, Pages, WebContext, readable
from recommender.web.scanners import DECOY
from recommender.web.sheet import VOTES, Form, SheetRow, marks, rows, sheet_fields, undo_fields, with_held
from recommender.web.ways import PageOf, Ways

SAID = {
    Act.UP: "More like this:",
    Act.DOWN: "Less like this:",
    Act.UNDO: "No vote any more:",
    Act.SAVE: "On your reading list:",
    Act.UNSAVE: "Off your reading list:",
    Act.READ: "Marked as read:",
    Act.UNREAD: "Marked as unread:",
}
_PROPOSED = {Act.UP: "useful", Act.DOWN: "not for me", Act.SAVE: "save"}
VOTED = (
    "Your next edition follows: what resembles the papers you liked moves up, what resembles the others down."
)
SAME = "Nothing changed: this is what stood already."
SUSPECT = (
    "This came faster than a person clicks, as the scanners of some mail systems do: it does not count yet.",
    "If it was you, wait a few seconds and press the button.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a token of an edition leads to."""

    claim: LinkClaim
    subscriber: Subscriber
    edition: Edition
    proposal: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen(_Found):
    """What a sheet shows, read in one transaction."""

    papers: Mapping[PaperId, Paper]
    votes: Mapping[PaperId, Vote]
    held: Mapping[PaperId, Act]
    """Votes that came as a scanner's would and that nobody confirmed."""
    saved: frozenset[PaperId]

    @property
    def rows(self) -> Sequence[SheetRow]:
        shown = rows(self.edition, self.papers, self.votes, self.saved, self.proposal)
        return [with_held(row, self.held.get(row.item.paper)) for row in shown]


class RatingPages(Pages):
    """Answers `/v`, `/s` and `/d`, which differ in what they propose."""

    def __init__(self, context: WebContext, purpose: str) -> None:
        """Answer tokens of `purpose`: vote, save or view."""
        super().__init__(context)
        self._purpose = purpose

    def show(self, token: str) -> Response:
        """Show the sheet, or for a save link its one paper; changes nothing."""
        seen = self._look(token)
        if seen.proposal and seen.proposal.act is Act.SAVE:
            return self._show_save(seen)
        proposed = [row for row in seen.rows if row.proposed]
        reader = seen.subscriber
        day = self._words(reader.locale).day(seen.edition.due_at, reader.cadence.zone)
        return self._page(
            "sheet",
            locale=reader.locale,
            title=f"Your edition of {day}",
            proposed=proposed,
            proposal=_PROPOSED[seen.proposal.act] if seen.proposal else "",
            rest=[row for row in seen.rows if not row.proposed],
            links=self._links_for(seen.claim),
            page_of=self._page_of(seen),
            decoy=f"?{DECOY}",
        )

    def act(self, token: str, form: Form) -> Response:
        """Record what the form says, or the link's own proposal if it says nothing.

        One transaction reads, of the edition no more than the form is about, and writes.
        """
        claim = self._claim(self._purpose, token)
        with self._context.store.write() as uow:
            found = self._find(uow, claim)
            wanted = marks(found.edition, form, found.proposal)
            occasion = self._occasion(found.subscriber, found.edition, form)
            done = record_acts(uow, found.subscriber, wanted, occasion)
            papers = uow.papers.get(entry.paper for entry in done.entries)
        return self._show_done(found, done, form, papers)

    def _show_save(self, seen: _Seen) -> Response:
        row = next((row for row in seen.rows if row.proposed), None)
        if row is None:
            raise LinkExpired("the paper of this link is gone")
        links = self._links_for(seen.claim)
        return self._page(
            "save",
            locale=seen.subscriber.locale,
            title="Save this paper?",
            paper=row.paper,
            saved=row.saved,
            links=links,
            page_of=self._page_of(seen),
        )

    def _show_done(
        self, seen: _Found, done: Recorded, form: Form, papers: Mapping[PaperId, Paper]
    ) -> Response:
        lines = [
            {"what": SAID[entry.act], "title": readable(papers[entry.paper]).title}
            for entry in done.entries
            if entry.paper in papers
        ]
        undo = undo_fields(seen.edition, done.undo) if done.undo else {}
        if not done.entries and not done.suspect and seen.proposal and "undo" not in form:
            undo = {"undo": "1"}
        return self._page(
            "done",
            title=done_title(done),
            lines=[] if done.suspect else lines,
            words=done_words(done),
            undo=undo,
            again=self._asked_again(sheet_fields(form)) if done.suspect else None,
            back=self._sheet_url(seen),
            back_name="the whole edition",
            links=self._links_for(seen.claim),
        )

    def _sheet_url(self, seen: _Found) -> str:
        claim = seen.claim
        return self._context.links.view(claim.public_id, claim.epoch, seen.edition.id, claim.issued)

    def _page_of(self, seen: _Seen) -> PageOf:
        """Return the way from a paper to its page, where this reader finds the reason and the vote again."""
        token = self._sheet_url(seen).rpartition("/")[2]
        ways = Ways(prefix=self._context.prefix, token=token)
        return lambda paper: ways.paper(paper.id)

    def _look(self, token: str) -> _Seen:
        claim = self._claim(self._purpose, token)
        with self._context.store.read() as uow:
            found = self._find(uow, claim)
            shown = [item.paper for item in found.edition.items]
            papers = {paper: readable(known) for paper, known in uow.papers.get(shown).items()}
            votes = uow.people.votes([found.subscriber.id], papers=shown)
            recent = uow.people.recent(found.subscriber.id, shown, since=found.edition.created_at)
            saved = frozenset(paper for paper, _, _ in uow.people.saved(found.subscriber.id))
        return _Seen(
            claim=claim,
            subscriber=found.subscriber,
            edition=found.edition,
            papers=papers,
            votes={vote.paper: vote for vote in votes},
            held=unconfirmed(recent),
            saved=saved,
            proposal=found.proposal,
        )

    def _find(self, uow: UnitOfWork, claim: LinkClaim) -> _Found:
        subscriber = subscriber_of(uow, claim)
        edition, proposal = self._edition(uow, claim, subscriber)
        return _Found(claim=claim, subscriber=subscriber, edition=edition, proposal=proposal)

    def _edition(
        self, uow: UnitOfWork, claim: LinkClaim, subscriber: Subscriber
    ) -> tuple[Edition, Proposal | None]:
        if self._purpose == VIEW:
            return edition_of(uow, claim, subscriber), None
        return proposal_of(uow, claim, subscriber)


def done_title(done: Recorded) -> str:
    """Return the heading of the page that says what came of votes and saves."""
    if done.suspect:
        return WAS_IT
    return "Recorded" if done.entries else "Nothing changed"


def done_words(done: Recorded) -> Sequence[str]:
    """Return what that page says of the next edition, or why nothing counts."""
    if done.suspect:
        return SUSPECT
    if not done.entries:
        return (SAME,)
    voted = any(entry.act in VOTES.values() for entry in done.entries)
    return (VOTED,) if voted else ()
