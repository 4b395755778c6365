"""Figures of an evaluation, against numbers worked out by hand."""

from math import log, log2

import numpy as np
import pytest
from scipy import sparse

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
from recommender.ranking.evaluation_split import LEAST_READERS

WIDTH = 14
DOWNWARD = np.arange(WIDTH, 0.0, -1.0)[None, :]
"""Ranks candidates as they stand."""


def ground(**fields: object) -> Ground:
    """Build what one reader's list of candidates without words in common is judged by."""
    hits = np.zeros((1, WIDTH), dtype=np.bool_)
    hits[0, [0, 2, 12]] = True
    values: dict[str, object] = {
        "hits": hits,
        "seen": np.zeros((1, WIDTH), dtype=np.bool_),
        "rows": sparse.identity(WIDTH, dtype=np.float32, format="csr"),
        "categories": np.tile([1.0, 0.0], (WIDTH, 1)),
        "taste": np.asarray([[0.5, 0.5]]),
        "surprise": np.arange(WIDTH, dtype=np.float64),
    }
    return Ground(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def figures(scores: Figures, own: Ground) -> dict[str, float]:
    """Return the first reader's figures by name."""
    return dict(zip(FIGURES, judge(np.asarray(scores, np.float32), own).values[0].tolist(), strict=True))


def test_figures_of_one_list() -> None:
    """Hits stand first, third and thirteenth of three."""
    own = figures(DOWNWARD, ground())
    assert own["ndcg_at_10"] == pytest.approx((1 + 1 / log2(4)) / (1 + 1 / log2(3) + 1 / log2(4)))
    assert own["recall_at_10"] == pytest.approx(2 / 3)
    assert own["mrr"] == 1
    assert own["diversity"] == pytest.approx(1)
    assert own["calibration"] == pytest.approx(0.5 * log(0.5 / 0.995) + 0.5 * log(0.5 / 0.005))
    assert own["novelty"] == pytest.approx(4.5)


def test_what_a_method_does_not_know_is_no_hit() -> None:
    """An abstention stands nowhere: the hit on it is lost and the list gets shorter."""
    scores = DOWNWARD.copy()
    scores[0, 0] = scores[0, 3:] = -np.inf
    own = figures(scores, ground())
    assert own["mrr"] == pytest.approx(1 / 2)
    assert own["recall_at_10"] == pytest.approx(1 / 3)
    assert own["novelty"] == pytest.approx(1.5)


def test_what_was_voted_on_before_is_not_listed() -> None:
    """The two best are known to the reader, so the third is first."""
    seen = np.zeros((1, WIDTH), dtype=np.bool_)
    seen[0, :2] = True
    judged = judge(DOWNWARD.astype(np.float32), ground(seen=seen))
    assert judged.values[0, FIGURES.index("mrr")] == 1
    assert judged.values[0, FIGURES.index("novelty")] == pytest.approx(np.arange(2, 12).mean())


def test_twins_are_not_diverse() -> None:
    """Ten times the same words: no distance at all."""
    rows = sparse.csr_matrix(np.tile([1.0, 0.0], (WIDTH, 1)), dtype=np.float32)
    assert figures(DOWNWARD, ground(rows=rows))["diversity"] == pytest.approx(0, abs=1e-6)


def test_a_list_in_the_readers_proportions_is_calibrated() -> None:
    """Half of each category, as liked: no divergence. Without categories there is nothing to say."""
    halves = np.eye(2)[np.arange(WIDTH) % 2]
    assert figures(DOWNWARD, ground(categories=halves))["calibration"] == pytest.approx(0, abs=1e-12)
    assert np.isnan(figures(DOWNWARD, ground(categories=np.zeros((WIDTH, 2))))["calibration"])
    assert np.isnan(figures(DOWNWARD, ground(taste=np.zeros((1, 2))))["calibration"])


def test_equal_scores_tell_nothing() -> None:
    """A method that says the same of all is as good as chance, not as good as the order of ids."""
    hits = np.zeros((1, 1000), dtype=np.bool_)
    hits[0, :10] = True
    wide = ground(
        hits=hits,
        seen=np.zeros((1, 1000), dtype=np.bool_),
        rows=sparse.identity(1000, dtype=np.float32, format="csr"),
        categories=np.ones((1000, 2)) / 2,
        surprise=np.zeros(1000),
    )
    assert figures(np.zeros((1, 1000)), wide)["recall_at_10"] <= 0.2


def test_a_constant_has_no_spread() -> None:
    """Nor has a figure of which some readers tell nothing, over the others."""
    draws = resamples(8, seed=0)
    values = np.full(8, 0.25)
    assert estimate(values, draws) == Estimate(mean=0.25, low=0.25, high=0.25)
    values[0] = np.nan
    assert estimate(values, draws) == Estimate(mean=0.25, low=0.25, high=0.25)


def test_an_interval_holds_the_mean_and_narrows_with_readers() -> None:
    """Its half width is near twice the standard error."""
    for readers in (50, 800):
        values = np.random.default_rng(1).random(readers)
        own = estimate(values, resamples(readers, seed=0))
        assert own.mean is not None
        assert own.low is not None
        assert own.high is not None
        error = values.std() / np.sqrt(readers)
        assert own.low < own.mean < own.high
        assert (own.high - own.low) / 2 == pytest.approx(1.96 * error, rel=0.15)


def test_of_a_few_readers_nothing_is_said() -> None:
    """One reader's figure would have an interval of no width."""
    values = np.full(20, np.nan)
    values[: LEAST_READERS - 1] = 0.5
    assert estimate(values, resamples(20, seed=0)).mean is None


def test_coverage_counts_every_paper_once() -> None:
    """Two papers for everybody and one for a single reader are three of thirty; its interval holds that."""
    listed = np.zeros((10, 3), dtype=np.bool_)
    listed[:, :2] = True
    listed[0, 2] = True
    judged = Judged(values=np.zeros((10, len(FIGURES))), listed=listed, candidates=30)
    own = estimates(judged, resamples(10, seed=0))["coverage_at_10"]
    assert own.mean == pytest.approx(0.1)
    assert own.low is not None
    assert own.high is not None
    assert own.low <= 0.1 <= own.high
    assert own.high > own.low
