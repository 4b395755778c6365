"""What follows an ingest, on both databases: gaps filled by others, saved papers filed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from recommender.domain.feedback import Act, Feedback
from recommender.domain.filing import Filed, FilingPage
from recommender.domain.papers import Cursor, Paper, PaperPage, Signal
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Cabinet
from recommender.services.enriching import Enriching, Errand
from recommender.services.filing import Filing
from recommender.store.sql_store import SqlStore
from recommender.store.statements import MOST_PARAMETERS, chunks
from tests.builders import NOON, a_declaration, a_paper
from tests.services.desk import Hands

ONE, TWO, THREE = (a_paper(number, version=1) for number in (1, 2, 3))


class Oracle:
    """Knows the venue of all papers but the third."""

    name = "oracle"
    batch = 2

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Tell."""
        known = [
            replace(paper, venue="Annals", abstract="", authors=())
            for paper in papers
            if paper.id != THREE.id
        ]
        counted = [Signal(paper=paper.id, source=self.name, taken_at=NOON, citations=3) for paper in known]
        yield PaperPage(papers=known, signals=counted)


class Library:
    """A library that takes everything in."""

    name = "library"
    reader = "ana@example.org"
    library = "zotero:users/1"

    @property
    def cabinet(self) -> Cabinet | None:
        """Return itself."""
        return self

    def file(self, papers: Sequence[Paper]) -> Iterator[FilingPage]:
        """Take papers in."""
        yield FilingPage(filed=[Filed(paper=paper.id, key=paper.id, added=True) for paper in papers])

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Have nothing."""
        yield PaperPage(papers=(), cursor=since)


def test_gaps_are_filled_and_noted(store: SqlStore) -> None:
    """In batches, each in a transaction; nobody is asked about twice."""
    with store.write() as unit:
        unit.papers.fold([ONE, TWO, THREE], seen_at=NOON)
    enriching = Enriching(store, Hands(), ticks=lambda: 0.0)
    first = enriching.run([Errand(enricher=Oracle())])
    assert first.counts == {"asked": 3, "known": 2, "changed": 2, "citations": 2}
    assert enriching.run([Errand(enricher=Oracle())]).counts["asked"] == 0
    with store.read() as unit:
        found = {paper.id: paper for paper in unit.papers.all()}
    assert found == {
        ONE.id: replace(ONE, venue="Annals", first_seen=NOON),
        TWO.id: replace(TWO, venue="Annals", first_seen=NOON),
        THREE.id: replace(THREE, first_seen=NOON),
    }


def test_saved_papers_are_filed_once(store: SqlStore) -> None:
    """The note is in the log, and the list is as it was."""
    with store.write() as unit:
        unit.papers.fold([ONE, TWO], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
        unit.people.record([Feedback(subscriber=ana, paper=ONE.id, act=Act.SAVE, at=NOON)])
        before = unit.people.saved(ana)
    filing = Filing(store, Hands())
    assert filing.run([Library()]).counts["filed"] == 1
    assert filing.run([Library()]).counts["filed"] == 0
    with store.read() as unit:
        assert unit.people.saved(ana) == before
        assert [entry.via for entry in unit.people.feedback(ana)] == ["cli", f"filed:zotero:users/1/{ONE.id}"]


def test_keys_of_several_columns_fit_into_one_statement() -> None:
    """A tuple takes a parameter for each of its columns."""
    keys = [(str(number), "at") for number in range(40_000)]
    parts = list(chunks(keys, 2))
    assert [key for part in parts for key in part] == keys
    assert max(map(len, parts)) * 2 <= MOST_PARAMETERS
