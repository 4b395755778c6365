"""The slots of a list that are not an interest's."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from recommender.digest.reasons import reason
from recommender.domain.editions import Recommendation, Section
from recommender.ranking.base import Pool
from recommender.ranking.company import Company, Rules
from recommender.ranking.groups import Groups
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.picks import Pick, Table
from recommender.ranking.slots import Slots
from tests.builders import NOON, a_paper
from tests.digest.samples import english
from tests.ranking import world

ROOM = 6


def slots(words: list[float], directions: list[float], seed: int, match: list[float] | None = None) -> Slots:
    """Return the slots of one interest that sees `ROOM` papers, better ones first, by two opinions.

    All match in full where nothing else is said.
    """
    blank = np.zeros((1, ROOM), dtype=np.bool_)
    return Slots(
        table=Table(
            fused=np.linspace(1, 0, ROOM, dtype=np.float32)[None, :],
            match=np.asarray([match or [1.0] * ROOM], dtype=np.float32),
            heat=np.full((1, ROOM), np.nan, dtype=np.float32),
            muted=blank,
            asked_for=blank,
            opinions=(
                np.asarray([words], dtype=np.float32),
                np.asarray([directions], dtype=np.float32),
            ),
        ),
        rows=slice(0, 1),
        unseen=np.ones(ROOM, dtype=np.bool_),
        seeds=(0, seed, 1),
    )


def rules(near: int | None = None) -> Rules:
    """Return rules under which all papers are unlike, but `near` is nearly paper 0."""
    sketches = np.eye(ROOM, dtype=np.float32)
    if near is not None:
        sketches[near] = 0
        sketches[near, :2] = [0.89, 0.456]
    papers = [a_paper(number, authors=()) for number in range(ROOM)]
    return Rules(sketches=sketches, groups=Groups(papers), same_group=3)


def drawn(words: list[float], directions: list[float], near: int | None = None) -> Counter[int]:
    """Count which paper 300 draws take beside paper 0."""
    own = rules(near)
    found = [slots(words, directions, seed).teaching(Company.of(own, [0])) for seed in range(300)]
    return Counter(pick.place for pick in found if pick)


AGREED = [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
"""One opinion of the six papers."""
TORN = [6.0, 1.0, 4.0, 3.0, 2.0, 5.0]
"""Another, which differs on papers 1 and 5."""


def test_what_opinions_differ_on_is_drawn() -> None:
    """Papers on which words and direction agree teach little."""
    counts = drawn(AGREED, TORN)
    assert counts[1] + counts[5] > 290
    assert min(counts[1], counts[5]) > 100
    assert not counts[0]


def test_what_is_like_the_chosen_teaches_less() -> None:
    """Of two papers that are as uncertain, the one unlike what is chosen comes more often."""
    counts = drawn(AGREED, TORN, near=1)
    assert counts[5] > 5 * counts[1]


def test_the_chance_is_the_one_it_had() -> None:
    """The stored propensity is how often such a draw takes the paper, and never 0."""
    counts = drawn(AGREED, TORN)
    pick = slots(AGREED, TORN, 1).teaching(Company.of(rules(), [0]))
    assert pick is not None
    assert pick.propensity == pytest.approx(counts[pick.place] / 300, abs=0.1)
    agreed = slots(AGREED, AGREED, 1).teaching(Company.of(rules(), [0]))
    assert agreed is not None
    assert agreed.propensity == pytest.approx(1 / (ROOM - 1))


def test_unknown_opinions_do_not_stop_the_draw() -> None:
    """A paper without words or direction is drawn like others, and nothing left gives no pick."""
    silent = [-np.inf] * ROOM
    assert isinstance(slots(silent, silent, 1).teaching(Company.of(rules(), [0])), Pick)
    assert slots(AGREED, TORN, 1).teaching(Company.of(rules(), range(ROOM))) is None


NEAR = [0.5, 0.3, 0.17, 0.18, 0.0, -1.0]
"""Cosines of directions; 0.18 is a neighbour's."""


