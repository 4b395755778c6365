"""Fits have grounds: an interest that nothing of a store is about has none, however they compare."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from recommender.digest.words import GOOD, STRONG
from recommender.domain.editions import Section
from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Corpus, Pool, RankingSettings, Request
from recommender.ranking.grounds import THIN, UNGROUNDED
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.stages import score
from recommender.ranking.standings import Ranking
from tests.builders import NOON, a_paper
from tests.ranking import world

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


def test_thin_grounds_are_not_called_strong(recommender: HybridRecommender) -> None:
    """Three words of ten list a paper where directions hardly agree; it is not told to be a strong match."""
    stars, robots = world.SUBJECTS["galaxies"].split(), world.SUBJECTS["robots"].split()
    texts = [" ".join((*stars[:count], *robots[:3])) for count in (1, 3, 5)]
    pool = world.a_pool([a_paper(500 + at, title="x", abstract=text) for at, text in enumerate(texts)])
    lens = recommender.fitted.lens
    profiles = world.a_batch(lens, (world.a_profile(about=world.SUBJECTS["galaxies"]),), pool)
    found = score(recommender.fitted, profiles, lens.candidates(pool, pool.papers), None)
    none, thin, firm = found.match[0].tolist()
    assert (none, thin > THIN, firm > thin) == (pytest.approx(UNGROUNDED), True, True)
    assert found.told[0].tolist() == [pytest.approx(UNGROUNDED), pytest.approx(THIN), firm]
    assert [found.told_of(0, place) for place in range(3)] == found.told[0].tolist()


def test_thin_is_less_than_strong() -> None:
    """The words of a digest call such a paper a good match."""
    assert GOOD < THIN < STRONG
