"""bioRxiv and medRxiv, as their API is described."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.events import EventKind, events_between
from recommender.domain.papers import Cursor, Outlook, Paper, PaperId, PaperPage, PaperStatus
from recommender.runtime import FixedClock as RunClock
from recommender.services.ingestion import Ingestion
from recommender.sources.biorxiv import KIND, BiorxivOptions, BiorxivSource
from recommender.sources.biorxiv_parse import parse_details
from recommender.sources.files import read_file
from recommender.sources.http import PoliteClient
from recommender.store.fold import merge
from recommender.store.sql_store import SqlStore
from tests.conformance.source import SourceLaws, papers_of
from tests.sources.biorxiv_server import ROW, Server, numbered, row, said
from tests.sources.replay import NOW, FakeTime, FixedClock, Replay, client_for, replaying


def one_page(*rows: Mapping[str, object]) -> PaperPage:
    """Parse one answer."""
    return parse_details(said(*rows), source="biorxiv", place="x").page(frozenset())


WEEKS = ("2026-04-13/2026-04-19", "2026-04-20/2026-04-26", "2026-04-27/2026-04-27", "2026-04-25/2026-04-27")


class TestBiorxivSource(SourceLaws):
    """The laws of sources: a first run asks for three spans, the next one for the last days."""

    kind = KIND
    answers = {f"/details/biorxiv/{span}/0": said(ROW) for span in WEEKS}


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a server with 71 preprints of one day."""
    with replaying(Server(numbered(71))) as replay:
        assert isinstance(replay, Server)
        yield replay


def source_at(replay: Replay, now: datetime = NOW, **options: Any) -> BiorxivSource:
    """Return the source of a server."""
    given = BiorxivOptions(name="biorxiv", base_url=replay.url(""), **options)
    return BiorxivSource(given, client_for(replay, FakeTime()), FixedClock(now))


def test_a_row_becomes_a_paper() -> None:
    """Markup goes, names are turned, the day is read without zeros, the category is a keyword."""
    (paper,) = one_page(ROW).papers
    assert paper == Paper(
        id=PaperId("doi:10.1101/2026.04.20.123456"),
        title="A small protein",
        abstract="We look at p < 0.05. It is small.",
        authors=("A. B. One", "C. Two"),
        keywords=("cell biology",),
        url="https://www.biorxiv.org/content/10.1101/2026.04.20.123456v1",
        published=datetime(2026, 4, 21, tzinfo=UTC),
        version=1,
        original_title=str(ROW["title"]),
        original_abstract=str(ROW["abstract"]),
    )


def test_the_highest_version_of_a_page_wins() -> None:
    """By number, not by text or by place."""
    versions = [row(version=str(n), abstract=f"Version {n}.") for n in (9, 10, 2)]
    (paper,) = one_page(*versions).papers
    assert (paper.version, paper.abstract) == (10, "Version 10.")


@pytest.mark.parametrize(
    "doi, first_seen",
    [
        ("10.1101/2024.01.15.575123", datetime(2024, 1, 15, tzinfo=UTC)),
        ("10.64898/2026.01.02.600001", datetime(2026, 1, 2, tzinfo=UTC)),
        ("10.1101/345678", datetime(2019, 12, 11, tzinfo=UTC)),
        ("10.1101/2026.04.10.600001", None),
    ],
)
def test_a_new_version_of_an_old_preprint_is_not_new(doi: str, first_seen: datetime | None) -> None:
    """Its DOI says since when it is public; the day of the version is no day of publication."""
    (paper,) = one_page(row(doi=doi, version=2)).papers
    assert (paper.first_seen, paper.published) == (first_seen, None)
    assert paper.updated == datetime(2026, 4, 21, tzinfo=UTC)


def test_a_published_version_is_an_event() -> None:
    """The id stays the preprint's; the other DOI becomes a name of it."""
    (before,) = one_page(ROW).papers
    (after,) = one_page(row(published="10.1038/S41586-026-1")).papers
    assert (after.id, after.doi) == (before.id, "10.1038/s41586-026-1")
    (event,) = events_between(before, after, at=NOW)
    assert (event.kind, event.detail) == (EventKind.PUBLISHED, "10.1038/s41586-026-1")


