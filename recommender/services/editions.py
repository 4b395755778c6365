"""Building editions: from ranked recommendations to items with reasons, for one block of subscribers."""

import hashlib
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from recommender.digest.material import local_date
from recommender.digest.reasons import reason
from recommender.digest.series import together
from recommender.digest.subject import Headline, subject_of
from recommender.digest.words import Wording, Words
from recommender.domain.editions import (
    Edition,
    EditionItem,
    InterestStanding,
    Recommendation,
    Section,
    Slot,
)
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.ranking.base import RankingSettings
from recommender.services.changes import Change, changed_items, news
from recommender.services.key_sentences import with_key_sentences
from recommender.services.profiles import interest_names
from recommender.services.reminders import reminders, waiting
from recommender.services.shortlist import Ask, Shortlist, by_window, gather

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An edition to be made: whose, and for which slot."""

    subscriber: Subscriber
    slot: Slot


def edition_seed(subscriber: Subscriber, key: str) -> int:
    """Return the seed of an edition's exploration: stable for the edition, different between editions."""
    digest = hashlib.sha256(f"{subscriber.public_id}/{key}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionMaker:
    """Makes the editions of a block of subscribers: what is ranked, how it is weighed, ordered and said."""

    recommender: "HybridRecommender"
    settings: RankingSettings
    wording: Wording
    order: Sequence[Section] = tuple(Section)
    """Of the sections."""

    def build(self, unit: UnitOfWork, due: Sequence[Due], now: datetime) -> list[Edition]:
        """Return one edition, possibly empty, for each of `due`, in no particular order."""
        slots = {entry.subscriber.id: entry.slot for entry in due}
        asks = [_ask(entry) for entry in due]
        block = _Block.gather(unit, [entry.subscriber for entry in due], now)
        arrivals = unit.outbox.last_arrivals([*slots], now=now)
        editions = []
        for days, group in by_window(asks, arrivals, now, self.settings).items():
            shortlist = gather(unit, group, self.recommender, days=days, now=now)
            ranked = self.recommender.rank(shortlist.requests, shortlist.pool)
            room = _Room.of(shortlist)
            for ask, request, ranking in zip(group, shortlist.requests, ranked, strict=True):
                items = self._items(ask.subscriber, ranking.recommendations, room, block)
                edition = Edition(
                    subscriber=ask.subscriber.id,
                    key=slots[ask.subscriber.id].key,
                    created_at=now,
                    due_at=slots[ask.subscriber.id].due_at,
                    considered=len(room.candidates) - len(room.candidates & request.seen),
                    items=tuple(items),
                    missed=block.held.get(ask.subscriber.id),
                    standings=_standings(ask.subscriber, ranking.standings),
                )
                editions.append(self._named(edition, ask.subscriber, room, block))
        return with_key_sentences(unit, editions)

    def _items(
        self, subscriber: Subscriber, ranked: Sequence[Recommendation], room: "_Room", block: "_Block"
    ) -> list[EditionItem]:
        """Return the items in the order of the digest; none where nothing is worth a mail."""
        words = self.wording.of(subscriber.locale)
        items = _chosen(grouped(ranked, room.papers), room.titles, interest_names(subscriber), words)
        own = [change for change in block.changes.get(subscriber.id, ()) if change.paper in block.known]
        if not items and not subscriber.send_empty and not any(change.urgent for change in own):
            return []
        items += changed_items(own, subscriber, words, besides={item.paper for item in items})
        listed = waiting(
            block.lists.get(subscriber.id, ()), block.now, besides={item.paper for item in items}
        )
        active = [entry for entry in listed if block.is_active(entry[0])]
        items += reminders(active, subscriber, words)
        items.sort(key=lambda item: self.order.index(item.section))
        return [replace(item, position=place) for place, item in enumerate(items)]

    def _named(self, edition: Edition, subscriber: Subscriber, room: "_Room", block: "_Block") -> Edition:
        """Return the edition with a subject that its reader never had."""
        headline = Headline.of(edition.items, ChainMap(room.papers, block.known), edition.considered)
        subject = subject_of(
            headline,
            local_date(edition.due_at, subscriber),
            self.wording.of(subscriber.locale),
            taken=block.subjects.get(subscriber.id, frozenset()),
        )
        return replace(edition, subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """The papers of a group of readers with one window."""

    papers: dict[PaperId, Paper]
    titles: Mapping[PaperId, str]
    candidates: frozenset[PaperId]

    @classmethod
    def of(cls, shortlist: Shortlist) -> "_Room":
        papers = {paper.id: paper for paper in shortlist.pool.papers}
        titles = {paper.id: paper.title for paper in (*shortlist.pool.known.values(), *papers.values())}
        return cls(papers=papers, titles=titles, candidates=frozenset(papers))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What the store knows of a block of readers, asked for all of them at once."""

    now: datetime
    held: Mapping[int, int]
    """The newest edition of each subscriber where nobody knows whether it arrived."""
    subjects: Mapping[int, frozenset[str]]
    changes: Mapping[int, Sequence[Change]]
    lists: Mapping[int, Sequence[tuple[PaperId, datetime, bool]]]
    known: dict[PaperId, Paper]
    """Papers that changed and papers that an edition may remind of."""

    @classmethod
    def gather(cls, unit: UnitOfWork, subscribers: Sequence[Subscriber], now: datetime) -> "_Block":
        numbers = [subscriber.id for subscriber in subscribers]
        changes = news(unit, subscribers, now)
        lists = unit.people.reading_lists(numbers)
        changed = {change.paper for own in changes.values() for change in own}
        listed = {
            paper
            for number, entries in lists.items()
            for paper, _ in waiting(
                entries, now, besides={change.paper for change in changes.get(number, ())}
            )
        }
        last = unit.outbox.last_editions(numbers, now=now)
        return cls(
            now=now,
            held={number: edition.id for number, edition in last.items() if edition.doubtful},
            subjects=unit.outbox.subjects(numbers),
            changes=changes,
            lists=lists,
            known=dict(unit.papers.get(changed | listed)),
        )

    def is_active(self, paper: PaperId) -> bool:
        return paper in self.known and self.known[paper].status is PaperStatus.ACTIVE


def grouped(ranked: Sequence[Recommendation], papers: Mapping[PaperId, Paper]) -> list[Recommendation]:
    """Return recommendations with each group's papers together, behind its best one, section by section."""
    runs: dict[tuple[Section, str], list[Recommendation]] = {}
    for chosen in ranked:
        key = chosen.interest if chosen.section is Section.INTEREST else ""
        runs.setdefault((chosen.section, key), []).append(chosen)
    return [
        run[place] for run in runs.values() for place in together([papers[chosen.paper] for chosen in run])
    ]


def _standings(subscriber: Subscriber, ranked: Sequence[InterestStanding]) -> tuple[InterestStanding, ...]:
    """Return how every interest stood, in the reader's order, the paused ones too."""
    found = {standing.interest: standing for standing in ranked}
    return tuple(
        replace(
            found.get(interest.key, InterestStanding(interest=interest.key)),
            name=interest.name,
            paused=interest.paused,
        )
        for interest in subscriber.interests
    )


def _ask(entry: Due) -> Ask:
    """Return what an edition wants of the ranking."""
    seed = edition_seed(entry.subscriber, entry.slot.key)
    return Ask(subscriber=entry.subscriber, papers=entry.subscriber.papers, slots=True, seed=seed)


def _chosen(
    recommendations: Sequence[Recommendation],
    titles: Mapping[PaperId, str],
    names: Mapping[str, str],
    words: Words,
) -> list[EditionItem]:
    items = []
    for position, chosen in enumerate(recommendations):
        why, lever = reason(chosen, titles, names.get(chosen.interest, ""), words)
        items.append(
            EditionItem(
                paper=chosen.paper,
                section=chosen.section,
                interest=chosen.interest,
                position=position,
                score=chosen.score,
                match=chosen.match,
                reason=why,
                lever=lever,
                evidence=chosen.evidence,
                propensity=chosen.propensity,
            )
        )
    return items
