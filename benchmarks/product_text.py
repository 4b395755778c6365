"""The product's ranking over texts: one call that the stream and the lone-reader benchmark share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import Interest, Subscriber, SubscriberState
from recommender.ranking.base import Corpus, Pool, RankingSettings, Request
from recommender.ranking.hybrid import HybridRecommender
from recommender.services.profiles import IMPLICIT_NAME, build_profiles

_JOINED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What is known of one reader: standing votes, oldest first, and a sentence of their own."""

    number: int
    """Stands for the reader in votes; at least 1."""
    votes: tuple[Vote, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """Candidates of one moment, attention known by then, and the papers that votes speak of."""

    papers: Sequence[Paper]
    known: Mapping[PaperId, Paper]
    now: datetime
    signals: Sequence[Signal] = ()


def fit(
    papers: Sequence[Paper], votes: Sequence[Vote] = (), signals: Sequence[Signal] = ()
) -> HybridRecommender:
    """Fit the product with the settings it ships."""
    corpus = Corpus(papers=papers, votes=votes, signals=signals)
    return HybridRecommender.fit(corpus, RankingSettings())


def rank_pool(
    recommender: HybridRecommender, readers: Sequence[Reader], morning: Morning
) -> list[tuple[PaperId, ...]]:
    """Return for each reader all candidates, best first; those nothing speaks for come last, by id.

    The request is the one the product makes: votes become profiles by the product's own rules, and a
    plain ranking has neither slots nor a floor.
    """
    pool = Pool(papers=morning.papers, signals=morning.signals, known=morning.known, now=morning.now)
    requests = [request(reader, len(morning.papers)) for reader in readers]
    lists = recommender.recommend(requests, pool)
    every = sorted({paper.id for paper in morning.papers})
    rankings = []
    for found in lists:
        chosen = dict.fromkeys(own.paper for own in found)
        rankings.append((*chosen, *(paper for paper in every if paper not in chosen)))
    return rankings


def request(reader: Reader, papers: int) -> Request:
    """Return the request the product makes for a reader who wants so many papers."""
    interests = (Interest(name=IMPLICIT_NAME, key="", about=reader.words),) if reader.words else ()
    subscriber = Subscriber(
        id=reader.number,
        public_id=str(reader.number),
        email=f"reader-{reader.number}@example.org",
        state=SubscriberState.ACTIVE,
        joined=_JOINED,
        interests=interests,
    )
    profiles, _ = build_profiles(subscriber, reader.votes, {})
    return Request(subscriber=reader.number, profiles=profiles, papers=papers, reasons=False)
