"""Attention: up-votes, comments and their growth, fading with time. The same for every reader."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch
from recommender.ranking.vectors import is_empty

HALF_LIFE_DAYS = 3.0
"""Attention this old counts half."""
_COMMENTS = 0.3
_VELOCITY = 0.5


def attention(signals: Iterable[Signal], now: datetime) -> dict[PaperId, tuple[float, int]]:
    """Return (heat, up-votes) of every paper with at least one up-vote by `now`.

    The latest snapshot of each source counts; sources add up. Growth is up-votes a day between the
    last two snapshots of a source.
    """
    series: dict[tuple[PaperId, str], list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal.taken_at <= now:
            series[signal.paper, signal.source].append(signal)
    heat: dict[PaperId, tuple[float, int]] = {}
    for (paper, _), snapshots in sorted(series.items()):
        own, votes = _heat(sorted(snapshots, key=lambda signal: signal.taken_at), now)
        if votes > 0:
            before = heat.get(paper, (0.0, 0))
            heat[paper] = (before[0] + own, before[1] + votes)
    return heat


def trending(
    papers: Iterable[Paper], signals: Iterable[Signal], now: datetime, limit: int
) -> list[tuple[PaperId, float, int]]:
    """Return up to `limit` of `papers` as (id, heat, up-votes), hottest first."""
    heat = attention(signals, now)
    rows = [(paper.id, *heat[paper.id]) for paper in papers if paper.id in heat]
    return sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))[:limit]


@dataclass(frozen=True, slots=True)
class TrendScorer:
    """Heat as a part of the hottest candidate's; abstains on papers nobody voted for."""

    name: str = "trending"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; nothing is learned
        """Return itself: attention is read when papers are scored."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32 in (0, 1], NaN without up-votes."""
        heat = candidates.note(self.name, lambda: attention(candidates.signals, candidates.now))
        row = np.asarray(
            [heat.get(paper.id, (np.nan, 0))[0] for paper in candidates.papers], dtype=np.float32
        )
        top = max((value for value in row if not math.isnan(value)), default=1.0)
        scores = np.tile(row / np.float32(top), (len(profiles.profiles), 1))
        scores[[is_empty(profile) for profile in profiles.profiles]] = np.nan
        return scores


@dataclass(frozen=True, slots=True)
class TrendExplainer:
    """Names the up-votes of each paper."""

    votes: dict[PaperId, int]
    name: str = "trending"

    def explain(
        self,
        profile: InterestProfile,  # noqa: ARG002 - the protocol's; attention is the same for all
        candidates: Sequence[Paper],
    ) -> Sequence[Evidence]:
        """Return the up-vote count of each paper."""
        return [Evidence(scorer=self.name, share=0.0, count=self.votes.get(paper.id)) for paper in candidates]


def _heat(snapshots: Sequence[Signal], now: datetime) -> tuple[float, int]:
    last = snapshots[-1]
    votes = last.upvotes or 0
    growth = 0.0
    if len(snapshots) > 1:
        before = snapshots[-2]
        days = max((last.taken_at - before.taken_at).total_seconds() / 86400.0, 1.0 / 24)
        growth = max(0.0, (votes - (before.upvotes or 0)) / days)
    level = math.log1p(votes) + _COMMENTS * math.log1p(last.comments or 0)
    # The level fades from the first sighting on, or an old hit that is counted daily would never leave.
    heat = level * _fade(snapshots[0], now) + _VELOCITY * math.log1p(growth) * _fade(last, now)
    return heat, votes


def _fade(snapshot: Signal, now: datetime) -> float:
    days = max(0.0, (now - snapshot.taken_at).total_seconds() / 86400.0)
    return float(0.5 ** (days / HALF_LIFE_DAYS))
