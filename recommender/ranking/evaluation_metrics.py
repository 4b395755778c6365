"""What a ranking is worth to readers: accuracy, breadth, balance and surprise of their first ten papers.

nDCG with binary gains (Järvelin & Kekäläinen 2002), recall, reciprocal rank; coverage of the candidates
over all readers (Herlocker et al. 2004); intra-list diversity as the mean distance of two papers of a list
(Ziegler et al. 2005); miscalibration as the divergence of a list's categories from those of the reader's
likes (Steck, "Calibrated recommendations", RecSys 2018); novelty as the mean self-information of a
list's papers (Zhou et al., PNAS 2010). Intervals are bootstrap percentiles over readers (Efron 1979).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.evaluation_split import LEAST_READERS, Split
from recommender.ranking.matrices import small_product

CUT = 10
FIGURES = ("ndcg_at_10", "recall_at_10", "mrr", "coverage_at_10", "diversity", "calibration", "novelty")
"""In the order of tables; `calibration` is a divergence, so less is better."""
COVERAGE = FIGURES.index("coverage_at_10")
_SMOOTH = 0.01
"""Steck's alpha: the part of the reader's own distribution mixed into the list's."""
_RESAMPLES = 1000
_TAILS = (0.025, 0.975)
Figures = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ground:
    """What lists of n readers over C candidates are judged by."""

    hits: Mask
    """(n, C): liked after the split."""
    seen: Mask
    """(n, C): voted on before it."""
    rows: SparseMatrix
    """(C, features) unit rows of words."""
    categories: Figures
    """(C, K): each paper's weight on each category, summing to 1, or 0 where it has none."""
    taste: Figures
    """(n, K): mean of the reader's likes before the split, summing to 1, or 0 where none has a category."""
    surprise: Figures
    """(C,) bits: -log2 of the smoothed share of readers who liked the paper before the split."""

    @classmethod
    def of(cls, split: Split, known: Mapping[PaperId, Paper], rows: SparseMatrix) -> "Ground":
        """Gather it; `known` must hold the papers of all votes that count for taste."""
        readers = split.readers
        ups = {(vote.subscriber, vote.paper) for vote in split.before if vote.up}
        voted = {(vote.subscriber, vote.paper) for vote in split.before}
        ids = [paper.id for paper in split.papers]
        liked: dict[int, list[Paper]] = {reader: [] for reader in readers}
        cast: dict[PaperId, int] = {}
        for reader, paper in sorted(ups):
            cast[paper] = cast.get(paper, 0) + 1
            if reader in liked and paper in known:
                liked[reader].append(known[paper])
        index = _category_index([*split.papers, *(paper for own in liked.values() for paper in own)])
        taste = [_shares(liked[reader], index).sum(axis=0) for reader in readers]
        total = len({reader for reader, _ in ups})
        share = [(cast.get(paper, 0) + 1) / (total + 2) for paper in ids]
        return cls(
            hits=np.asarray([[paper in split.liked_next[reader] for paper in ids] for reader in readers]),
            seen=np.asarray([[(reader, paper) in voted for paper in ids] for reader in readers]),
            rows=rows,
            categories=_shares(split.papers, index),
            taste=_distributions(np.asarray(taste)),
            surprise=-np.log2(np.asarray(share)),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judged:
    """One method's figures: `values` (n, len(FIGURES)), NaN where one cannot be said of a reader, coverage
    always; `listed` (n, m) whether each of the m papers in anybody's first ten is in the reader's.
    """

    values: Figures
    listed: Mask
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over readers, and the bounds of 95 % of its bootstrap; None where nothing can be said."""

    mean: float | None
    low: float | None
    high: float | None


def judge(scores: FloatMatrix, ground: Ground) -> Judged:
    """Judge a method's scores (n, C); -inf is an abstention, which is never a hit and never listed.

    Equal scores stand in one fixed shuffled order, the same for all methods.
    """
    readers, width = scores.shape
    shuffled = np.random.default_rng(width).permutation(width)
    values = np.full((readers, len(FIGURES)), np.nan)
    listed = np.zeros((readers, width), dtype=np.bool_)
    for reader in range(readers):
        own = np.where(ground.seen[reader], -np.inf, scores[reader])
        order = shuffled[np.argsort(-own[shuffled], kind="stable")]
        order = order[np.isfinite(own[order])]
        first = order[:CUT]
        listed[reader, first] = True
        values[reader, :COVERAGE] = accuracy(ground.hits[reader], order)
        values[reader, COVERAGE + 1 :] = (
            _diversity(ground.rows[first]),
            _miscalibration(ground.taste[reader], ground.categories[first]),
            float(ground.surprise[first].mean()) if len(first) else np.nan,
        )
    return Judged(values=values, listed=listed[:, listed.any(axis=0)], candidates=width)


def resamples(readers: int, seed: int) -> Figures:
    """Return (resamples, readers): how often each reader is drawn; one for all methods makes pairs."""
    draws = np.random.default_rng(seed).integers(0, readers, (_RESAMPLES, readers))
    return np.stack([np.bincount(draw, minlength=readers) for draw in draws]).astype(np.float64)


def estimates(judged: Judged, draws: Figures) -> dict[str, Estimate]:
    """Return each figure's mean over the readers of whom it can be said, and its interval."""
    found = {
        name: estimate(judged.values[:, place], draws)
        for place, name in enumerate(FIGURES)
        if place != COVERAGE
    }
    found["coverage_at_10"] = _coverage(judged, draws)
    return {name: found[name] for name in FIGURES}


def estimate(values: Figures, draws: Figures) -> Estimate:
    """Return the mean of values (n,), NaN left out, and the bounds of its bootstrap.

    Of fewer than `LEAST_READERS` nothing is said: their interval would look sure.
    """
    told = ~np.isnan(values)
    if told.sum() < LEAST_READERS:
        return Estimate(mean=None, low=None, high=None)
    counts = draws @ told
    # A resample without any reader of whom the figure can be said tells nothing of its spread.
    means = (draws @ np.where(told, values, 0))[counts > 0] / counts[counts > 0]
    low, high = np.quantile(means, _TAILS)
    mean = float(values[told].mean())
    # Sums in another order differ in the last digit.
    return Estimate(mean=mean, low=min(float(low), mean), high=max(float(high), mean))


def _coverage(judged: Judged, draws: Figures) -> Estimate:
    """Return the share of candidates in anybody's first ten.

    A resample holds fewer different readers than the store, so it covers less; that bias is taken off.
    """
    whole = judged.listed.shape[1] / judged.candidates
    reached = (draws > 0).astype(np.float32) @ judged.listed.astype(np.float32) > 0
    shares = reached.sum(axis=1) / judged.candidates
    low, high = np.clip(np.quantile(shares, _TAILS) + whole - shares.mean(), 0, 1)
    return Estimate(mean=whole, low=min(float(low), whole), high=max(float(high), whole))


def accuracy(hits: Mask, order: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """Return nDCG@10, recall@10 and reciprocal rank of the papers in `order`."""
    total = int(hits.sum())
    wanted = hits[order]
    first = wanted[:CUT]
    gains = 1 / np.log2(np.arange(2, CUT + 2))
    places = np.flatnonzero(wanted)
    return (
        float(gains[: len(first)][first].sum() / gains[: min(total, CUT)].sum()),
        float(first.sum()) / total,
        1.0 / (int(places[0]) + 1) if places.size else 0.0,
    )


def _diversity(rows: SparseMatrix) -> float:
    """Return 1 less the mean cosine of two different rows; NaN for fewer than two."""
    count = rows.shape[0]
    if count < 2:
        return np.nan
    cosines = small_product(rows, rows)
    return float(1 - (cosines.sum() - np.trace(cosines)) / (count * (count - 1)))


def _miscalibration(taste: Figures, listed: Figures) -> float:
    """Return the Kullback-Leibler divergence, in nats, of a list (k, K) from a taste (K,).

    NaN where the likes or the list have no category.
    """
    shares = listed.sum(axis=0)
    if not taste.any() or not shares.any():
        return np.nan
    mixed = (1 - _SMOOTH) * shares / shares.sum() + _SMOOTH * taste
    told = taste > 0
    return float((taste[told] * np.log(taste[told] / mixed[told])).sum())


def _category_index(papers: Sequence[Paper]) -> dict[str, int]:
    names = sorted({category for paper in papers for category in paper.categories})
    return {name: place for place, name in enumerate(names)}


def _shares(papers: Sequence[Paper], index: Mapping[str, int]) -> Figures:
    found = np.zeros((len(papers), len(index)))
    for row, paper in enumerate(papers):
        for category in paper.categories:
            found[row, index[category]] += 1 / len(paper.categories)
    return found


def _distributions(rows: Figures) -> Figures:
    totals = rows.sum(axis=1, keepdims=True)
    result: Figures = rows / np.where(totals > 0, totals, 1)
    return result
