"""Offline relevance on the store's own votes: what the past recommends, against what was liked next.

Up-votes are split at one moment for all readers; the recommender is fitted on what came before and
ranks papers around the moment. Baselines rank the same candidates. Every figure has a bootstrap
interval over readers. A handful of votes proves nothing, and the result then says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from threadpoolctl import threadpool_limits

from recommender.ranking.base import Corpus, FloatMatrix, Pool, RankingSettings
from recommender.ranking.evaluation_methods import BASELINES, Kind, Stage, product_scores
from recommender.ranking.evaluation_metrics import (
    FIGURES,
    Estimate,
    Figures,
    Ground,
    Judged,
    estimate,
    estimates,
    judge,
    resamples,
)
from recommender.ranking.evaluation_split import (
    LEAST_READERS,
    LEAST_VOTES,
    MOST_READERS,
    Declared,
    Split,
    requests,
    split_votes,
)
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.run import Run

FEW_READERS = 30
"""Fewer readers than these are evaluated with a warning."""
_HEADINGS = {
    "ndcg_at_10": "nDCG@10",
    "recall_at_10": "recall@10",
    "mrr": "MRR",
    "coverage_at_10": "coverage@10",
    "diversity": "diversity",
    "calibration": "calibration",
    "novelty": "novelty",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One method's figures over the readers, in the order of `FIGURES`."""

    method: str
    kind: Kind
    readers: int
    figures: dict[str, Estimate]
    difference: Estimate
    """nDCG@10 of the fusion less this method's, reader by reader; None in the fusion's own row."""

    def flat(self) -> dict[str, str | int | float | None]:
        """Return plain columns; `_low` and `_high` bound 95 % of bootstrap means."""
        row: dict[str, str | int | float | None] = {
            "method": self.method,
            "kind": self.kind.value,
            "readers": self.readers,
        }
        for name, own in (*self.figures.items(), ("fused_difference", self.difference)):
            row |= {name: own.mean, f"{name}_low": own.low, f"{name}_high": own.high}
        return row

    def told(self) -> dict[str, str | None]:
        """Return columns for people: every figure and then the bounds of its interval as one text."""
        own = {_HEADINGS[name]: _text(figure) for name, figure in self.figures.items()}
        return {"method": self.method, **own, "fusion ahead": _text(self.difference)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All rows, the fusion first, then scorers by name, then baselines; and notes in words."""

    rows: tuple[EvaluationRow, ...]
    readers: int
    candidates: int
    split_at: datetime | None
    notes: tuple[str, ...]


def evaluate(
    corpus: Corpus, settings: RankingSettings, declared: Declared | None = None, *, seed: int = 0
) -> Evaluation:
    """Evaluate the fusion, every scorer alone and the baselines.

    `declared` gives interests as the file has them, by subscriber; votes in them are replaced by those
    before the split. Readers without declared interests are known by their votes alone.
    """
    split = split_votes(corpus, timedelta(days=settings.candidates_days), seed=seed)
    if split is None:
        note = (
            f"Too few votes to evaluate: at least {LEAST_READERS} readers with up-votes both early and late,"
            f" and {LEAST_VOTES} late up-votes on papers in the store, are needed."
        )
        return Evaluation(rows=(), readers=0, candidates=0, split_at=None, notes=(note,))
    with threadpool_limits(1, "blas"):
        stage = _stage(corpus, settings, split, declared or {}, seed)
        ground = Ground.of(split, {paper.id: paper for paper in corpus.papers}, stage.pool.rows)
        rows = tuple(_rows(stage, ground, resamples(len(stage.requests), seed)))
    return Evaluation(
        rows=rows,
        readers=len(stage.requests),
        candidates=len(split.papers),
        split_at=split.moment,
        notes=_notes(split, rows),
    )


def _stage(corpus: Corpus, settings: RankingSettings, split: Split, declared: Declared, seed: int) -> Stage:
    """Fit on what was known before the split, and lay out the candidates as they would stand there."""
    past = [paper for paper in corpus.papers if paper.first_seen is None or paper.first_seen < split.moment]
    recommender = HybridRecommender.fit(Corpus(papers=past, votes=split.before), settings)
    known = {paper.id: paper for paper in corpus.papers}
    pool = Pool(
        papers=split.papers,
        signals=tuple(signal for signal in corpus.signals if signal.taken_at <= split.moment),
        known=known,
        now=split.moment,
    )
    own = requests(split, declared, lambda profiles, loose: recommender.assign(profiles, loose, known))
    return Stage(
        run=Run.prepare(recommender.fitted, own, pool),
        requests=own,
        before=split.before,
        past=past,
        seed=seed,
    )


def _rows(stage: Stage, ground: Ground, draws: Figures) -> Iterator[EvaluationRow]:
    fused: Judged | None = None
    for name, kind, scores in _methods(stage):
        judged = judge(scores, ground)
        fused = fused or judged
        yield EvaluationRow(
            method=name,
            kind=kind,
            readers=len(stage.requests),
            figures=estimates(judged, draws),
            difference=_difference(fused, judged, draws),
        )


def _methods(stage: Stage) -> Iterator[tuple[str, Kind, FloatMatrix]]:
    """Yield every method's name and scores, the fusion first; one baseline's at a time are kept."""
    own = product_scores(stage)
    yield "fused", Kind.FUSION, own.pop("fused")
    for name in sorted(own):
        yield name, Kind.SCORER, own[name]
    own.clear()
    for name, rank in BASELINES.items():
        yield name, Kind.BASELINE, rank(stage)


def _difference(fused: Judged, other: Judged, draws: Figures) -> Estimate:
    if other is fused:
        return Estimate(mean=None, low=None, high=None)
    place = FIGURES.index("ndcg_at_10")
    return estimate(fused.values[:, place] - other.values[:, place], draws)


def _notes(split: Split, rows: Sequence[EvaluationRow]) -> tuple[str, ...]:
    readers = len(split.liked_next)
    hits = sum(map(len, split.liked_next.values()))
    asked = (
        f"{len(split.papers):,} papers around {split.moment:%Y-%m-%d} were ranked for {readers:,} readers;"
        f" their {hits:,} up-votes from that day on count as hits."
    )
    notes = [asked]
    if readers < FEW_READERS:
        notes.append(f"Only {readers} readers: differences within the intervals mean nothing.")
    if readers == MOST_READERS:
        notes.append(f"At most {MOST_READERS:,} readers are asked, drawn at random.")
    if silent := [row.method for row in rows if row.figures["novelty"].mean is None]:
        notes.append(f"Without anything to say on these candidates: {', '.join(silent)}.")
    if unbeaten := _unbeaten(rows):
        notes.append(f"The fusion is not surely ahead of: {', '.join(unbeaten)}.")
    if better := [row.method for row in rows if row.difference.high is not None and row.difference.high < 0]:
        notes.append(f"Surely ahead of the fusion: {', '.join(better)}.")
    if rows[0].figures["calibration"].mean is None:
        notes.append("No calibration: too few papers of the likes or of the lists have categories.")
    notes.append(
        "Calibration is the divergence of a list's categories from those of the likes: less is better."
        " The fusion is ahead by its nDCG@10 less the row's."
    )
    return tuple(notes)


def _text(own: Estimate) -> str | None:
    return None if own.mean is None else f"{own.mean:.3f} {own.low:.3f}..{own.high:.3f}"


def _unbeaten(rows: Sequence[EvaluationRow]) -> list[str]:
    """Return the baselines that the fusion is not sure to beat."""
    return [
        row.method
        for row in rows
        if row.kind is Kind.BASELINE and row.difference.low is not None and row.difference.low <= 0
    ]


__all__ = ["Estimate", "Evaluation", "EvaluationRow", "Kind", "evaluate"]
