"""How many papers of one group an edition takes, and who is a group."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from recommender.domain.papers import Paper
from recommender.ranking.base import Pool
from recommender.ranking.groups import Groups
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.names import parse
from tests.builders import NOON, a_paper
from tests.ranking import world

LAB = "Ida Fern"
NAMESAKE = "Wei Zhang"


def of_one_lab() -> list[Paper]:
    """Return the world's robot papers, all of one lab: its head and one of two students each."""
    return [
        replace(paper, authors=(f"Student Number{place % 2}", LAB))
        for place, paper in enumerate(world.of("robots"))
    ]


def of_namesakes() -> list[Paper]:
    """Return the world's robot papers, each by another person of one name with a co-author of their own."""
    return [
        replace(paper, authors=(f"Colleague Own{place}x", NAMESAKE))
        for place, paper in enumerate(world.of("robots"))
    ]


def edition(recommender: HybridRecommender, papers: Sequence[Paper], same_group: int) -> list[Paper]:
    """Return the edition of a reader of robots, in order."""
    settings = replace(world.SETTINGS, same_group=same_group)
    other = replace(recommender, fitted=replace(recommender.fitted, settings=settings))
    pool = Pool(papers=papers, now=NOON)
    profile = world.a_profile(name="Robots", about="robot grasping with tactile policy")
    request = world.ask(profile, papers=10, slots=True, floor=0.0)
    by_id = {paper.id: paper for paper in papers}
    return [by_id[pick.paper] for pick in other.recommend([request], pool)[0]]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_an_edition_takes_few_papers_of_one_group(recommender: HybridRecommender, limit: int) -> None:
    """All slots together."""
    others = world.of("speech")
    taken = edition(recommender, [*of_one_lab(), *others], limit)
    assert sum(LAB in paper.authors for paper in taken) == limit


def test_without_a_limit_one_group_may_fill_the_edition(recommender: HybridRecommender) -> None:
    """0 switches the rule off; the best of the group is there with and without it."""
    papers = [*of_one_lab(), *world.of("speech")]
    free, bound = edition(recommender, papers, 0), edition(recommender, papers, 3)
    assert sum(LAB in paper.authors for paper in free) > 3
    assert free[0] == bound[0]


def test_namesakes_are_no_group(recommender: HybridRecommender) -> None:
    """A common name holds nobody back."""
    papers = [*of_namesakes(), *world.of("speech")]
    assert edition(recommender, papers, 2) == edition(recommender, papers, 0)


def test_a_plain_ranking_has_no_limit(recommender: HybridRecommender) -> None:
    """Only editions are mixed."""
    request = world.ask(world.a_profile(name="Robots", about="robot grasping tactile"), papers=10)
    papers = of_one_lab()
    assert len(recommender.recommend([request], Pool(papers=papers, now=NOON))[0]) == 10


def test_names_that_link_papers() -> None:
    """A lab's head links; namesakes, single words and the name of a paper without others do no harm."""
    lab, namesakes = Groups(of_one_lab()), Groups(of_namesakes())
    assert all(parse(LAB) in lab[place] for place in range(world.PER_SUBJECT))
    assert not any(parse(NAMESAKE) in namesakes[place] for place in range(world.PER_SUBJECT))
    assert Groups([a_paper(1, authors=("NVIDIA", ":"))])[0] == frozenset()


def test_few_papers_of_a_name_are_one_persons() -> None:
    """With three papers there is no telling; they are taken for one person's."""
    few = Groups(of_namesakes()[:3])
    assert all(parse(NAMESAKE) in few[place] for place in range(3))
