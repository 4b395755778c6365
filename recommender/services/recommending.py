"""Rankings asked for one by one: a plain list, an explanation, a preview, and browsing the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from recommender.digest.reasons import reason
from recommender.digest.words import Wording
from recommender.domain.cadence import next_due, next_slot
from recommender.domain.editions import Edition, Recommendation, Section
from recommender.domain.errors import InputError, UnknownPaper
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.ranking.base import Explanation, RankingSettings
from recommender.services.editions import Due, EditionMaker
from recommender.services.profiles import interest_names
from recommender.services.shortlist import Ask, Shortlist, gather, window_days
from recommender.services.source_health import sources_sentence

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_SEARCHED = 5_000
"""Papers that a search weighs after the store has narrowed them down by words."""

_FITS = 0.8
"""Least match of a paper in a plain list that only words speak for."""
_TELLING = 5
_QUERY_WORDS = 32
_QUERY_LENGTH = 1000
_TELLING_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPaper:
    """A paper in a list, with its place, its score, and why it is there where that is known."""

    rank: int
    paper: Paper
    score: float
    interest: str = ""
    reason: str = ""
    count: int | None = None
    """Upvotes, for trending lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How rankings are weighed and said; `sources` are those whose health a reader is told."""

    settings: RankingSettings
    wording: Wording
    order: Sequence[Section] = tuple(Section)
    """Of the sections of an edition."""
    sources: Sequence[str] = ()


class Recommending:
    """Answers questions about rankings; stores nothing."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        recommender: "Callable[[], HybridRecommender]",
        spoken: "Spoken",
    ) -> None:
        """`recommender` gives the current one."""
        self._store = store
        self._clock = clock
        self._recommender = recommender
        self._settings = spoken.settings
        self._wording = spoken.wording
        self._order = spoken.order
        self._sources = spoken.sources

    def plain(self, reference: str, *, limit: int) -> list[RankedPaper]:
        """Return the ranking by interests and votes alone; raise UnknownSubscriber.

        Papers that nothing speaks for are left out: a list of strangers helps nobody.
        """
        recommender = self._recommender()
        with self._store.read() as unit:
            subscriber = unit.people.find(reference)
            shortlist = self._shortlist(unit, subscriber, recommender, papers=limit)
        ranked = recommender.recommend(shortlist.requests, shortlist.pool)[0]
        papers = {paper.id: paper for paper in shortlist.pool.papers}
        titles = {paper.id: paper.title for paper in (*papers.values(), *shortlist.pool.known.values())}
        names, words = interest_names(subscriber), self._wording.of(subscriber.locale)
        best = sorted(filter(_speaks, ranked), key=lambda chosen: -chosen.score)
        return [
            RankedPaper(
                rank=rank,
                paper=papers[chosen.paper],
                score=chosen.score,
                interest=names.get(chosen.interest, chosen.interest),
                reason=reason(chosen, titles, names.get(chosen.interest, ""), words)[0],
            )
            for rank, chosen in enumerate(best, start=1)
        ]

    def explain(self, reference: str, paper_reference: str) -> tuple[Paper, Explanation]:
        """Return what each scorer says of one paper for one subscriber, whether or not it is fresh.

        Raises UnknownSubscriber and UnknownPaper.
        """
        recommender = self._recommender()
        with self._store.read() as unit:
            subscriber = unit.people.find(reference)
            paper = _find_paper(unit, paper_reference)
            shortlist = self._shortlist(unit, subscriber, recommender, papers=1)
        pool = replace(shortlist.pool, known={**shortlist.pool.known, paper.id: paper})
        return paper, recommender.explain(shortlist.requests[0], pool, paper.id)

    def preview(self, reference: str) -> tuple[Subscriber, Edition]:
        """Return the next edition as it would be made now; nothing is stored. Raises UnknownSubscriber."""
        now = self._clock.now()
        recommender = self._recommender()
        with self._store.read() as unit:
            subscriber = unit.people.find(reference)
            slot = next_slot(subscriber, now) or next_due(subscriber.cadence, now)
            due = Due(subscriber=subscriber, slot=slot)
            edition = self._maker(recommender).build(unit, [due], now)[0]
            states = unit.papers.source_states()
        words, zone = self._wording.of(subscriber.locale), subscriber.cadence.zone
        said = sources_sentence(self._sources, states, now=now, zone=zone, words=words)
        return subscriber, replace(edition, sources=said)

    def search(self, query: str, *, limit: int) -> list[RankedPaper]:
        """Return the paper an id names, papers of an author, then those nearest to the words of `query`."""
        words = query.split()[:_QUERY_WORDS]
        if not words:
            raise InputError("the query is empty; give at least one word")
        if len(query) > _QUERY_LENGTH:
            raise InputError(f"the query is longer than {_QUERY_LENGTH} characters; a few words are enough")
        recommender = self._recommender()
        with self._store.read() as unit:
            named = unit.papers.get(unit.papers.resolve([query]).values())
            found = unit.papers.containing(words, limit=_SEARCHED)
        scores = dict(recommender.search(query, found, len(found)))
        wanted = query.casefold()
        written = [paper.id for paper in found if any(wanted in name.casefold() for name in paper.authors)]
        for paper in (*named, *written):
            scores[paper] = 1.0 + scores.get(paper, 0.0)
        best = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))[:limit]
        return _ranked([*found, *named.values()], best)

    def similar(self, paper_reference: str, *, limit: int) -> list[RankedPaper]:
        """Return the papers most like one; raises UnknownPaper."""
        recommender = self._recommender()
        with self._store.read() as unit:
            paper = _find_paper(unit, paper_reference)
            found = unit.papers.containing(_telling_words(paper), limit=_SEARCHED)
        others = [other for other in found if other.id != paper.id]
        return _ranked(others, recommender.similar(paper, others, limit))

    def trending(self, *, days: int, limit: int) -> list[RankedPaper]:
        """Return the papers of the last `days` that draw most attention."""
        now = self._clock.now()
        since = now - timedelta(days=days)
        with self._store.read() as unit:
            papers = unit.papers.fresh(since, now)
            signals = unit.papers.signals(since, now)
        by_id = {paper.id: paper for paper in papers}
        from recommender.ranking.trending import trending  # noqa: PLC0415 heavy: loaded when asked for

        rows = trending(papers, signals, now, limit)
        return [
            RankedPaper(rank=rank, paper=by_id[paper], score=score, count=count)
            for rank, (paper, score, count) in enumerate(rows, start=1)
        ]

    def _maker(self, recommender: "HybridRecommender") -> EditionMaker:
        return EditionMaker(
            recommender=recommender, settings=self._settings, wording=self._wording, order=self._order
        )

    def _shortlist(
        self, unit: UnitOfWork, subscriber: Subscriber, recommender: "HybridRecommender", *, papers: int
    ) -> Shortlist:
        now = self._clock.now()
        last = unit.outbox.last_arrivals([subscriber.id], now=now).get(subscriber.id, subscriber.joined)
        days = window_days(last, now, self._settings)
        ask = Ask(subscriber=subscriber, papers=papers, slots=False)
        return gather(unit, [ask], recommender, days=days, now=now)


def _speaks(chosen: Recommendation) -> bool:
    """Tell whether something speaks for a paper: a close match in so many words, or a named thing."""
    said = {own.scorer for own in chosen.evidence if own.terms or own.paper or own.author or own.count}
    close = chosen.match >= _FITS and "content" in said
    return close or not said.isdisjoint({"keywords", "authors", "collaborative"})


def _telling_words(paper: Paper) -> list[str]:
    """Return the longer words of the title: enough to narrow a store down before weighing."""
    words = sorted({word for word in paper.title.split() if len(word) >= _TELLING}, key=len, reverse=True)
    return words[:_TELLING_WORDS] or paper.title.split()


def _find_paper(unit: UnitOfWork, reference: str) -> Paper:
    paper = unit.papers.resolve([reference]).get(reference)
    if paper is None:
        raise UnknownPaper(reference)
    return unit.papers.get([paper])[paper]


def _ranked(found: Sequence[Paper], scores: Sequence[tuple[PaperId, float]]) -> list[RankedPaper]:
    by_id = {paper.id: paper for paper in found}
    return [
        RankedPaper(rank=rank, paper=by_id[paper], score=score)
        for rank, (paper, score) in enumerate(scores, start=1)
    ]
