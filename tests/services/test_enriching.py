"""Asking others about stored papers: real enrichers on loopback, a real store."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.events import EventKind
from recommender.domain.papers import Paper, PaperId, PaperPage, PaperStatus, Signal
from recommender.domain.reports import Report
from recommender.ports import Enricher
from recommender.services.enriching import Enriching, Errand
from recommender.sources.http import PoliteClient
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.services.desk import Hands
from tests.sources.enrichers.parts import (
    ARXIV_PAPER,
    BATCH,
    BOTH,
    JOURNAL_PAPER,
    KEY,
    PAPERS,
    PREPRINT,
    WORKS,
    crossref,
    crossref_work,
    openalex,
    openalex_work,
    published_in,
    s2_record,
    said,
    scholar,
    works,
)
from tests.sources.replay import Answer, FakeTime, Replay, client_for, replaying

KEPT = ("title", "abstract", "authors", "first_seen", "version", "published", "updated", "url", "categories")


class Office:
    """A store with papers in it, a clock, and servers to ask."""

    def __init__(self, store: SqlStore, replay: Replay) -> None:
        """Fill the store."""
        self.store = store
        self.replay = replay
        self.clock = Hands()
        self.time = FakeTime()
        self.client: PoliteClient = client_for(replay, self.time)
        with store.write() as unit:
            unit.papers.fold(PAPERS, seen_at=NOON)

    @property
    def here(self) -> str:
        """Address of the server."""
        return self.replay.url("")

    def run(self, *enrichers: Enricher, seconds: float = 120.0, **options: int) -> Report:
        """Ask once."""
        errands = [Errand(enricher=enricher, **options) for enricher in enrichers]
        enriching = Enriching(self.store, self.clock, ticks=self.time.monotonic, seconds=seconds)
        return enriching.run(errands)

    def papers(self) -> dict[PaperId, Paper]:
        """Return all that is stored."""
        with self.store.read() as unit:
            return {paper.id: paper for paper in unit.papers.all()}

    def citations(self) -> dict[tuple[str, PaperId], int | None]:
        """Return the counts by enricher and paper."""
        with self.store.read() as unit:
            signals: Sequence[Signal] = unit.papers.signals(
                NOON - timedelta(days=99), NOON + timedelta(days=99)
            )
        return {(signal.source, signal.paper): signal.citations for signal in signals}


@pytest.fixture
def office(tmp_path: Path, migrated: Path) -> Iterator[Office]:
    """Give a store with four papers."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    with replaying() as replay:
        yield Office(store, replay)
    store.close()


def all_that_is_known(office: Office) -> Sequence[Enricher]:
    """Let each service know something of each paper, in other words than ours."""
    shout = {"title": ARXIV_PAPER.title.upper(), "abstract": "Their words. " * 99, "authors": [{"name": "X"}]}
    records = [
        s2_record(ARXIV_PAPER, externalIds={"ArXiv": "2601.00001", "DOI": "10.5555/one"}, **shout),
        s2_record(JOURNAL_PAPER, tldr={"text": "A subject, in short."}),
        s2_record(PREPRINT),
        s2_record(BOTH, venue="NeurIPS"),
    ]
    # The store gives papers out newest first and then by id.
    names = sorted(office.papers())
    by_id = dict(zip((ARXIV_PAPER.id, JOURNAL_PAPER.id, PREPRINT.id, BOTH.id), records, strict=True))
    office.replay.says(BATCH, said([by_id[PaperId(name)] for name in names]))
    results = [
        openalex_work("10.48550/arxiv.2601.00001", ARXIV_PAPER),
        openalex_work("10.1234/two", JOURNAL_PAPER, primary_location=published_in("Annals")),
    ]
    office.replay.says(WORKS, said({"results": results}), works(crossref_work("10.1234/two", JOURNAL_PAPER)))
    builders = (scholar, openalex, crossref)
    return [build(office.client, office.here) for build in builders]


