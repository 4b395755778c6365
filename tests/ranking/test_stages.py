"""Two stages: a shortlist by what is cheap, everything on the shortlist."""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest

from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.stages import Scored, _named_first, few_likes, score, standard
from tests.builders import NOON, a_paper
from tests.ranking import world

T = TypeVar("T", np.float32, np.bool_)
OWN = world.profiles()[:-1]


def scored(
    recommender: HybridRecommender,
    shortlist: int | None,
    profiles: tuple[InterestProfile, ...] = OWN,
    papers: list[Paper] | None = None,
) -> Scored:
    """Score the world's profiles, or others, on the world's papers, or others."""
    pool, lens = world.a_pool(papers), recommender.fitted.lens
    batch = world.a_batch(lens, profiles, pool)
    return score(recommender.fitted, batch, lens.candidates(pool, pool.papers), shortlist)


def test_a_shortlist_says_what_the_whole_says(recommender: HybridRecommender) -> None:
    """Every number of a shortlisted paper is that of scoring everything."""
    short, whole = scored(recommender, 30), scored(recommender, None)
    assert short.fused.shape == (len(OWN), 30)

    def at(wide: npt.NDArray[T]) -> npt.NDArray[T]:
        return np.take_along_axis(wide, short.places, axis=1)

    np.testing.assert_allclose(short.fused, at(whole.fused), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(short.match, at(whole.match), atol=2e-2)
    np.testing.assert_array_equal(short.named, at(whole.named))
    for name, own in short.scores.items():
        np.testing.assert_allclose(own, at(whole.scores[name]), rtol=1e-4, atol=1e-5, err_msg=name)
    for name, part in short.parts.items():
        np.testing.assert_allclose(part, at(whole.parts[name]), rtol=1e-3, atol=1e-4, err_msg=name)


def test_the_best_are_on_the_shortlist(recommender: HybridRecommender) -> None:
    """Of the ten best papers at least eight are among forty of a hundred and twenty."""
    short, whole = scored(recommender, 40), scored(recommender, None)
    for row in range(len(OWN)):
        best = np.argsort(-whole.fused[row])[:10]
        assert np.isin(best, short.places[row]).sum() >= 8


def test_places_are_in_order_and_found_again(recommender: HybridRecommender) -> None:
    """Each place once, ascending; `column` finds it."""
    short = scored(recommender, 25)
    assert (np.diff(short.places, axis=1) > 0).all()


@pytest.mark.parametrize("shortlist", [None, 120, 400])
def test_a_small_pool_is_scored_in_full(recommender: HybridRecommender, shortlist: int | None) -> None:
    """As many places as candidates, in order."""
    assert scored(recommender, shortlist).places.tolist() == [list(range(120))] * len(OWN)


@pytest.mark.parametrize("limit", [1, 3])
def test_what_a_reader_named_is_always_on_the_shortlist(recommender: HybridRecommender, limit: int) -> None:
    """A keyword or an author comes through, however well everything else fits."""
    hit = a_paper(900, title="Barley and hops", abstract="A monsoon drought.", authors=("Ann Lee",))
    pool = [hit, *world.papers()]
    wish = world.SUBJECTS["galaxies"]
    own = (
        world.a_profile(about=wish, keywords=("monsoon drought",)),
        world.a_profile(about=wish, authors=("Ann Lee",)),
        world.a_profile(about=wish),
    )
    found = scored(recommender, limit, own, pool)
    assert [bool((row == 0).any()) for row in found.places] == [True, True, False]
    assert found.named[:2, 0].all()


def test_named_papers_come_before_all_others_in_their_own_order() -> None:
    """Even far below; when they are more than the room, the better ones stay."""
    first = np.asarray([[3, -5, 9, -2, -np.inf], [-4, -9, -1, -3, -2]], dtype=np.float32)
    named = np.asarray([[False, True, False, True, False], [True, True, False, False, False]])
    order = np.argsort(-_named_first(first, named), axis=1)
    assert order.tolist() == [[3, 1, 2, 0, 4], [0, 1, 2, 4, 3]]
    assert _named_first(first[:, :0], named[:, :0]).shape == (2, 0)


def test_all_hits_of_a_keyword_are_there_when_there_is_room(recommender: HybridRecommender) -> None:
    """Fifteen papers say the word; the reader's sentence is about something else."""
    own = (world.a_profile(about=world.SUBJECTS["galaxies"], keywords=("speech",)),)
    assert set(range(60, 75)) <= set(scored(recommender, 16, own).places[0].tolist())


def test_few_likes_count_seeds_and_votes(recommender: HybridRecommender) -> None:
    """One over one more than the likes; stand-ins count by weight."""
    own = [world.liking(world.of("robots")[:3]), world.a_profile(seeds=(world.of("robots")[0].id,))]
    batch = world.a_batch(recommender.fitted.lens, [*own, world.a_profile()], world.a_pool())
    assert few_likes(batch)[:, 0].tolist() == pytest.approx([1 / 4, 1 / 2, 1])


def test_standard_numbers_are_those_that_fusion_weighs(recommender: HybridRecommender) -> None:
    """Weights fitted on them mean the same in a run."""
    fitted, pool = recommender.fitted, world.a_pool()
    batch, own = world.a_batch(fitted.lens, (OWN[0], OWN[3]), pool), fitted.lens.candidates(pool, pool.papers)
    z = standard(fitted, batch, own)
    raw = score(fitted, batch, own, None).scores
    assert set(z) == set(raw)
    np.testing.assert_array_equal(z["keywords"], raw["keywords"])
    for name in ("content", "semantic"):
        scorer = {scorer.name: scorer for scorer in fitted.scorers}[name]
        sample = scorer.score(batch, fitted.reference)[:, fitted.reference.items < 0]
        mean, spread = np.nanmean(sample, axis=1), np.nanstd(sample, axis=1)
        expected = (raw[name] - mean[:, None]) / spread[:, None]
        np.testing.assert_allclose(z[name], expected, rtol=1e-3, atol=1e-3)


def test_readers_are_none_for_fresh_papers_only(recommender: HybridRecommender) -> None:
    """An old paper that nobody took counts as having one reader; voted ones have theirs."""
    voted = world.papers()[0]
    fresh = replace(a_paper(900), published=NOON - timedelta(days=40))
    old = replace(a_paper(901), published=NOON - timedelta(days=50))
    pool = world.a_pool([voted, fresh, old])
    lens = recommender.fitted.lens
    readers = lens.candidates(pool, pool.papers).readers
    assert readers[0] == sum(vote.paper == voted.id for vote in world.votes()) > 1
    assert readers[1:].tolist() == [0, 1]