def test_the_published_doi_stays_whoever_speaks_last() -> None:
    """A feed that knows the preprint by its own DOI does not hide the other one."""
    (preprint,) = one_page(ROW).papers
    (published,) = one_page(row(published="10.1038/x")).papers
    fed = replace(preprint, doi="10.1101/2026.04.20.123456", version=None)
    for order in permutations((preprint, published, fed)):
        assert reduce(merge, order).doi == "10.1038/x"
    assert merge(preprint, fed).doi == "10.1101/2026.04.20.123456"


@pytest.mark.parametrize(
    "changed, status",
    [
        ({"title": "WITHDRAWN: A small protein"}, PaperStatus.WITHDRAWN),
        ({"abstract": "The authors have withdrawn this manuscript because."}, PaperStatus.WITHDRAWN),
        ({"abstract": "Patients who have withdrawn from treatment."}, PaperStatus.ACTIVE),
    ],
)
def test_withdrawals_are_told_by_words(changed: Mapping[str, object], status: PaperStatus) -> None:
    """The API has no field for them."""
    (paper,) = one_page(row(**changed)).papers
    assert paper.status is status


def test_rows_of_no_use_are_refused_alone() -> None:
    """With their bytes; the others come."""
    page = one_page(row(doi=""), row(doi="10.1101/2026.04.20.7", title=" "), ROW)
    assert [refused.reason for refused in page.refused] == ["it has no DOI", "it has no title"]
    assert all(refused.body for refused in page.refused)
    assert len(page.papers) == 1


@pytest.mark.parametrize(
    "body, reason",
    [
        (b"<html>", "not JSON"),
        (b"[]", "no messages"),
        (b'{"messages": [], "collection": []}', "no messages"),
        (said(status="error: server busy"), "the server says: error: server busy"),
    ],
)
def test_other_answers_are_malformed(body: bytes, reason: str) -> None:
    """With what was said."""
    with pytest.raises(SourceMalformed, match=reason):
        parse_details(body, source="biorxiv", place="x")


@pytest.mark.parametrize("page, words", [(30, False), (100, True), (7, False)])
def test_pages_of_any_size_are_followed(page: int, words: bool) -> None:  # noqa: FBT001 a parameter of the test
    """Until as many rows came as the server announced."""
    with replaying(Server(numbered(71), page=page, words=words)) as server:
        pages = list(source_at(server).fetch(None))
    assert len({paper.id for paper in papers_of(pages)}) == len(papers_of(pages)) == 71
    assert not [warning for page in pages for warning in page.warnings]
    listed = {paper for page in pages for entry in page.announced for paper in entry.papers}
    assert len(listed) == 71
    assert {entry.day for page in pages for entry in page.announced} == {date(2026, 4, 21)}


def test_only_some_categories(server: Server) -> None:
    """Their names are compared without case; where nothing fits the source says so."""
    server.rows[0]["category"] = "neuroscience"
    pages = list(source_at(server, categories=("Neuroscience",)).fetch(None))
    assert [paper.title for paper in papers_of(pages)] == ["Preprint 0"]
    assert not [refused for page in pages for refused in page.refused]
    pages = list(source_at(server, categories=("alchemy",)).fetch(None))
    assert pages[-1].outlook is not None
    assert "categories" in pages[-1].outlook.quiet


def test_one_preprint_in_two_categories(server: Server) -> None:
    """A row twice is no row too few, and either category finds it."""
    server.rows.append({**server.rows[0], "category": "neuroscience"})
    for categories, count in [((), 71), (("cell_biology",), 71), (("neuroscience",), 1)]:
        pages = list(source_at(server, categories=categories).fetch(None))
        assert len({paper.id for paper in papers_of(pages)}) == count
        assert not [warning for page in pages for warning in page.warnings]


