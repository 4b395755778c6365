"""The laws of Fusion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recommender.ranking.base import FloatMatrix, Fusion, FusionContext
from recommender.ranking.fusion import RankFusion, worst_ranks

NAN = float("nan")
CONTEXT = FusionContext(weights={"a": 1.0, "b": 0.5})
NUMBERS = arrays.arrays(
    np.float32,
    (3, 12),
    elements=st.one_of(st.just(NAN), st.integers(-8, 8).map(lambda number: number / 4)),
)


def matrix(*rows: list[float]) -> FloatMatrix:
    """Build a float32 matrix."""
    return np.asarray(rows, dtype=np.float32)


def test_ties_share_the_worst_rank() -> None:
    """Equal numbers gain nothing by being many."""
    ranks = worst_ranks(matrix([3, 1, NAN, 3, 2]))
    np.testing.assert_array_equal(ranks, matrix([2, 4, NAN, 2, 3]))


@given(NUMBERS, NUMBERS, st.sampled_from([0.25, 2.0, 1024.0]), st.integers(-4, 4))
def test_a_scorers_scale_changes_nothing(one: FloatMatrix, other: FloatMatrix, by: float, shift: int) -> None:
    """Only the order within a scorer counts."""
    fusion: Fusion = RankFusion()
    scaled = (one * np.float32(by) + np.float32(shift)).astype(np.float32)
    np.testing.assert_array_equal(
        fusion.fuse({"a": one, "b": other}, CONTEXT), fusion.fuse({"a": scaled, "b": other}, CONTEXT)
    )


@given(NUMBERS, NUMBERS)
def test_where_all_abstain_ranks_last(one: FloatMatrix, other: FloatMatrix) -> None:
    """-inf exactly where every scorer is silent, and everything else above it."""
    fused = RankFusion().fuse({"a": one, "b": other}, CONTEXT)
    silent = np.isnan(one) & np.isnan(other)
    assert np.isneginf(fused[silent]).all()
    assert (fused[~silent] >= 0).all()
    assert not np.isnan(fused).any()


@given(NUMBERS, st.permutations(range(12)))
def test_the_order_of_candidates_changes_nothing(one: FloatMatrix, order: list[int]) -> None:
    """Permuted candidates get permuted scores."""
    fused = RankFusion().fuse({"a": one}, CONTEXT)
    np.testing.assert_array_equal(RankFusion().fuse({"a": one[:, order]}, CONTEXT), fused[:, order])


def test_a_silent_scorer_changes_nothing() -> None:
    """A scorer that abstains on a whole profile leaves its scores as they were."""
    one = matrix([1, 2, 3])
    silent = np.full_like(one, np.nan)
    alone = RankFusion().fuse({"a": one}, CONTEXT)
    np.testing.assert_array_equal(RankFusion().fuse({"a": one, "b": silent}, CONTEXT), alone)


def test_first_with_every_scorer_is_one() -> None:
    """Scores are parts of the best possible."""
    fused = RankFusion().fuse({"a": matrix([2, 1]), "b": matrix([2, 1])}, CONTEXT)
    assert fused[0, 0] == pytest.approx(1)


def test_damping_lowers_and_weights_may_differ_by_profile() -> None:
    """Context arrays broadcast over profiles and candidates."""
    one = matrix([2, 1], [2, 1])
    weights: dict[str, float | FloatMatrix] = {"a": 1.0, "b": matrix([0], [1])}
    context = FusionContext(weights=weights, damping=matrix([0.5, 1], [1, 1]))
    parts = RankFusion().contributions({"a": one, "b": one}, context)
    assert parts["b"][0].tolist() == [0, 0]
    assert parts["b"][1, 0] > 0
    assert parts["a"][0, 0] < parts["a"][0, 1]


def test_no_candidates_are_no_error() -> None:
    """An empty pool fuses to an empty matrix."""
    assert RankFusion().fuse({"a": np.zeros((2, 0), dtype=np.float32)}, CONTEXT).shape == (2, 0)
