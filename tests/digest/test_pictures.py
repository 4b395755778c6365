"""Where marks stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.digest.pictures import BARS_WIDTH, HEIGHT, WIDTH, Dot, apart, bars, dots

PART = st.floats(-1, 1)


def test_corners() -> None:
    """Up is up; an edge is left for what is drawn around the middle."""
    low, high = dots([(-1, -1), (1, 1)])
    assert (low.x < high.x, low.y > high.y) == (True, True)
    assert low.x == WIDTH - high.x
    assert high.y == HEIGHT - low.y


@given(st.lists(st.tuples(PART, PART), max_size=8))
def test_rings_do_not_cover_each_other(places: list[tuple[float, float]]) -> None:
    """And none leaves the picture."""
    rings = dots(places)
    moved = apart(rings)
    assert all(0 <= own.y <= HEIGHT and 0 <= own.x <= WIDTH for own in moved)
    pairs = [(one, two) for place, one in enumerate(moved) for two in moved[:place]]
    assert all((one.x - two.x) ** 2 + (one.y - two.y) ** 2 >= 25**2 for one, two in pairs)


def test_rings_far_apart_stay() -> None:
    """Nothing is moved without need."""
    rings = [Dot(x=30, y=30), Dot(x=200, y=30), Dot(x=30, y=200)]
    assert apart(rings) == rings


@given(st.lists(st.integers(0, 10**6), max_size=60), st.integers(1, 10**6))
def test_bars_stay_inside(values: list[int], most: int) -> None:
    """Something is never drawn like nothing, and nothing is not drawn."""
    found = bars(values, height=60, most=max([most, *values]))
    assert all((own.height >= 2) == (value > 0) for own, value in zip(found, values, strict=True))
    assert all(own.y + own.height == pytest.approx(60) for own in found)
    assert all(own.x >= 0 and own.x + own.width <= BARS_WIDTH + 0.1 for own in found)


def test_bars_that_hang() -> None:
    """From the line."""
    assert [(own.y, own.height) for own in bars([0, 5, 10], height=50, most=10, down=True)] == [
        (0, 0),
        (0, 25),
        (0, 50),
    ]
