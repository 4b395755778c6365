"""Baselines of an evaluation: each ranks by what it says it ranks by."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from recommender.domain.papers import Paper
from recommender.domain.profiles import WeightedPaper
from recommender.ranking.base import FloatMatrix, Request
from recommender.ranking.evaluation_methods import BASELINES, Stage, product_scores
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.run import Run
from tests.builders import NOON
from tests.ranking import world

READING = ("reader_svm", "tfidf_profile", "library_similarity", "mean_of_likes")


def stage(recommender: HybridRecommender, *asked: Request, papers: list[Paper] | None = None) -> Stage:
    """Lay out the small world for some requests."""
    pool = world.a_pool(papers)
    return Stage(
        run=Run.prepare(recommender.fitted, asked, pool),
        requests=asked,
        before=world.votes(),
        past=world.papers(),
        seed=0,
    )


def mean_of(scores: FloatMatrix, own: Stage, subject: str) -> float:
    """Return the first reader's mean score on the last five papers of a subject."""
    wanted = {paper.id for paper in world.of(subject)[10:]}
    places = [place for place, paper in enumerate(own.pool.papers) if paper.id in wanted]
    return float(scores[0, places].mean())


@pytest.mark.parametrize("name", READING)
def test_likes_lift_their_subject(recommender: HybridRecommender, name: str) -> None:
    """Whoever liked robots gets robots before proteins, and nothing is said to one who liked nothing."""
    own = stage(recommender, world.ask(world.liking(world.of("robots")[:5])), world.ask(world.a_profile(2)))
    scores = BASELINES[name](own)
    assert mean_of(scores, own, "robots") > mean_of(scores, own, "proteins")
    assert np.isneginf(scores[1]).all()


def test_a_library_weighs_what_was_added_last(recommender: HybridRecommender) -> None:
    """The same two likes, added in the other order, turn the subjects round; the tf-idf profile stays."""
    first, second = world.of("robots")[0], world.of("speech")[0]

    def asked(*order: Paper) -> Stage:
        up = tuple(
            WeightedPaper(paper=paper.id, at=NOON - timedelta(days=age)) for age, paper in enumerate(order)
        )
        return stage(recommender, world.ask(world.a_profile(1, up=up)))

    def lead(name: str, own: Stage) -> float:
        scores = BASELINES[name](own)
        return mean_of(scores, own, "robots") - mean_of(scores, own, "speech")

    one, other = asked(first, second), asked(second, first)
    assert lead("library_similarity", one) > lead("library_similarity", other)
    assert lead("tfidf_profile", one) == pytest.approx(lead("tfidf_profile", other))


def test_popular_and_newest_are_the_same_for_all(recommender: HybridRecommender) -> None:
    """The most liked paper stands first for everybody, and the last seen."""
    papers = [
        replace(paper, first_seen=NOON + timedelta(hours=number))
        for number, paper in enumerate(world.papers()[:30])
    ]
    asked = (world.ask(world.a_profile(1)), world.ask(world.a_profile(2)))
    own = replace(
        stage(recommender, *asked, papers=papers), before=[world.a_vote(n, papers[4].id) for n in range(99)]
    )
    assert [own.pool.papers[place].id for place in BASELINES["popular"](own).argmax(axis=1)] == [
        papers[4].id
    ] * 2
    assert [own.pool.papers[place].id for place in BASELINES["newest"](own).argmax(axis=1)] == [
        papers[-1].id
    ] * 2


def test_the_fusion_is_the_one_that_ships(recommender: HybridRecommender) -> None:
    """Its order is that of a plain recommendation; a muted paper is not in it."""
    profile = world.liking(world.of("editing")[:4], 100, name="Editing", mute=("hypernetwork",))
    request = world.ask(profile, papers=10)
    own = stage(recommender, request)
    scores = product_scores(own)["fused"][0]
    best = [own.pool.papers[place].id for place in np.argsort(-scores, kind="stable")[:10]]
    plain = recommender.recommend([request], world.a_pool())[0]
    assert best == [recommendation.paper for recommendation in plain]
    muted = [place for place, paper in enumerate(own.pool.papers) if "hypernetwork" in paper.abstract]
    assert muted
    assert np.isneginf(scores[muted]).all()


def test_the_best_interest_counts(recommender: HybridRecommender) -> None:
    """Two interests in one request score as the better one of them does alone."""
    robots = world.liking(world.of("robots")[:3], 1, interest="r")
    speech = world.liking(world.of("speech")[:3], 1, interest="s")
    apart = product_scores(stage(recommender, world.ask(robots), world.ask(speech)))["content"]
    together = product_scores(stage(recommender, world.ask(robots, speech)))["content"]
    np.testing.assert_allclose(together[0], apart.max(axis=0), atol=1e-6)
