"""Daily papers: which lists are asked for, and what becomes of answers that are none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Cursor, PaperPage
from recommender.sources.huggingface import HuggingFaceSource
from tests.conformance.source import papers_of
from tests.sources.replay import NOW, Answer, FakeTime, FixedClock, Replay, client_for, replaying
from tests.sources.samples import daily, daily_row

TODAY = NOW.date()  # a Monday
DAY = timedelta(days=1)


@dataclass(slots=True)
class Lists(Replay):
    """A server with papers on every weekday, that reads the query as the real one does."""

    a_day: int = 2
    wide: bool = True
    """Whether it knows weeks and months; else it ignores them and gives the latest list."""
    none: Answer = field(default_factory=lambda: Answer(body=b"[]"))
    """What it says of a day without a list."""
    instead: dict[str, Answer] = field(default_factory=dict)
    """Answers to single days, weeks or months."""

    def next_answer(self, target: str) -> Answer:
        """Answer by date, week or month, page by page."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
        wanted = query.get("date") or query.get("week") or query.get("month") or ""
        if wanted in self.instead:
            return self.instead[wanted]
        if self.wide and "date" not in query:
            days = [day for n in range(400) if wanted in names(day := TODAY - n * DAY)]
        else:
            days = [date.fromisoformat(query["date"]) if "date" in query else TODAY]
        rows = [row for day in sorted(days) for row in self.rows(day)]
        size, page = int(query["limit"]), int(query.get("p", 0))
        return Answer(body=daily(*rows[page * size : (page + 1) * size])) if rows else self.none

    def rows(self, day: date) -> list[dict[str, object]]:
        """Return the list of a day; there is none on weekends."""
        listed = f"{day.isoformat()}T02:00:00.000Z"
        numbers = range(self.a_day if day.weekday() < 5 else 0)
        return [
            daily_row(f"{day:%y%m}.{day.day:02d}{number:03d}", submittedOnDailyAt=listed)
            for number in numbers
        ]

    def wanted(self) -> list[str]:
        """Return which lists were asked for, in order, with the page where it is not the first."""
        queries = [parse_qs(urlsplit(target).query) for target in self.asked]
        return [
            next(query[key][0] for key in ("date", "week", "month") if key in query)
            + (f" p{query['p'][0]}" if "p" in query else "")
            for query in queries
        ]


def names(day: date) -> tuple[str, str]:
    """Return the names of a day's week and month."""
    return f"{day:%G-W%V}", f"{day:%Y-%m}"


@pytest.fixture
def lists() -> Iterator[Lists]:
    """Run a server of lists."""
    given = Lists()
    with replaying(given):
        yield given


def source_of(lists: Replay, *, days: int = 2, now: datetime = NOW) -> HuggingFaceSource:
    """Return a source that reads from the server."""
    client = client_for(lists, FakeTime())
    return HuggingFaceSource("hf", client, clock=FixedClock(now), base_url=lists.url(""), days=days)


def cursors(pages: list[PaperPage]) -> list[str]:
    """Return the cursors in order."""
    return [page.cursor.position for page in pages[:-1] if page.cursor]


def test_first_run_asks_each_day(lists: Lists) -> None:
    """From the first day to today, oldest first, each list with its day as the cursor; weekends are quiet."""
    pages = list(source_of(lists).fetch(None))
    assert lists.wanted() == cursors(pages) == ["2026-04-25", "2026-04-26", "2026-04-27"]
    assert not any(page.refused or page.warnings for page in pages)
    assert len(papers_of(pages)) == 2


def test_later_run_reads_the_last_days_again_and_follows_two_weeks(lists: Lists) -> None:
    """New lists come first and move the cursor; those of two weeks come for their votes and move nothing."""
    pages = list(source_of(lists).fetch(Cursor(position="2026-04-24")))
    new = [f"2026-04-{day}" for day in range(22, 28)]
    assert lists.wanted() == [*new, "2026-W16", "2026-04-20", "2026-04-21"]
    assert cursors(pages) == new
    signals = [signal for page in pages[len(new) :] for signal in page.signals]
    followed = [signal for signal in signals if signal.upvotes is not None]
    assert (len(followed), {signal.taken_at for signal in followed}) == (2 * 7, {NOW})


