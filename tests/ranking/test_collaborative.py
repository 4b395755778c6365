"""Votes of others: fold-in, fresh papers, silence, privacy."""

from dataclasses import replace

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares

from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Corpus, FloatMatrix, RankingSettings, Scorer
from recommender.ranking.collaborative import (
    EaseScorer,
    FactorScorer,
    SpreadScorer,
    leads,
    reach,
    similar_readers,
    tastes,
)
from recommender.ranking.fitted import Fitted
from recommender.ranking.vectors import STAND_INS, Lens
from recommender.ranking.votes import LEAST_READERS, Likes, VoteModel, factorise
from tests.builders import a_paper
from tests.ranking import world


def fitted(*, readers: int = 16) -> Lens:
    """Fit on the votes of some readers."""
    corpus = Corpus(papers=world.papers(), votes=world.votes(readers=readers))
    return Fitted.fit(corpus, world.SETTINGS).lens


def scorers(lens: Lens) -> dict[str, Scorer]:
    """Return the three."""
    return {
        "ease": EaseScorer(lens.model),
        "factors": FactorScorer(lens.model, world.SETTINGS),
        "spread": SpreadScorer(lens.model, world.SETTINGS),
    }


def scores(lens: Lens, name: str, profile: InterestProfile, papers: list[Paper]) -> FloatMatrix:
    """Score some papers for one profile; (n,)."""
    pool = world.a_pool(papers)
    batch = world.a_batch(lens, [profile], pool)
    row: FloatMatrix = scorers(lens)[name].score(batch, lens.candidates(pool, papers))[0]
    return row


def liked_by(reader: int) -> list[Paper]:
    """Return what a reader of the world voted up."""
    own = {vote.paper for vote in world.votes() if vote.subscriber == reader}
    return [paper for paper in world.papers() if paper.id in own]


every_scorer = pytest.mark.parametrize("name", ["ease", "factors", "spread"])


@every_scorer
def test_a_reader_gets_what_like_readers_liked(lens: Lens, name: str) -> None:
    """Papers of the shared subject score above those of the other subject."""
    liked = liked_by(100)
    editing = [paper for paper in world.of("editing")[:10] if paper not in liked]
    own = scores(lens, name, world.liking(liked, 100), editing)
    other = scores(lens, name, world.liking(liked, 100), world.of("galaxies")[:10])
    assert own.min() > other.max()


@every_scorer
def test_a_fresh_paper_is_reached_through_its_content(lens: Lens, name: str) -> None:
    """A paper nobody voted on gets a number from its content, except from those that need a vote."""
    near = a_paper(900, title=world.of("editing")[0].title, abstract=world.of("editing")[1].abstract)
    far = a_paper(901, title=world.of("climate")[0].title, abstract=world.of("climate")[1].abstract)
    row = scores(lens, name, world.liking(liked_by(100), 100), [near, far])
    if name == "factors":
        assert np.isnan(row).all()
    else:
        assert row[0] > max(0, row[1])


@every_scorer
def test_a_reader_unknown_at_fit_is_folded_in(lens: Lens, name: str) -> None:
    """The current votes decide, not a row of the fitted matrix."""
    known, stranger = world.liking(liked_by(100), 100), world.liking(liked_by(100), 5000)
    chosen = world.of("editing")
    np.testing.assert_array_equal(scores(lens, name, known, chosen), scores(lens, name, stranger, chosen))


