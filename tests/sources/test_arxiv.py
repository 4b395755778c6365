"""When arXiv is asked for what, and where that leaves the cursor."""

from datetime import UTC, datetime, timedelta

import pytest

from recommender.domain.errors import SourceUnavailable
from recommender.domain.papers import Cursor, PaperId
from recommender.ports import LooksUp
from recommender.sources.http import PoliteClient
from tests.sources.arxiv_desk import (
    API,
    FEED,
    MONDAY,
    NOTHING,
    OAI,
    Desk,
    announced,
    feed,
    harvest,
    record,
    results,
)
from tests.sources.replay import Answer, FakeTime, Replay


@pytest.fixture
def desk(replay: Replay, client: PoliteClient) -> Desk:
    """Return a source of two categories with one announced paper, and a first run's worth of others."""
    desk = Desk(replay, client)
    desk.says(feed=feed(announced("2604.00001")), api=results("2604.00001", "2604.00002"), oai=harvest())
    return desk


def test_first_run_fills_back(desk: Desk) -> None:
    """A first run reads the feed, then 14 days of the query API; only the last page moves the cursor."""
    pages = desk.visit(None)
    assert desk.asked == [FEED, API]
    assert [page.cursor for page in pages] == [None, Cursor(position="2026-04-27", etag='"7"')]
    assert desk.papers == ["2604.00001", "2604.00002"]
    assert "submittedDate%3A%5B202604130000+TO+202604271200%5D" in desk.replay.asked[1]


def test_first_run_leaves_out_what_is_older(desk: Desk) -> None:
    """A mirror that does not understand the window brings nothing from before it."""
    desk.says(api=results("2601.00001", submitted="2026-01-05T10:00:00Z"))
    desk.visit(None)
    assert desk.papers == ["2604.00001"]


def test_daily_run_is_the_feed_and_its_check(desk: Desk) -> None:
    """From Friday's announcement to Monday's nothing is missing; the check asks for that window alone."""
    desk.visit(Cursor(position="2026-04-24", etag='"6"'))
    assert desk.asked == [FEED, API]
    assert desk.replay.headers[0]["if-none-match"] == '"6"'
    assert "submittedDate%3A%5B202604231800+TO+202604241800%5D" in desk.replay.asked[1]
    assert (desk.cursor, desk.quiet) == ("2026-04-27", "")


def test_the_check_can_be_switched_off(desk: Desk) -> None:
    """Then the feed is all that is asked."""
    desk.check = False
    (page,) = desk.visit("2026-04-24")
    assert desk.asked == [FEED]
    assert page.outlook
    assert page.outlook.expected_next == datetime(2026, 4, 28, 4, 20, tzinfo=UTC)


def test_what_the_feed_lacks_comes_by_the_second_road(desk: Desk) -> None:
    """Both roads say what was announced; a paper that only the second one shows comes along."""
    desk.visit("2026-04-24")
    assert desk.papers == ["2604.00001", "2604.00002"]
    assert desk.announced == {"2026-04-27": {"2604.00001", "2604.00002"}}
    assert "1 paper came by the query API alone" in desk.warnings


def test_refused_items_are_announced(desk: Desk) -> None:
    """An item that is no paper still says which paper there is."""
    bad = announced("2604.00003").replace("<title>On tests</title>", "<title> </title>")
    desk.says(feed=feed(announced("2604.00001"), bad), api=results("2604.00001"))
    pages = desk.visit("2026-04-24")
    assert [(refused.reason, b"2604.00003" in (refused.body or b"")) for refused in pages[0].refused] == [
        ("arXiv:2604.00003 has no title", True)
    ]
    assert desk.announced["2026-04-27"] == {"2604.00001", "2604.00003"}


def test_old_replacements_are_not_fresh_and_cross_lists_are(desk: Desk) -> None:
    """A paper of 2019 that is revised is not new; one that enters the list today is."""
    items = (announced("1901.00001", "replace", 3), announced("1901.00002", "cross"))
    desk.says(feed=feed(announced("2604.00001"), *items), api=NOTHING)
    desk.visit("2026-04-24")
    assert desk.fresh == ["1901.00002", "2604.00001"]


def test_missed_announcements_come_by_oai(desk: Desk) -> None:
    """After days without a run the gap is harvested, all categories, from the cursor's day on."""
    desk.says(oai=harvest(record("2604.00008", created="2026-04-22", changed="2026-04-23")))
    desk.visit("2026-04-22")
    assert desk.asked == [FEED, OAI, API]
    asked = [target for target in desk.replay.asked if target.startswith(OAI)]
    assert [target.split("from=")[1] for target in asked] == [
        "2026-04-22&set=cs%3Acs%3ACL",
        "2026-04-22&set=cs%3Acs%3AIR",
    ]
    assert desk.announced["2026-04-23"] == {"2604.00008"}
    assert (desk.cursor, "2604.00008" in desk.fresh) == ("2026-04-27", True)


