"""How the interests of a reader stood in one run: how much fitted them, and on which days it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import InterestStanding, Recommendation
from recommender.domain.papers import Paper
from recommender.ranking.base import Places

MOST_DAYS = 14
"""Days told of at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What one request gets: recommendations, and how each of its profiles stood, in their order.

    A profile's standing counts only what the request wants in slots; a plain request has none.
    """

    recommendations: tuple[Recommendation, ...] = ()
    standings: tuple[InterestStanding, ...] = ()


def ages_in_days(papers: Sequence[Paper], now: datetime) -> Places:
    """Return (n,) whole days since each paper was first seen; -1 where that is not known."""
    return np.asarray(
        [(now - paper.first_seen) // timedelta(days=1) if paper.first_seen else -1 for paper in papers],
        dtype=np.int64,
    )


def by_age(ages: Places, days: int) -> npt.NDArray[np.int64]:
    """Return (n, d) ones where a paper is of that day, oldest day first; d is `days`, at most `MOST_DAYS`."""
    days = min(days, MOST_DAYS)
    ones: npt.NDArray[np.int64] = (ages[:, None] == np.arange(days - 1, -1, -1)).astype(np.int64)
    return ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How the candidates of one request stand to its interests."""

    fitting: npt.NDArray[np.bool_]
    """(n_interests, n_candidates): reaches the floor and fits no other interest better."""
    unseen: npt.NDArray[np.bool_]
    """(n_candidates,)."""
    chosen: Sequence[int]
    """Places of the candidates in the list."""
    capped: npt.NDArray[np.bool_]
    """(n_interests,): where more may fit than was looked at."""


def standings(
    interests: Sequence[str], field: Field, days: npt.NDArray[np.int64]
) -> tuple[InterestStanding, ...]:
    """Return the standing of each of `interests`, the rows of `field`; `days` is (n_candidates, n_days)."""
    open_ = field.fitting & field.unseen
    counts = open_.sum(axis=1)
    left = counts - open_[:, list(field.chosen)].sum(axis=1)
    daily = (field.fitting.astype(np.int64) @ days).tolist()
    return tuple(
        InterestStanding(interest=interest, fitting=count, left=rest, capped=capped, days=tuple(own))
        for interest, count, rest, capped, own in zip(
            interests, counts.tolist(), left.tolist(), field.capped.tolist(), daily, strict=True
        )
    )
