"""What every Scorer does."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking.base import FloatMatrix, Scorer
from recommender.ranking.vectors import Lens
from tests.ranking import world


def scored(scorer: Scorer, lens: Lens, *, backwards: bool = False) -> FloatMatrix:
    """Score the world's profiles on its papers, in order or backwards."""
    pool = world.a_pool()
    order = slice(None, None, -1) if backwards else slice(None)
    chosen = lens.candidates(pool, world.papers()[order])
    return scorer.score(world.a_batch(lens, world.profiles(), pool), chosen)


class ScorerConformance:
    """Laws of Scorer; subclasses give `scorer`, unfitted."""

    @pytest.fixture
    def fitted(self, scorer: Scorer) -> Scorer:
        """Fit on the world."""
        return scorer.fit(world.corpus())

    def test_it_gives_one_float32_per_pair(self, fitted: Scorer, lens: Lens) -> None:
        """Shape and type are (profiles, candidates) float32, and nothing is infinite."""
        scores = scored(fitted, lens)
        assert scores.shape == (len(world.profiles()), len(world.papers()))
        assert scores.dtype == np.float32
        assert not np.isinf(scores).any()

    def test_it_speaks_and_abstains(self, fitted: Scorer, lens: Lens) -> None:
        """It has numbers for some pairs and abstains on others."""
        silent = np.isnan(scored(fitted, lens))
        assert silent.any()
        assert not silent.all()

    def test_an_empty_profile_abstains(self, fitted: Scorer, lens: Lens) -> None:
        """Nothing declared and nothing voted: nothing to say."""
        assert np.isnan(scored(fitted, lens)[-1]).all()

    def test_the_order_of_candidates_changes_nothing(self, fitted: Scorer, lens: Lens) -> None:
        """Candidates backwards give the same numbers backwards."""
        backwards = scored(fitted, lens, backwards=True)
        np.testing.assert_allclose(scored(fitted, lens), backwards[:, ::-1], rtol=1e-4, atol=1e-5)

    def test_a_profile_scores_alone_as_in_a_block(self, fitted: Scorer, lens: Lens) -> None:
        """Neighbours in the block change nothing."""
        pool = world.a_pool()
        chosen = lens.candidates(pool, pool.papers)
        together = scored(fitted, lens)
        for row, profile in enumerate(world.profiles()):
            alone = fitted.score(world.a_batch(lens, [profile], pool), chosen)
            np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)

    def test_the_same_corpus_gives_the_same_numbers(self, scorer: Scorer, lens: Lens) -> None:
        """Two fits with one seed agree to the bit."""
        one, other = (scorer.fit(world.corpus()) for _ in range(2))
        np.testing.assert_array_equal(scored(one, lens), scored(other, lens))

    def test_fitting_leaves_the_receiver_as_it_was(self, scorer: Scorer, lens: Lens) -> None:
        """`fit` gives another scorer when it learns; the receiver scores as before."""
        before = scored(scorer, lens)
        scorer.fit(replace(world.corpus(), papers=world.papers()[:40]))
        np.testing.assert_array_equal(before, scored(scorer, lens))

    def test_no_candidates_no_numbers(self, fitted: Scorer, lens: Lens) -> None:
        """An empty pool is not an error."""
        pool = world.a_pool([])
        profiles = world.a_batch(lens, world.profiles(), pool)
        assert fitted.score(profiles, lens.candidates(pool, pool.papers)).shape == (len(world.profiles()), 0)
