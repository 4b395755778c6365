"""What ranking needs for a block of subscribers, gathered from the store in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from recommender.domain.feedback import Feedback, Vote
from recommender.domain.identity import is_bare
from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.ranking.base import Pool, RankingSettings, Request
from recommender.services.profiles import build_profiles

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_Act = TypeVar("_Act", Vote, Feedback)

_SIGNAL_DAYS = 14
"""Attention older than this says nothing about today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Requests of several subscribers against one set of candidates."""

    requests: tuple[Request, ...]
    pool: Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One subscriber's wish for a ranking: how many papers, whether in digest slots, and the seed."""

    subscriber: Subscriber
    papers: int
    slots: bool
    seed: int = 0


def window_days(last: datetime, now: datetime, settings: RankingSettings) -> int:
    """Return how many days back papers count as fresh: since the last arrival, within the set bounds."""
    gap = -((last - now) // timedelta(days=1))
    return max(settings.candidates_days, min(gap, settings.max_days))


def by_window(
    asks: Iterable[Ask], arrivals: Mapping[int, datetime], now: datetime, settings: RankingSettings
) -> dict[int, list[Ask]]:
    """Group asks by the days their candidates go back, so that each group shares one candidate set.

    For a reader whom no edition has reached yet, they go back to when they joined.
    """
    groups: dict[int, list[Ask]] = defaultdict(list)
    for ask in asks:
        last = arrivals.get(ask.subscriber.id, ask.subscriber.joined)
        groups[window_days(last, now, settings)].append(ask)
    return dict(groups)


def gather(
    unit: UnitOfWork, asks: Sequence[Ask], recommender: "HybridRecommender", *, days: int, now: datetime
) -> Shortlist:
    """Collect candidates of the last `days`, profiles, and every paper the profiles speak of."""
    ids = [ask.subscriber.id for ask in asks]
    votes = _by_reader(unit.people.votes(ids))
    levers = _by_reader(unit.people.levers(ids))
    seen = unit.people.seen(ids)
    seeds = unit.papers.resolve(
        {seed for ask in asks for interest in ask.subscriber.interests for seed in interest.seeds}
    )
    named = unit.papers.get({*seeds.values(), *(vote.paper for own in votes.values() for vote in own)})
    known = {name: paper for name, paper in named.items() if not is_bare(paper)}
    pool = Pool(
        papers=unit.papers.fresh(now - timedelta(days=days), now),
        signals=unit.papers.signals(now - timedelta(days=_SIGNAL_DAYS), now),
        known=known,
        now=now,
        days=days,
    )
    requests = []
    for ask in asks:
        profiles, loose = build_profiles(
            ask.subscriber, votes[ask.subscriber.id], seeds, levers[ask.subscriber.id]
        )
        requests.append(
            Request(
                subscriber=ask.subscriber.id,
                profiles=recommender.assign(profiles, loose, known),
                seen=seen.get(ask.subscriber.id, frozenset()) | _own(profiles),
                papers=ask.papers,
                floor=ask.subscriber.floor,
                seed=ask.seed,
                slots=ask.slots,
            )
        )
    return Shortlist(requests=tuple(requests), pool=pool)


def _by_reader(acts: Iterable[_Act]) -> dict[int, list[_Act]]:
    """Group votes or acts by their subscriber; nobody lacks an entry."""
    found: dict[int, list[_Act]] = defaultdict(list)
    for act in acts:
        found[act.subscriber].append(act)
    return found


def _own(profiles: Iterable[InterestProfile]) -> frozenset[PaperId]:
    """Return the seeds: what a reader gave is known to them."""
    return frozenset(seed for profile in profiles for seed in profile.seeds)
