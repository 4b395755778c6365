"""Fitting fusion weights to lists."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking.base import FusionContext
from recommender.ranking.fusion import EVIDENCE, FORMS, LIKES, LearnedFusion, Weights
from recommender.ranking.learning import Example, _Problem, columns, fit, shipped, unpacked

NAMES = ("good", "bad", "noise")
PLANTED = {"good": 1.5, "bad": -1.0, "noise": 0.0}


def lists(count: int = 600, length: int = 30) -> list[Example]:
    """Return lists from which one paper was drawn by the softmax of the planted weights."""
    random = np.random.default_rng(4)
    made = []
    for _ in range(count):
        z = random.normal(size=(length, len(NAMES))).astype(np.float32)
        scores = z @ np.asarray(list(PLANTED.values())) + random.gumbel(size=length)
        readers = random.integers(1, 30, length).astype(np.float32)
        made.append(
            Example(
                z=z,
                readers=readers,
                few=float(random.random() / 2),
                log_count=np.zeros(length, np.float32),
                taken=scores == scores.max(),
            )
        )
    return made


def strength(weights: Weights, name: str) -> float:
    """Return what a standard step is worth on average, for a well-read paper and a reader with likes."""
    own = weights.scorers[name]
    return float(own[1, 0, 0] + own[2, 0, 0] / 15 + 0.25 * own[1, 1, 0] + 0.5 * own[1, 0, 1])


def test_planted_weights_are_found() -> None:
    """Each weight within sampling error, and silence of what tells nothing."""
    weights = fit(NAMES, lists())
    for name, planted in PLANTED.items():
        assert strength(weights, name) == pytest.approx(planted, abs=0.3)


def test_upward_weights_are_never_negative() -> None:
    """The bound holds for the scorer it is asked for, and only for it."""
    free, bound = fit(NAMES, lists()), fit(NAMES, lists(), upward=frozenset({"bad"}))
    assert free.scorers["bad"].min() < -0.1
    assert bound.scorers["bad"].min() >= 0
    assert strength(bound, "good") > 0.9
    assert strength(fit(NAMES, lists(), upward=frozenset({"good"})), "bad") < -0.5


def test_log_counts_stand_for_papers_left_out() -> None:
    """One paper that counts as eight has the loss and the slope of eight; forgetting the count has not."""
    whole = lists(1)[0]
    again = np.r_[np.arange(30), [29] * 7]
    eight = Example(
        z=whole.z[again],
        readers=whole.readers[again],
        few=whole.few,
        log_count=np.zeros(37, np.float32),
        taken=whole.taken[again],
    )
    assert not whole.taken[29]
    counted = replace(whole, log_count=np.where(np.arange(30) == 29, np.log(8), 0).astype(np.float32))
    at = np.random.default_rng(0).normal(0, 0.3, (columns(whole).shape[1],))
    losses = [_Problem(columns(own), [own]).loss(at) for own in (eight, counted, whole)]
    assert losses[0][0] == pytest.approx(losses[1][0], rel=1e-5)
    np.testing.assert_allclose(losses[0][1], losses[1][1], atol=1e-5)
    assert abs(losses[0][0] - losses[2][0]) > 1e-3


def test_the_slope_is_that_of_the_loss() -> None:
    """Central differences in some directions agree."""
    own = lists(5)
    problem = _Problem(np.concatenate([columns(one) for one in own]), own)
    random = np.random.default_rng(1)
    at = random.normal(0, 0.2, (columns(own[0]).shape[1],))
    for _ in range(10):
        way = random.normal(size=len(at))
        rise = (problem.loss(at + 1e-2 * way)[0] - problem.loss(at - 1e-2 * way)[0]) / 2e-2
        assert rise == pytest.approx(float(problem.loss(at)[1] @ way), abs=5e-3)


def test_the_design_is_what_fusion_adds() -> None:
    """Weights mean the same in fitting as in scoring."""
    random = np.random.default_rng(2)
    own = replace(lists(1)[0], readers=random.integers(0, 4, 30).astype(np.float32))
    own.z[random.random(own.z.shape) < 0.2] = np.nan
    flat = random.normal(size=len(NAMES) * 12 + 4).astype(np.float32)
    weights = unpacked(NAMES, flat)
    context = FusionContext(
        readers=own.readers[None, :],
        few=np.asarray([[own.few]], np.float32),
        trust=np.ones((1, 1), np.float32),
    )
    fusion = LearnedFusion(alone=Weights.zero(NAMES), shared=weights)
    parts = fusion.contributions({name: own.z[None, :, place] for place, name in enumerate(NAMES)}, context)
    np.testing.assert_allclose(sum(parts.values()), (columns(own) @ flat)[None, :], rtol=1e-4, atol=1e-4)


def test_the_shipped_weights_are_whole() -> None:
    """Finite blocks for scorers that exist; words speak for a lone reader, and others' votes do not."""
    fusion = shipped()
    for weights in (fusion.alone, fusion.shared):
        assert all(own.shape == (len(EVIDENCE), len(LIKES), len(FORMS)) for own in weights.scorers.values())
        assert all(np.isfinite(own).all() for own in (weights.papers, *weights.scorers.values()))
    assert {"content", "semantic", "keywords", "authors"} <= set(fusion.alone.scorers)
    assert fusion.alone.scorers["content"][0, 0, 0] > 0
    lonely = {name for name, own in fusion.alone.scorers.items() if own.any()}
    assert not lonely & {"ease", "factors", "spread"}