def test_unchanged_feed_is_an_empty_page(desk: Desk) -> None:
    """Nothing new is not a failure and keeps the cursor."""
    desk.says(feed=Answer(status=304))
    cursor = Cursor(position="2026-04-27", etag='"7"')
    (page,) = desk.visit(cursor)
    assert (page.papers, page.cursor, desk.asked) == ((), cursor, [FEED])
    assert desk.quiet == "nothing since the announcement of 2026-04-27"


@pytest.mark.parametrize(
    "day,now,quiet",
    [
        ("Sat, 25 Apr 2026", datetime(2026, 4, 25, 12, tzinfo=UTC), "no announcement on Saturday"),
        ("Sun, 26 Apr 2026", datetime(2026, 4, 26, 12, tzinfo=UTC), "no announcement on Sunday"),
    ],
)
def test_weekends_are_quiet(desk: Desk, day: str, now: datetime, quiet: str) -> None:
    """An empty feed on a day without announcement is no fault, and no other road is asked."""
    desk.now = now
    desk.says(feed=feed(day=f"{day} 00:00:00 -0400"))
    (page,) = desk.visit("2026-04-24")
    assert (desk.asked, desk.quiet, desk.warnings) == ([FEED], quiet, "")
    assert page.outlook
    assert page.outlook.expected_next == datetime(2026, 4, 27, 4, 20, tzinfo=UTC)
    assert desk.cursor == now.date().isoformat()


def test_deferred_days_are_quiet(desk: Desk) -> None:
    """On the morning after a holiday's evening nothing is waited for."""
    desk.now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    desk.says(feed=feed(day="Fri, 27 Nov 2026 00:00:00 -0500"))
    desk.visit("2026-11-26")
    assert (desk.asked, desk.quiet) == ([FEED], "no announcement on 27 November, deferred for a holiday")


def test_an_empty_feed_on_a_due_day_is_caught_up(desk: Desk) -> None:
    """The announcement comes by OAI-PMH, and the Report names the fault."""
    desk.says(feed=feed(), oai=harvest(record("2604.00001"), record("2604.00002")), api=results("2604.00001"))
    desk.visit("2026-04-24")
    assert desk.papers == desk.fresh == ["2604.00001", "2604.00002"]
    assert "the feed is empty though the announcement of 2026-04-27 was due" in desk.warnings
    assert desk.cursor == "2026-04-27"


@pytest.mark.parametrize("check", [True, False])
def test_an_announcement_that_only_the_query_api_shows(desk: Desk, check: bool) -> None:  # noqa: FBT001 a row
    """Its new papers come at once, even where checks are switched off, and the rest when OAI-PMH has it."""
    desk.check = check
    desk.says(feed=feed(), oai=harvest(), api=results("2604.00001"))
    desk.visit("2026-04-22")
    assert (desk.fresh, desk.cursor) == (["2604.00001"], "2026-04-24")
    assert "the feed is empty though the announcement of 2026-04-27 was due" in desk.warnings
    desk.says(oai=harvest(record("2604.00001"), record("1901.00001", created="2019-01-02")))
    desk.visit(desk.pages[-1].cursor)
    assert (desk.papers, desk.cursor) == (["1901.00001", "2604.00001"], "2026-04-27")


def test_a_feed_that_lags_is_caught_up(desk: Desk) -> None:
    """Friday's feed on Monday is a fault of the feed, changed or not."""
    old = feed(announced("2604.00001"), day="Fri, 24 Apr 2026 00:00:00 -0400")
    for answer in (old, Answer(status=304)):
        desk.says(feed=answer, oai=harvest(record("2604.00002")), api=results("2604.00002"))
        desk.visit(Cursor(position="2026-04-24", etag='"6"'))
        assert "the feed lags: it still shows 2026-04-24, and 2026-04-27 was due" in desk.warnings
        assert ("2604.00002" in desk.fresh, desk.cursor) == (True, "2026-04-27")


def test_an_announcement_on_no_road_is_waited_for(desk: Desk) -> None:
    """It may be deferred or late: no fault, no step of the cursor over it, and harvested the next day."""
    desk.says(feed=feed(), oai=harvest(), api=NOTHING)
    desk.visit("2026-04-24")
    assert (desk.warnings, desk.cursor) == ("", "2026-04-24")
    assert desk.quiet.startswith("the announcement of 2026-04-27 is late, deferred")
    outlook = desk.pages[-1].outlook
    assert outlook
    assert outlook.expected_next == datetime(2026, 4, 27, 4, 20, tzinfo=UTC)
    desk.now = MONDAY + timedelta(days=1)
    tuesday = feed(announced("2604.00009"), day="Tue, 28 Apr 2026 00:00:00 -0400")
    desk.says(feed=tuesday, oai=harvest(record("2604.00002", changed="2026-04-27")))
    desk.visit("2026-04-24")
    assert desk.announced["2026-04-27"] == {"2604.00002"}
    assert (desk.papers, desk.cursor) == (["2604.00002", "2604.00009"], "2026-04-28")


def test_before_the_feeds_are_made_nothing_is_due(desk: Desk) -> None:
    """Sunday evening's announcement is not expected of the feed on Sunday evening."""
    desk.now = datetime(2026, 4, 27, 2, tzinfo=UTC)
    desk.says(feed=feed(day="Sun, 26 Apr 2026 00:00:00 -0400"))
    desk.visit("2026-04-24")
    assert (desk.asked, desk.quiet) == ([FEED], "no announcement on Sunday")


