"""Rows of numbers as glyphs, and the growth of attention."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from recommender.digest.attention import by_paper, trend_of
from recommender.digest.sparkline import STEPS, glyphs
from recommender.domain.papers import Signal
from tests.builders import NOON, a_paper
from tests.digest.samples import english

ROWS = st.lists(st.integers(0, 10**9), max_size=40)


@given(ROWS)
def test_a_glyph_a_value_and_more_is_never_lower(values: list[int]) -> None:
    """Equal values look the same, the largest is full, nothing is the lowest and nothing else is."""
    drawn = glyphs(values)
    assert len(drawn) == len(values)
    steps = [STEPS.index(glyph) for glyph in drawn]
    ordered = sorted(zip(values, steps, strict=True))
    assert [step for _, step in ordered] == sorted(steps)
    assert len(set(ordered)) == len(set(values))
    assert [step == 0 for step in steps] == [value == 0 for value in values]
    if any(values):
        assert drawn[values.index(max(values))] == STEPS[-1]


@given(st.integers(1, 10**6), st.integers(1, 30))
def test_a_constant_row_is_level(value: int, length: int) -> None:
    """Full where there is something, lowest where there is not; one value is a row."""
    assert glyphs([value] * length) == STEPS[-1] * length
    assert glyphs([0] * length) == STEPS[0] * length


@given(ROWS, st.integers(1, 1000))
def test_only_the_proportions_count(values: list[int], factor: int) -> None:
    """Ten times as many of everything looks the same."""
    assert glyphs([value * factor for value in values]) == glyphs(values)


def test_eight_steps() -> None:
    """And what cannot be is drawn like nothing."""
    assert glyphs(range(8)) == STEPS
    assert glyphs([-3, 0, 7]) == "▁▁█"
    assert glyphs([]) == ""


def snapshots(*upvotes: int | None, source: str = "huggingface", hours: int = 24) -> list[Signal]:
    """Return a snapshot every so many hours, oldest first."""
    return [
        Signal(paper=a_paper().id, source=source, taken_at=NOON + place * timedelta(hours=hours), upvotes=own)
        for place, own in enumerate(upvotes)
    ]


def test_growth_is_told_from_three_days_on() -> None:
    """With the first and the last count in words; two days, or the same count on all, are no trend."""
    trend = trend_of(snapshots(12, 40, 120), english())
    assert trend is not None
    assert (trend.glyphs, trend.spoken) == ("▂▄█", "from 12 to 120 upvotes in 2 days")
    assert trend_of(snapshots(12, 40), english()) is None
    assert trend_of(snapshots(7, 7, 7, 7), english()) is None
    assert trend_of(snapshots(None, None, 7), english()) is None
    assert trend_of([], english()) is None


def test_a_day_is_one_glyph_and_its_last_count_stands() -> None:
    """Snapshots every six hours from noon on: three days."""
    trend = trend_of(snapshots(1, 2, 3, 4, 5, 6, 7, 8, 9, hours=6), english())
    assert trend is not None
    assert trend.spoken == "from 2 to 9 upvotes in 2 days"
    assert len(trend.glyphs) == 3


def test_sources_are_not_mixed() -> None:
    """The one with most days is drawn; two sources with two days each are no trend."""
    two = [*snapshots(1, 5), *snapshots(100, 300, source="other")]
    found = by_paper(reversed(two))
    assert trend_of(found[a_paper().id], english()) is None
    trend = trend_of([*snapshots(1, 2, 3), *snapshots(100, 300, source="other")], english())
    assert trend is not None
    assert trend.spoken.startswith("from 1 to 3")
