"""What papers say: word rows, directions, votes in them, and the match."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import FloatMatrix
from recommender.ranking.content import ContentScorer, SemanticScorer, damping, usual_row
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.matrices import dense_product
from recommender.ranking.stages import score
from recommender.ranking.vectors import HALF_LIFE_DAYS, Lens, decay
from tests.builders import NOON, a_paper
from tests.ranking import world


def content(recommender: HybridRecommender) -> ContentScorer:
    """Return the world's content scorer."""
    own = recommender.fitted.scorers[0]
    assert isinstance(own, ContentScorer)
    return own


def words_and_direction(
    recommender: HybridRecommender, *profiles: InterestProfile
) -> tuple[FloatMatrix, FloatMatrix]:
    """Return what both scorers say of the whole world, 0 where one abstains."""
    pool, lens = world.a_pool(), recommender.fitted.lens
    batch, candidates = world.a_batch(lens, profiles, pool), lens.candidates(pool, pool.papers)
    scorers = (content(recommender), SemanticScorer())
    one, other = (np.nan_to_num(own.score(batch, candidates)) for own in scorers)
    return one, other


@given(
    liked=st.lists(st.integers(0, 119), max_size=6, unique=True),
    voted=st.integers(0, 119),
    about=st.sampled_from(["", "dark matter halo", "editing facts in language models", "weather"]),
)
def test_an_up_vote_never_lowers_its_own_paper(
    recommender: HybridRecommender, liked: list[int], voted: int, about: str
) -> None:
    """Adding a vote for a paper raises what both scorers say of anything that says the same."""
    papers = world.papers()
    before = world.liking([papers[place] for place in liked if place != voted], about=about)
    after = world.liking([papers[place] for place in {*liked, voted}], about=about)
    for scores in words_and_direction(recommender, before, after):
        if scores[0].any():
            assert scores[1, voted] >= scores[0, voted] - 1e-6


def test_votes_outweigh_words_as_they_gather(recommender: HybridRecommender) -> None:
    """One vote leaves the words in the lead; nine do not."""
    galaxies, editing = slice(15, 30), slice(0, 15)
    few = world.liking(world.of("galaxies")[:1], about="knowledge editing facts stored language")
    many = world.liking(world.of("galaxies")[:9], about="knowledge editing facts stored language")
    for scores in words_and_direction(recommender, few, many):
        assert scores[0, editing].mean() > scores[0, galaxies].mean()
        assert scores[1, galaxies].mean() > scores[1, editing].mean()


def test_the_usual_is_taken_off(recommender: HybridRecommender, lens: Lens) -> None:
    """A number is a cosine less what profile and paper both share with the mean paper, which suits nobody."""
    pool = world.a_pool()
    candidates = lens.candidates(pool, pool.papers)
    batch = world.a_batch(lens, [world.a_profile(about="dark matter"), world.a_profile(about="speech")], pool)
    scorer = content(recommender)
    told = dense_product(batch.rows, candidates.rows) - scorer.score(batch, candidates)
    usual = scorer.usual / np.linalg.norm(scorer.usual)
    np.testing.assert_allclose(told, np.outer(batch.rows @ usual, candidates.rows @ usual), atol=1e-6)
    assert told.max() > 0.002


def test_the_dear_way_and_the_cheap_one_agree(recommender: HybridRecommender, lens: Lens) -> None:
    """`score_at` says at some places what `score` says there, silence included."""
    strange = a_paper(899, title="Zyxgl vvqq", abstract="")
    pool = world.a_pool([*world.papers(), strange, a_paper(900, title="", abstract="")])
    candidates = lens.candidates(pool, pool.papers)
    lost = world.a_profile(9, keywords=("zyxgl", "quasar bvvb"))
    batch = world.a_batch(lens, [*world.profiles(), world.a_profile(8, name="zyxgl"), lost], pool)
    random = np.random.default_rng(0)
    places = np.stack([random.permutation(122)[:30] for _ in batch.profiles])
    places[:, -2:] = [120, 121]
    scorer = content(recommender)
    expected = np.take_along_axis(scorer.score(batch, candidates), places, axis=1)
    np.testing.assert_allclose(scorer.score_at(batch, candidates, places), expected, atol=1e-6)
    assert np.isnan(expected[:, -1]).all()
    assert not np.isnan(expected[0, :-2]).any()
    assert np.isnan(expected[-2]).tolist() == [*[True] * 28, False, True]


def test_old_votes_count_less() -> None:
    """The half-life holds, the future and the unknown count full."""
    assert decay(NOON - timedelta(days=HALF_LIFE_DAYS), NOON) == pytest.approx(0.5)
    assert decay(None, NOON) == decay(NOON + timedelta(days=3), NOON) == 1


def test_a_down_vote_lowers_what_is_like_it(recommender: HybridRecommender) -> None:
    """Rocchio: the disliked paper's neighbours lose, in words and in direction."""
    down = world.disliking(world.of("editing")[:3])
    plain = world.a_profile(about="editing facts stored in language models")
    soured = world.a_profile(about="editing facts stored in language models", down=down)
    for scores in words_and_direction(recommender, plain, soured):
        assert (scores[1, :3] < scores[0, :3]).all()


def test_near_duplicates_of_a_down_vote_are_damped_out(lens: Lens) -> None:
    """0 for the same text, 1 for another subject."""
    twin = a_paper(999, title=world.of("editing")[0].title, abstract=world.of("editing")[0].abstract)
    pool = world.a_pool([twin, world.of("galaxies")[0]])
    down = (WeightedPaper(paper=world.of("editing")[0].id),)
    profiles = [world.a_profile(), world.a_profile(down=down), world.a_profile(down=down)]
    factors = damping(world.a_batch(lens, profiles, pool), lens.candidates(pool, pool.papers))
    assert factors.tolist() == [[1, 1], [0, 1], [0, 1]]


def test_match_is_a_share_of_the_sample(recommender: HybridRecommender, lens: Lens) -> None:
    """Whatever the pool, the number of one pair is the same; nothing to say is 0."""
    profiles = [world.a_profile(about="dark matter halo lensing"), world.a_profile(keywords=("zyx",))]
    found = []
    for chosen in (world.papers(), world.of("galaxies")[:2]):
        pool = world.a_pool(chosen)
        batch = world.a_batch(lens, profiles, pool)
        match = score(recommender.fitted, batch, lens.candidates(pool, pool.papers)).match
        assert ((match >= 0) & (match <= 1)).all()
        assert not match[1].any()
        found.append(match[0])
    assert found[0][15:17].tolist() == found[1].tolist()
    assert found[1].max() > 0.85
    assert found[0][15:30].mean() > found[0][30:].mean() + 0.1


def test_the_usual_of_no_papers_is_nothing(lens: Lens) -> None:
    """A first day's store has no sample."""
    empty = usual_row(lens.space.rows([]))
    assert not empty.any()
    assert empty.dtype == np.float32