def test_a_full_feed_is_completed(desk: Desk) -> None:
    """A feed of 2,000 items may be cut, so the harvest fills it up."""
    items = [announced(f"2604.{number:05}") for number in range(2_000)]
    desk.says(feed=feed(*items), oai=harvest(record("2604.02001")), api=NOTHING)
    desk.visit("2026-04-24")
    assert "2604.02001" in desk.papers
    assert "is full and may be cut" in desk.warnings


def test_unreadable_cursor_means_a_first_run(desk: Desk) -> None:
    """A position that is no day is as good as none."""
    desk.visit("???")
    assert (desk.asked, "if-none-match" in desk.replay.headers[0]) == ([FEED, API], False)


def test_a_day_of_the_future_is_not_believed(desk: Desk) -> None:
    """A feed that says it is of 2099 does not end the reading until then."""
    desk.says(feed=feed(announced("2604.00001"), day="Mon, 27 Apr 2099 00:00:00 -0400"))
    desk.visit("2026-04-24")
    assert desk.cursor
    assert desk.cursor <= "2026-04-28"


def test_a_cursor_of_the_future_heals(desk: Desk) -> None:
    """A visit under a clock that was years ahead does not end the catching up until then."""
    desk.visit("2099-04-27")
    assert desk.cursor == "2026-04-28"
    desk.now = MONDAY + timedelta(days=3)
    desk.says(feed=feed(day="Thu, 30 Apr 2026 00:00:00 -0400"), oai=harvest(record("2604.00009")))
    desk.visit(desk.pages[-1].cursor)
    assert "2604.00009" in desk.papers


def test_spurious_empty_page_is_asked_again(desk: Desk) -> None:
    """An empty answer to a query with results is repeated."""
    desk.says(api=[results(total=1), results("2604.00002")])
    desk.visit(None)
    assert "2604.00002" in desk.papers


def test_lasting_empty_page_is_unavailable(desk: Desk) -> None:
    """Results that are announced and never sent are not taken for an empty day."""
    desk.says(feed=feed(), api=results(total=5), oai=Answer(status=404))
    with pytest.raises(SourceUnavailable, match="sent none"):
        desk.visit(None)


def test_a_first_feed_is_kept_where_the_days_before_cannot_be_read(desk: Desk) -> None:
    """The announcement is there and the source did not fail; the next visit is a first one again."""
    desk.says(api=results(total=5), oai=Answer(status=404))
    desk.visit(None)
    assert desk.papers == ["2604.00001"]
    assert "sent none" in desk.warnings
    assert "the 14 days before are read next time" in desk.warnings
    assert desk.pages[-1].cursor is None
    assert desk.quiet == ""
    outlook = desk.pages[-1].outlook
    assert outlook is not None
    assert outlook.expected_next == datetime(2026, 4, 28, 4, 20, tzinfo=UTC)


def test_back_fill_goes_on_until_the_start(desk: Desk) -> None:
    """Pages follow while they are younger than the first day wanted."""
    old = results("2603.00001", submitted="2026-03-01T00:00:00Z", total=5_000)
    desk.says(api=[results("2604.00002", total=5_000), results("2604.00003", total=5_000), old])
    desk.visit(None)
    pages = [target for target in desk.replay.asked if target.startswith(API)]
    assert (len(pages), "start=1000" in pages[2]) == (3, True)


def test_requests_are_three_seconds_apart(desk: Desk, time: FakeTime) -> None:
    """All roads share one pace, on a mirror too."""
    desk.says(feed=feed(), oai=harvest(record("2604.00001")))
    desk.visit("2026-04-24")
    assert len(desk.replay.asked) == 4
    assert time.sleeps == [3.0] * 3


def test_look_up_asks_in_hundreds(desk: Desk) -> None:
    """Ids of arXiv are asked for by hundreds; papers public for long do not look new."""
    assert isinstance(desk.source, LooksUp)
    new = results("2604.00002")
    old = results("1901.00001", submitted="2019-01-02T00:00:00Z")
    desk.says(api=[new, old])
    ids = [PaperId(f"arxiv:2604.{number:05}") for number in range(150)]
    desk.pages = list(desk.source.look_up([*ids, PaperId("doi:10.1/x")]))
    assert [target.count("%2C") for target in desk.replay.asked] == [99, 49]
    assert (desk.papers, desk.fresh) == (["1901.00001", "2604.00002"], ["2604.00002"])


def test_look_up_finds_the_one_id_that_arxiv_dislikes(desk: Desk) -> None:
    """An id that costs the whole answer is refused alone."""
    good, bad = results("2604.00001"), Answer(status=400)
    desk.says(api=[bad, good, bad])
    desk.pages = list(desk.source.look_up([PaperId("arxiv:2604.00001"), PaperId("arxiv:2613.00001")]))
    assert desk.papers == ["2604.00001"]
    assert ["2613.00001" in refused.place for page in desk.pages for refused in page.refused] == [True]
