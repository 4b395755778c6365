"""Quotas, floors, MMR and slots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.papers import Paper
from recommender.domain.quotas import shares
from recommender.ranking.base import FloatMatrix
from recommender.ranking.company import Company, Rules, Texts
from recommender.ranking.diversity import rerank, sketch, top_places
from recommender.ranking.groups import Groups
from recommender.ranking.matrices import dense_product
from recommender.ranking.selection import fill
from recommender.ranking.text import TextSpace, paper_fields
from tests.builders import a_paper
from tests.ranking import world

WEIGHTS = st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=6)


@given(WEIGHTS, st.integers(0, 30))
def test_quotas_add_up_and_follow_the_weights(weights: list[float], room: int) -> None:
    """Largest remainders: nobody is a whole paper away from the exact share."""
    quotas = shares(weights, room)
    total = sum(weights)
    if total <= 0:
        assert quotas == [0] * len(weights)
        return
    assert sum(quotas) == room
    for weight, quota in zip(weights, quotas, strict=True):
        assert abs(quota - weight * room / total) < 1 + 1e-6


def anonymous(count: int) -> list[Paper]:
    """Return papers without authors."""
    return [a_paper(number, authors=()) for number in range(count)]


def apart(count: int) -> FloatMatrix:
    """Return sketches of papers that have nothing in common."""
    return np.eye(count, dtype=np.float32)


def test_unfilled_slots_go_to_the_others() -> None:
    """An interest that has too few papers leaves its room."""
    taken = fill([[0], [1, 2, 3, 4]], [2, 2], 4, Company.of(None))
    assert sorted(place for _, place in taken) == [0, 1, 2, 3]


def test_kept_papers_and_near_duplicates_are_passed_over() -> None:
    """Neither takes a slot."""
    sketches = apart(4)
    sketches[2] = sketches[1]
    company = Company.of(Rules(sketches=sketches, groups=Groups(anonymous(4)), same_group=0), [0])
    assert fill([[0, 1, 2, 3]], [4], 4, company) == [(0, 1), (0, 3)]


def test_records_with_one_title_or_one_abstract_are_passed_over() -> None:
    """However far apart their other texts put them; short ones are the same by chance."""
    papers = anonymous(5)
    papers[1] = a_paper(1, authors=(), title="On a Much Longer Subject: A Study")
    papers[2] = a_paper(2, authors=(), title="On a much longer subject — a study")
    papers[3] = a_paper(3, authors=(), abstract="One and the same abstract. " * 6)
    papers[4] = a_paper(4, authors=(), abstract="One and the same\n abstract. " * 6)
    rules = Rules(sketches=apart(5), groups=Groups(papers), same_group=0, texts=Texts(papers))
    assert fill([[0, 1, 2, 3, 4]], [5], 5, Company.of(rules)) == [(0, 0), (0, 1), (0, 3)]
    short = [a_paper(number, authors=(), title="Editorial", abstract="None.") for number in range(2)]
    rules = Rules(sketches=apart(2), groups=Groups(short), same_group=0, texts=Texts(short))
    assert len(fill([[0, 1]], [2], 2, Company.of(rules))) == 2


def test_top_places_are_best_first_with_ties_by_place() -> None:
    """The same numbers give the same places."""
    scores = np.asarray([[1, 3, 3, 0, 2]], dtype=np.float32)
    assert top_places(scores, 3).tolist() == [[1, 2, 4]]
    assert top_places(np.zeros((2, 0), dtype=np.float32)).shape == (2, 0)


def test_without_diversity_the_order_stays() -> None:
    """At 0 only the score counts, and -inf is never chosen."""
    scores = np.asarray([[0.9, 0.8, 0.7, -np.inf]], dtype=np.float32)
    places = np.asarray([[4, 2, 0, 1]])
    assert rerank(scores, places, apart(5), 0.0).tolist() == [[4, 2, 0, -1]]


def test_diversity_prefers_what_is_unlike() -> None:
    """A slightly worse paper of another kind comes second."""
    sketches = apart(3)
    sketches[1] = [0.8, 0.6, 0]
    scores = np.asarray([[1.0, 0.95, 0.9]], dtype=np.float32)
    assert rerank(scores, np.asarray([[0, 1, 2]]), sketches, 0.4).tolist() == [[0, 2, 1]]


def test_near_duplicates_never_stand_in_one_list() -> None:
    """The second of a pair is dropped, in each row by itself."""
    sketches = apart(3)
    sketches[1] = sketches[0]
    scores = np.asarray([[1.0, 0.9, 0.8], [0.2, 0.9, 0.8]], dtype=np.float32)
    chosen = rerank(scores, np.asarray([[0, 1, 2], [2, 1, 0]]), sketches, 0.25)
    assert chosen.tolist() == [[0, 2, -1], [1, 2, -1]]


def test_sketches_keep_cosines(space: TextSpace) -> None:
    """Close for unlike papers, closer for like ones."""
    rows = space.paper_rows(paper_fields(paper) for paper in world.papers())
    exact = dense_product(rows, rows)
    small = sketch(rows, 0)
    error = np.abs(small @ small.T - exact)
    assert error.mean() < 0.05
    assert np.diag(small @ small.T) == pytest.approx(np.ones(len(exact)), abs=1e-5)
