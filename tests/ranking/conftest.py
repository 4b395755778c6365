"""What tests of ranking share: the small world, read once."""

from pathlib import Path

import pytest

from recommender.ranking.artifacts import save
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.text import TextSpace
from recommender.ranking.vectors import Lens
from tests.ranking import world


@pytest.fixture(scope="session")
def recommender() -> HybridRecommender:
    """Fit on the small world."""
    return HybridRecommender.fit(world.corpus(), world.SETTINGS)


@pytest.fixture(scope="session")
def space(recommender: HybridRecommender) -> TextSpace:
    """Return the world's text space."""
    return recommender.fitted.lens.space


@pytest.fixture(scope="session")
def lens(recommender: HybridRecommender) -> Lens:
    """Return how the world's papers are read."""
    return recommender.fitted.lens


@pytest.fixture
def folder(recommender: HybridRecommender, tmp_path: Path) -> Path:
    """Save the world's recommender."""
    save(recommender, tmp_path)
    return tmp_path
