"""What a visit owes and where it leaves the cursor, over random histories of roads that work and fail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.announcements import (
    announcement,
    announcement_days,
    feed_day,
    is_announced,
    latest_day,
)
from recommender.domain.papers import Paper, PaperId
from recommender.sources.arxiv_oai import set_of
from recommender.sources.arxiv_plan import PATIENCE, Got, Shown, day_for, outlook, owed_days, position

_START = date(2026, 11, 16)
_MONDAY = datetime(2026, 4, 27, 12, tzinfo=UTC)


def _shown(feed: str, now: datetime) -> Shown:
    """Return what a feed shows that is well, or has one of its faults."""
    made, latest = feed_day(now), latest_day(now)
    if feed == "down":
        return Shown(failed=True)
    if feed == "lags":
        lagging = latest - timedelta(days=1)
        return Shown(day=lagging if is_announced(lagging) else None, made=lagging)
    return Shown(day=made if feed == "fine" and is_announced(made) else None, made=made)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 240),
            st.sampled_from(["fine", "fine", "down", "empty", "lags"]),
            st.sampled_from(["all", "not yet", "query only"]),
        ),
        max_size=40,
    )
)
def test_no_announcement_is_passed_over(visits: list[tuple[int, str, str]]) -> None:
    """Behind the cursor lie only days that were read whole, unless a month went by without such a road."""
    now, last = datetime(2026, 11, 16, 12, tzinfo=UTC), _START
    read: set[date] = set()
    for hours, feed, roads in visits:
        now += timedelta(hours=hours)
        shown = _shown(feed, now)
        owed = owed_days(last, now, shown)
        due = latest_day(now)
        brought = {day for day in owed if roads == "all" or day != due}
        got = Got(days=brought, whole=roads != "query only") if owed else Got()
        read |= {shown.day} if shown.day else set()
        read |= brought if got.whole else set()
        reached = position(last, now, shown, got)
        assert reached >= last
        given_up = not got.whole and last < now.date() - PATIENCE
        assert given_up or set(announcement_days(last, reached)) <= read
        assert outlook(now, shown, reached, news=False).quiet
        last = reached


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 bounds
def test_a_well_read_source_owes_nothing(now: datetime) -> None:
    """After a visit to a feed that is well, the next one owes nothing until the next announcement."""
    last = position(
        latest_day(now) - timedelta(days=1), now, _shown("fine", now), Got(days=[latest_day(now)])
    )
    assert owed_days(last, now, _shown("fine", now)) == []


def test_the_first_position_waits_for_what_is_owed() -> None:
    """A first visit that only the query API answered leaves the announcement to the next one."""
    friday = date(2026, 4, 24)
    assert position(None, _MONDAY, Shown(failed=True), Got(days=[_MONDAY.date()], whole=False)) == friday
    assert position(None, _MONDAY, Shown(failed=True), Got(days=[_MONDAY.date()])) == _MONDAY.date()


@given(st.integers(0, 20), st.floats(0, 1))
def test_a_moment_of_submission_belongs_to_one_day(step: int, share: float) -> None:
    """Known to the minute, it is in the window of exactly one announcement."""
    days = list(announcement_days(_START, _START + timedelta(days=30)))
    window = announcement(days[step % len(days)])
    when = window.until - share * 0.999 * (window.until - window.since)
    paper = Paper(id=PaperId("arxiv:2604.00001"), title="x", published=when)
    assert day_for(paper, None, days) == window.day


@pytest.mark.parametrize(
    "created,changed,day",
    [
        ("2026-04-24", "2026-04-27", "2026-04-27"),
        ("2026-04-24", "2026-04-28", "2026-04-28"),
        ("2026-04-27", "2026-04-27", "2026-04-28"),
        ("2026-04-25", "2026-04-28", "2026-04-28"),
        ("2026-03-01", "2026-04-28", None),
    ],
)
def test_dates_alone_leave_little_doubt(created: str, changed: str, day: str | None) -> None:
    """Where two announcements fit the day of submission, the day of the last change tells."""
    days = [date(2026, 4, 27), date(2026, 4, 28)]
    published = datetime.fromisoformat(created).replace(tzinfo=UTC)
    paper = Paper(id=PaperId("arxiv:2604.00001"), title="x", published=published)
    found = day_for(paper, date.fromisoformat(changed), days)
    assert found == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    "category,name",
    [
        ("cs.CL", "cs:cs:CL"),
        ("math.AG", "math:math:AG"),
        ("cs", "cs"),
        ("hep-th", "physics:hep-th"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
        ("cond-mat", "physics:cond-mat"),
        ("physics.comp-ph", "physics:physics:comp-ph"),
        ("physics", "physics:physics"),
        ("q-bio.PE", "q-bio:q-bio:PE"),
    ],
)
def test_sets(category: str, name: str) -> None:
    """Group, archive, category; archives of physics share a group, and some have no categories."""
    assert set_of(category) == name