def test_papers_of_old_lists_do_not_look_new(lists: Lists) -> None:
    """A back-filled paper is as old as its list, by week as by day."""
    pages = list(source_of(lists, days=14).fetch(None))
    assert lists.wanted()[:2] == ["2026-W16", "2026-04-20"]
    for paper in papers_of(pages):
        day = f"{paper.id[6:8]}-{paper.id[8:10]}-{paper.id[11:13]}"
        assert (paper.first_seen is None) == (day == "26-04-27")
        assert paper.first_seen is None or f"{paper.first_seen:%y-%m-%d}" == day


def test_announced_days_are_the_lists(lists: Lists) -> None:
    """Each day says which papers were on its list."""
    pages = list(source_of(lists, days=10).fetch(None))
    told = {announced.day: len(announced.papers) for page in pages for announced in page.announced}
    weekdays = [TODAY - n * DAY for n in range(15) if (TODAY - n * DAY).weekday() < 5]
    assert told == {day: 2 for day in weekdays if day >= date(2026, 4, 17)}


def test_long_absence_is_read_by_month_and_week(lists: Lists) -> None:
    """A year is 260 lists and fewer than 50 requests; no paper of it is lost."""
    pages = list(source_of(lists).fetch(Cursor(position="2020-01-01")))
    weekdays = sum((TODAY - n * DAY).weekday() < 5 for n in range(367))
    assert len(set(papers_of(pages))) == 2 * weekdays
    assert len(lists.asked) < 50
    assert cursors(pages) == sorted(cursors(pages))


def test_long_lists_are_read_to_their_end(lists: Lists) -> None:
    """A month of 380 papers is four pages, and one that shows the end; the cursor is on the last."""
    lists.a_day = 19
    pages = list(source_of(lists, days=75).fetch(None))
    assert lists.wanted()[:4] == ["2026-02", "2026-02 p1", "2026-02 p2", "2026-02 p3"]
    assert [page.cursor.position if page.cursor else None for page in pages[:5]] == [None] * 4 + [
        "2026-02-28"
    ]
    weekdays = sum((TODAY - n * DAY).weekday() < 5 for n in range(86))
    assert len({paper.id for paper in papers_of(pages)}) == 19 * weekdays


def test_server_that_repeats_its_only_page_is_not_asked_for_ever(replay: Replay) -> None:
    """A page that brings nothing new is the last."""
    full = daily(*[daily_row(f"2604.{number:05d}") for number in range(100)])
    replay.says("/api/daily_papers", Answer(body=full))
    list(source_of(replay, days=0).fetch(None))
    assert len(replay.asked) == 2


@pytest.mark.parametrize("refuses", [True, False])
def test_server_without_weeks_is_asked_for_days(lists: Lists, *, refuses: bool) -> None:
    """Whether it refuses them or ignores them; it is tried once in a run and nothing is lost."""
    lists.wide = False
    if refuses:
        lists.instead |= {f"2026-W{week}": Answer(status=400) for week in (14, 15, 16)}
    pages = list(source_of(lists, days=21).fetch(None))
    assert {wanted[:10] for wanted in lists.wanted() if "W" not in wanted} == {
        (TODAY - n * DAY).isoformat() for n in range(22)
    }
    assert len({paper.id for paper in papers_of(pages)}) == 2 * 16
    assert sum("W" in wanted for wanted in lists.wanted()) == 1


def test_an_empty_week_is_looked_at_day_by_day(lists: Lists) -> None:
    """An index of weeks that lags loses no paper."""
    lists.instead["2026-W16"] = Answer(body=b"[]")
    pages = list(source_of(lists, days=21).fetch(None))
    assert len({paper.id for paper in papers_of(pages)}) == 2 * 16
    assert sum("W" in wanted for wanted in lists.wanted()) == 2


