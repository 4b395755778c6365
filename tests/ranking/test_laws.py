"""What a reader may rely on, whatever is learned: laws of the whole ranking."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Corpus, Pool, RankingSettings
from recommender.ranking.fitted import Fitted
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.vectors import Lens
from recommender.ranking.votes import VoteModel
from tests.builders import NOON
from tests.paths import shared_data
from tests.ranking import world
from tests.ranking.test_real_papers import read_pages

ALONE = (
    world.a_profile(1, name="Model editing", about="editing facts stored in language models"),
    world.a_profile(2, keywords=("knowledge editing", "dark matter"), categories=("x.editing",)),
    world.a_profile(3, authors=("Ada Galaxies1", "B. Common3"), about="quasar lensing"),
    world.liking(world.of("climate")[:4], 4),
    world.liking(world.of("robots")[:2], 5, down=world.disliking(world.of("speech")[:2])),
)


def ranking(
    recommender: HybridRecommender, profile: InterestProfile, papers: Sequence[Paper] | None = None
) -> list[tuple[PaperId, float]]:
    """Return every recommended paper with its score, best first."""
    request = world.ask(profile, papers=1000)
    found = recommender.recommend([request], world.a_pool(papers))[0]
    return [(own.paper, own.score) for own in found]


def scores(
    recommender: HybridRecommender, profile: InterestProfile, papers: Sequence[Paper] | None = None
) -> dict[PaperId, float]:
    """Return the score of every recommended paper."""
    return dict(ranking(recommender, profile, papers))


def same(one: dict[PaperId, float], other: dict[PaperId, float]) -> bool:
    """Tell whether the same papers have the same scores, to rounding."""
    return one == pytest.approx(other, rel=1e-3, abs=1e-3)


def twin_of(paper: Paper) -> Paper:
    """Return a near-duplicate."""
    return replace(paper, id=PaperId("arxiv:2699.99999"), title=f"{paper.title} again")


@pytest.mark.parametrize("seed", range(12))
def test_an_up_vote_never_lowers_a_near_duplicate(recommender: HybridRecommender, seed: int) -> None:
    """Whatever the reader said and liked before, the twin of a newly liked paper ranks no lower."""
    random = Random(seed)
    papers = world.papers()
    original, *before = random.sample(papers, random.randrange(1, 7))
    about = random.choice(["", *world.SUBJECTS.values()])
    if not (about or before):
        about = "graph"
    pool = [*(paper for paper in papers if paper is not original and paper not in before), twin_of(original)]
    places = []
    for liked in (before, [*before, original]):
        found = [paper for paper, _ in ranking(recommender, world.liking(liked, about=about), pool)]
        places.append(found.index(twin_of(original).id) if twin_of(original).id in found else len(pool))
    assert places[1] <= places[0]


@pytest.mark.parametrize("seed", range(6))
def test_an_up_vote_never_lowers_a_near_duplicate_among_real_papers(seed: int) -> None:
    """The same on listing pages, for a reader of words and a few votes."""
    papers = read_pages(shared_data("daily-papers"))
    recommender = _real(papers)
    random = Random(seed)
    original, *before = random.sample(papers, 1 + seed % 4)
    about = random.choice(papers).title
    pool = Pool(
        papers=[*(paper for paper in papers if paper is not original), twin_of(original)],
        known={paper.id: paper for paper in papers},
        now=NOON,
    )
    places = []
    for liked in (before, [*before, original]):
        request = world.ask(world.liking(liked, about=about), papers=1000)
        found = [own.paper for own in recommender.recommend([request], pool)[0]]
        places.append(found.index(twin_of(original).id))
    assert places[1] <= places[0]


_FITTED: dict[int, HybridRecommender] = {}


def _real(papers: Sequence[Paper]) -> HybridRecommender:
    """Fit on the pages once."""
    if len(papers) not in _FITTED:
        _FITTED[len(papers)] = HybridRecommender.fit(Corpus(papers=papers), RankingSettings())
    return _FITTED[len(papers)]


@pytest.mark.parametrize("seed", range(8))
def test_a_mute_always_wins(recommender: HybridRecommender, seed: int) -> None:
    """Over keyword, author, category, seed and votes; in no section, with slots or without."""
    random = Random(seed)
    target = random.choice(world.papers())
    name = target.title.split()[0]
    profile = world.liking(
        [target, *random.sample(world.papers(), 3)],
        random.choice([1, 100]),
        about=world.SUBJECTS[name],
        keywords=(name, target.title),
        authors=target.authors,
        categories=target.categories,
        seeds=(target.id,),
    )
    assert twin_of(target).id in scores(recommender, profile, [*world.papers(), twin_of(target)])
    muted = replace(profile, mute=(random.choice([name, target.title, target.authors[0]]),))
    for slots in (False, True):
        request = world.ask(muted, papers=200, slots=slots, floor=0.0)
        pool = world.a_pool([*world.papers(), twin_of(target)])
        shown = {own.paper for own in recommender.recommend([request], pool)[0]}
        assert not shown & {target.id, twin_of(target).id}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_candidates_changes_nothing(recommender: HybridRecommender, seed: int) -> None:
    """To the bit, scores included."""
    shuffled = [*world.papers(), *world.papers()[:9]]
    Random(seed).shuffle(shuffled)
    for profile in world.profiles():
        assert ranking(recommender, profile, shuffled) == ranking(recommender, profile)


def without(fitted: Fitted, *names: str) -> Fitted:
    """Return the same without some scorers."""
    bare = replace(fitted)
    bare.__dict__["scorers"] = tuple(own for own in fitted.scorers if own.name not in names)
    return bare


def in_company() -> tuple[HybridRecommender, list[InterestProfile]]:
    """Return a recommender with other readers, and those of `ALONE` of whom they know nothing."""
    recommender = HybridRecommender.fit(world.corpus(), world.SETTINGS)
    batch = world.a_batch(recommender.fitted.lens, ALONE, world.a_pool())
    return recommender, [own for own, trust in zip(ALONE, batch.trust[:, 0], strict=True) if not trust]


def test_silent_company_changes_nothing() -> None:
    """Without trust, scorers of others' votes can be there or not, with an empty model or none."""
    recommender, lonely = in_company()
    fitted = recommender.fitted
    empty = VoteModel.empty(fitted.lens.encoder.vectors.shape[1])
    unread = fitted.reference.rows[fitted.reference.items < 0]
    lens = Lens(space=fitted.lens.space, encoder=fitted.lens.encoder, model=empty)
    others = (
        HybridRecommender(fitted=without(fitted, "ease", "factors", "spread")),
        HybridRecommender(
            fitted=replace(fitted, lens=lens, reference=lens.numbers(unread, np.full(unread.shape[0], -1)))
        ),
    )
    assert len(lonely) >= 2
    for profile in lonely:
        expected = scores(recommender, profile)
        assert expected
        for other in others:
            assert same(scores(other, profile), expected)


