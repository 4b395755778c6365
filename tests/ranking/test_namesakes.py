"""A common name is no acquaintance: somebody else's paper gains nothing by it."""

from dataclasses import replace

import pytest

from recommender.domain.papers import Paper
from recommender.ranking.base import Pool
from recommender.ranking.hybrid import HybridRecommender
from tests.builders import NOON
from tests.ranking import world

NAME = "Wei Zhang"
LIKED = [
    replace(paper, authors=(NAME, f"Own Colleague{place}x"), categories=("x.editing",))
    for place, paper in enumerate(world.of("editing")[:6])
]


def a_strange_paper(*authors: str) -> Paper:
    """Return a paper of a field that no liked paper is of, and without a text that could fit."""
    return replace(
        world.of("galaxies")[0], title="", abstract="", authors=authors, categories=("x.galaxies",)
    )


def heard(recommender: HybridRecommender, likes: int, paper: Paper) -> float | None:
    """Return what the authors' scorer says of a paper to a reader of some papers by the name."""
    pool = Pool(papers=[paper, *world.of("robots")], known={own.id: own for own in LIKED}, now=NOON)
    request = world.ask(world.liking(LIKED[:likes]))
    (view,) = recommender.explain(request, pool, paper.id).interests
    return {number.scorer: number.value for number in view.numbers}["authors"]


@pytest.mark.parametrize("likes", [1, 3, 6])
def test_a_namesake_of_another_field_is_nobody(recommender: HybridRecommender, likes: int) -> None:
    """However many liked papers carry the name: six people of one name teach no more than one."""
    assert heard(recommender, likes, a_strange_paper(NAME)) is None
    assert heard(recommender, likes, a_strange_paper("Ann Other", NAME)) is None


@pytest.mark.parametrize("likes", [1, 3, 6])
def test_two_names_together_are_the_same_people(recommender: HybridRecommender, likes: int) -> None:
    """The law above can fail: a second author in common is a second match."""
    value = heard(recommender, likes, a_strange_paper(*LIKED[0].authors))
    assert value is not None
    assert value > 0