@pytest.mark.parametrize("status", [400, 404])
def test_days_without_a_list_are_quiet(lists: Lists, status: int) -> None:
    """Weekends, and a today that has not begun where the server is."""
    lists.none = Answer(status=status)
    lists.instead[TODAY.isoformat()] = Answer(status=400)
    early = datetime(2026, 4, 27, 0, 30, tzinfo=UTC)
    pages = list(source_of(lists, days=4, now=early).fetch(None))
    assert not any(page.refused or page.warnings for page in pages)
    assert pages[-1].outlook
    assert pages[-1].outlook.quiet == "the list of 2026-04-27 is not out yet"
    assert pages[-1].outlook.expected_next == datetime(2026, 4, 27, 8, tzinfo=UTC)
    assert len(papers_of(pages)) == 4


@pytest.mark.parametrize(
    "now, empty, expected, quiet",
    [
        (datetime(2026, 4, 24, 9, tzinfo=UTC), False, "2026-04-27", ""),
        (
            datetime(2026, 4, 25, 9, tzinfo=UTC),
            False,
            "2026-04-27",
            "there are no lists on Saturday and Sunday",
        ),
        (datetime(2026, 4, 23, 9, tzinfo=UTC), True, "2026-04-24", "there is no list of 2026-04-23 so far"),
        (datetime(2026, 4, 23, 3, tzinfo=UTC), False, "2026-04-24", ""),
    ],
)
def test_outlook(lists: Lists, now: datetime, *, empty: bool, expected: str, quiet: str) -> None:
    """The next weekday's list is expected, and what is quiet says why."""
    if empty:
        lists.instead[now.date().isoformat()] = Answer(body=b"[]")
    outlook = list(source_of(lists, now=now).fetch(None))[-1].outlook
    assert outlook
    assert outlook.expected_next == datetime.fromisoformat(f"{expected}T08:00+00:00")
    assert outlook.quiet == quiet


def test_a_past_weekday_without_a_list_is_told(lists: Lists) -> None:
    """It hurts nobody and may be a holiday, but somebody may want to know."""
    lists.instead["2026-04-24"] = Answer(status=404)
    pages = list(source_of(lists, days=4).fetch(None))
    assert list(pages[-1].warnings) == ["hf: no list of 2026-04-24, a weekday"]
    lists.instead["2026-04-23"] = Answer(status=404)
    pages = list(source_of(lists, days=4).fetch(None))
    assert list(pages[-1].warnings) == ["hf: no lists of 2 weekdays from 2026-04-23 to 2026-04-24"]


def test_one_bad_day_does_not_stop_the_others(lists: Lists) -> None:
    """A day that is answered with nonsense is refused, passed over, and asked for again by the next run."""
    lists.instead["2026-04-24"] = Answer(body=b"<html>")
    pages = list(source_of(lists, days=4).fetch(None))
    assert [len(page.refused) for page in pages] == [0, 1, 0, 0, 0, 0]
    assert "2026-04-24" not in cursors(pages)
    del lists.instead["2026-04-24"]
    again = list(source_of(lists).fetch(Cursor(position="2026-04-27")))
    assert "arxiv:2604.24000" in {paper.id for paper in papers_of(again)}


def test_server_without_any_list_is_no_quiet_source(replay: Replay) -> None:
    """A wrong address answers 404 to everything."""
    with pytest.raises(SourceMalformed, match="check the address"):
        list(source_of(replay).fetch(None))


@pytest.mark.parametrize(
    "status, error", [(502, SourceUnavailable), (403, SourceMalformed), (429, SourceUnavailable)]
)
def test_server_that_wants_no_more_ends_the_run(lists: Lists, status: int, error: type[Exception]) -> None:
    """The cursor stays before the day, and nothing more is asked."""
    lists.instead["2026-04-25"] = Answer(status=status)
    pages: list[PaperPage] = []
    with pytest.raises(error, match=str(status)):
        pages.extend(source_of(lists, days=4).fetch(None))
    assert "2026-04-26" not in lists.wanted()
