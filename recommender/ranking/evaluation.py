"""Offline relevance on the store's own votes: what the past recommends, against what was liked next.

Up-votes are split at one moment for all readers; the recommender is fitted on what came before and
ranks papers around the moment. Baselines rank the same candidates. Every figure has a bootstrap
interval over readers. A handful of votes proves nothing, and the result then says so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Corpus, FloatMatrix, Pool, RankingSettings, Request
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.run import Run
from recommender.ranking.trending import attention

CUT = 10
LEAST_READERS = 5
LEAST_VOTES = 20
"""Fewer readers or later votes than these are not evaluated."""
FEW_READERS = 30
"""Fewer readers than these are evaluated with a warning."""
_TRAIN_SHARE = 0.8
_RESAMPLES = 1000
Series = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One method's mean over readers; `_low` and `_high` bound 95 % of bootstrap means."""

    method: str
    readers: int
    recall_at_10: float
    recall_at_10_low: float
    recall_at_10_high: float
    ndcg_at_10: float
    ndcg_at_10_low: float
    ndcg_at_10_high: float
    mrr: float
    mrr_low: float
    mrr_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All rows, and in plain words what to think of them."""

    rows: tuple[EvaluationRow, ...]
    readers: int
    candidates: int
    split_at: datetime | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    moment: datetime
    before: tuple[Vote, ...]
    liked_next: dict[int, frozenset[PaperId]]
    papers: tuple[Paper, ...]
    """Candidates, by id."""


def evaluate(
    corpus: Corpus,
    settings: RankingSettings,
    declared: Mapping[int, Sequence[InterestProfile]] | None = None,
    *,
    seed: int = 0,
) -> Evaluation:
    """Evaluate every scorer alone, the fusion, and newest, popular and random.

    `declared` gives interests as the file has them, by subscriber; votes in them are replaced by those
    before the split. Readers without declared interests are known by their votes alone.
    """
    split = _split(corpus, settings)
    if split is None:
        note = (
            f"Too few votes to evaluate: at least {LEAST_READERS} readers with up-votes both early and late,"
            f" and {LEAST_VOTES} late up-votes on papers in the store, are needed."
        )
        return Evaluation(rows=(), readers=0, candidates=0, split_at=None, notes=(note,))
    readers = sorted(split.liked_next)
    requests = [_request(reader, split, (declared or {}).get(reader, ())) for reader in readers]
    methods = _methods(corpus, settings, split, requests, seed)
    rows = tuple(_row(name, orders, split, readers, seed) for name, orders in methods.items())
    notes = [f"Papers around {split.moment:%Y-%m-%d} were ranked; up-votes after that day count as hits."]
    if len(readers) < FEW_READERS:
        notes.append(f"Only {len(readers)} readers: differences within the intervals mean nothing.")
    return Evaluation(
        rows=rows,
        readers=len(readers),
        candidates=len(split.papers),
        split_at=split.moment,
        notes=tuple(notes),
    )


def _split(corpus: Corpus, settings: RankingSettings) -> _Split | None:
    """Split at the time by which 80 % of up-votes were cast; None where too little is left."""
    known = {paper.id: paper for paper in corpus.papers}
    ups = sorted(
        (vote for vote in corpus.votes if vote.up and vote.paper in known),
        key=lambda vote: (vote.at, vote.subscriber, vote.paper),
    )
    if not ups:
        return None
    moment = ups[min(len(ups) - 1, int(len(ups) * _TRAIN_SHARE))].at
    before = tuple(vote for vote in corpus.votes if vote.at < moment)
    early = {vote.subscriber for vote in before if vote.up}
    held: dict[int, set[PaperId]] = defaultdict(set)
    own = {(vote.subscriber, vote.paper) for vote in before}
    for vote in ups:
        if vote.at >= moment and vote.subscriber in early and (vote.subscriber, vote.paper) not in own:
            held[vote.subscriber].add(vote.paper)
    if len(held) < LEAST_READERS or sum(map(len, held.values())) < LEAST_VOTES:
        return None
    first = moment - timedelta(days=settings.candidates_days)
    wanted = set().union(*held.values())
    papers = [
        paper
        for paper in sorted(known.values(), key=lambda paper: paper.id)
        if paper.id in wanted or (paper.first_seen is not None and paper.first_seen >= first)
    ]
    return _Split(
        moment=moment,
        before=before,
        liked_next={reader: frozenset(papers) for reader, papers in held.items()},
        papers=tuple(papers),
    )


def _request(reader: int, split: _Split, declared: Sequence[InterestProfile]) -> Request:
    own = [vote for vote in split.before if vote.subscriber == reader]
    liked = tuple(vote.paper for vote in own if vote.up)
    bare = declared or (InterestProfile(subscriber=reader, interest="", name=""),)
    single = len(bare) == 1
    profiles = []
    for profile in bare:
        mine = [vote for vote in own if single or vote.interest == profile.interest]
        profiles.append(
            replace(
                profile,
                up=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in mine if vote.up),
                down=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in mine if not vote.up),
                liked=liked,
            )
        )
    seen = frozenset(vote.paper for vote in own)
    return Request(subscriber=reader, profiles=tuple(profiles), seen=seen)


def _methods(
    corpus: Corpus, settings: RankingSettings, split: _Split, requests: Sequence[Request], seed: int
) -> dict[str, list[Series]]:
    """Return for each method one row of scores a reader; NaN and -inf rank last."""
    past = [paper for paper in corpus.papers if paper.first_seen is None or paper.first_seen < split.moment]
    recommender = HybridRecommender.fit(Corpus(papers=past, votes=split.before), settings)
    signals = tuple(signal for signal in corpus.signals if signal.taken_at <= split.moment)
    pool = Pool(
        papers=split.papers,
        signals=signals,
        known={paper.id: paper for paper in corpus.papers},
        now=split.moment,
    )
    tables = _tables(recommender, requests, pool)
    count = len(requests)
    newest = np.asarray(
        [paper.first_seen.timestamp() if paper.first_seen else -np.inf for paper in split.papers]
    )
    heat = attention(signals, split.moment)
    popular = np.asarray([float(heat.get(paper.id, (0.0, 0))[1]) for paper in split.papers])
    random = np.random.default_rng(seed)
    return {
        "fused": tables.pop("fused"),
        **dict(sorted(tables.items())),
        "newest": [newest] * count,
        "popular": [popular] * count,
        "random": [random.random(len(split.papers)) for _ in range(count)],
    }


def _tables(
    recommender: HybridRecommender, requests: Sequence[Request], pool: Pool
) -> dict[str, list[Series]]:
    """Return fused and single scores of each reader, the best over the reader's interests."""
    run = Run.prepare(recommender.fitted, requests, pool)
    found: dict[str, list[Series]] = defaultdict(list)
    for request in requests:
        table = run.table(request.profiles)
        for name, scores in (("fused", table.fused), *table.scores.items()):
            found[name].append(_best(scores))
    return dict(found)


