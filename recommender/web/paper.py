"""The page of one paper: what is known of it, what is like it, and why a reader was shown it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from recommender.digest.attention import trend_of
from recommender.digest.plain import interest_name, plain
from recommender.digest.render import web_url
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.editions import EditionItem
from recommender.domain.errors import UnknownPaper
from recommender.domain.events import told
from recommender.domain.feedback import Act, vote_act
from recommender.domain.papers import Paper, PaperId, PaperStatus, Signal
from recommender.services.browsing import PaperFacts
from recommender.services.profiles import interest_names
from recommender.services.voting import Mark, record_acts
from recommender.web.context import PageLink, readable
from recommender.web.queries import Fields
from recommender.web.rating import SAID, done_title, done_words
from recommender.web.sheet import VOTES, Form, item_marks
from recommender.web.visiting import BrowsingPages, Visitor

_SIMILAR = 5
_AUTHORS = 30
"""Names shown at once; the rest is folded away."""
_SNAPSHOTS = 20
_PARAGRAPH = re.compile(r"\n\s*\n|\n {2,}")
_FIELDS = ("vote", "had", "save", "kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a paper has to do with the reader who opened it."""

    item: EditionItem | None
    """Its place in the reader's edition, if it has one."""
    reason: str
    interest: str
    lever: str
    """Way to the levers of its reason."""
    vote: str
    """`up`, `down` or `undo` for none."""
    saved: bool


class PaperPages(BrowsingPages):
    """Answers `/papers/{id}`."""

    def show(self, reference: str, asked: Fields) -> Response:
        """Show a paper; another of its names leads to its own. Changes nothing."""
        visitor = self._may_enter(asked)
        facts = self._facts(reference, visitor)
        paper, ways, words = facts.paper, self._ways(visitor), self._words_of(visitor)
        if paper.id != reference:
            return RedirectResponse(ways.paper(paper.id), status_code=307)
        near = self._browsing.similar(paper, limit=_SIMILAR)
        names = [name for name in (plain(to_unicode(name)) for name in paper.authors) if name]
        return self._browse_page(
            "paper",
            visitor,
            title=readable(paper).title,
            paper=readable(paper),
            withdrawn=paper.status is PaperStatus.WITHDRAWN,
            authors=names[:_AUTHORS],
            more_authors=names[_AUTHORS:],
            abstract=_paragraphs(paper.abstract),
            facts=_facts(paper, words),
            ways_out=_ways_out(facts),
            categories=self._categories(paper, ways),
            events=[(words.date(event.at.date()), told(event)) for event in reversed(facts.events)],
            snapshots=_snapshots(facts.signals, words),
            spark_of=trend_of(facts.signals, self._context.clock.now(), words),
            near=None if near is None else self._lines([own.paper for own in near], visitor),
            more_near=ways.similar(paper.id) if self._context.browse else "",
            own=self._own(paper.id, visitor) if visitor else None,
        )

    def act(self, reference: str, asked: Fields, form: Form) -> Response:
        """Record what a reader's form says of a paper."""
        visitor = self._may_enter(asked)
        if visitor is None:
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        paper = self._facts(reference, visitor).paper
        marks = list(item_marks(paper.id, form))
        occasion = self._occasion(visitor.subscriber, visitor.edition, form)
        with self._context.store.write() as uow:
            done = record_acts(uow, visitor.subscriber, marks, occasion)
        lines = (
            []
            if done.suspect
            else [{"what": SAID[entry.act], "title": readable(paper).title} for entry in done.entries]
        )
        return self._browse_page(
            "done",
            visitor,
            title=done_title(done),
            lines=lines,
            words=done_words(done),
            undo=_undo_fields(done.undo) if done.undo else {},
            again=self._asked_again({own: form[own] for own in _FIELDS if own in form})
            if done.suspect
            else None,
            back=self._ways(visitor).paper(paper.id),
            back_name="the paper",
        )

    def _may_enter(self, asked: Fields) -> Visitor | None:
        """Return the reader, or None for a stranger; raises a 404 where strangers have no business."""
        visitor = self._visitor(asked)
        if visitor is None and not self._context.browse:
            raise HTTPException(404)
        return visitor

    def _facts(self, reference: str, visitor: Visitor | None) -> PaperFacts:
        """Return what is known of a paper; one of the reader's own library is known to them alone."""
        try:
            facts = self._browsing.paper(reference, hidden=visitor is not None)
        except UnknownPaper:
            raise HTTPException(404) from None
        if facts.paper.library_only and not (visitor and self._knows(visitor, facts.paper.id)):
            raise HTTPException(404)
        return facts

    def _knows(self, visitor: Visitor, paper: PaperId) -> bool:
        with self._context.store.read() as uow:
            return paper in uow.people.seen([visitor.subscriber.id]).get(visitor.subscriber.id, frozenset())

    def _own(self, paper: PaperId, visitor: Visitor) -> Own:
        reader = visitor.subscriber
        with self._context.store.read() as uow:
            vote = next((own for own in uow.people.votes([reader.id]) if own.paper == paper), None)
            saved = paper in {own for own, _, _ in uow.people.saved(reader.id)}
        item = next((own for own in visitor.edition.items if own.paper == paper), None)
        who = (reader.public_id, reader.epoch, item.id if item else 0)
        lever = self._context.links.lever(who, "lever", "", visitor.claim.issued) if item else ""
        name = interest_names(reader).get(item.interest, "") if item else ""
        return Own(
            item=item,
            reason=plain(item.reason) if item else "",
            interest=interest_name(name) if name else "",
            lever=lever,
            vote=vote_act(vote).value,
            saved=saved,
        )


