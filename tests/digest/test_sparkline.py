"""Rows of numbers as glyphs, and the growth of attention."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.attention import by_paper, recent, trend_of
from recommender.digest.sparkline import STEPS, glyphs
from recommender.domain.papers import Signal
from recommender.domain.snapshots import superseded
from tests.builders import NOON, a_paper
from tests.digest.samples import english

WORDS = english()
ROWS = st.lists(st.integers(0, 10**9), max_size=40)


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 30))
def test_a_constant_row_is_level(value: int, length: int) -> None:
    """Full where there is something, lowest where there is not; one value is a row."""
    assert glyphs([value] * length) == STEPS[-1] * length
    assert glyphs([0] * length) == STEPS[0] * length


@settings(deadline=None)
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
    """Return a snapshot every so many hours, oldest first, the last one at noon."""
    return [
        Signal(
            paper=a_paper().id,
            source=source,
            taken_at=NOON - (len(upvotes) - 1 - place) * timedelta(hours=hours),
            upvotes=own,
        )
        for place, own in enumerate(upvotes)
    ]


def test_growth_is_told_from_three_counts_on() -> None:
    """With the first and the last in words; two counts, however often they were counted, are no trend."""
    trend = trend_of(snapshots(12, 40, 120), NOON, WORDS)
    assert trend is not None
    assert (trend.glyphs, trend.spoken) == ("▂▄█", "from 12 to 120 upvotes in 2 days")
    for counted in ([12, 40], [7, 7, 7, 7], [7, 7, 8, 8], [None, None, 7], []):
        assert trend_of(snapshots(*counted), NOON, WORDS) is None


def test_a_day_is_one_glyph_and_its_last_count_stands() -> None:
    """A day without a snapshot stands at what was known."""
    trend = trend_of(snapshots(1, 2, 3, 4, 5, 6, 7, 8, 9, hours=6), NOON, WORDS)
    assert trend is not None
    assert trend.spoken == "from 2 to 9 upvotes in 2 days"
    assert len(trend.glyphs) == 3
    gaps = trend_of(snapshots(1, 2, 9, hours=48), NOON, WORDS)
    assert gaps is not None
    assert gaps.glyphs == "▂▂▃▃█"


def test_sources_are_not_mixed() -> None:
    """The one that moved most is drawn; two sources with two counts each are no trend."""
    two = [*snapshots(1, 5), *snapshots(100, 300, source="other")]
    found = by_paper(reversed(two))
    assert trend_of(found[a_paper().id], NOON, WORDS) is None
    trend = trend_of([*snapshots(1, 2, 3), *snapshots(100, 300, source="other")], NOON, WORDS)
    assert trend is not None
    assert trend.spoken.startswith("from 1 to 3")


def test_a_row_is_of_fourteen_days_and_nothing_later_than_the_edition() -> None:
    """What was known when it began is its start; what came after the edition was made is not told."""
    counted = snapshots(*range(1, 31))
    trend = trend_of(counted, NOON, WORDS)
    assert trend is not None
    assert (len(trend.glyphs), trend.spoken) == (14, "from 17 to 30 upvotes in 13 days")
    earlier = trend_of(counted, NOON - timedelta(days=20), WORDS)
    assert earlier is not None
    assert earlier.spoken == "from 1 to 10 upvotes in 9 days"
    assert recent(counted, NOON - timedelta(days=20)) == counted[:10]


def test_the_last_snapshot_before_an_edition_may_go_too() -> None:
    """It does once a later one says the same; the row ends at the edition's day, with or without it."""
    series = snapshots(1, 5, 9, 9, 9)
    made = NOON - timedelta(hours=23)
    gone = superseded(series, NOON)
    assert gone == [series[3]]
    trends = [trend_of(own, made, WORDS) for own in (series, [own for own in series if own not in gone])]
    assert trends[0] is not None
    assert (trends[0].spoken, trends[0]) == ("from 1 to 9 upvotes in 3 days", trends[1])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40 * 24), st.integers(0, 3)), max_size=40, unique_by=lambda row: row[0]
    ),
    st.integers(0, 12),
    st.integers(0, 20),
)
def test_thinning_changes_no_trend(rows: list[tuple[int, int]], behind: int, later: int) -> None:
    """A mail that is sent again after snapshots went is the same: those that stay tell as much."""
    series = [
        Signal(paper=a_paper().id, source="h", taken_at=NOON - timedelta(hours=hours), upvotes=count)
        for hours, count in sorted(rows, reverse=True)
    ]
    gone = superseded(series, NOON + timedelta(days=later))
    left = [own for own in series if own not in gone]
    made = NOON - timedelta(days=behind)
    first, again = (trend_of(own, made, WORDS) for own in (series, left))
    assert first == again