def test_removing_a_scorer_that_speaks_is_noticed() -> None:
    """The law above can fail: readers in company lose something."""
    recommender, _ = in_company()
    bare = HybridRecommender(fitted=without(recommender.fitted, "ease", "factors", "spread"))
    profile = world.liking(world.of("editing")[:4], 100)
    assert not same(scores(bare, profile), scores(recommender, profile))


def test_readers_without_overlap_change_nothing() -> None:
    """Votes of others on papers the reader has nothing to do with leave scores as they were."""
    recommender, lonely = in_company()
    fewer = Corpus(papers=world.papers(), votes=world.votes(readers=10), signals=world.signals())
    none = replace(fewer, votes=())
    for corpus in (fewer, none):
        other = HybridRecommender.fit(corpus, world.SETTINGS)
        for profile in lonely:
            assert same(scores(other, profile), scores(recommender, profile))


def test_a_reader_who_votes_alone_ranks_as_without_votes() -> None:
    """One's own shared votes are no company."""
    own = world.of("climate")[:7]
    votes = [*world.votes(), *(world.a_vote(300, paper.id) for paper in own)]
    voted = HybridRecommender.fit(Corpus(papers=world.papers(), votes=votes), world.SETTINGS)
    plain = HybridRecommender.fit(Corpus(papers=world.papers(), votes=world.votes()), world.SETTINGS)
    profile = world.liking(own, 300)
    assert same(scores(voted, profile), scores(plain, profile))


def test_a_reader_of_old_votes_alone_is_no_worse_off(recommender: HybridRecommender) -> None:
    """A vote that has faded still ranks its twin above what has nothing to do with it."""
    liked = world.of("galaxies")[3]
    profile = world.a_profile(up=(WeightedPaper(paper=liked.id, at=NOON.replace(year=2020)),))
    found = ranking(recommender, profile, [*world.of("robots"), twin_of(liked)])
    assert found[0][0] == twin_of(liked).id
