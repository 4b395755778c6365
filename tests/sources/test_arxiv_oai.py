"""The road of OAI-PMH: lists in parts, tokens that go stale, busy servers, deleted and old records."""

import pytest

from recommender.sources.http import PoliteClient
from tests.sources.arxiv_desk import (
    NOTHING,
    OAI,
    Desk,
    announced,
    deleted,
    feed,
    harvest,
    oai_error,
    record,
    results,
)
from tests.sources.replay import Answer, FakeTime, Replay

LOGIN = Answer(body=b"<!DOCTYPE html><html><body>Please log in</body></html>")
DOWN = Answer(status=500)
FRIDAY = "2026-04-24"


@pytest.fixture
def desk(replay: Replay, client: PoliteClient) -> Desk:
    """Return a source whose roads all show one paper, each another one."""
    desk = Desk(replay, client)
    desk.says(
        feed=feed(announced("2604.00001")), oai=harvest(record("2604.00002")), api=results("2604.00003")
    )
    return desk


def test_lists_go_on_by_token(desk: Desk) -> None:
    """A token is asked for alone, as the protocol wants it; no records is no fault."""
    parts = [
        harvest(record("2604.00005"), token="a|1"),
        harvest(record("2604.00006")),
        oai_error("noRecordsMatch"),
    ]
    desk.says(feed=DOWN, oai=parts)
    desk.visit(FRIDAY)
    asked = [target for target in desk.replay.asked if target.startswith(OAI)]
    assert asked[1] == f"{OAI}?verb=ListRecords&resumptionToken=a%7C1"
    assert {"2604.00005", "2604.00006"} <= set(desk.papers)


def test_a_stale_token_costs_one_new_start(desk: Desk) -> None:
    """The list is read again from its beginning, and nothing of it comes twice."""
    first, stale = harvest(record("2604.00005"), token="a"), oai_error("badResumptionToken")
    desk.says(feed=DOWN, oai=[first, stale, first, harvest(record("2604.00006")), harvest()])
    desk.visit(FRIDAY)
    found = [paper.id for page in desk.pages for paper in page.papers]
    assert (len(found), len(set(found))) == (3, 3)


def test_a_list_is_started_twice_and_no_more(desk: Desk) -> None:
    """A server whose tokens never last is a fault of this road."""
    desk.says(oai=[harvest(record("2604.00005"), token="a"), oai_error("badResumptionToken")] * 9)
    desk.visit("2026-04-22")
    assert sum(target.startswith(OAI) for target in desk.replay.asked) == 4
    assert "went stale twice" in desk.warnings


@pytest.mark.parametrize(
    "parts,words",
    [
        ([harvest(token="a"), oai_error("badResumptionToken")] * 2, "went stale twice"),
        ([harvest(token="a")] * 3, "goes in a circle"),
        ([LOGIN], "document type"),
        ([harvest(token="a"), Answer(body=b"<OAI-PMH")], "cannot be read"),
    ],
)
def test_lists_that_do_not_end_well(desk: Desk, parts: list[Answer], words: str) -> None:
    """Each is a fault of this road and costs no paper."""
    desk.says(oai=parts)
    desk.visit("2026-04-22")
    assert "OAI-PMH failed: " in desk.warnings
    assert words in desk.warnings
    assert (desk.papers, desk.cursor) == (["2604.00001", "2604.00003"], "2026-04-22")


def test_a_busy_server_is_waited_for(desk: Desk, time: FakeTime) -> None:
    """503 with Retry-After is how OAI-PMH asks for patience."""
    desk.says(
        feed=DOWN, oai=[Answer(status=503, headers={"Retry-After": "30"}), harvest(record("2604.00005"))]
    )
    desk.visit(FRIDAY)
    assert ("2604.00005" in desk.papers, 30.0 in time.sleeps) == (True, True)


def test_a_server_that_is_busy_for_long_is_not(desk: Desk) -> None:
    """The cursor stays; the feed's papers are kept, and arXiv is not taken to be hostile for it."""
    desk.says(oai=Answer(status=503, headers={"Retry-After": "600"}))
    desk.visit("2026-04-22")
    assert (desk.papers, desk.cursor) == (["2604.00001"], "2026-04-22")


def test_deleted_records_are_told_of(desk: Desk) -> None:
    """A deletion at arXiv is no failure of a run."""
    desk.says(feed=DOWN, oai=harvest(deleted("2604.00007"), record("2604.00005")))
    desk.visit(FRIDAY)
    assert "arXiv deleted the records of arxiv:2604.00007" in desk.warnings
    assert [refused for page in desk.pages for refused in page.refused] == []


@pytest.mark.parametrize(
    "number,created,fresh",
    [
        ("2604.00005", "2026-04-24", True),
        ("2604.00005", "2026-02-01", True),
        ("2603.00005", "2026-03-30", True),
        ("2603.00005", "2026-03-02", False),
        ("1901.00005", "2019-01-02", False),
        ("hep-th/9901001", "1999-01-01", False),
    ],
)
def test_which_harvested_papers_are_new(desk: Desk, number: str, created: str, fresh: bool) -> None:  # noqa: FBT001 a row of the table
    """By the first version or the month in the id, whichever is later: moderators hold some back."""
    desk.says(feed=DOWN, oai=harvest(record(number, created=created)), api=NOTHING)
    desk.visit(FRIDAY)
    assert (number in desk.papers, number in desk.fresh) == (True, fresh)
