"""Which snapshots may go."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.papers import Signal
from recommender.domain.snapshots import LOOKED_BACK, superseded
from tests.builders import NOON, a_paper

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def counted(votes: int | None, *, days: float) -> Signal:
    """Build a snapshot taken some days before noon."""
    return Signal(paper=a_paper().id, source="hf", taken_at=NOON - timedelta(days=days), upvotes=votes)


def left(*series: Signal) -> list[int | None]:
    """Return the counts that stay."""
    gone = superseded(series, NOON)
    return [signal.upvotes for signal in series if signal not in gone]


def test_what_stands_between_two_that_say_the_same_goes() -> None:
    """The ends of a standstill tell all of it."""
    series = [counted(votes, days=9 - place) for place, votes in enumerate([1, 5, 5, 5, 5, 6, 6])]
    assert left(*series) == [1, 5, 5, 6, 6]
    assert left(counted(None, days=3), counted(1, days=2), counted(1, days=1)) == [None, 1, 1]


def test_a_long_standstill_keeps_a_snapshot_in_every_fortnight() -> None:
    """An edition that is made again looks two weeks back and must find what it found."""
    series = [counted(7, days=29 - place) for place in range(29)]
    gone = superseded(series, NOON)
    kept = [signal.taken_at for signal in series if signal not in gone]
    assert len(kept) == 4
    assert max(after - before for before, after in pairwise(kept)) < LOOKED_BACK


def test_of_days_over_a_month_ago_the_last_snapshot_stays() -> None:
    """Younger ones stay while they change."""
    old = [counted(votes, days=40 - votes / 24) for votes in range(6)]
    young = [counted(50 + votes, days=3 - votes / 24) for votes in range(6)]
    assert left(*old, *young) == [0, 5, *range(50, 56)]


def test_a_count_is_not_lost_to_a_later_snapshot_without_one() -> None:
    """Of one day long ago both stay: the last one knows less."""
    series = [counted(votes, days=40 - place / 24) for place, votes in enumerate([1, 2, 3, None])]
    assert left(*series, counted(9, days=1)) == [1, 3, None, 9]


def test_of_a_quarter_ago_the_first_and_the_last_stay() -> None:
    """Whatever lies between."""
    assert left(*(counted(votes, days=110 - votes) for votes in range(10))) == [0, 9]


@pytest.mark.parametrize("length", [0, 1, 2])
def test_short_series_stay(length: int) -> None:
    """Two snapshots are the least that growth can be told from."""
    assert superseded([counted(5, days=200 - place) for place in range(length)], NOON) == []


@given(st.lists(st.tuples(st.integers(1, 3_000), st.sampled_from([None, 1, 2])), max_size=60))
def test_nothing_that_an_edition_found_is_taken_from_it(drawn: list[tuple[int, int | None]]) -> None:
    """For every hour of a month: the latest counts of the two weeks before it are the same after thinning."""
    taken = dict(drawn)
    series = [counted(taken[hours], days=hours / 24) for hours in sorted(taken, reverse=True)]
    gone = superseded(series, NOON)
    kept = [signal for signal in series if signal not in gone]
    assert superseded(kept, NOON) == []
    assert kept[:1] + kept[-1:] == series[:1] + series[-1:]
    for hours in range(0, 15 * 24, 7):
        made = NOON - hours * HOUR
        found = [
            [signal.upvotes for signal in given if made - LOOKED_BACK < signal.taken_at <= made][-1:]
            for given in (series, kept)
        ]
        assert found[0] == found[1]
