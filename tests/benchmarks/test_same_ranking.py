"""What is measured is what ships: one function fits, with the settings that a fresh installation has."""

from dataclasses import replace

import numpy as np

from benchmarks import product_text
from recommender.ranking.base import Corpus, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.settings.models import RankingSection
from tests.builders import NOON
from tests.ranking import world


def test_the_benchmarks_settings_are_those_of_a_fresh_installation() -> None:
    """Every default of the config file is the default of the ranking."""
    assert RankingSettings(**RankingSection().model_dump()) == RankingSettings()


def test_the_benchmark_ranks_as_recommend_does() -> None:
    """The benchmark's fit and the product's give the same list of the same papers."""
    papers, votes = world.papers(), world.votes()
    measured = product_text.fit(papers, votes)
    shipped = HybridRecommender.fit(Corpus(papers=papers, votes=votes), RankingSettings())
    own = tuple(vote for vote in votes if vote.subscriber == 100)
    reader = product_text.Reader(number=100, votes=own, words="graph networks")
    known = {paper.id: paper for paper in papers}
    morning = product_text.Morning(papers=papers, known=known, now=NOON)
    (ranking,) = product_text.rank_pool(measured, [reader], morning)
    request = product_text.request(reader, len(papers))
    pool = replace(world.a_pool(), signals=())
    found = [chosen.paper for chosen in shipped.recommend([request], pool)[0]]
    assert list(ranking[: len(found)]) == found
    np.testing.assert_array_equal(measured.fitted.lens.model.factors, shipped.fitted.lens.model.factors)
