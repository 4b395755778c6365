"""The match of a paper is a property of the paper and the reader, whatever else came that day."""

import numpy as np
import pytest

from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.stages import score
from tests.ranking import world

PROFILES = world.profiles()[:-1]
STEP = 0.005
"""Rounding may put a fit before or after an equal one of the sample, and no further."""


def matches(
    recommender: HybridRecommender, subjects: tuple[str, ...], own: tuple[InterestProfile, ...] = PROFILES
) -> dict[PaperId, list[float]]:
    """Return the match of each paper of some subjects, for each profile, when no other papers came."""
    pool = world.a_pool([paper for subject in subjects for paper in world.of(subject)])
    lens = recommender.fitted.lens
    scored = score(
        recommender.fitted, world.a_batch(lens, own, pool), lens.candidates(pool, pool.papers), None
    )
    return {paper.id: scored.match[:, place].tolist() for place, paper in enumerate(pool.papers)}


@pytest.mark.parametrize("others", [("galaxies",), ("editing", "privacy"), tuple(world.SUBJECTS)])
def test_other_candidates_change_no_match(recommender: HybridRecommender, others: tuple[str, ...]) -> None:
    """On a day of rivals, a day of strangers, and a full day a paper matches as it does alone."""
    alone = matches(recommender, ("robots",))
    beside = matches(recommender, tuple(dict.fromkeys(("robots", *others))))
    for paper, own in alone.items():
        np.testing.assert_allclose(beside[paper], own, atol=STEP)


def test_match_tells_papers_and_readers_apart(recommender: HybridRecommender) -> None:
    """The law above can fail: a match is no constant."""
    found = matches(recommender, tuple(world.SUBJECTS), (world.liking(world.of("speech")[:4]),))
    own = np.mean([found[paper.id][0] for paper in world.of("speech")])
    other = np.mean([found[paper.id][0] for paper in world.of("climate")])
    assert own > other + 0.05


def test_other_readers_change_no_match(recommender: HybridRecommender) -> None:
    """A block of one reader gives what a block of many does."""
    together = matches(recommender, ("robots",))
    for row, profile in enumerate(PROFILES):
        single = matches(recommender, ("robots",), (profile,))
        for paper, own in single.items():
            assert own[0] == pytest.approx(together[paper][row], abs=STEP)
