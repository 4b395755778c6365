"""The reading list in the browser: marking as read, taking off, and the files for reference managers."""

import hashlib
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from starlette.responses import Response

from recommender.digest.links import LinkClaim
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.services.claims import subscriber_of
from recommender.services.reading import Reading
from recommender.services.voting import Mark, Recorded, Voting
from recommender.web.context import READING, PageLink, Pages, WebContext, readable
from recommender.web.rating import SAID
from recommender.web.sheet import Form

EXPORTS = {
    "bib": ("bibtex", "application/x-bibtex"),
    "ris": ("ris", "application/x-research-info-systems"),
    "json": ("json", "application/json"),
}
_ACTS = {"read": Act.READ, "unread": Act.UNREAD, "drop": Act.UNSAVE, "save": Act.SAVE}
_KEY_LENGTH = 16


class ReadingPages(Pages):
    """Answers `/l` and its files."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._reading = Reading(context.store)
        self._voting = Voting(context.store, context.clock)

    def show(self, token: str) -> Response:
        """Show the list; changes nothing."""
        claim, subscriber = self._look(token)
        words, zone = self._words(subscriber.locale), ZoneInfo(subscriber.cadence.zone)
        rows = [
            {
                "paper": readable(row.paper),
                "saved": words.date(row.saved_at.astimezone(zone).date()),
                "read": row.read,
                "key": paper_key(row.paper.id),
            }
            for row in self._reading.rows(subscriber.public_id)
        ]
        own = f"{self._context.prefix}/l/{token}"
        return self._page(
            "reading",
            locale=subscriber.locale,
            title="Your reading list",
            rows=rows,
            unread=sum(not row["read"] for row in rows),
            exports=[PageLink(name=name, url=f"{own}.{end}") for end, name in _EXPORT_NAMES.items()],
            links=self._links_for(claim),
        )

    def file(self, token: str, end: str) -> Response:
        """Return the list as a download: `bib`, `ris` or `json`."""
        _, subscriber = self._look(token)
        form, media_type = EXPORTS[end]
        text = self._reading.export(subscriber.public_id, form)
        disposition = f'attachment; filename="reading-list.{end}"'
        return Response(text, media_type=media_type, headers={"content-disposition": disposition})

    def act(self, token: str, form: Form) -> Response:
        """Mark as read, take off, or put back what the form names; unknown names are passed over."""
        claim, subscriber = self._look(token)
        papers = self._touchable(subscriber)
        done = self._voting.record(subscriber, _marks(papers, form), via="web")
        lines = [
            {"what": SAID[entry.act], "title": papers[paper_key(entry.paper)].title} for entry in done.entries
        ]
        return self._page(
            "done",
            title="Your list is changed" if lines else "Nothing changed",
            lines=lines,
            words=[] if lines else ["No paper was ticked, or it stood so already."],
            undo=_undo_fields(done),
            again=None,
            back=f"{self._context.prefix}/l/{token}",
            back_name="the list",
            links=self._links_for(claim),
        )

    def _look(self, token: str) -> tuple[LinkClaim, Subscriber]:
        claim = self._claim(READING, token)
        with self._context.store.read() as uow:
            return claim, subscriber_of(uow, claim)

    def _touchable(self, subscriber: Subscriber) -> Mapping[str, Paper]:
        """Return by key what the reader may mark: papers on the list, or once acted on (to put back)."""
        with self._context.store.read() as uow:
            ids = {entry.paper for entry in uow.people.feedback(subscriber.id)}
            ids |= {paper for paper, _, _ in uow.people.saved(subscriber.id)}
            return {paper_key(paper.id): readable(paper) for paper in uow.papers.get(ids).values()}


_EXPORT_NAMES = {"bib": "BibTeX", "ris": "RIS", "json": "JSON"}


def paper_key(paper: PaperId) -> str:
    """Return what stands for a paper in a field's name: ids may hold any character."""
    return hashlib.sha256(paper.encode()).hexdigest()[:_KEY_LENGTH]


def _marks(papers: Mapping[str, Paper], form: Form) -> Sequence[Mark]:
    named = [(name.partition("-"), value) for name, value in form.items()]
    return [
        Mark(paper=papers[key].id, act=_ACTS[act])
        for (act, _, key), value in named
        if act in _ACTS and key in papers and value == "yes"
    ]


def _undo_fields(done: Recorded) -> Mapping[str, str]:
    names = {act: name for name, act in _ACTS.items()}
    return {f"{names[mark.act]}-{paper_key(mark.paper)}": "yes" for mark in done.undo if mark.act in names}
