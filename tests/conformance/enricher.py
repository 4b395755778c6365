"""What holds for everybody who knows more about papers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperPage
from recommender.ports import Enricher

GAINED = ("venue", "doi", "status", "summary", "summary_by")
LEFT_OUT = ("abstract", "authors", "original_title", "original_abstract")


def sightings(pages: Sequence[PaperPage]) -> list[Paper]:
    """Return all papers of some pages."""
    return [paper for page in pages for paper in page.papers]


class EnricherLaws:
    """Subclasses give `enricher` (which knows something of the first of `papers`), `away` and `junk`."""

    @pytest.fixture
    def enricher(self) -> Enricher:
        """Return one that answers."""
        raise NotImplementedError

    @pytest.fixture
    def papers(self) -> Sequence[Paper]:
        """Return papers to ask about."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Enricher:
        """Return one where nobody listens."""
        raise NotImplementedError

    @pytest.fixture
    def junk(self) -> Enricher:
        """Return one behind a login page."""
        raise NotImplementedError

    def test_it_is_an_enricher(self, enricher: Enricher) -> None:
        """It has a name and says how many papers a question may name."""
        checked: Enricher = enricher
        assert checked.name
        assert checked.batch > 0

    def test_papers_come_back_under_their_ids(self, enricher: Enricher, papers: Sequence[Paper]) -> None:
        """Each once, and only those that were asked for; each count is that of one of them."""
        pages = list(enricher.enrich(papers))
        names = [paper.id for paper in sightings(pages)]
        assert papers[0].id in names
        assert len(names) == len(set(names))
        asked = {paper.id for paper in papers}
        assert set(names) <= asked
        signals = [signal for page in pages for signal in page.signals]
        assert {signal.paper for signal in signals} <= asked
        assert {signal.source for signal in signals} <= {enricher.name}

    def test_nothing_but_what_was_gained_differs(self, enricher: Enricher, papers: Sequence[Paper]) -> None:
        """Texts are left out; ids, versions, times and all else are as they were."""
        known = {paper.id: paper for paper in papers}
        for sighting in sightings(list(enricher.enrich(papers))):
            mine = known[sighting.id]
            kept = {name: getattr(mine, name) for name in (*GAINED, *LEFT_OUT)}
            assert replace(sighting, **kept) == mine
            assert not any(getattr(sighting, name) for name in LEFT_OUT)

    def test_nobody_to_ask_about_costs_nothing(self, away: Enricher) -> None:
        """Papers without an id that the service knows are not asked about."""
        title = Paper(id="title:onesomething", title="One something")  # type: ignore[arg-type]
        assert list(away.enrich([title])) == []
        assert list(away.enrich([])) == []

    def test_unreachable_is_unavailable(self, away: Enricher, papers: Sequence[Paper]) -> None:
        """It says so, with its name and place."""
        with pytest.raises(SourceUnavailable) as caught:
            list(away.enrich(papers))
        assert caught.value.source == away.name
        assert caught.value.place

    def test_junk_is_malformed(self, junk: Enricher, papers: Sequence[Paper]) -> None:
        """Bytes of another kind are malformed, not a crash and not an empty page."""
        with pytest.raises(SourceMalformed, match="check base_url"):
            list(junk.enrich(papers))
