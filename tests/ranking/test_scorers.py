"""The laws of Scorer, on every scorer."""

import pytest

from recommender.ranking.authors import AuthorScorer
from recommender.ranking.base import Scorer
from recommender.ranking.categories import CategoryScorer
from recommender.ranking.collaborative import CollaborativeScorer, VoteModel
from recommender.ranking.content import ContentScorer
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.text import TextSpace
from recommender.ranking.trending import TrendScorer
from tests.conformance.scorer import ScorerConformance
from tests.ranking import world


class TestContent(ScorerConformance):
    """Content."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it unfitted."""
        return ContentScorer.blank(0)


class TestKeywords(ScorerConformance):
    """Keywords."""

    @pytest.fixture
    def scorer(self, space: TextSpace) -> Scorer:
        """Return it unfitted."""
        return KeywordScorer(space.stems)


class TestAuthors(ScorerConformance):
    """Authors."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it unfitted."""
        return AuthorScorer()


class TestCategories(ScorerConformance):
    """Categories."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it unfitted."""
        return CategoryScorer()


class TestTrending(ScorerConformance):
    """Attention."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        """Return it unfitted."""
        return TrendScorer()


class TestCollaborative(ScorerConformance):
    """Votes of others."""

    @pytest.fixture
    def scorer(self, space: TextSpace) -> Scorer:
        """Return it unfitted."""
        return CollaborativeScorer(settings=world.SETTINGS, space=space, model=VoteModel.empty())