def test_nothing_but_gaps_is_filled(office: Office) -> None:
    """Title, abstract, authors, times, version and status stay byte for byte, whatever the services say."""
    before = office.papers()
    report = office.run(*all_that_is_known(office))
    after = office.papers()
    assert report.counts == {"asked": 12, "known": 6, "changed": 4, "citations": 6}
    assert not report.partial
    for name, paper in before.items():
        gained = {field: getattr(paper, field) for field in ("venue", "doi", "summary", "summary_by")}
        assert repr(replace(after[name], **gained)) == repr(paper)
        assert all(repr(getattr(after[name], field)) == repr(getattr(paper, field)) for field in KEPT)
    assert after[ARXIV_PAPER.id].doi == "10.5555/one"
    assert after[JOURNAL_PAPER.id].venue == "Annals"
    assert after[JOURNAL_PAPER.id].summary == "A subject, in short."
    assert after[JOURNAL_PAPER.id].summary_by == "Semantic Scholar"
    assert after[BOTH.id].venue == "NeurIPS"
    assert office.citations()["openalex", JOURNAL_PAPER.id] == 12
    assert office.citations()["crossref", JOURNAL_PAPER.id] == 4
    assert office.citations()["semanticscholar", BOTH.id] == 7


def test_nobody_is_asked_twice_within_a_week(office: Office) -> None:
    """Not about those it did not know either; after a week about all again."""
    enricher = scholar(office.client, office.here)
    office.replay.says(BATCH, said([None] * 4))
    assert office.run(enricher).counts["asked"] == 4
    assert office.run(enricher).counts["asked"] == 0
    office.clock.wait(8 * 86_400)
    assert office.run(enricher).counts["asked"] == 4
    assert len(office.replay.asked) == 2


def test_days_and_per_run_bound_what_is_asked(office: Office) -> None:
    """The newest first; what is older than the days is left alone."""
    office.replay.says(BATCH, said([None]))
    with office.store.write() as unit:
        unit.papers.fold([a_paper(9)], seen_at=NOON + timedelta(hours=1))
    office.clock.wait(7_200)
    assert office.run(scholar(office.client, office.here), per_run=1).counts["asked"] == 1
    assert b"2601.00009" in office.replay.sent[0]
    office.clock.wait(31 * 86_400)
    assert office.run(scholar(office.client, office.here)).counts["asked"] == 0


def test_a_published_version_makes_two_papers_one(office: Office) -> None:
    """A preprint gains the DOI of a paper that is stored: one row, the better id, both names."""
    entry = s2_record(ARXIV_PAPER, externalIds={"ArXiv": "2601.00001", "DOI": "10.1234/TWO"})
    records = [entry if name == ARXIV_PAPER.id else None for name in sorted(office.papers())]
    office.replay.says(BATCH, said(records))
    report = office.run(scholar(office.client, office.here))
    assert not report.warnings
    assert JOURNAL_PAPER.id not in office.papers()
    kept = office.papers()[ARXIV_PAPER.id]
    assert (kept.title, kept.abstract) == (ARXIV_PAPER.title, ARXIV_PAPER.abstract)
    with office.store.read() as unit:
        assert unit.papers.resolve(["10.1234/two"]) == {"10.1234/two": ARXIV_PAPER.id}
    assert office.run(scholar(office.client, office.here)).counts["asked"] == 0


