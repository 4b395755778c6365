"""The reading list in the browser: finding, marking, labels and notes, and files for reference managers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.digest.links import LinkClaim
from recommender.digest.plain import plain
from recommender.domain.feedback import Act, Feedback, folded
from recommender.domain.papers import Paper, PaperStatus
from recommender.domain.remarks import LABEL_LIMIT, LABELS_LIMIT, NOTE_LIMIT, OnList
from recommender.domain.subscribers import Subscriber
from recommender.services.citations import Saved
from recommender.services.claims import subscriber_of
from recommender.services.reading import FORMATS, chosen, labels_in, saved_rows
from recommender.services.voting import Voting
from recommender.web.context import READING, PageLink, Pages, WebContext, readable
from recommender.web.endpoints import posted
from recommender.web.queries import Fields, fields_of
from recommender.web.rating import SAID
from recommender.web.reading_form import Trouble, asked_of, note_mark, paper_key, undo_fields
from recommender.web.reading_view import WORDS_LIMIT, Leaf, View, orders
from recommender.web.sheet import Form

EXPORTS: Mapping[str, tuple[str, str, str]] = {
    "bib": ("bibtex", "application/x-bibtex", "BibTeX"),
    "ris": ("ris", "application/x-research-info-systems", "RIS"),
    "csl.json": ("csl", "application/vnd.citationstyles.csl+json", "CSL-JSON"),
    "json": ("json", "application/json", "JSON"),
}
"""End of the path to the format, its media type and its name; a longer end stands before one it ends with."""
LIMITS = {
    "words": WORDS_LIMIT,
    "label": LABEL_LIMIT,
    "labels": LABELS_LIMIT,
    "note": NOTE_LIMIT,
}
"""Lengths that a page tells."""


def reading_routes(context: WebContext) -> list[Route]:
    """Return the routes of the list and of its files."""
    pages = ReadingPages(context)

    async def page(request: Request) -> Response:
        token, asked = request.path_params["token"], fields_of(request)
        if request.method != "POST":
            return await run_in_threadpool(pages.show, token, asked)
        return await run_in_threadpool(pages.act, token, await posted(request), asked)

    return [*_file_routes(pages), Route("/l/{token}", page, methods=["GET", "POST"])]


def _file_routes(pages: "ReadingPages") -> list[Route]:
    def route(end: str) -> Route:
        async def file(request: Request) -> Response:
            token = request.path_params["token"]
            return await run_in_threadpool(pages.file, token, end, fields_of(request))

        return Route(f"/l/{{token}}.{end}", file, methods=["GET"])

    return [route(end) for end in EXPORTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a token leads to, read in one transaction."""

    claim: LinkClaim
    subscriber: Subscriber
    rows: Sequence[Saved]


