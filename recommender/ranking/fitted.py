"""What fitting leaves behind: settings, the two scorers that learn, and the list of all scorers."""

from dataclasses import dataclass
from functools import cached_property

from recommender.ranking.authors import AuthorScorer
from recommender.ranking.base import RankingSettings, Scorer
from recommender.ranking.categories import CategoryScorer
from recommender.ranking.collaborative import CollaborativeScorer
from recommender.ranking.content import ContentScorer
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.trending import TrendScorer


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Everything that scoring needs. Immutable."""

    settings: RankingSettings
    content: ContentScorer
    collaborative: CollaborativeScorer

    @cached_property
    def scorers(self) -> tuple[Scorer, ...]:
        """All scorers, in the order in which explanations list them. A new scorer is one more line."""
        return (
            self.content,
            KeywordScorer(self.content.space.stems),
            AuthorScorer(),
            self.collaborative,
            TrendScorer(),
            CategoryScorer(),
        )
