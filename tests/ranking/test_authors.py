"""Names and author evidence."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.authors import AuthorExplainer, AuthorScorer
from recommender.ranking.names import Bylines, agree, parse
from recommender.ranking.vectors import Lens
from tests.builders import a_paper
from tests.ranking import world


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ("Kevin Meng", "Meng, Kevin", True),
        ("K. Meng", "Kevin Meng", True),
        ("Kevin X. Meng", "Kevin Meng", True),
        ("Kevin X. Meng", "Kevin Y. Meng", False),
        ("Karl Meng", "Kevin Meng", False),
        ("Meng", "Kevin Meng", False),
        ("NVIDIA", "Nvidia", True),
        ("José Núñez", "Jose Nunez", True),
        ("Kevin Meng", "Kevin Men", False),
        ("", "", False),
    ],
)
def test_names_agree_by_family_and_given(one: str, other: str, *, expected: bool) -> None:
    """Initials agree with names; a family name alone agrees with nobody."""
    assert agree(parse(one), parse(other)) is expected
    assert agree(parse(other), parse(one)) is expected


def test_bylines_find_what_agrees() -> None:
    """Look-up gives the papers in order, each once."""
    index = Bylines([("K. Meng", "Ann Lee"), (), ("Kevin Meng", "K. Meng"), ("Karl Meng",)])
    assert index.papers(parse("Kevin Meng")) == [0, 2]
    assert index.papers(parse("Nobody Here")) == []


LIKED = a_paper(1, title="graph networks", abstract="message passing", authors=("Wei Zhang", "Ada Lovelace"))


def scores(lens: Lens, profile: InterestProfile, *papers: Paper) -> list[float]:
    """Score papers for one profile that may like `LIKED`; NaN becomes 0."""
    pool = world.a_pool([LIKED, *papers])
    row = AuthorScorer().score(world.a_batch(lens, [profile], pool), lens.candidates(pool, papers))[0]
    return [float(value) for value in np.nan_to_num(row)]


def test_a_followed_author_always_counts(lens: Lens) -> None:
    """No second match is asked of a declared name."""
    stranger = a_paper(2, title="robot gripper", abstract="tactile", authors=("W. Zhang",), categories=("q",))
    assert scores(lens, world.a_profile(authors=("Wei Zhang",)), stranger) == [1]


def test_a_learned_author_needs_a_second_match(lens: Lens) -> None:
    """A common name alone is no evidence; a co-author, a category or the text makes it some."""
    plain = {"title": "zyxgl bvvb", "abstract": ""}
    alone = a_paper(2, **plain, authors=("Wei Zhang",), categories=("q",))
    pair = a_paper(3, **plain, authors=("Wei Zhang", "A. Lovelace"), categories=("q",))
    category = a_paper(4, **plain, authors=("Wei Zhang",), categories=("cs.CL",))
    text = a_paper(5, title="graph message networks", abstract="", authors=("Wei Zhang",), categories=("q",))
    found = scores(lens, world.liking([LIKED]), alone, pair, category, text)
    assert found[0] == 0
    assert min(found[1:]) > 0
    assert max(found) < 1


def test_papers_by_very_many_teach_no_names(lens: Lens) -> None:
    """A collaboration's author list says nothing."""
    crowd = a_paper(6, authors=tuple(f"Given{n} Family{n}" for n in range(200)))
    pool = world.a_pool([crowd])
    batch = world.a_batch(lens, [world.liking([crowd])], pool)
    assert np.isnan(AuthorScorer().score(batch, lens.candidates(pool, pool.papers))).all()


def test_papers_by_very_many_are_known_by_no_single_name(lens: Lens) -> None:
    """Among so many there is always somebody of that name; two together, and who was declared, are found."""
    crowd = ("Wei Zhang", *(f"Given{n} Family{n}" for n in range(40)))
    paper = a_paper(6, title=LIKED.title, abstract=LIKED.abstract, authors=crowd, categories=("cs.CL",))
    assert scores(lens, world.liking([LIKED]), paper) == [0]
    assert scores(lens, world.liking([LIKED]), replace(paper, authors=(*crowd, "A. Lovelace")))[0] > 0
    assert scores(lens, world.a_profile(authors=("Wei Zhang",)), paper) == [1]


def test_a_category_of_every_paper_is_no_second_match(lens: Lens) -> None:
    """Where most of a day's papers share it, it is shared by chance."""
    others = [a_paper(20 + n, authors=(f"Given{n} Family{n}",), categories=("cs.CL",)) for n in range(60)]
    plain = a_paper(4, title="zyxgl bvvb", abstract="", authors=("Wei Zhang",), categories=("cs.CL",))
    assert scores(lens, world.liking([LIKED]), plain, *others)[0] == 0


def test_learned_names_on_every_paper_tell_less(lens: Lens) -> None:
    """The more papers of a day carry one, the less one is worth."""
    others = [a_paper(20 + n, authors=(f"Given{n} Family{n}",), categories=("q",)) for n in range(60)]
    pair = a_paper(3, title="zyxgl", abstract="", authors=("Wei Zhang", "A. Lovelace"), categories=("q",))
    few = scores(lens, world.liking([LIKED]), pair, *others)[0]
    again = [a_paper(90 + n, authors=("Wei Zhang", "A. Lovelace"), categories=("q",)) for n in range(30)]
    many = scores(lens, world.liking([LIKED]), pair, *others, *again)[0]
    assert 0 < many < few / 2


def test_evidence_tells_followed_from_learned(lens: Lens) -> None:
    """A learned author comes with the liked paper that taught the name."""
    paper = a_paper(7, authors=("W. Zhang", "Ann Lee"))
    pool = world.a_pool([LIKED, paper])
    liking = world.liking([LIKED])
    explainer = AuthorExplainer(world.a_batch(lens, [liking], pool))
    learned = explainer.explain(liking, [paper])[0]
    followed = explainer.explain(world.a_profile(authors=("Ann Lee",)), [paper])[0]
    assert (learned.author, learned.paper) == ("W. Zhang", LIKED.id)
    assert (followed.author, followed.paper) == ("Ann Lee", None)
