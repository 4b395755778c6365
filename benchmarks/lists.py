"""Figures of lists of ids, whose lengths differ from reader to reader, and their means with intervals."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.metrics import interval

_RESAMPLES = 2000
_NDCG_CUT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over `n` readers and the bounds of 95 % of its bootstrap means; NaN where there are none."""

    n: int
    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return `0.612 [0.580, 0.644]`, or a dash where nobody counts."""
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]" if self.n else "-"


def mean(values: Sequence[float] | npt.NDArray[np.float64], seed: int = 0) -> Mean:
    """Return the mean of one value a reader, with its interval from 2,000 resamples."""
    own = np.asarray(values, dtype=np.float64)
    if not len(own):
        return Mean(n=0, mean=math.nan, low=math.nan, high=math.nan)
    bounds = interval(own, seed=seed, resamples=_RESAMPLES)
    return Mean(n=len(own), mean=bounds.mean, low=bounds.low, high=bounds.high)


def reciprocal_rank(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 / rank of the first relevant paper, 0 where there is none."""
    return next((1.0 / rank for rank, paper in enumerate(ranking, 1) if paper in relevant), 0.0)


def ndcg(ranking: Sequence[str], relevant: Collection[str], cut: int = _NDCG_CUT) -> float:
    """Return binary nDCG at `cut` (Järvelin & Kekäläinen 2002), the ideal list cut there too."""
    gains = [1.0 / math.log2(rank + 1) for rank in range(1, cut + 1)]
    ideal = sum(gains[: len(relevant)])
    found = sum(gain for gain, paper in zip(gains, ranking, strict=False) if paper in relevant)
    return found / ideal if ideal else 0.0


def auc(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return the share of (relevant, other) pairs in the right order; NaN where there are no such pairs."""
    others = right = 0
    for paper in reversed(ranking):
        if paper in relevant:
            right += others
        else:
            others += 1
    pairs = others * (len(ranking) - others)
    return right / pairs if pairs else math.nan
