"""The laws of Fusion."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recommender.ranking.base import FloatMatrix, Fusion, FusionContext
from recommender.ranking.fusion import EVIDENCE, FORMS, LIKES, LearnedFusion, Weights, gates, standardised

NAN = float("nan")
SHAPE = (len(EVIDENCE), len(LIKES), len(FORMS))
NUMBERS = arrays.arrays(
    np.float32,
    (3, 12),
    elements=st.one_of(st.just(NAN), st.integers(-8, 8).map(lambda number: number / 4)),
)


def matrix(*rows: list[float]) -> FloatMatrix:
    """Build a float32 matrix."""
    return np.asarray(rows, dtype=np.float32)


def drawn(seed: int, *, papers: bool = True) -> Weights:
    """Return weights of scorers a and b."""
    random = np.random.default_rng(seed)
    own = {name: random.normal(size=SHAPE).astype(np.float32) for name in ("a", "b")}
    return Weights(scorers=own, papers=random.normal(size=(2, 2)).astype(np.float32) * papers)


FUSION = LearnedFusion(alone=drawn(0, papers=False), shared=drawn(1))


def context(
    *,
    trust: float = 0.5,
    reference: Mapping[str, FloatMatrix] | None = None,
    width: int = 12,
    **factors: float,
) -> FusionContext:
    """Return the context of three profiles and some papers with 0, 1, 2, 0, … readers."""
    return FusionContext(
        readers=(np.arange(width, dtype=np.float32) % 3)[None, :],
        few=matrix([1], [0.5], [0.1]),
        trust=np.full((3, 1), trust, dtype=np.float32),
        reference=reference or {},
        weights=factors,
    )


@given(NUMBERS, NUMBERS, st.sampled_from([0.25, 2.0, 1024.0]), st.integers(-4, 4))
def test_a_scorers_scale_changes_nothing(one: FloatMatrix, other: FloatMatrix, by: float, shift: int) -> None:
    """A scorer that counts in other units says so of the sample too."""
    fusion: Fusion = FUSION
    sample = np.random.default_rng(0).normal(size=(3, 40)).astype(np.float32)
    plain = fusion.fuse({"a": one, "b": other}, context(reference={"a": sample, "b": sample}))
    scaled, ruler = (own * np.float32(by) + np.float32(shift) for own in (one, sample))
    again = fusion.fuse({"a": scaled, "b": other}, context(reference={"a": ruler, "b": sample}))
    np.testing.assert_allclose(again, plain, rtol=1e-3, atol=5e-3)


def test_without_a_sample_numbers_count_as_they_are() -> None:
    """Keywords found are keywords found, in any pool."""
    one = np.ones((3, 12), dtype=np.float32)
    assert not np.array_equal(FUSION.fuse({"a": one}, context()), FUSION.fuse({"a": 2 * one}, context()))


@given(NUMBERS, NUMBERS)
def test_where_all_abstain_ranks_last(one: FloatMatrix, other: FloatMatrix) -> None:
    """-inf exactly where every scorer is silent, whatever a paper gets for itself."""
    fused = FUSION.fuse({"a": one, "b": other}, context())
    silent = np.isnan(one) & np.isnan(other)
    assert np.isneginf(fused[silent]).all()
    assert np.isfinite(fused[~silent]).all()


@given(NUMBERS, NUMBERS)
def test_abstaining_adds_nothing(one: FloatMatrix, other: FloatMatrix) -> None:
    """Not even its centre: a part is 0 where its scorer is silent, and a silent scorer changes nothing."""
    parts = FUSION.contributions({"a": one, "b": other}, context(reference={"a": one + 3, "b": other}))
    assert (parts["a"][np.isnan(one)] == 0).all()
    silent = np.full_like(one, np.nan)
    alone, both = ({"a": one}, {"a": one, "b": silent})
    np.testing.assert_array_equal(FUSION.fuse(alone, context()), FUSION.fuse(both, context()))


@given(NUMBERS, NUMBERS, st.permutations(range(12)))
def test_the_order_of_candidates_changes_nothing(
    one: FloatMatrix, other: FloatMatrix, order: list[int]
) -> None:
    """Permuted candidates get permuted scores."""
    own = context()
    moved = FusionContext(readers=own.readers[:, order], few=own.few, trust=own.trust)
    fused = FUSION.fuse({"a": one, "b": other}, own)
    np.testing.assert_array_equal(
        FUSION.fuse({"a": one[:, order], "b": other[:, order]}, moved), fused[:, order]
    )


@given(NUMBERS, st.integers(2, 9))
def test_without_trust_the_shared_weights_are_not_looked_at(one: FloatMatrix, seed: int) -> None:
    """What company taught never reaches a reader of whom nobody knows anything; with trust it does."""
    other = LearnedFusion(alone=FUSION.alone, shared=drawn(seed))
    np.testing.assert_array_equal(
        FUSION.fuse({"a": one}, context(trust=0)), other.fuse({"a": one}, context(trust=0))
    )
    full = np.ones((3, 12), dtype=np.float32)
    assert (FUSION.fuse({"a": full}, context(trust=1)) != other.fuse({"a": full}, context(trust=1))).any()


def test_trust_mixes_linearly() -> None:
    """Half trusted is half of each."""
    one = np.random.default_rng(0).normal(size=(3, 12)).astype(np.float32)
    low, middle, high = (FUSION.fuse({"a": one}, context(trust=trust)) for trust in (0, 0.5, 1))
    np.testing.assert_allclose(middle, (low + high) / 2, rtol=1e-4, atol=1e-5)


def test_what_company_was_not_asked_about_keeps_its_weight() -> None:
    """A scorer without shared weights counts in company as it does alone."""
    fusion = LearnedFusion(
        alone=FUSION.alone,
        shared=Weights(scorers={"a": drawn(1).scorers["a"]}, papers=np.zeros((2, 2), np.float32)),
    )
    one = np.ones((3, 12), dtype=np.float32)
    for trust in (0.0, 0.3, 1.0):
        part = fusion.contributions({"b": one}, context(trust=trust))["b"]
        np.testing.assert_allclose(part, fusion.contributions({"b": one}, context(trust=0))["b"], rtol=1e-5)
    assert np.abs(part).min() > 0


def test_a_setting_turns_one_scorer() -> None:
    """Twice the weight is twice the part; none is no part; others stay."""
    one = np.random.default_rng(0).normal(size=(3, 12)).astype(np.float32)
    plain = FUSION.contributions({"a": one, "b": one}, context())
    for factor in (0.0, 2.0):
        turned = FUSION.contributions({"a": one, "b": one}, context(a=factor))
        np.testing.assert_allclose(turned["a"], factor * plain["a"], rtol=1e-5)
        np.testing.assert_array_equal(turned["b"], plain["b"])


def test_gates_tell_fresh_from_read() -> None:
    """A fresh paper opens the first gate alone; a read one the second, and the third as few have read it."""
    fresh, read, barely = gates(matrix([0, 1, 3]))
    assert fresh.tolist() == [[1, 0, 0]]
    assert read.tolist() == [[0, 1, 1]]
    assert barely.tolist() == [[0, 0.5, 0.25]]


def test_standardised_numbers_are_by_the_sample() -> None:
    """Mean and deviation of each profile's sample; a silent sample gives way to the numbers themselves."""
    sample = matrix([1, 3, NAN], [NAN, NAN, NAN], [2, 2, 2])
    found = standardised(matrix([2, 4, NAN], [0, 4, 2], [2, 5, NAN]), sample)
    np.testing.assert_allclose(found[0], [0, 2, NAN])
    np.testing.assert_allclose(found[1], np.asarray([-2, 2, 0]) / np.sqrt(8 / 3), rtol=1e-6)
    np.testing.assert_allclose(found[2], [0, 3, NAN])


def test_weights_are_kept_as_told() -> None:
    """To the bit when all digits are kept, and else to five; wrong shapes are refused."""
    own = drawn(3)
    again = Weights.parse(own.told(digits=None))
    assert all((again.scorers[name] == own.scorers[name]).all() for name in own.scorers)
    assert (again.papers == own.papers).all()
    np.testing.assert_allclose(Weights.parse(own.told()).papers, own.papers, atol=1e-5)
    with pytest.raises(ValueError, match="weights must be"):
        Weights.parse(own.told() | {"papers": [1, 2]})
    with pytest.raises(ValueError, match="weights must be"):
        Weights.parse(own.told() | {"scorers": {"a": [[0, 1]]}})


def test_no_candidates_are_no_error() -> None:
    """An empty pool fuses to an empty matrix."""
    empty = np.zeros((3, 0), dtype=np.float32)
    assert FUSION.fuse({"a": empty}, context(width=0)).shape == (3, 0)
