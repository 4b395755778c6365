"""Votes of others: fold-in, fresh papers, silence, privacy."""

from dataclasses import replace

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares

from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Corpus, FloatMatrix
from recommender.ranking.collaborative import LEAST_READERS, CollaborativeScorer, VoteModel
from recommender.ranking.text import TextSpace
from recommender.ranking.vectors import candidates
from tests.builders import a_paper
from tests.ranking import world


def fitted(space: TextSpace, *, readers: int = 16) -> CollaborativeScorer:
    """Fit on the votes of some readers."""
    blank = CollaborativeScorer(settings=world.SETTINGS, space=space, model=VoteModel.empty())
    return blank.fit(Corpus(papers=world.papers(), votes=world.votes(readers=readers)))


def scores(scorer: CollaborativeScorer, profile: InterestProfile, papers: list[Paper]) -> FloatMatrix:
    """Score some papers for one profile; (n,)."""
    pool = world.a_pool(papers)
    batch = world.a_batch(scorer.space, [profile], pool)
    row: FloatMatrix = scorer.score(batch, candidates(scorer.space, pool))[0]
    return row


def liked_by(reader: int) -> list[Paper]:
    """Return what a reader of the world voted up."""
    own = {vote.paper for vote in world.votes() if vote.subscriber == reader}
    return [paper for paper in world.papers() if paper.id in own]


def test_a_reader_gets_what_like_readers_liked(space: TextSpace) -> None:
    """Unvoted papers of the shared subject score above those of the other subject."""
    scorer = fitted(space)
    profile = world.liking(liked_by(100), 100)
    editing = [paper for paper in world.of("editing")[:10] if paper.id not in profile.liked]
    own = np.nan_to_num(scores(scorer, profile, editing))
    other = np.nan_to_num(scores(scorer, profile, world.of("galaxies")[:10]))
    assert own.min() > other.max()


def test_a_fresh_paper_is_reached_through_its_content(space: TextSpace) -> None:
    """A paper nobody voted on gets a number from its neighbours; one unlike all voted papers gets none."""
    near = a_paper(900, title=world.of("editing")[0].title, abstract=world.of("editing")[1].abstract)
    far = a_paper(901, title="Zymurgy", abstract="Hops and barley.")
    row = scores(fitted(space), world.liking(liked_by(100), 100), [near, far])
    assert row[0] > 0
    assert np.isnan(row[1])


def test_a_reader_unknown_at_fit_is_folded_in(space: TextSpace) -> None:
    """The current votes decide, not a row of the fitted matrix."""
    scorer = fitted(space)
    known, stranger = world.liking(liked_by(100), 100), world.liking(liked_by(100), 5000)
    chosen = world.of("editing")
    np.testing.assert_array_equal(scores(scorer, known, chosen), scores(scorer, stranger, chosen))


def test_folding_in_equals_the_librarys_own(space: TextSpace) -> None:
    """The same linear system as implicit's `recalculate_user`."""
    scorer = fitted(space)
    model, settings = scorer.model, world.SETTINGS
    library = AlternatingLeastSquares(
        factors=model.factors.shape[1],
        regularization=settings.regularization,
        alpha=settings.alpha,
        num_threads=1,
    )
    library.item_factors = model.factors
    expected = library.recalculate_user(np.arange(3), model.votes[:3])
    np.testing.assert_allclose(scorer._fold_in(model.votes[:3]), expected, rtol=1e-3, atol=1e-4)


def test_it_is_silent_without_up_votes(space: TextSpace) -> None:
    """Words alone are not its business."""
    assert np.isnan(scores(fitted(space), world.a_profile(about="knowledge editing"), world.papers())).all()


@pytest.mark.parametrize("readers", [0, 1, LEAST_READERS])
def test_it_is_silent_with_too_few_readers(space: TextSpace, readers: int) -> None:
    """Five others must stand behind a number; the reader is none of them."""
    scorer = fitted(space, readers=readers)
    assert np.isnan(scores(scorer, world.liking(liked_by(100), 100), world.papers())).all()


def test_six_readers_are_five_others_for_each_of_them(space: TextSpace) -> None:
    """The bound is exact."""
    scorer = fitted(space, readers=LEAST_READERS + 1)
    assert (np.nan_to_num(scores(scorer, world.liking(liked_by(100), 100), world.papers())) > 0).any()


def test_no_count_below_five_is_ever_told(space: TextSpace) -> None:
    """Eight readers of a subject may be counted for each other, four may not."""
    paper = world.of("editing")[0]
    pool = world.a_pool([paper])
    for readers in (8, 16):
        scorer = fitted(space, readers=readers)
        reach = scorer.reach(candidates(space, pool))
        counts = [scorer.similar_readers(world.liking(liked_by(r), r), reach)[0] for r in (100, 102, 104)]
        assert all(count is None or count >= LEAST_READERS for count in counts)
        assert any(count is not None for count in counts) == (readers == 16)


def test_the_leading_paper_is_the_readers_own(space: TextSpace) -> None:
    """A number is put down to a liked paper, of the same subject here."""
    scorer = fitted(space)
    mixed = world.liking([*liked_by(100)[:3], *liked_by(101)[:3]], 100)
    pool = world.a_pool([world.of("galaxies")[9]])
    leads = scorer.leads(mixed, scorer.reach(candidates(space, pool)))
    assert leads[0] in {paper.id for paper in liked_by(101)[:3]}


def test_trust_grows_with_shared_votes(space: TextSpace) -> None:
    """Votes on papers nobody else knows are hardly believed."""
    scorer = fitted(space)
    shared = world.liking(liked_by(100), 100)
    alone = world.liking(world.of("climate")[:7], 100)
    trust = scorer.trust([shared, alone])[:, 0]
    assert trust[1] < 0.15
    assert 0.5 < trust[0] <= 1


def test_factors_never_outgrow_the_matrix(space: TextSpace) -> None:
    """More factors than readers or papers are cut; the shape is that of the votes."""
    wide = replace(world.SETTINGS, factors=500)
    scorer = CollaborativeScorer(settings=wide, space=space, model=VoteModel.empty())
    model = scorer.fit(Corpus(papers=world.papers(), votes=world.votes(readers=6))).model
    assert model.factors.shape == (len(model.items), 5)
    assert np.isfinite(model.factors).all()


def test_down_votes_are_no_interactions(space: TextSpace) -> None:
    """Only up-votes enter the matrix, and only those on papers of the corpus."""
    votes = [replace(vote, up=False) for vote in world.votes()]
    blank = CollaborativeScorer(settings=world.SETTINGS, space=space, model=VoteModel.empty())
    assert blank.fit(Corpus(papers=world.papers(), votes=votes)).model.items == ()
    assert blank.fit(Corpus(papers=world.of("robots"), votes=world.votes())).model.items == ()
