"""Attention."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.papers import Signal
from recommender.ranking.trending import attention, noticed, trending
from tests.builders import NOON, a_paper

ONE, TWO = a_paper(1), a_paper(2)


def seen(
    paper: int, upvotes: int | None, *, days: float = 0, source: str = "hf", comments: int = 0
) -> Signal:
    """Build a snapshot taken some days before noon."""
    taken = NOON - timedelta(days=days)
    return Signal(paper=a_paper(paper).id, source=source, taken_at=taken, upvotes=upvotes, comments=comments)


def test_more_votes_are_hotter() -> None:
    """Rows come hottest first, with their up-votes."""
    rows = trending([ONE, TWO], [seen(1, 3), seen(2, 30)], NOON, 10)
    assert [(row[0], row[2]) for row in rows] == [(TWO.id, 30), (ONE.id, 3)]


def test_attention_fades() -> None:
    """Three days halve the heat."""
    fresh = attention([seen(1, 9)], NOON)[ONE.id][0]
    assert attention([seen(1, 9, days=3)], NOON)[ONE.id][0] == pytest.approx(fresh / 2)


def test_an_old_hit_counted_daily_fades_too() -> None:
    """Being counted again is no news; growing is."""
    daily = [seen(1, 50, days=day) for day in range(12)]
    growing = [seen(2, 50 - 4 * day, days=day) for day in range(12)]
    heat = attention([*daily, *growing], NOON)
    assert heat[ONE.id][0] < attention([seen(1, 50)], NOON)[ONE.id][0] / 4
    assert heat[TWO.id][0] > heat[ONE.id][0]


def test_sources_add_up_and_the_latest_snapshot_counts() -> None:
    """A falling count is taken as it is."""
    found = attention([seen(1, 9, days=2), seen(1, 5), seen(1, 4, source="other")], NOON)
    assert found[ONE.id][1] == 9


@pytest.mark.parametrize("upvotes", [0, None])
def test_no_votes_no_heat(upvotes: int | None) -> None:
    """A paper nobody voted for is not cold, it is unknown."""
    assert attention([seen(1, upvotes, comments=40)], NOON) == {}


def test_the_future_is_not_known() -> None:
    """A snapshot taken after now does not count."""
    assert attention([seen(1, 9, days=-1)], NOON) == {}


def test_only_the_papers_asked_for_are_listed() -> None:
    """Signals of others are passed over, and the limit holds."""
    assert trending([ONE], [seen(1, 3), seen(2, 30)], NOON, 10)[0][0] == ONE.id
    assert len(trending([ONE, TWO], [seen(1, 3), seen(2, 30)], NOON, 1)) == 1


def test_growth_of_an_hour_is_held_against_a_day() -> None:
    """The newest snapshot a day back counts, however many were taken since."""
    sparse = [seen(1, 10, days=1), seen(1, 30)]
    dense = [*sparse, *(seen(1, 30 - hour, days=hour / 24) for hour in range(1, 20))]
    assert attention(dense, NOON) == attention(sparse, NOON)


def test_growth_of_less_than_a_day_is_taken_for_a_quarter_at_least() -> None:
    """Two votes in a minute are no thousands a day."""
    minute = attention([seen(1, 0, days=1 / 1440), seen(1, 2)], NOON)[ONE.id][0]
    hours = attention([seen(1, 0, days=0.25), seen(1, 2)], NOON)[ONE.id][0]
    assert minute == pytest.approx(hours, rel=0.05)


def test_formula() -> None:
    """As docs/relevance.md has it."""
    found = attention([seen(1, 4, days=2), seen(1, 10, comments=2)], NOON)[ONE.id][0]
    level = math.log(11) + 0.3 * math.log(3)
    assert found == pytest.approx(level * 0.5 ** (2 / 3) + 0.5 * math.log(1 + 6 / 2))


def test_a_list_read_late_is_not_new_attention() -> None:
    """A snapshot without counts says since when a paper is on a list; it is no start of growth."""
    heat, votes = attention([seen(1, None, days=9), seen(1, 40)], NOON)[ONE.id]
    assert heat == pytest.approx(math.log(41) / 8)
    assert votes == 40


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 200), st.one_of(st.none(), st.integers(0, 9)))))
def test_order_of_snapshots_is_nothing(drawn: list[tuple[int, int, int | None]]) -> None:
    """The same snapshots in another order give the same heat, finite and not negative."""
    signals = [seen(paper, votes, days=hours / 24) for paper, hours, votes in drawn]
    unique = list({(signal.paper, signal.taken_at): signal for signal in signals}.values())
    found = attention(unique, NOON)
    assert found == attention(unique[::-1], NOON)
    assert all(0 < heat < 50 for heat, _ in found.values())


def test_a_vote_or_two_are_no_trend() -> None:
    """Three of anything are, whoever counted them; what was counted later is not known."""
    starred = Signal(paper=a_paper(3).id, source="x", taken_at=NOON, stars=3)
    told = [seen(1, 2, comments=2), seen(2, 1, comments=3), starred, seen(4, 3), seen(5, 9, days=-1)]
    assert noticed(told, NOON) == {a_paper(number).id for number in (2, 3, 4)}
