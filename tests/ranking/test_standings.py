"""How many papers fitted an interest, in all and by day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.editions import Section
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.standings import MOST_DAYS, Field, ages_in_days, by_age, standings
from tests.builders import NOON, a_paper
from tests.ranking import world


def test_ages_are_whole_days_and_unknown_ones_belong_to_no_day() -> None:
    """A paper of 25 hours ago is a day old; one without a date is of no day."""
    papers = [
        replace(a_paper(number), first_seen=seen)
        for number, seen in enumerate((NOON, NOON - timedelta(hours=25), None))
    ]
    ages = ages_in_days(papers, NOON)
    assert ages.tolist() == [0, 1, -1]
    assert by_age(ages, 3).tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


@given(st.lists(st.integers(-1, 40), max_size=30), st.integers(1, 30))
def test_each_paper_is_of_one_day_at_most(ages: list[int], days: int) -> None:
    """No paper counts twice, however long the window."""
    spread = by_age(np.asarray(ages, dtype=np.int64), days)
    assert spread.shape == (len(ages), min(days, MOST_DAYS))
    assert spread.sum() == sum(0 <= age < min(days, MOST_DAYS) for age in ages)


def test_seen_papers_count_for_the_days_and_not_for_what_is_left() -> None:
    """What a reader was shown did fit; it is no more to be had."""
    fitting = np.asarray([[True, True, False], [False, False, False]])
    found = standings(
        ["editing", "other"],
        Field(
            fitting=fitting,
            unseen=np.asarray([True, False, True]),
            chosen=[2],
            capped=np.asarray([False, True]),
        ),
        np.asarray([[0, 1], [1, 0], [1, 0]]),
    )
    assert [(own.interest, own.fitting, own.left, own.capped, own.days) for own in found] == [
        ("editing", 1, 1, False, (1, 1)),
        ("other", 0, 0, True, (0, 0)),
    ]


def test_at_least_what_is_shown_fitted(recommender: HybridRecommender) -> None:
    """An edition never shows more of an interest than fitted it; a plain ranking tells of none."""
    request = world.ask(world.liking(world.of("editing")[:2]), slots=True, papers=12)
    pool = world.a_pool()
    ranking = recommender.rank([request], pool)[0]
    shown = sum(own.section is Section.INTEREST for own in ranking.recommendations)
    assert 0 < shown <= ranking.standings[0].fitting <= len(pool.papers)
    assert recommender.rank([replace(request, slots=False)], pool)[0].standings == ()


def test_what_is_left_stands_in_no_section(recommender: HybridRecommender) -> None:
    """With room for all that fits nothing is left; with room for one, all but what stands there."""
    request = world.ask(world.liking(world.of("editing")[:2]), slots=True, papers=1)
    pool = world.a_pool()
    one, many = (recommender.rank([replace(request, papers=papers)], pool)[0] for papers in (1, 40))
    told = one.standings[0]
    assert (told.left, told.capped) == (told.fitting - 1, False)
    shown = {own.paper for own in many.recommendations}
    assert (
        0
        <= many.standings[0].left
        <= told.fitting - sum(own.section is Section.INTEREST for own in many.recommendations)
    )
    assert len(shown) == len(many.recommendations)


def test_where_all_that_was_looked_at_fits_there_may_be_more(
    recommender: HybridRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shortlist of two that both fit says nothing of the rest."""
    request = world.ask(world.liking(world.of("editing")[:2]), slots=True, papers=1, floor=0.0)
    monkeypatch.setattr("recommender.ranking.run.SHORTLIST", 2)
    assert recommender.rank([request], world.a_pool())[0].standings[0].capped
