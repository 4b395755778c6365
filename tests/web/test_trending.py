"""What draws attention: the numbers on the page make its order."""

import math
import re
from datetime import timedelta
from html import unescape

import pytest

from recommender.domain.papers import PaperStatus, Signal
from recommender.ranking.trending import trending
from tests.builders import NOON, a_paper
from tests.web.shelves import add, ids, shop
from tests.web.site import PAPERS, Site

TERM = (
    r"\(ln (\d+) \+ 0\.3 × ln (\d+)\) × ½\^\(([\d.]+) ÷ 3\)"
    r"(?: \+ 0\.5 × ln ([\d.]+) × ½\^\(([\d.]+) ÷ 3\))? = ([\d.]+)"
)


def counted(
    number: int, upvotes: int, hours: float, source: str = "huggingface", comments: int = 0
) -> Signal:
    """Build a snapshot taken some hours before noon."""
    at = NOON - timedelta(hours=hours)
    return Signal(paper=a_paper(number).id, source=source, taken_at=at, upvotes=upvotes, comments=comments)


SNAPSHOTS = [
    *(counted(1, votes, hours, comments=3) for votes, hours in ((5, 100), (9, 60), (30, 30), (31, 2))),
    counted(2, 400, 90),
    counted(3, 12, 1),
    counted(3, 7, 5, "other", 2),
    counted(4, 0, 1),
    counted(5, 90, 1),
]


def test_trending_tells_the_numbers_that_make_its_order(site: Site) -> None:
    """The formula with the numbers of each paper gives its heat, and the order is the ranking's own."""
    withdrawn = a_paper(5, version=2, status=PaperStatus.WITHDRAWN)
    add(site, [withdrawn], SNAPSHOTS)
    own = shop(site)
    page = unescape(own.get("/trending?days=7"))
    now = site.clock.now()
    papers = [paper for paper in PAPERS if paper.id != withdrawn.id]
    expected = trending(papers, SNAPSHOTS, now, 30)
    assert ids(page) == [paper for paper, _, _ in expected]
    heats = [float(own) for own in re.findall(r"Heat ([0-9.]+)", page)]
    assert heats == [pytest.approx(heat, abs=0.006) for _, heat, _ in expected]
    terms = re.findall(TERM, page)
    assert len(terms) == len(expected) + 1  # the third paper has two sources
    for term in terms:
        votes, comments, age, growth, latest, heat = (float(own or 0) for own in term)
        level = (math.log(votes) + 0.3 * math.log(comments)) * 0.5 ** (age / 3)
        grown = 0.5 * math.log(growth) * 0.5 ** (latest / 3) if growth else 0
        assert level + grown == pytest.approx(heat, abs=0.08)
    assert page.count("½^") > len(expected)


def test_trending_draws_what_grew(site: Site) -> None:
    """A row of glyphs with its words for who cannot see it; where nothing grew there is none."""
    add(site, [], SNAPSHOTS)
    page = shop(site).get("/trending")
    assert page.count('role="img"') == 1
    assert re.search(r'aria-label="[^"]*31 upvotes[^"]*"', page)


def test_trending_without_counts_says_so(site: Site) -> None:
    """And who would bring them."""
    assert "No source has counted" in shop(site).get("/trending?days=1")
