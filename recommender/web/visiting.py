"""Who opens a page that browses papers, and how papers are shown there.

A stranger sees such pages where they are switched on. A reader who comes from an edition has its view
token in the query (`?d=TOKEN`), sees the page of any paper, and may vote there (docs/adr/0040).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from recommender.digest.excerpt import excerpt
from recommender.digest.links import LinkClaim
from recommender.digest.plain import plain
from recommender.digest.words import Words
from recommender.domain.editions import Edition
from recommender.domain.papers import Paper, PaperStatus
from recommender.domain.subscribers import Subscriber
from recommender.services.browsing import Browsing
from recommender.services.claims import edition_of, subscriber_of
from recommender.web.context import VIEW, PageLink, Pages, WebContext, readable
from recommender.web.queries import Fields
from recommender.web.ways import Ways

_EXCERPT = 280
"""Characters of an abstract in a list, about."""
_CATEGORIES = 6
_LONGEST_CATEGORY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A reader with the link of an edition."""

    claim: LinkClaim
    token: str
    subscriber: Subscriber
    edition: Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paper in a list. Words of a paper are plain Unicode."""

    paper: Paper
    url: str
    seen: str
    categories: Sequence[PageLink]
    excerpt: str
    withdrawn: bool


class BrowsingPages(Pages):
    """Base of the pages that browse papers."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._browsing = Browsing(context.store, context.clock, context.sight)

    def _visitor(self, asked: Fields) -> Visitor | None:
        """Return the reader whose token came along; raises LinkInvalid or LinkExpired for a bad one."""
        token = asked.get("d", "")
        if not token:
            return None
        claim = self._claim(VIEW, token)
        with self._context.store.read() as uow:
            subscriber = subscriber_of(uow, claim)
            edition = edition_of(uow, claim, subscriber)
        return Visitor(claim=claim, token=token, subscriber=subscriber, edition=edition)

    def _admitted(self, asked: Fields) -> Visitor | None:
        """Return the visitor of a page of many papers, which is there where browsing is on, for all."""
        if not self._context.browse:
            raise HTTPException(404)
        return self._visitor(asked)

    def _ways(self, visitor: Visitor | None) -> Ways:
        return Ways(prefix=self._context.prefix, token=visitor.token if visitor else "")

    def _words_of(self, visitor: Visitor | None) -> Words:
        return self._words(visitor.subscriber.locale if visitor else "")

    def _browse_page(self, name: str, visitor: Visitor | None, **values: object) -> Response:
        """Return a page with the ways to the others, as far as this visitor has them."""
        ways = self._ways(visitor)
        links: list[PageLink] = []
        if self._context.browse:
            links += [
                PageLink(name="Papers", url=ways.papers()),
                PageLink(name="Search", url=ways.search()),
                PageLink(name="Trending", url=ways.trending()),
            ]
        if visitor:
            who = (visitor.claim.public_id, visitor.claim.epoch)
            own = self._context.links.view(*who, visitor.edition.id, visitor.claim.issued)
            links += [PageLink(name="Your edition", url=own), *self._links_for(visitor.claim)]
        locale = visitor.subscriber.locale if visitor else ""
        search = f"{self._context.prefix}/search" if self._context.browse else ""
        token = visitor.token if visitor else ""
        return self._page(name, locale=locale, links=links, search=search, token=token, **values)

    def _lines(self, papers: Sequence[Paper], visitor: Visitor | None) -> list[Line]:
        ways, words = self._ways(visitor), self._words_of(visitor)
        return [
            Line(
                paper=readable(paper),
                url=ways.paper(paper.id),
                seen=words.date(paper.first_seen.date()) if paper.first_seen else "",
                categories=self._categories(paper, ways)[:_CATEGORIES],
                excerpt=excerpt(paper.abstract, _EXCERPT),
                withdrawn=paper.status is PaperStatus.WITHDRAWN,
            )
            for paper in papers
        ]

    def _categories(self, paper: Paper, ways: Ways) -> list[PageLink]:
        """Return the categories of a paper; they lead nowhere where browsing is off."""
        shown = [(plain(own)[:_LONGEST_CATEGORY], own) for own in dict.fromkeys(paper.categories)]
        browse = self._context.browse
        return [
            PageLink(name=name, url=ways.papers(category=own) if browse else "")
            for name, own in shown
            if name
        ]