def test_folding_in_equals_the_librarys_own(lens: Lens) -> None:
    """The same linear system as implicit's `recalculate_user`."""
    model, settings = lens.model, world.SETTINGS
    library = AlternatingLeastSquares(
        factors=model.factors.shape[1],
        regularization=settings.regularization,
        alpha=settings.alpha,
        num_threads=1,
    )
    library.item_factors = model.factors
    expected = library.recalculate_user(np.arange(3), model.votes[:3])
    readers = [world.liking(liked_by(reader), reader) for reader in (100, 101, 102)]
    found = tastes(model, settings, world.a_batch(lens, readers, world.a_pool()))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_weights_of_links_and_content_add_up(lens: Lens) -> None:
    """A voted paper's number is the root of pull times gain plus links; fresh ones pull by content."""
    ease, liked = lens.model.ease, liked_by(100)
    fresh = replace(world.of("editing")[12], id=a_paper(900).id)
    for profile, outside in (
        (world.liking(liked, 100), None),
        (world.liking([*liked, fresh], 100), lens.candidates(world.a_pool([fresh]), [fresh]).dense),
    ):
        pool = world.a_pool([*world.papers(), fresh])
        batch = world.a_batch(lens, [profile], pool)
        taken = [lens.model.index[paper.id] for paper in liked]
        pull = ease.pulls[taken].sum(axis=0)
        if outside is not None:
            pull = pull + 3.0 * outside[0] @ ease.kernel
        weights = 3.0 * (lens.model.content @ pull) * ease.gain + ease.links[taken].toarray().sum(axis=0)
        papers = [paper for paper in world.papers() if paper.id in lens.model.index]
        found = EaseScorer(lens.model).score(batch, lens.candidates(pool, papers))[0]
        np.testing.assert_allclose(found, np.sign(weights) * np.sqrt(np.abs(weights)), rtol=1e-3, atol=1e-5)


def test_a_paper_stands_on_its_nearest_but_not_on_itself(lens: Lens) -> None:
    """Shares sum to one; a voted paper's own votes are for other scorers."""
    pool = world.a_pool()
    standing = reach(lens.model, lens.candidates(pool, pool.papers)).toarray()
    assert standing.sum(axis=1) == pytest.approx(np.ones(120), abs=1e-5)
    for paper, item in lens.model.index.items():
        place = next(place for place, own in enumerate(pool.papers) if own.id == paper)
        assert standing[place, item] == 0
    own = {paper.id for paper in world.of("editing")}
    editing = [item for item, paper in enumerate(lens.model.items) if paper in own]
    assert standing[:15][:, editing].sum(axis=1).min() > 0.5


@every_scorer
def test_it_is_silent_without_anything_to_go_by(lens: Lens, name: str) -> None:
    """Words that fit no voted paper, and votes on papers nobody else has read, say nothing here."""
    for profile in (world.a_profile(), world.a_profile(about="zyxgl"), world.liking(world.of("robots"))):
        assert np.isnan(scores(lens, name, profile, world.papers())).all()


@every_scorer
def test_what_a_reader_wrote_finds_stand_ins(lens: Lens, name: str) -> None:
    """Without likes the voted papers nearest to the words stand in for them."""
    row = scores(lens, name, world.a_profile(about=world.SUBJECTS["editing"]), world.papers())
    assert np.nanmean(row[:15]) > np.nanmean(row[15:30])


@every_scorer
@pytest.mark.parametrize("readers", [0, 1, LEAST_READERS])
def test_it_is_silent_with_too_few_readers(name: str, readers: int) -> None:
    """Five others must stand behind a number; the reader is none of them."""
    lens = fitted(readers=readers)
    profile = world.liking(liked_by(100), 100, about=world.SUBJECTS["editing"])
    assert np.isnan(scores(lens, name, profile, world.papers())).all()


@every_scorer
def test_six_readers_are_five_others_for_each_of_them(name: str) -> None:
    """The bound is exact."""
    lens = fitted(readers=LEAST_READERS + 1)
    assert (np.nan_to_num(scores(lens, name, world.liking(liked_by(100), 100), world.papers())) > 0).any()


def test_no_count_below_five_is_ever_told() -> None:
    """Eight readers of a subject may be counted for each other, four may not."""
    pool = world.a_pool([world.of("editing")[0]])
    for readers in (8, 16):
        lens = fitted(readers=readers)
        standing = reach(lens.model, lens.candidates(pool, pool.papers))
        own = [world.liking(liked_by(reader), reader) for reader in (100, 102, 104)]
        batch = world.a_batch(lens, own, world.a_pool())
        counts = [similar_readers(lens.model, batch, row, standing)[0] for row in range(3)]
        assert all(count is None or LEAST_READERS <= count < readers / 2 for count in counts)
        assert any(count is not None for count in counts) == (readers == 16)


