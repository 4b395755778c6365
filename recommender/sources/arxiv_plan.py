"""What a visit to arXiv owes its reader, and where it leaves the cursor: pure decisions by the calendar.

A cursor's position is the day of the last announcement that was read whole: new papers, cross-lists and
replacements. What came by the query API alone was not, so the cursor waits before it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recommender.domain.announcements import (
    announcement,
    announcement_days,
    feed_at,
    feed_day,
    is_announced,
    latest_day,
    next_day,
    previous_day,
    why_quiet,
)
from recommender.domain.papers import Announced, Outlook, Paper, PaperId

PATIENCE = timedelta(days=30)
"""How long the cursor waits for a road that shows everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the feed showed: the day of its items, the day it was made, and whether there was more."""

    day: date | None = None
    made: date | None = None
    cut: bool = False
    failed: bool = False
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What the other roads brought: the days whose papers came, and whether cross-lists came too."""

    days: Collection[date] = ()
    whole: bool = True


def owed_days(last: date, now: datetime, shown: Shown) -> Sequence[date]:
    """Return the days since `last` that must come by another road than the feed, oldest first."""
    latest = max(latest_day(now), shown.day or last)
    missed = [day for day in announcement_days(last, latest) if day != shown.day]
    if shown.cut and shown.day:
        missed.append(shown.day)
    return sorted(missed) or ([latest_day(now)] if shown.failed else [])


def day_for(paper: Paper, stamp: date | None, days: Sequence[date]) -> date | None:
    """Return which of `days` announced a paper as new, by when it was submitted, or None.

    Where only dates are known, two neighbours may fit; then a record changed later tells. The day before
    the first of `days` is thought of too: what it announced is not announced again.
    """
    when = paper.published
    if when is None or not days:
        return None
    windows = {day: announcement(day) for day in (previous_day(days[0]), *days)}
    if stamp is None:
        found = next((day for day, one in windows.items() if one.since < when <= one.until), None)
    else:
        fitting = [day for day, one in windows.items() if one.since.date() <= when.date() <= one.until.date()]
        found = max((day for day in fitting if day <= stamp), default=fitting[0] if fitting else None)
    return found if found in days else None


def announced_by(
    papers: Iterable[Paper], days: Sequence[date], stamps: Mapping[PaperId, date | None] | None = None
) -> Sequence[Announced]:
    """Return the papers of each day that announced some of them as new."""
    found: dict[date, list[PaperId]] = {}
    for paper in papers:
        day = day_for(paper, stamps[paper.id] if stamps else None, days)
        if day is not None:
            found.setdefault(day, []).append(paper.id)
    return [Announced(day=day, papers=ids) for day, ids in sorted(found.items())]


def position(last: date | None, now: datetime, shown: Shown, got: Got) -> date:
    """Return the last day that is read whole now; never before `last`."""
    due = latest_day(now)
    if last and not got.whole and last >= now.date() - PATIENCE:
        return last
    here = [day for day in (last, shown.day) if day]
    if max(here, default=date.min) < due and not (got.whole and due in got.days):
        return max([*here, previous_day(due)])
    made = [shown.made] if shown.made and not is_announced(shown.made) else []
    return max([*here, *made, due])


def outlook(now: datetime, shown: Shown, reached: date, *, news: bool) -> Outlook:
    """Return when the next announcement should be readable, and why there is none now."""
    due = latest_day(now)
    if reached < due:
        quiet = f"the announcement of {due} is late, deferred, or has nothing in these categories"
        return Outlook(expected_next=feed_at(due), quiet="" if news else quiet)
    quiet = why_quiet(feed_day(now)) or f"nothing since the announcement of {due}"
    return Outlook(expected_next=feed_at(next_day(max(due, shown.day or due))), quiet="" if news else quiet)


def lag(now: datetime, shown: Shown, last: date) -> str:
    """Return what is wrong with a feed that does not show the announcement that is due; empty if nothing."""
    due = latest_day(now)
    if shown.failed or due <= last or (shown.day and shown.day >= due):
        return ""
    if shown.day or shown.unchanged:
        return f"the feed lags: it still shows {shown.day or last}, and {due} was due"
    return f"the feed is empty though the announcement of {due} was due"