@pytest.mark.parametrize(
    "match, open_",
    [
        ([0.89] * ROOM, {0, 1, 3}),
        ([0.69] * ROOM, set()),
        ([0.89, 0.89, 0.89, 0.89, 0.9, 0.89], {0, 1, 3, 4}),
    ],
)
def test_what_fits_by_chance_words_is_not_drawn(match: list[float], open_: set[int]) -> None:
    """A paper fits, or it is of a neighbouring subject; papers alike only in a word are neither."""
    nobody = Company.of(rules())
    own = [slots(NEAR, NEAR, seed, match) for seed in range(200)]
    taught = {pick.place for one in own if (pick := one.teaching(nobody))}
    drawn = {pick.place for one in own if (pick := one.different(nobody))}
    assert taught == drawn == open_


def test_a_step_aside_is_none_of_the_readers_subjects() -> None:
    """What fits is not different, unless there is nothing else; the chances are those of the draw."""
    nobody = Company.of(rules())
    match = [0.99, 0.99, 0.99, 0.89, 0.89, 0.94]
    counts: Counter[int] = Counter()
    for seed in range(300):
        pick = slots(AGREED, AGREED, seed, match).different(nobody)
        assert pick is not None
        counts[pick.place] += 1
        assert pick.propensity == pytest.approx(1 / 3, abs=0.07)
    assert set(counts) == {3, 4, 5}
    assert min(counts.values()) > 60
    assert slots(AGREED, AGREED, 1).different(nobody) is not None


def edition(recommender: HybridRecommender, votes: int, papers: int = 8) -> list[Recommendation]:
    """Return the extra slots of a reader of editing with some votes."""
    profile = world.liking(world.of("editing")[:votes], 1, name="Editing", about="editing facts")
    request = world.ask(profile, papers=papers, slots=True, floor=0.0)
    known = {paper.id: paper for paper in world.papers()}
    pool = Pool(papers=world.papers()[10:], known=known, now=NOON)
    found = recommender.recommend([request], pool)[0]
    return [one for one in found if one.section is Section.DIFFERENT]


@pytest.mark.parametrize("votes, papers, slots", [(3, 8, 2), (3, 7, 1), (9, 8, 2), (10, 8, 1), (3, 5, 0)])
def test_new_readers_have_papers_to_learn_from(
    recommender: HybridRecommender, votes: int, papers: int, slots: int
) -> None:
    """Two from eight papers on, until there are ten votes; each with its chance."""
    found = edition(recommender, votes, papers)
    assert len(found) == slots
    assert all(one.propensity is not None and 0 < one.propensity <= 1 for one in found)


@pytest.mark.parametrize("votes, asking", [(3, 2), (10, 0)])
def test_only_a_paper_to_learn_from_asks_for_a_vote(
    recommender: HybridRecommender, votes: int, asking: int
) -> None:
    """The reason says why the paper is there, and no more."""
    titles = {paper.id: paper.title for paper in world.papers()}
    told = [reason(one, titles, "Editing", english())[0] for one in edition(recommender, votes)]
    assert sum("your vote" in text for text in told) == asking
    assert told


def test_neighbours_of_an_interest_that_nothing_fits_are_left_out() -> None:
    """They are near it by chance; where no interest is served, every one counts."""
    blank = np.zeros((2, ROOM), dtype=np.bool_)
    match = np.full((2, ROOM), 0.9, dtype=np.float32)
    fused = np.full((2, ROOM), -np.inf, dtype=np.float32)
    fused[0, :3], fused[1, 3:] = 1, 2
    own = slots(AGREED, TORN, 0)
    both = np.ones((2, ROOM), dtype=np.float32)
    starved = replace(
        own,
        table=replace(own.table, fused=fused, match=match, muted=blank, opinions=(both, both)),
        rows=slice(0, 2),
    )
    company = Company.of(rules(), [])
    assert {_row(replace(starved, seeds=(seed,)), company) for seed in range(40)} == {0, 1}
    match = match.copy()
    match[0, 0] = 0.97
    served = replace(starved, table=replace(starved.table, match=match))
    assert {_row(replace(served, seeds=(seed,)), company) for seed in range(40)} == {0}


def _row(own: Slots, company: Company) -> int:
    pick = own.teaching(company)
    assert pick is not None
    return pick.row
