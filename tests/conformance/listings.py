"""What every Papers does for the pages that list them."""

from datetime import date, timedelta

import pytest

from recommender.domain.listings import Listing, Place
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.ports import Store
from tests.builders import NOON, a_paper
from tests.conformance.papers import HOUR, kept

DAY = timedelta(days=1)
ALL = Listing(limit=100)


def numbers(papers: object) -> list[int]:
    """Return the numbers of built papers."""
    assert isinstance(papers, list)
    return [int(paper.id[-5:]) for paper in papers]


def seen(number: int, hours: int, **fields: object) -> Paper:
    """Build a paper first seen some hours before noon."""
    return a_paper(number, first_seen=NOON - hours * HOUR, **fields)


class ListingsConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_newest_first_and_a_tie_by_id(self, store: Store) -> None:
        """Withdrawn ones are there, those of a library are not."""
        gone = seen(4, 3, status=PaperStatus.WITHDRAWN)
        kept(store, seen(1, 5), seen(3, 1), seen(2, 1), gone, seen(5, 0, library_only=True))
        with store.read() as unit:
            assert numbers(unit.papers.newest(ALL)) == [3, 2, 4, 1]

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_page_after_page_shows_every_paper_once(self, store: Store, size: int) -> None:
        """Also where many were seen at one moment."""
        kept(store, *(seen(number, number // 4) for number in range(1, 12)))
        found: list[int] = []
        place: Place | None = None
        with store.read() as unit:
            whole = numbers(unit.papers.newest(ALL))
            while page := unit.papers.newest(Listing(limit=size, after=place)):
                found += numbers(page)
                place = Place.of(page[-1])
        assert found == whole
        assert len(set(found)) == 11

    def test_one_day_of_one_category(self, store: Store) -> None:
        """From the first moment on, up to the last; a category is a whole one."""
        kept(
            store,
            seen(1, 0, categories=("cs.CL", "cs.LG")),
            seen(2, 1, categories=("cs.CLX",)),
            seen(3, 2, categories=("math.AG", "cs.CL")),
            seen(4, 24, categories=("cs.CL",)),
        )
        with store.read() as unit:
            own = Listing(limit=9, category="cs.CL", since=NOON - 2 * HOUR, until=NOON)
            assert numbers(unit.papers.newest(own)) == [3]
            assert numbers(unit.papers.newest(Listing(limit=9, category="cs.CL"))) == [1, 3, 4]
            for strange in ("cs.cl", "cs_CL", "%", 'cs.CL","cs.LG', "", "é\\"):
                expected = [1, 2, 3, 4] if not strange else []
                assert numbers(unit.papers.newest(Listing(limit=9, category=strange))) == expected

    def test_counts_by_day_and_by_category(self, store: Store) -> None:
        """Days are those of UTC, empty ones absent; a paper counts in each of its categories."""
        kept(
            store,
            seen(1, 12, categories=("cs.CL", "cs.LG")),
            seen(2, 13, categories=("cs.CL",)),
            seen(3, 11, categories=()),
            seen(4, 80, categories=('od"d é',)),
            seen(5, 0, library_only=True),
        )
        with store.read() as unit:
            days = [(date(2026, 1, 30), 2), (date(2026, 1, 29), 1), (date(2026, 1, 27), 1)]
            assert unit.papers.per_day(ALL) == days
            assert unit.papers.per_day(Listing(limit=1)) == days[:1]
            assert unit.papers.per_day(Listing(limit=9, category="cs.CL")) == [
                (date(2026, 1, 30), 1),
                (date(2026, 1, 29), 1),
            ]
            assert unit.papers.per_category(ALL) == [("cs.CL", 2), ("cs.LG", 1), ('od"d é', 1)]
            assert unit.papers.per_category(Listing(limit=1, since=NOON - 13 * HOUR)) == [("cs.CL", 2)]

    def test_all_of_the_words(self, store: Store) -> None:
        """In title, abstract or authors, those in more titles first; signs stand for themselves."""
        kept(
            store,
            seen(1, 1, title="On 100% sure cats", abstract="Nothing of dogs."),
            seen(2, 2, title="CATS and dogs", abstract="With ÅSA's data."),
            seen(3, 3, title="Birds", abstract="cats", authors=("Åsa Dogsdottir",)),
            seen(4, 0, title="Cats", abstract="alone"),
            seen(5, 0, title="Cats and dogs", library_only=True),
        )
        with store.read() as unit:
            assert numbers(unit.papers.with_all(["cats", "Dogs"], limit=9)) == [2, 1, 3]
            assert numbers(unit.papers.with_all(["cats", "Dogs"], limit=1)) == [2]
            assert numbers(unit.papers.with_all(["åsa"], limit=9)) == [2, 3]
            assert numbers(unit.papers.with_all(["0%"], limit=9)) == [1]
            assert numbers(unit.papers.with_all(["'"], limit=9)) == [2]
            for nothing in ([], [""], ["_"], ["cats", "horses"], ["\\"]):
                assert list(unit.papers.with_all(nothing, limit=9)) == []

    def test_every_name_of_a_paper(self, store: Store) -> None:
        """Its own first of all that there is; of a strange one none."""
        kept(store, a_paper(doi="10.1000/x"))
        with store.read() as unit:
            assert {"arxiv:2601.00001", "doi:10.1000/x"} <= set(unit.papers.names(a_paper().id))
            assert unit.papers.names(PaperId("arxiv:2601.99999")) == []
