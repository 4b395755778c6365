"""Offline evaluation on the store's own votes, and its picture."""

from dataclasses import dataclass
from datetime import timedelta

from recommender.digest.chart import Cell, Column, Line, chart
from recommender.digest.render import Renderer
from recommender.domain.errors import InputError
from recommender.ports import Clock, Store
from recommender.ranking.base import RankingSettings
from recommender.ranking.evaluation import Estimate, Evaluation, Kind, evaluate
from recommender.services.training import declared_profiles, snapshot

_TEN_YEARS = timedelta(days=3650)
_GROUPS = {Kind.FUSION: "What ships", Kind.SCORER: "Each scorer alone", Kind.BASELINE: "Baselines"}
_COLUMNS = {
    "ndcg_at_10": ("nDCG@10", "more is better"),
    "recall_at_10": ("recall@10", "more is better"),
    "mrr": ("MRR", "more is better"),
    "coverage_at_10": ("coverage@10", "more is better"),
    "diversity": ("diversity", "more: less alike"),
    "calibration": ("calibration", "less is better"),
    "novelty": ("novelty, bits", "more: less known"),
}

_SPELLINGS = {"reader_svm": "reader SVM", "tfidf_profile": "tf-idf profile"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluating:
    """Measures each scorer alone and the fusion against baselines."""

    store: Store
    clock: Clock
    settings: RankingSettings
    renderer: Renderer

    def run(self) -> Evaluation:
        """Evaluate on a temporal split of the standing up-votes; changes nothing."""
        now = self.clock.now()
        with self.store.read() as unit:
            corpus = snapshot(unit, signals_since=now - _TEN_YEARS, until=now)
            declared = declared_profiles(unit)
        return evaluate(corpus, self.settings, declared, seed=self.settings.seed)

    def picture(self, evaluation: Evaluation) -> str:
        """Return an SVG of all figures with their intervals. Raise InputError where there are none."""
        if not evaluation.rows:
            raise InputError(f"there is nothing to draw: {evaluation.notes[0]}")
        lines = [Line(label=_label(row.method), group=_GROUPS[row.kind]) for row in evaluation.rows]
        columns = [
            Column(title=title, hint=hint, cells=tuple(_cell(row.figures[name]) for row in evaluation.rows))
            for name, (title, hint) in _COLUMNS.items()
        ]
        cells = tuple(_cell(row.difference) for row in evaluation.rows)
        columns.append(Column(title="fusion ahead by", hint="nDCG@10, paired", cells=cells, signed=True))
        caption = f"{evaluation.notes[0]} Thin lines hold 95 % of bootstrap means over readers."
        drawing = chart("What readers liked next", caption, lines, columns)
        return self.renderer.page("evaluation.svg", drawing=drawing)


def _cell(own: Estimate) -> Cell:
    return Cell(mean=own.mean, low=own.low, high=own.high)


def _label(method: str) -> str:
    return _SPELLINGS.get(method, method.replace("_", " "))