def test_the_leading_paper_is_the_readers_own(lens: Lens) -> None:
    """A number is put down to a liked paper, of the same subject here; never to a stand-in."""
    few = liked_by(101)[:1]
    mixed = [*liked_by(100)[:3], *liked_by(101)[:3]]
    own = [world.liking(mixed, 100), world.liking(few, 101, about=world.SUBJECTS["galaxies"])]
    batch = world.a_batch(lens, [*own, world.a_profile(about=world.SUBJECTS["galaxies"])], world.a_pool())
    assert np.diff(batch.taken.indptr).tolist() == [6, STAND_INS, STAND_INS] or batch.taken[1].nnz > 1
    pool = world.a_pool(world.of("galaxies"))
    standing = reach(lens.model, lens.candidates(pool, pool.papers))
    told = [leads(lens.model, world.SETTINGS, batch, row, standing) for row in range(3)]
    assert set(told[0]) <= {paper.id for paper in liked_by(101)[:3]}
    assert set(told[1]) <= {few[0].id, None}
    assert few[0].id in told[1]
    assert set(told[2]) == {None}
    assert similar_readers(lens.model, batch, 2, standing) == [None] * len(pool.papers)


def test_stand_ins_fade_with_each_like(lens: Lens) -> None:
    """All of them without a like, at most the weight of one with one, and none from five on."""
    words = world.SUBJECTS["editing"]
    own = [world.liking(liked_by(100)[:count], about=words) for count in range(STAND_INS + 2)]
    batch = world.a_batch(lens, own, world.a_pool())
    taken = batch.taken.toarray()
    assert taken[0].max() == pytest.approx(1)
    assert (taken[0] > 0).sum() == STAND_INS
    for count in range(1, STAND_INS + 2):
        liked = [lens.model.index[paper.id] for paper in liked_by(100)[:count]]
        assert (taken[count][liked] == 1).all()
        rest = np.delete(taken[count], liked)
        assert rest.max() <= 1 / (1 + count)
        assert rest.any() == (count < STAND_INS)


def test_trust_takes_company(lens: Lens) -> None:
    """Who shares a like with somebody is trusted by the number of readers; one's own votes are no company."""
    own = [
        world.liking(liked_by(100), 100),
        world.liking(world.of("climate")[:7], 100),
        world.a_profile(about=world.SUBJECTS["editing"]),
        world.a_profile(about="zyxgl"),
    ]
    trust = world.a_batch(lens, own, world.a_pool()).trust[:, 0]
    company = len(lens.model.readers) / 100
    assert trust.tolist() == pytest.approx([company, 0, company, 0])
    votes = [*world.votes(), *(world.a_vote(300, paper.id) for paper in world.of("climate")[:7])]
    lonely = Fitted.fit(Corpus(papers=world.papers(), votes=votes), world.SETTINGS).lens
    batch = world.a_batch(lonely, [world.liking(world.of("climate")[:7], 300)], world.a_pool())
    assert batch.taken.nnz == 7
    assert batch.trust.tolist() == [[0]]


def test_factors_never_outgrow_the_matrix() -> None:
    """More factors than readers or papers are cut; the shape is that of the votes."""
    likes = Likes.of(world.votes(readers=6), {paper.id: paper for paper in world.papers()})
    assert likes is not None
    factors = factorise(likes.votes, RankingSettings(factors=500))
    assert factors.shape == (len(likes.items), 6)
    assert np.isfinite(factors).all()


def test_only_up_votes_on_known_papers_are_likes() -> None:
    """Sorted, each once; too few readers are none."""
    known = {paper.id: paper for paper in world.papers()}
    assert Likes.of([replace(vote, up=False) for vote in world.votes()], known) is None
    assert Likes.of(world.votes(), {}) is None
    assert Likes.of(world.votes(readers=LEAST_READERS), known) is None
    likes = Likes.of([*world.votes(), *world.votes()], known)
    assert likes is not None
    assert likes.votes.max() == 1
    assert likes.votes.sum() == len(world.votes())
    assert list(likes.items) == sorted(likes.items)


def test_the_empty_model_knows_nobody() -> None:
    """No reader, no paper, no trust; of the width it is told."""
    model = VoteModel.empty(7)
    assert model.content.shape == (0, 7)
    assert model.others(3) == 0
    assert model.places([world.a_profile(3)]).tolist() == [-1]
