"""Fits have grounds: an interest that nothing of a store is about has none, however they compare."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from recommender.domain.editions import Section
from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Corpus, Pool, RankingSettings, Request
from recommender.ranking.grounds import UNGROUNDED
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.standings import Ranking
from tests.builders import NOON, a_paper

TOPICS = (
    (
        "Segmenting tumours in medical images",
        "segmentation of tumours in medical images by a convolutional network",
    ),
    (
        "Translating low-resource languages",
        "machine translation of low-resource languages with pretrained models",
    ),
    ("Recommending songs to listeners", "sequential recommendation of songs from the sessions of listeners"),
    ("Estimating the mass of objects", "the mass of an object is estimated and measured from one photograph"),
)
SERVED = InterestProfile(
    subscriber=1, interest="a", name="Tumours", about="segmentation of tumours in images"
)
STARVED = InterestProfile(
    subscriber=1,
    interest="b",
    name="Mountain glaciers",
    about="mass balance and retreat of mountain glaciers measured from satellite altimetry",
)


@pytest.fixture(scope="module")
def papers() -> Sequence[Paper]:
    """Return a hundred papers of four subjects; not one is about glaciers, some say mass and measured."""
    return [
        a_paper(
            number,
            title=f"{TOPICS[number % 4][0]}, part {number}",
            abstract=f"We study {TOPICS[number % 4][1]}. Setting {number} is compared with {number + 7}.",
            first_seen=NOON - timedelta(hours=number),
        )
        for number in range(1, 101)
    ]


def ranked(papers: Sequence[Paper], *profiles: InterestProfile, floor: float | None = None) -> Ranking:
    """Return the edition of one reader."""
    recommender = HybridRecommender.fit(Corpus(papers=papers), RankingSettings())
    request = Request(subscriber=1, profiles=profiles, papers=8, floor=floor, slots=True)
    (found,) = recommender.rank([request], Pool(papers=papers, now=NOON, days=7))
    return found


def test_a_starved_interest_gets_no_filler(papers: Sequence[Paper]) -> None:
    """Nothing of it stands in the edition and nothing is said to fit; the other interest has its papers."""
    found = ranked(papers, SERVED, STARVED)
    assert {standing.interest: standing.fitting > 0 for standing in found.standings} == {
        "a": True,
        "b": False,
    }
    own = [paper for paper in found.recommendations if paper.section is Section.INTEREST]
    assert own
    assert {paper.interest for paper in own} == {"a"}
    assert all(paper.match > UNGROUNDED for paper in own)


def test_something_different_never_comes_alone(papers: Sequence[Paper]) -> None:
    """Where nothing fits, an edition is empty."""
    assert ranked(papers, STARVED).recommendations == ()


def test_no_floor_is_no_floor(papers: Sequence[Paper]) -> None:
    """Who wants whatever comes closest gets it, and is not told that it is a match."""
    found = ranked(papers, STARVED, floor=0.5)
    assert found.recommendations
    assert all(paper.match <= UNGROUNDED for paper in found.recommendations)


def test_a_keyword_of_the_reader_is_grounds_enough(papers: Sequence[Paper]) -> None:
    """A paper with a keyword comes, however little else of the interest it holds."""
    rare = a_paper(200, title="Ice seen from above", abstract="A glacier was filmed.", first_seen=NOON)
    keen = InterestProfile(subscriber=1, interest="b", name="Ice", about=STARVED.about, keywords=("glacier",))
    found = ranked([*papers, rare], keen)
    own = [paper.paper for paper in found.recommendations if paper.section is Section.INTEREST]
    assert own == [rare.id]
