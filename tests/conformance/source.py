"""Laws of every `Source`, real or fake."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperPage
from recommender.ports import Source


class SourceLaws:
    """Subclass it and give three fixtures: a source with papers, one that is away, one that sends junk."""

    @pytest.fixture
    def source(self) -> Source:
        """Return a source that delivers at least one paper."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Source:
        """Return a source that cannot be reached."""
        raise NotImplementedError

    @pytest.fixture
    def junk(self) -> Source:
        """Return a source that answers with something else."""
        raise NotImplementedError

    def test_has_a_name(self, source: Source) -> None:
        """The name is what reports and `source_state` show."""
        assert source.name == source.name.strip() != ""

    def test_delivers_papers(self, source: Source) -> None:
        """A first fetch has papers, each with a canonical id and a title."""
        papers = papers_of(list(source.fetch(None)))
        assert papers
        assert all(paper.title and paper.id.split(":")[0] in ("arxiv", "doi", "title") for paper in papers)

    def test_times_are_utc(self, source: Source) -> None:
        """Every time is aware and in UTC."""
        for paper in papers_of(list(source.fetch(None))):
            times = [paper.published, paper.updated, paper.first_seen]
            assert all(when.utcoffset() == timedelta(0) for when in times if when)

    def test_signals_are_of_papers_on_the_page(self, source: Source) -> None:
        """A page's signals speak of its papers and were taken at a known moment."""
        for page in source.fetch(None):
            known = {paper.id for paper in page.papers}
            assert all(signal.paper in known and signal.taken_at.tzinfo for signal in page.signals)

    def test_pages_name_their_place(self, source: Source) -> None:
        """Each page says where it came from."""
        assert all(page.place for page in source.fetch(None))

    def test_goes_on_from_its_cursor(self, source: Source) -> None:
        """The last page has a cursor, and fetching from it works."""
        cursor = list(source.fetch(None))[-1].cursor
        assert cursor is not None
        again = list(source.fetch(cursor))
        assert again[-1].cursor is not None
        assert again[-1].cursor.position >= cursor.position

    def test_reading_again_repeats(self, source: Source) -> None:
        """The same state of the world gives the same papers."""
        first, second = (papers_of(list(source.fetch(None))) for _ in range(2))
        assert first == second

    def test_unreachable_is_unavailable(self, away: Source) -> None:
        """A source that cannot be reached says so, with its name and place."""
        with pytest.raises(SourceUnavailable) as caught:
            list(away.fetch(None))
        assert caught.value.source == away.name
        assert caught.value.place

    def test_junk_is_malformed(self, junk: Source) -> None:
        """Bytes of another kind are malformed, not a crash and not an empty page."""
        with pytest.raises(SourceMalformed) as caught:
            list(junk.fetch(None))
        assert caught.value.place


def papers_of(pages: Sequence[PaperPage]) -> list[Paper]:
    """Return all papers of some pages."""
    return [paper for page in pages for paper in page.papers]
