"""A store's own fusion: adopted where its votes surely ask for it, and only there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper
from recommender.ranking.adoption import (
    COMPANY,
    LEAST_LIKES,
    LEAST_READERS,
    UPWARD,
    Trial,
    adopted,
    held_out,
    tried,
)
from recommender.ranking.base import Corpus
from recommender.ranking.evaluation_split import Declared
from recommender.ranking.fusion import LearnedFusion
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.learning import shipped
from tests.builders import NOON, a_paper
from tests.ranking import world

READERS = 54
EARLY, LATE = 24, 6
KINDS = 9
"""Made-up categories; reader r declares category r % KINDS and nothing else."""
_WORDS = " ".join(world.SUBJECTS.values()).split()


def papers() -> list[Paper]:
    """Return papers of random words, a category each in turn, enough for every reader's likes apart."""
    random = Random(5)
    return [
        a_paper(
            number,
            title=" ".join(random.sample(_WORDS, 5)),
            abstract=" ".join(random.sample(_WORDS, 12)) + ".",
            authors=(f"Ada Surname{number}",),
            categories=(f"k.{number % KINDS}",),
            first_seen=NOON + timedelta(days=100 * (number >= READERS * EARLY)),
        )
        for number in range(READERS * (EARLY + LATE))
    ]


def cast(reader: int, chosen: Sequence[Paper]) -> list[Vote]:
    """Return a reader's up-votes, each on the day its paper came."""
    return [replace(world.a_vote(reader, paper.id), at=paper.first_seen or NOON) for paper in chosen]


