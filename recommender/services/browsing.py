"""The store as anybody may see it: lists, one paper, search, what is like it, what draws attention.

Nothing of any reader is in what this returns, and a paper that only a reader's own library brought is
unknown here. Nothing is changed and nothing is fitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from recommender.domain.errors import UnknownPaper
from recommender.domain.events import PaperEvent
from recommender.domain.listings import Listing, Place
from recommender.domain.papers import Paper, PaperId, PaperStatus, Signal
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.query import Query
from recommender.services.sight import Sight

if TYPE_CHECKING:
    from recommender.ranking.trending import Heat

PAGE = 25
"""Papers on one page of a list."""
FOUND = 200
"""Papers that a search ranks of those that hold all words, and of those near in meaning."""
DAYS = 30
"""Days that a list can be narrowed down to."""
CATEGORIES = 40
_LATELY = timedelta(days=90)
"""Categories are those of papers of this long."""
_DAY = timedelta(days=1)
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of all papers a reader wants to see."""

    category: str = ""
    day: date | None = None
    """Day of first sighting (UTC)."""
    after: str = ""
    """Reference of the last paper of the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperList:
    """One page of a list, and what it could be narrowed down to."""

    papers: Sequence[Paper]
    last: PaperId | None
    """What the next page comes after; None where there is none."""
    days: Sequence[tuple[date, int]]
    categories: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """One paper and what happened to it."""

    paper: Paper
    names: Sequence[str]
    events: Sequence[PaperEvent]
    """Oldest first."""
    signals: Sequence[Signal]
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A paper and how near it is, 0 to 1."""

    paper: Paper
    nearness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: the paper that the text names, those with all its words, those near in meaning."""

    query: Query
    named: Paper | None = None
    exact: Sequence[Paper] = ()
    near: Sequence[Nearby] = ()
    sighted: bool = False
    """Whether meaning was looked at; not where nothing was fitted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A paper that draws attention, and what its heat is made of."""

    paper: Paper
    heat: float
    told: "Sequence[Heat]"
    signals: Sequence[Signal]
    """Oldest first."""


class Browsing:
    """Answers what pages for everybody ask."""

    def __init__(self, store: Store, clock: Clock, sight: Sight | None) -> None:
        """Without `sight` only words are searched and nothing is similar."""
        self._store = store
        self._clock = clock
        self._sight = sight

    def papers(self, wanted: Wanted) -> PaperList:
        """Return one page, newest first; raises UnknownPaper where `after` is none."""
        with self._store.read() as unit:
            place = Place.of(_visible(unit, wanted.after)) if wanted.after else None
            listing = Listing(limit=PAGE + 1, category=wanted.category, after=place, **_span(wanted.day))
            papers = unit.papers.newest(listing)
            days = unit.papers.per_day(Listing(limit=DAYS, category=wanted.category))
            lately = Listing(limit=CATEGORIES, since=self._clock.now() - _LATELY)
            categories = unit.papers.per_category(lately)
        more = len(papers) > PAGE
        shown = papers[:PAGE]
        return PaperList(papers=shown, last=shown[-1].id if more else None, days=days, categories=categories)

    def paper(self, reference: str, *, hidden: bool = False) -> PaperFacts:
        """Return one paper by id, alias or what people type.

        Raises UnknownPaper, for one of a reader's library too unless `hidden`.
        """
        now = self._clock.now()
        with self._store.read() as unit:
            paper = _visible(unit, reference, hidden=hidden)
            return PaperFacts(
                paper=paper,
                names=unit.papers.names(paper.id),
                events=unit.intake.events(_EVER, now, [paper.id]),
                signals=unit.papers.signals(_EVER, now, [paper.id]),
            )

    def search(self, typed: str) -> Found:
        """Return what fits a text: by name, by all words, then by meaning."""
        query = Query.read(typed)
        if not query.words:
            return Found(query=query)
        with self._store.read() as unit:
            named = _named(unit, query.text)
            exact = [
                paper
                for paper in unit.papers.with_all(query.words, limit=FOUND)
                if named is None or paper.id != named.id
            ]
        view = self._sight.view() if self._sight else None
        if view is None:
            return Found(query=query, named=named, exact=exact)
        from recommender.ranking import atlas  # noqa: PLC0415 heavy: loaded when somebody searches

        shown = {paper.id for paper in (*exact, *([named] if named else []))}
        places = view.atlas.nearest(atlas.query_direction(view.recommender, query.text), FOUND)
        others = self._seen([paper for paper, _ in places if paper not in shown])
        near = atlas.by_query(view.recommender, query.text, others)
        return Found(
            query=query,
            named=named,
            exact=_ordered(exact, query.words, dict(atlas.by_query(view.recommender, query.text, exact))),
            near=_nearby(others, near),
            sighted=True,
        )

    def similar(self, paper: Paper, *, limit: int) -> Sequence[Nearby] | None:
        """Return what is most like a paper, nearest first; None where nothing was fitted yet."""
        view = self._sight.view() if self._sight else None
        if view is None:
            return None
        from recommender.ranking import atlas  # noqa: PLC0415 see `search`

        places = view.atlas.nearest(atlas.paper_direction(view.recommender, paper), FOUND)
        others = self._seen([own for own, _ in places if own != paper.id])
        return _nearby(others, atlas.by_paper(view.recommender, paper, others))[:limit]

    def trending(self, *, days: int, limit: int) -> Sequence[Trend]:
        """Return the papers first seen in the last `days` that draw most attention, hottest first."""
        from recommender.ranking.trending import told_heat  # noqa: PLC0415 see `search`

        now = self._clock.now()
        since = now - timedelta(days=days)
        with self._store.read() as unit:
            heat = told_heat(unit.papers.signals(since, now), now)
            fresh = [
                paper
                for paper in unit.papers.get(heat).values()
                if paper.first_seen
                and since < paper.first_seen <= now
                and not paper.library_only
                and paper.status is PaperStatus.ACTIVE
            ]
            total = {paper.id: sum(own.heat for own in heat[paper.id]) for paper in fresh}
            votes = {paper.id: sum(own.votes for own in heat[paper.id]) for paper in fresh}
            best = sorted(fresh, key=lambda own: (-total[own.id], -votes[own.id], own.id))[:limit]
            signals = unit.papers.signals(_EVER, now, [paper.id for paper in best])
        return [
            Trend(
                paper=paper,
                heat=total[paper.id],
                told=heat[paper.id],
                signals=[signal for signal in signals if signal.paper == paper.id],
            )
            for paper in best
        ]

    def _seen(self, ids: Sequence[PaperId]) -> Sequence[Paper]:
        """Return the papers that may be shown, as the store knows them now."""
        with self._store.read() as unit:
            found = unit.papers.get(ids)
        return [paper for paper in found.values() if not paper.library_only]


def _span(day: date | None) -> Mapping[str, datetime]:
    if day is None:
        return {}
    start = datetime.combine(day, time(), tzinfo=UTC)
    return {"since": start, "until": start + _DAY}


def _visible(unit: UnitOfWork, reference: str, *, hidden: bool = False) -> Paper:
    # PostgreSQL takes no text with this character in it, and no name has it.
    known = None if "\x00" in reference else unit.papers.resolve([reference]).get(reference)
    paper = unit.papers.get([known]).get(known) if known else None
    if paper is None or (paper.library_only and not hidden):
        raise UnknownPaper(reference)
    return paper


def _named(unit: UnitOfWork, text: str) -> Paper | None:
    try:
        return _visible(unit, text)
    except UnknownPaper:
        return None


def _ordered(
    papers: Sequence[Paper], words: Sequence[str], nearness: Mapping[PaperId, float]
) -> Sequence[Paper]:
    """Put first what has more of the words in its title, then what is nearer."""
    folded = [word.casefold() for word in words]

    def place(paper: Paper) -> tuple[int, float]:
        title = paper.title.casefold()
        return -sum(word in title for word in folded), -nearness.get(paper.id, 0.0)

    return sorted(papers, key=place)


def _nearby(papers: Sequence[Paper], near: Sequence[tuple[PaperId, float]]) -> Sequence[Nearby]:
    by_id = {paper.id: paper for paper in papers}
    return [Nearby(paper=by_id[paper], nearness=value) for paper, value in near]