class ReadingPages(Pages):
    """Answers `/l` and its files."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._voting = Voting(context.store, context.clock)

    def show(self, token: str, asked: Fields) -> Response:
        """Show the list as the query wants it; changes nothing."""
        view = View.read(asked)
        return self._list(token, self._look(token), view)

    def file(self, token: str, end: str, asked: Fields) -> Response:
        """Return what the query chooses of the list as a download, all pages of it."""
        view, seen = View.read(asked), self._look(token)
        form, media_type, _ = EXPORTS[end]
        text = FORMATS[form](chosen(seen.rows, view.choice))
        disposition = f'attachment; filename="reading-list.{end}"'
        return Response(text, media_type=media_type, headers={"content-disposition": disposition})

    def act(self, token: str, form: Form, asked: Fields) -> Response:
        """Record what the form asks for; where that cannot be, record nothing and show that form again.

        Unknown names are passed over.
        """
        view, seen = View.read(asked), self._look(token)
        if doubt := self._asked(seen.claim, form):
            return doubt
        papers = self._touchable(seen)
        listed = {row.paper.id: on_list(row) for row in seen.rows}
        wanted = asked_of(form, {key: paper.id for key, paper in papers.items()}, listed)
        back = self._own(token) + view.query()
        if wanted.trouble:
            return self._again(seen, papers, wanted.trouble, back)
        done = self._voting.record(seen.subscriber, wanted.marks, via="web")
        lines = [
            {"what": said(entry), "title": papers[paper_key(entry.paper)].title} for entry in done.entries
        ]
        return self._page(
            "done",
            title="Your list is changed" if lines else "Nothing changed",
            lines=lines,
            words=[] if lines else ["No paper was selected, or it stood so already."],
            undo=undo_fields(done),
            again=None,
            back=back,
            back_name="the list",
            links=self._links_for(seen.claim),
        )

    def _list(self, token: str, seen: _Seen, view: View) -> Response:
        found = chosen(seen.rows, view.choice)
        leaf = Leaf.of(found, view.page)
        own, who = self._own(token), (seen.claim.public_id, seen.claim.epoch, seen.claim.issued)
        feed = self._context.links.feed(*who)
        return self._page(
            "reading",
            locale=seen.subscriber.locale,
            title="Your reading list",
            rows=[self._card(row, seen.subscriber, view) for row in leaf.rows],
            whole=len(seen.rows),
            found=len(found),
            unread=sum(not row.read for row in seen.rows),
            view=view,
            leaf=leaf,
            turns=leaf.turns(view),
            orders=orders(view),
            labels=_labels(seen.rows, view),
            narrowed=view.narrowed,
            own=own,
            exports=[
                PageLink(name=name, url=f"{own}.{end}{view.first.query()}")
                for end, (_, _, name) in EXPORTS.items()
            ],
            feeds=feed_links(feed),
            limits=LIMITS,
            links=self._links_for(seen.claim),
        )

    def _card(self, row: Saved, subscriber: Subscriber, view: View) -> Mapping[str, object]:
        words, zone = self._words(subscriber.locale), ZoneInfo(subscriber.cadence.zone)
        return {
            "paper": readable(row.paper),
            "withdrawn": row.paper.status is PaperStatus.WITHDRAWN,
            "saved": words.date(row.saved_at.astimezone(zone).date()),
            "read": row.read,
            "changed": plain(row.changed),
            "changed_on": words.date(row.changed_at.astimezone(zone).date()) if row.changed_at else "",
            "labels": [PageLink(name=label, url=view.labelled(label).query()) for label in row.labels],
            "note": row.note,
            "form": _form(row),
        }

    def _again(self, seen: _Seen, papers: Mapping[str, Paper], trouble: Trouble, back: str) -> Response:
        """Show one paper's form with what its reader wrote, what is wrong, and what stands now."""
        paper = papers[trouble.key]
        row = next((row for row in seen.rows if row.paper.id == paper.id), None)
        note = row.note if row else ""
        response = self._page(
            "reading_again",
            locale=seen.subscriber.locale,
            title="This was not kept yet",
            paper=paper,
            trouble=trouble,
            note=note,
            form={
                "key": trouble.key,
                "labels": trouble.labels,
                "had_labels": trouble.had_labels,
                "note": trouble.note,
                "had_note": note_mark(note),
            },
            limits=LIMITS,
            back=back,
            links=self._links_for(seen.claim),
        )
        response.status_code = 409 if trouble.conflict or trouble.gone else 400
        return response

    def _own(self, token: str) -> str:
        return f"{self._context.prefix}/l/{token}"

    def _look(self, token: str) -> _Seen:
        claim = self._claim(READING, token)
        with self._context.store.read() as uow:
            subscriber = subscriber_of(uow, claim)
            return _Seen(claim=claim, subscriber=subscriber, rows=saved_rows(uow, subscriber.id))

    def _touchable(self, seen: _Seen) -> Mapping[str, Paper]:
        """Return by key what the reader may mark: papers on the list, or once acted on (to put back)."""
        found = {row.paper.id: row.paper for row in seen.rows}
        with self._context.store.read() as uow:
            acted = {entry.paper for entry in uow.people.feedback(seen.subscriber.id)}
            found |= uow.papers.get(acted - found.keys())
        return {paper_key(paper): readable(own) for paper, own in found.items()}


def feed_links(feed: str) -> Sequence[PageLink]:
    """Return the ways to a reader's feeds, whose address is `feed` without its end."""
    return (
        PageLink(name="Your list (Atom)", url=f"{feed}.atom"),
        PageLink(name="Your list (JSON Feed)", url=f"{feed}.json"),
        PageLink(name="Recommended to you (Atom)", url=f"{feed}.atom?of=editions"),
        PageLink(name="Recommended to you (JSON Feed)", url=f"{feed}.json?of=editions"),
    )


def on_list(row: Saved) -> OnList:
    """Return how a paper stands for the form."""
    return OnList(saved=True, read=row.read, labels=row.labels, note=row.note)


def said(entry: Feedback) -> str:
    """Return what happened to a paper of the list, in words before its title."""
    match entry.act:
        case Act.LABEL:
            return f"Labelled “{entry.value}”:"
        case Act.UNLABEL:
            return f"No longer labelled “{entry.value}”:"
        case Act.NOTE:
            return "Your note is kept:" if entry.value else "Your note is gone:"
        case _:
            return SAID[entry.act]


def _form(row: Saved) -> dict[str, str]:
    """Return the values of one paper's form."""
    labels = ", ".join(row.labels)
    return {
        "key": paper_key(row.paper.id),
        "labels": labels,
        "had_labels": labels,
        "note": row.note,
        "had_note": note_mark(row.note),
    }


def _labels(rows: Sequence[Saved], view: View) -> Sequence[Mapping[str, object]]:
    """Return the labels of the whole list as options of a form; one that is asked for is always there."""
    wanted = folded(view.choice.label)
    found = list(labels_in(rows))
    if wanted and wanted not in {folded(label) for label, _ in found}:
        found.append((view.choice.label, 0))
    return [{"value": label, "count": count, "chosen": folded(label) == wanted} for label, count in found]
