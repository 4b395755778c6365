"""The laws of Scorer, on every scorer."""

import pytest

from recommender.ranking.authors import AuthorScorer
from recommender.ranking.base import Scorer
from recommender.ranking.categories import CategoryScorer
from recommender.ranking.collaborative import EaseScorer, FactorScorer, SpreadScorer
from recommender.ranking.content import ContentScorer, SemanticScorer, usual_row
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.text import TextSpace
from recommender.ranking.trending import TrendScorer
from recommender.ranking.vectors import Lens
from tests.conformance.scorer import ScorerConformance
from tests.ranking import world


class TestContent(ScorerConformance):
    """Words."""

    @pytest.fixture
    def scorer(self, lens: Lens, recommender: HybridRecommender) -> Scorer:
        """Return it."""
        return ContentScorer(lens.space, usual_row(recommender.fitted.reference.rows))


class TestSemantic(ScorerConformance):
    """Directions."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it."""
        return SemanticScorer()


class TestKeywords(ScorerConformance):
    """Keywords."""

    @pytest.fixture
    def scorer(self, space: TextSpace) -> Scorer:
        """Return it."""
        return KeywordScorer(space.stems)


class TestAuthors(ScorerConformance):
    """Authors."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it."""
        return AuthorScorer()


class TestCategories(ScorerConformance):
    """Categories."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it."""
        return CategoryScorer()


class TestTrending(ScorerConformance):
    """Attention."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it."""
        return TrendScorer()


class TestEase(ScorerConformance):
    """Paper to paper."""

    @pytest.fixture
    def scorer(self, lens: Lens) -> Scorer:
        """Return it."""
        return EaseScorer(lens.model)


class TestFactors(ScorerConformance):
    """Folded-in readers."""

    @pytest.fixture
    def scorer(self, lens: Lens) -> Scorer:
        """Return it."""
        return FactorScorer(lens.model, world.SETTINGS)


class TestSpread(ScorerConformance):
    """Readers, through the nearest papers."""

    @pytest.fixture
    def scorer(self, lens: Lens) -> Scorer:
        """Return it."""
        return SpreadScorer(lens.model, world.SETTINGS)
