"""Content rows, votes in them, and the match."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import FloatMatrix
from recommender.ranking.content import ContentScorer, damping
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.text import TextSpace
from recommender.ranking.vectors import HALF_LIFE_DAYS, candidates, decay
from tests.builders import NOON, a_paper
from tests.ranking import world


def cosines(recommender: HybridRecommender, *profiles: InterestProfile) -> FloatMatrix:
    """Return content scores on the whole world, 0 where it abstains."""
    content, pool = recommender.fitted.content, world.a_pool()
    batch = world.a_batch(content.space, profiles, pool)
    return np.nan_to_num(content.score(batch, candidates(content.space, pool)))


@given(
    liked=st.lists(st.integers(0, 119), max_size=6, unique=True),
    voted=st.integers(0, 119),
    about=st.sampled_from(["", "dark matter halo", "editing facts in language models", "weather"]),
)
def test_an_up_vote_never_lowers_its_own_paper(
    recommender: HybridRecommender, liked: list[int], voted: int, about: str
) -> None:
    """Adding a vote for a paper raises the cosine of anything that says the same."""
    papers = world.papers()
    before = world.liking([papers[place] for place in liked if place != voted], about=about)
    after = world.liking([papers[place] for place in {*liked, voted}], about=about)
    scores = cosines(recommender, before, after)
    assert scores[1, voted] >= scores[0, voted] - 1e-6


def test_votes_outweigh_words_as_they_gather(recommender: HybridRecommender) -> None:
    """One vote leaves the words in the lead; nine do not."""
    galaxies, editing = slice(15, 30), slice(0, 15)
    few = world.liking(world.of("galaxies")[:1], about="knowledge editing facts stored language")
    many = world.liking(world.of("galaxies")[:9], about="knowledge editing facts stored language")
    scores = cosines(recommender, few, many)
    assert scores[0, editing].mean() > scores[0, galaxies].mean()
    assert scores[1, galaxies].mean() > scores[1, editing].mean()


def test_old_votes_count_less() -> None:
    """The half-life holds, the future and the unknown count full."""
    assert decay(NOON - timedelta(days=HALF_LIFE_DAYS), NOON) == pytest.approx(0.5)
    assert decay(None, NOON) == decay(NOON + timedelta(days=3), NOON) == 1


def test_a_down_vote_lowers_what_is_like_it(recommender: HybridRecommender) -> None:
    """Rocchio: the disliked paper's neighbours lose cosine."""
    down = world.disliking(world.of("editing")[:3])
    plain = world.a_profile(about="editing facts stored in language models")
    soured = world.a_profile(about="editing facts stored in language models", down=down)
    scores = cosines(recommender, plain, soured)
    assert (scores[1, :3] < scores[0, :3]).all()


def test_down_votes_alone_speak_for_nothing(recommender: HybridRecommender) -> None:
    """Without anything liked there is no positive cosine."""
    assert not cosines(recommender, world.a_profile(down=world.disliking(world.of("editing")[:3]))).any()


def test_near_duplicates_of_a_down_vote_are_damped_out(recommender: HybridRecommender) -> None:
    """0 for the same text, 1 for another subject."""
    twin = a_paper(999, title=world.of("editing")[0].title, abstract=world.of("editing")[0].abstract)
    pool = world.a_pool([twin, world.of("galaxies")[0]])
    space = recommender.fitted.content.space
    down = (WeightedPaper(paper=world.of("editing")[0].id),)
    profiles = [world.a_profile(), world.a_profile(down=down), world.a_profile(down=down)]
    factors = damping(world.a_batch(space, profiles, pool), candidates(space, pool))
    assert factors.tolist() == [[1, 1], [0, 1], [0, 1]]


def test_match_is_a_share_of_the_background(recommender: HybridRecommender) -> None:
    """Whatever the pool, the number of one pair is the same; nothing to say is 0."""
    content = recommender.fitted.content
    profile = world.a_profile(about="dark matter halo lensing")
    matches = []
    for chosen in (world.papers(), world.of("galaxies")[:2]):
        pool = world.a_pool(chosen)
        batch = world.a_batch(content.space, [profile], pool)
        scores = content.score(batch, candidates(content.space, pool))
        match, strength = content.calibrate(batch, scores)
        assert ((strength >= 0) & (strength <= 1)).all()
        assert (strength[match >= content.floor] == 1).all()
        assert ((match >= 0) & (match <= 1)).all()
        assert (match[np.isnan(scores)] == 0).all()
        matches.append(match)
    assert matches[0][0, 15] == matches[1][0, 0]
    assert matches[1][0].max() > 0.85


@pytest.mark.parametrize("papers,least", [(1000, 0.95), (200, 0.95), (100, 0.9), (10, 0.0), (0, 0.0)])
def test_the_floor_is_lower_in_a_small_store(space: TextSpace, papers: int, least: float) -> None:
    """About ten papers of the background would always pass."""
    background = space.rows([(("word",),)] * papers)
    assert ContentScorer(space, background).floor == pytest.approx(least)