def test_a_saved_answer_is_a_file(tmp_path: Path) -> None:
    """Whatever its name; all categories."""
    (tmp_path / "saved.json").write_bytes(said(ROW, row(doi="10.1101/2026.04.20.2", title="Another")))
    (page,) = read_file(tmp_path / "saved.json", NOW)
    assert [paper.title for paper in page.papers] == ["A small protein", "Another"]


def test_a_short_list_is_said_and_read_again(server: Server) -> None:
    """The cursor stays before it for a week, then goes on."""
    server.more = 5
    pages = list(source_at(server).fetch(None))
    assert [warning for page in pages for warning in page.warnings] == [
        "biorxiv: 71 of 76 rows came for 2026-04-20 to 2026-04-26"
    ]
    assert pages[-1].cursor == Cursor(position="2026-04-20 biorxiv")
    assert not [entry for page in pages for entry in page.announced]  # no day of it can be called complete
    assert pages[-1].outlook == Outlook(quiet="71 of 76 rows came for 2026-04-20 to 2026-04-26")
    later = datetime(2026, 5, 20, tzinfo=UTC)
    pages = list(source_at(server, later).fetch(Cursor(position="2026-04-20 biorxiv")))
    assert pages[-1].cursor == Cursor(position="2026-05-20 biorxiv")
    assert len([warning for page in pages for warning in page.warnings]) == 1


def test_the_next_run_begins_two_days_before(server: Server) -> None:
    """Another server or choice of categories begins anew, a plain date there."""
    asked = [
        (Cursor(position="2026-04-27 biorxiv"), "2026-04-25"),
        (Cursor(position="2026-04-27 medrxiv"), "2026-04-13"),
        (Cursor(position="2026-03-30"), "2026-03-30"),
        (Cursor(position="2999-01-01"), "2026-04-27"),
    ]
    for since, first in asked:
        server.asked.clear()
        list(source_at(server).fetch(since))
        assert server.asked[0].startswith(f"/details/biorxiv/{first}/")


def test_nothing_posted_is_no_fault(server: Server) -> None:
    """The cursor goes on and the outlook says what the server says."""
    server.rows.clear()
    pages = list(source_at(server, server="medrxiv").fetch(None))
    assert pages[-1].cursor == Cursor(position="2026-04-27 medrxiv")
    assert pages[-1].outlook is not None
    assert pages[-1].outlook.quiet == "no posts found"


def test_a_server_that_repeats_itself_is_left(server: Server) -> None:
    """A page that brings nothing new ends the list, however many rows are promised."""
    server.endless = True
    pages = list(source_at(server).fetch(Cursor(position="2026-04-27 biorxiv")))
    assert len(server.asked) == 2
    assert len(pages[-1].warnings) == 1


def test_single_papers_can_be_asked_for(server: Server) -> None:
    """One request for each DOI; unknown ones are absent."""
    wanted = [PaperId("doi:10.1101/2026.04.20.000003"), PaperId("doi:10.1/no"), PaperId("arxiv:2604.00001")]
    pages = list(source_at(server).look_up(wanted))
    assert [paper.title for paper in papers_of(pages)] == ["Preprint 3"]
    assert server.asked == [
        "/details/biorxiv/10.1101/2026.04.20.000003/na",
        "/details/biorxiv/10.1/no/na",
    ]


def test_two_runs_and_a_publication_in_a_store(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    """Announced papers are counted against the store, and a DOI that came later names the same paper."""
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    store.upgrade()
    first = Ingestion(store, RunClock(NOW)).run([source_at(server)])
    assert (first.counts["added"], first.counts["announced"], first.counts["missing"]) == (71, 71, 0)
    server.rows[4] |= {"published": "10.1038/published"}
    server.rows.append({**server.rows[4], "date": "2026-04-27", "version": "2"})
    again = Ingestion(store, RunClock(NOW)).run([source_at(server)])
    assert (again.counts["added"], again.counts["changed"]) == (0, 1)
    with store.read() as unit:
        found = unit.papers.resolve(["10.1038/published"])
    assert found["10.1038/published"] == PaperId("doi:10.1101/2026.04.20.000004")