def store(*, by_category: bool, together: bool = False) -> Corpus:
    """Return a store of readers who like papers of their category or any, each their own or all the same."""
    random = Random(3)
    early, late = papers()[: READERS * EARLY], papers()[READERS * EARLY :]
    votes: list[Vote] = []
    for reader in range(READERS):
        for part, count in ((early, EARLY), (late, LATE)):
            kind = part[reader % KINDS :: KINDS] if by_category else random.sample(part, len(part) // KINDS)
            place = 0 if together else reader // KINDS
            votes += cast(reader, kind[place * count :][:count])
    return Corpus(papers=papers(), votes=votes)


def declared() -> Declared:
    """Return what each reader declares."""
    return {
        reader: [world.a_profile(reader, categories=(f"k.{reader % KINDS}",))] for reader in range(READERS)
    }


def turns(votes: Sequence[Vote], each: int) -> list[Vote]:
    """Return votes, `each` of every reader in a row, in turn: the first of all readers, then the second."""
    return [vote for start in range(each) for vote in votes[start::each]]


def blocks(fusion: LearnedFusion) -> dict[str, object]:
    """Return all weights, to compare."""
    return {"alone": fusion.alone.told(digits=None), "shared": fusion.shared.told(digits=None)}


@pytest.fixture(scope="module")
def lone() -> Trial:
    """Fit to readers who share no like, and to whom their category is all that matters."""
    trial = tried(store(by_category=True), world.SETTINGS, declared())
    assert trial is not None
    return trial


def test_few_votes_change_nothing() -> None:
    """Neither a toy store, nor one reader or one like below the thresholds."""
    whole = store(by_category=True)
    assert held_out(whole, world.SETTINGS) is not None
    assert adopted(world.corpus(), world.SETTINGS) is None
    assert adopted(Corpus(papers=papers()), world.SETTINGS) is None
    fewer = [vote for vote in whole.votes if vote.subscriber < LEAST_READERS - 1]
    assert adopted(replace(whole, votes=fewer), world.SETTINGS, declared()) is None
    # In turn, so that it is likes that are missing and not readers.
    answers = turns([vote for vote in whole.votes if vote.at > NOON], LATE)
    rest = turns([vote for vote in whole.votes if vote.at <= NOON], EARLY)
    for count, enough in ((LEAST_LIKES, True), (LEAST_LIKES - 1, False)):
        some = [*rest[: 4 * count], *answers[:count]]
        found = held_out(replace(whole, votes=some), world.SETTINGS)
        assert (found is not None) == enough


def test_what_decides_for_the_readers_is_found(lone: Trial) -> None:
    """Readers who did not teach are served far better, and the interval says so."""
    assert lone.better
    assert lone.after > 2 * lone.before
    assert lone.readers == READERS
    assert lone.likes == READERS * LATE
    own, old = lone.fusion.alone.scorers["categories"], shipped().alone.scorers["categories"]
    assert own[0, 0].sum() > 5 * old[0, 0].sum()


def test_it_is_adopted_and_used() -> None:
    """The fusion comes back, and a recommender fitted with it puts the category first."""
    corpus = store(by_category=True)
    fusion = adopted(corpus, world.SETTINGS, declared())
    assert fusion is not None
    profile = declared()[4][0]
    shares = []
    for own in (fusion, None):
        recommender = HybridRecommender.fit(corpus, world.SETTINGS, fusion=own)
        assert recommender.fitted.fusion is (own or shipped())
        liked = replace(profile, up=world.liking(papers()[: READERS * EARLY][4::KINDS][:EARLY]).up)
        pool = replace(world.a_pool(papers()[READERS * EARLY :]), known={own.id: own for own in papers()})
        found = recommender.recommend([world.ask(liked)], pool)[0]
        known = {paper.id: paper for paper in papers()}
        shares.append(np.mean([known[own.paper].categories == ("k.4",) for own in found]))
    assert shares[0] == 1.0
    assert shares[1] < 0.8


def test_a_lone_readers_weights_keep_their_form(lone: Trial) -> None:
    """Fresh and read weigh the same; others' votes, readers and downward words have no say."""
    assert lone.lone
    alone = lone.fusion.alone
    assert lone.fusion.shared is shipped().shared
    assert not alone.papers.any()
    assert not COMPANY & {name for name, own in alone.scorers.items() if own.any()}
    for name, own in alone.scorers.items():
        assert np.array_equal(own[0], own[1])
        assert not own[2].any()
        assert name not in UPWARD or own.min() >= 0
    for name in ("content", "semantic"):
        assert alone.scorers[name][0, 0, 0] >= 0.09 * shipped().alone.scorers[name][0, 0, 0]


def test_what_nobody_used_keeps_its_weight(lone: Trial) -> None:
    """No reader declared a keyword, and no source counted attention."""
    for name in ("keywords", "trending"):
        assert np.array_equal(lone.fusion.alone.scorers[name], shipped().alone.scorers[name])


def test_readers_in_company_get_weights_of_theirs() -> None:
    """Where readers share likes it is `shared` that is fitted, and `alone` stays."""
    trial = tried(store(by_category=True, together=True), world.SETTINGS, declared())
    assert trial is not None
    assert not trial.lone
    assert trial.better
    assert trial.fusion.alone is shipped().alone
    assert all(trial.fusion.shared.scorers[name].min() >= 0 for name in UPWARD)


def test_noise_is_not_adopted() -> None:
    """Readers who like anything teach nothing, whatever the fit makes of it."""
    corpus = store(by_category=False)
    trial = tried(corpus, world.SETTINGS, declared())
    assert trial is not None
    assert blocks(trial.fusion) != blocks(shipped())
    assert not trial.better
    assert adopted(corpus, world.SETTINGS, declared()) is None


def test_the_same_store_gives_the_same_weights(lone: Trial) -> None:
    """To the bit, in any order of votes."""
    corpus = store(by_category=True)
    votes = list(corpus.votes)
    Random(1).shuffle(votes)
    again = tried(replace(corpus, votes=votes), world.SETTINGS, declared())
    assert again is not None
    assert blocks(again.fusion) == blocks(lone.fusion)
    assert again.difference == lone.difference
