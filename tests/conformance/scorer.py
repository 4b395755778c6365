"""What every Scorer does."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking.base import FloatMatrix, Scorer
from recommender.ranking.text import TextSpace
from recommender.ranking.vectors import candidates
from tests.ranking import world


def scored(scorer: Scorer, space: TextSpace, *, backwards: bool = False) -> FloatMatrix:
    """Score the world's profiles on its papers, in order or backwards."""
    pool = world.a_pool()
    order = slice(None, None, -1) if backwards else slice(None)
    chosen = candidates(space, pool, world.papers()[order])
    return scorer.score(world.a_batch(space, world.profiles(), pool), chosen)


class ScorerConformance:
    """Laws of Scorer; subclasses give `scorer`, unfitted."""

    @pytest.fixture
    def fitted(self, scorer: Scorer) -> Scorer:
        """Fit on the world."""
        return scorer.fit(world.corpus())

    def test_it_gives_one_float32_per_pair(self, fitted: Scorer, space: TextSpace) -> None:
        """Shape and type are (profiles, candidates) float32, and nothing is infinite."""
        scores = scored(fitted, space)
        assert scores.shape == (len(world.profiles()), len(world.papers()))
        assert scores.dtype == np.float32
        assert not np.isinf(scores).any()

    def test_it_speaks_and_abstains(self, fitted: Scorer, space: TextSpace) -> None:
        """It has numbers for some pairs and abstains on others."""
        silent = np.isnan(scored(fitted, space))
        assert silent.any()
        assert not silent.all()

    def test_an_empty_profile_abstains(self, fitted: Scorer, space: TextSpace) -> None:
        """Nothing declared and nothing voted: nothing to say."""
        assert np.isnan(scored(fitted, space)[-1]).all()

    def test_the_order_of_candidates_changes_nothing(self, fitted: Scorer, space: TextSpace) -> None:
        """Candidates backwards give the same numbers backwards, to the bit."""
        backwards = scored(fitted, space, backwards=True)
        np.testing.assert_array_equal(scored(fitted, space), backwards[:, ::-1])

    def test_a_profile_scores_alone_as_in_a_block(self, fitted: Scorer, space: TextSpace) -> None:
        """Neighbours in the block change nothing."""
        pool = world.a_pool()
        chosen = candidates(space, pool)
        together = scored(fitted, space)
        for row, profile in enumerate(world.profiles()):
            alone = fitted.score(world.a_batch(space, [profile], pool), chosen)
            np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)

    def test_the_same_corpus_gives_the_same_numbers(self, scorer: Scorer, space: TextSpace) -> None:
        """Two fits with one seed agree to the bit."""
        one, other = (scorer.fit(world.corpus()) for _ in range(2))
        np.testing.assert_array_equal(scored(one, space), scored(other, space))

    def test_fitting_leaves_the_receiver_as_it_was(self, scorer: Scorer, space: TextSpace) -> None:
        """`fit` gives another scorer when it learns; the receiver scores as before."""
        before = scored(scorer, space)
        scorer.fit(replace(world.corpus(), papers=world.papers()[:40]))
        np.testing.assert_array_equal(before, scored(scorer, space))

    def test_no_candidates_no_numbers(self, fitted: Scorer, space: TextSpace) -> None:
        """An empty pool is not an error."""
        pool = world.a_pool([])
        profiles = world.a_batch(space, world.profiles(), pool)
        assert fitted.score(profiles, candidates(space, pool)).shape == (len(world.profiles()), 0)