def _paragraphs(abstract: str) -> list[str]:
    return [text for text in (plain(to_unicode(part)) for part in _PARAGRAPH.split(abstract)) if text]


def _facts(paper: Paper, words: Words) -> list[tuple[str, str]]:
    """Return what is known beside title, authors and abstract, as name and value."""
    moments = {"Published": paper.published, "Updated": paper.updated, "First seen": paper.first_seen}
    told_facts = {
        "Organisation": plain(paper.organisation or ""),
        "Venue": plain(to_unicode(paper.venue or "")),
        **{name: words.date(moment.date()) for name, moment in moments.items() if moment},
        "Version": f"v{paper.version}" if paper.version else "",
        "Comment": plain(to_unicode(paper.comment or "")),
        "Keywords": plain(", ".join(paper.keywords)),
    }
    return [(name, value) for name, value in told_facts.items() if value]


def _ways_out(facts: PaperFacts) -> list[PageLink]:
    """Return the links that lead out, by id; each place once."""
    found: dict[str, str] = {}
    for name in facts.names:
        scheme, _, value = name.partition(":")
        if scheme == "arxiv":
            found[f"https://arxiv.org/abs/{quote(value)}"] = f"arXiv:{value}"
        elif scheme == "doi":
            found[f"https://doi.org/{quote(value, safe='/:;()._-')}"] = f"doi:{value}"
    if own := web_url(facts.paper.url):
        found.setdefault(own, "Page of the paper")
    if code := web_url(facts.paper.code_url):
        found.setdefault(code, "Code")
    return [PageLink(name=plain(name), url=url) for url, name in found.items()]


def _snapshots(signals: Sequence[Signal], words: Words) -> list[Mapping[str, str]]:
    """Return the newest counts first, as texts; what a source does not count is a dash."""

    def number(value: int | None) -> str:
        return "–" if value is None else words.number(value)

    return [
        {
            "when": words.date(own.taken_at.date()),
            "source": own.source,
            "upvotes": number(own.upvotes),
            "comments": number(own.comments),
            "stars": number(own.stars),
            "citations": number(own.citations),
        }
        for own in reversed(signals[-_SNAPSHOTS:])
    ]


def _undo_fields(undo: Sequence[Mark]) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for mark in undo:
        if mark.act in VOTES.values():
            fields["vote"] = mark.act.value
        elif mark.act in {Act.SAVE, Act.UNSAVE}:  # that it was read, this form cannot say
            fields["save"] = "yes" if mark.act is Act.SAVE else "no"
    return fields
