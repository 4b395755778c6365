"""Building editions: from ranked recommendations to items with reasons, for one block of subscribers."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from recommender.digest.reasons import reason
from recommender.digest.words import Wording, Words
from recommender.domain.editions import (
    Edition,
    EditionItem,
    InterestStanding,
    LastEdition,
    Recommendation,
    Section,
    Slot,
)
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.ranking.base import RankingSettings
from recommender.services.profiles import interest_names
from recommender.services.shortlist import Ask, Shortlist, by_window, gather

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_REMINDERS = 2
_REMIND_AFTER = timedelta(days=2)
_REMIND_UNTIL = timedelta(days=60)


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
    """Makes the editions of a block of subscribers: what is ranked, how it is weighed and said."""

    recommender: "HybridRecommender"
    settings: RankingSettings
    wording: Wording

    def build(self, unit: UnitOfWork, due: Sequence[Due], now: datetime) -> list[Edition]:
        """Return one edition, possibly empty, for each of `due`, in no particular order."""
        slots = {entry.subscriber.id: entry.slot for entry in due}
        asks = [_ask(entry) for entry in due]
        numbers = [ask.subscriber.id for ask in asks]
        arrivals = unit.outbox.last_arrivals(numbers, now=now)
        held = _held(unit.outbox.last_editions(numbers, now=now))
        editions = []
        for days, group in by_window(asks, arrivals, now, self.settings).items():
            shortlist = gather(unit, group, self.recommender, days=days, now=now)
            ranked = self.recommender.rank(shortlist.requests, shortlist.pool)
            titles = _titles(shortlist)
            for ask, ranking in zip(group, ranked, strict=True):
                subscriber = ask.subscriber
                words = self.wording.of(subscriber.locale)
                items = _items(ranking.recommendations, titles, interest_names(subscriber), words)
                items += _reminders(unit, subscriber, now, words, start=len(items)) if items else []
                editions.append(
                    Edition(
                        subscriber=subscriber.id,
                        key=slots[subscriber.id].key,
                        created_at=now,
                        due_at=slots[subscriber.id].due_at,
                        considered=len(shortlist.pool.papers),
                        items=tuple(items),
                        missed=held.get(subscriber.id),
                        standings=_standings(subscriber, ranking.standings),
                    )
                )
        return editions


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


def _held(last: Mapping[int, LastEdition]) -> dict[int, int]:
    """Return the newest edition of each subscriber where nobody knows whether it arrived."""
    return {number: edition.id for number, edition in last.items() if edition.doubtful}


def _titles(shortlist: Shortlist) -> dict[PaperId, str]:
    known = {paper: entry.title for paper, entry in shortlist.pool.known.items()}
    return known | {paper.id: paper.title for paper in shortlist.pool.papers}


def _items(
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


def _reminders(
    unit: UnitOfWork, subscriber: Subscriber, now: datetime, words: Words, *, start: int
) -> list[EditionItem]:
    """Return up to two saved, unread papers; which ones moves on from day to day."""
    waiting = [
        (paper, saved_at)
        for paper, saved_at, read in unit.people.saved(subscriber.id)
        if not read and _REMIND_AFTER <= now - saved_at <= _REMIND_UNTIL
    ]
    if not waiting:
        return []
    first = (now.toordinal() * _REMINDERS) % len(waiting)
    chosen = (waiting[first:] + waiting[:first])[:_REMINDERS]
    zone = ZoneInfo(subscriber.cadence.zone)
    return [
        EditionItem(
            paper=paper,
            section=Section.READING_LIST,
            interest="",
            position=start + index,
            score=0.0,
            match=0.0,
            reason=words.say("reason.saved", day=words.month_day(saved_at.astimezone(zone).date())),
        )
        for index, (paper, saved_at) in enumerate(chosen)
    ]
