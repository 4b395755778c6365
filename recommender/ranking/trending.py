"""Attention: up-votes, comments and their growth, fading with time. The same for every reader."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch
from recommender.ranking.vectors import is_empty

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
HALF_LIFE_DAYS = 3.0
"""Attention this old counts half."""
LEAST = 3
"""Upvotes, comments or stars that a paper must have to be called trending."""
COMMENTS = 0.3
"""What a comment counts for, against an up-vote."""
VELOCITY = 0.5
"""What growth counts for, against the level."""
_GROWTH_DAYS = 1.0
"""Growth is measured over at least so long: an hour's votes say little about a day's."""
_SHORTEST_DAYS = 0.25


@dataclass(frozen=True, slots=True)
class Heat:
    """What went into the heat that one source's counts give a paper; ages are in days."""

    source: str
    heat: float
    votes: int
    comments: int
    growth: float
    """Up-votes a day."""
    age: float
    """Since the first snapshot: the level fades with it."""
    latest: float
    """Since the latest one: growth fades with it."""


def attention(signals: Iterable[Signal], now: datetime) -> dict[PaperId, tuple[float, int]]:
    """Return (heat, up-votes) of every paper with at least one up-vote by `now`.

    The latest snapshot of each source counts; sources add up. Growth is up-votes a day between that and
    the newest one a day or more before it (the first, where all are younger). The level fades from the
    first snapshot on, growth from the latest. Formula in docs/relevance.md.
    """
    heat: dict[PaperId, tuple[float, int]] = {}
    for paper, tellings in told_heat(signals, now).items():
        heat[paper] = (sum(own.heat for own in tellings), sum(own.votes for own in tellings))
    return heat


def told_heat(signals: Iterable[Signal], now: datetime) -> dict[PaperId, list["Heat"]]:
    """Return what each source's counts make of a paper's heat, for papers with at least one up-vote."""
    known = [signal for signal in signals if signal.taken_at <= now]
    keys = [(signal.paper, signal.source) for signal in known]
    series = sorted(set(keys))
    places = {key: place for place, key in enumerate(series)}
    owner = np.fromiter((places[key] for key in keys), dtype=np.intp, count=len(known))
    found: dict[PaperId, list[Heat]] = {}
    for (paper, source), *numbers in zip(series, *_heats(known, owner, now), strict=True):
        heat, votes, comments, growth, first, last = (float(number) for number in numbers)
        if votes > 0:
            own = Heat(source, heat, int(votes), int(comments), growth, first, last)
            found.setdefault(paper, []).append(own)
    return found


def noticed(signals: Iterable[Signal], now: datetime) -> frozenset[PaperId]:
    """Return the papers that some source had counted `LEAST` of anything for by `now`."""
    return frozenset(
        signal.paper
        for signal in signals
        if signal.taken_at <= now
        and max(signal.upvotes or 0, signal.comments or 0, signal.stars or 0) >= LEAST
    )


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


def _heats(known: Sequence[Signal], owner: Places, now: datetime) -> tuple[Numbers, ...]:
    """Return the numbers of `Heat` of each series, each (n_series,); `owner` says whose each snapshot is."""
    at, end = _numbers(signal.taken_at.timestamp() for signal in known), now.timestamp()
    order = np.lexsort((at, owner))
    age, owner = np.maximum((end - at[order]) / 86400.0, 0.0), owner[order]
    votes = _numbers(np.nan if signal.upvotes is None else signal.upvotes for signal in known)[order]
    comments = _numbers(signal.comments or 0 for signal in known)[order]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(known)) - 1 if len(known) else first
    own = np.nan_to_num(votes[last])
    before = _references(age, votes, owner, last)
    days = np.maximum(age[before] - age[last], _SHORTEST_DAYS)
    growth = np.where(before == last, 0.0, np.maximum(0.0, (own - votes[before]) / days))
    level = np.log1p(own) + COMMENTS * np.log1p(comments[last])
    # The level fades from the first sighting on, or an old hit that is counted daily would never leave.
    heat = level * _fade(age[first]) + VELOCITY * np.log1p(growth) * _fade(age[last])
    return heat, own, comments[last], growth, age[first], age[last]


def _numbers(values: Iterable[float]) -> Numbers:
    return np.fromiter(values, dtype=np.float64)


def _references(age: Numbers, votes: Numbers, owner: Places, last: Places) -> Places:
    """Return the snapshot that each series' growth is counted from; its last where there is no other.

    It is the newest counted one a day or more before the last, else the first counted one.
    """
    place = np.arange(len(age))
    counted = ~np.isnan(votes)
    old = counted & (age - age[last][owner] >= _GROWTH_DAYS)
    newest, earliest = np.full(len(last), -1), last.copy()
    np.maximum.at(newest, owner[old], place[old])
    np.minimum.at(earliest, owner[counted], place[counted])
    return np.where(newest >= 0, newest, earliest)


def _fade(age: Numbers) -> Numbers:
    faded: Numbers = 0.5 ** (age / HALF_LIFE_DAYS)
    return faded