def _best(scores: FloatMatrix) -> Series:
    best: Series = np.nan_to_num(scores.astype(np.float64), nan=-np.inf, neginf=-np.inf).max(axis=0)
    return best


def _row(
    method: str, scores: Sequence[Series], split: _Split, readers: Sequence[int], seed: int
) -> EvaluationRow:
    ids = [paper.id for paper in split.papers]
    own = {(vote.subscriber, vote.paper) for vote in split.before}
    figures = np.asarray(
        [
            _figures(
                row, [(reader, paper) in own for paper in ids], [p in split.liked_next[reader] for p in ids]
            )
            for reader, row in zip(readers, scores, strict=True)
        ]
    )
    draws = np.random.default_rng(seed).integers(0, len(readers), (_RESAMPLES, len(readers)))
    low, high = np.quantile(figures[draws].mean(axis=1), (0.025, 0.975), axis=0)
    names = ("recall_at_10", "ndcg_at_10", "mrr")
    values: dict[str, float] = {}
    for name, mean, least, most in zip(names, figures.mean(axis=0), low, high, strict=True):
        values |= {name: float(mean), f"{name}_low": float(least), f"{name}_high": float(most)}
    return EvaluationRow(method=method, readers=len(readers), **values)


def _figures(scores: Series, seen: Sequence[bool], hits: Sequence[bool]) -> tuple[float, float, float]:
    """Return recall@10, nDCG@10 (binary) and reciprocal rank.

    Equal scores stand in one fixed shuffled order, the same for all methods. What a method abstains on is
    no hit, wherever it stands.
    """
    order = _order(np.where(seen, -np.inf, scores))
    wanted = np.asarray(hits)[order] & np.isfinite(np.where(seen, -np.inf, scores)[order])
    total = int(np.sum(hits))
    first = wanted[:CUT]
    gains = 1 / np.log2(np.arange(2, CUT + 2))
    ideal = float(gains[: min(total, CUT)].sum())
    places = np.flatnonzero(wanted)
    return (
        float(first.sum()) / total,
        float(gains[: len(first)][first].sum()) / ideal,
        1.0 / (int(places[0]) + 1) if places.size else 0.0,
    )


def _order(scores: Series) -> npt.NDArray[np.int64]:
    shuffled = np.random.default_rng(len(scores)).permutation(len(scores))
    return shuffled[np.argsort(-scores[shuffled], kind="stable")]