def test_a_retraction_withdraws(office: Office) -> None:
    """The paper is no candidate any more, and its readers can be told."""
    work = openalex_work("10.1234/two", JOURNAL_PAPER, is_retracted=True)
    office.replay.says(WORKS, said({"results": [work]}))
    office.run(openalex(office.client, office.here))
    withdrawn = [name for name, paper in office.papers().items() if paper.status is PaperStatus.WITHDRAWN]
    assert withdrawn == [JOURNAL_PAPER.id]
    with office.store.read() as unit:
        fresh = {paper.id for paper in unit.papers.fresh(NOON - timedelta(days=1), NOON)}
        happened = unit.intake.events(NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert fresh == {ARXIV_PAPER.id, PREPRINT.id, BOTH.id}
    assert [(event.paper, event.kind) for event in happened] == [(JOURNAL_PAPER.id, EventKind.WITHDRAWN)]


def test_a_storm_of_429_is_a_warning_and_a_rest(office: Office) -> None:
    """The run is not partial; it is asked again when the rest is over, and then all is well."""
    office.replay.says(BATCH, Answer(status=429))
    enricher = scholar(office.client, office.here)
    report = office.run(enricher)
    assert not report.partial
    assert "429" in report.warnings[0]
    asked = len(office.replay.asked)
    assert "left alone until" in office.run(enricher).warnings[0]
    assert len(office.replay.asked) == asked
    office.clock.wait(3_601)
    office.time.sleep(3_601)
    office.replay.says(BATCH, said([None] * 4))
    assert office.run(enricher).warnings == ()
    with office.store.read() as unit:
        state = unit.papers.source_states()["semanticscholar"]
    assert (state.failures, state.parked_until, state.last_ok) == (0, None, office.clock.now())


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_one_that_fails_costs_the_others_nothing(office: Office, status: int) -> None:
    """What is wrong is named, with the setting where it is one; the key is not."""
    office.replay.says(BATCH, Answer(status=status))
    office.replay.says(WORKS, works(crossref_work("10.1234/two", JOURNAL_PAPER)))
    report = office.run(scholar(office.client, office.here, KEY), crossref(office.client, office.here))
    assert str(status) in report.warnings[0]
    assert ("api_key" in report.warnings[0]) is (status in (401, 403))
    assert KEY not in str(report)
    assert "?" not in report.warnings[0]
    assert office.citations() == {("crossref", JOURNAL_PAPER.id): 4}
    with office.store.read() as unit:
        assert KEY not in str(unit.papers.source_states())


def test_time_ends_a_run(office: Office) -> None:
    """What was answered is kept, the rest is asked about next time."""
    with office.store.write() as unit:
        unit.papers.fold([a_paper(number) for number in range(10, 110)], seen_at=NOON)
    office.replay.says(WORKS, said({"results": []}))
    slow = _Slow(office.time, openalex(office.client, office.here))
    report = office.run(slow, seconds=100.0)
    assert (report.counts["asked"], report.warnings) == (100, (_LATE,))
    assert office.run(slow, seconds=100.0).counts["asked"] == 4


_LATE = "openalex: no time left; the other papers are asked about next time"


def test_a_fault_of_ours_is_a_warning_too(office: Office) -> None:
    """And a rest."""
    report = office.run(_Broken())
    assert not report.partial
    assert "unexpected KeyError" in report.warnings[0]
    assert "left alone until" in office.run(_Broken()).warnings[0]


class _Broken:
    """An enricher with a fault in it."""

    name = "broken"
    batch = 10

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Fail."""
        pages: dict[PaperId, PaperPage] = {}
        yield pages[papers[0].id]


class _Slow:
    """An enricher that takes a minute for each question."""

    def __init__(self, time: FakeTime, inner: Enricher) -> None:
        self.time = time
        self.inner = inner
        self.name = inner.name
        self.batch = inner.batch

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Answer, late."""
        self.time.sleep(60)
        return self.inner.enrich(papers)


def test_a_paper_that_changed_meanwhile_stays_changed(office: Office) -> None:
    """What was asked about was version 2; version 3 came while the answer was on its way."""
    newer = replace(ARXIV_PAPER, version=3, title="A new name", abstract="Short.", authors=("Bob Writer",))
    records = [s2_record(ARXIV_PAPER) if name == ARXIV_PAPER.id else None for name in sorted(office.papers())]
    office.replay.says(BATCH, said(records))
    enricher = _Meanwhile(office, newer, scholar(office.client, office.here))
    office.run(enricher)
    stored = office.papers()[ARXIV_PAPER.id]
    expected = (newer.version, newer.title, newer.abstract, newer.authors)
    assert (stored.version, stored.title, stored.abstract, stored.authors) == expected


class _Meanwhile:
    """An enricher during whose answer a source brings a paper again."""

    def __init__(self, office: Office, newer: Paper, inner: Enricher) -> None:
        self.office = office
        self.newer = newer
        self.inner = inner
        self.name = inner.name
        self.batch = inner.batch

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Answer what it was asked."""
        pages = list(self.inner.enrich(papers))
        with self.office.store.write() as unit:
            unit.papers.fold([self.newer], seen_at=NOON + timedelta(hours=1))
        yield from pages


def test_what_was_gained_is_all_that_stays_when_a_fold_is_undone(office: Office) -> None:
    """The other record's venue and DOI do not become the own one's because somebody was asked about both."""
    journal = replace(JOURNAL_PAPER, title=ARXIV_PAPER.title, authors=ARXIV_PAPER.authors, venue="Annals")
    with office.store.write() as unit:
        fold = unit.twins.join(ARXIV_PAPER.id, journal.id, at=NOON)
        unit.papers.fold([journal], seen_at=NOON)
    office.replay.says(WORKS, works(crossref_work("10.1234/two", ARXIV_PAPER)))
    office.run(crossref(office.client, office.here))
    assert office.papers()[ARXIV_PAPER.id].venue == "Annals"
    with office.store.write() as unit:
        unit.twins.undo(fold.id, at=NOON)
    mine = office.papers()[ARXIV_PAPER.id]
    assert (mine.doi, mine.venue, mine.keywords) == (ARXIV_PAPER.doi, None, ARXIV_PAPER.keywords)
