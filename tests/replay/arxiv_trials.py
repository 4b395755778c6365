"""What the product is put through on its way, day by day, and which delays that excuses."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from tests.replay.arxiv_days import NEW_YORK, Announcement
from tests.replay.arxiv_faults import (
    FEEDS,
    blank,
    broken_off,
    cut,
    deaf_to_ids,
    empty_feed,
    lagging,
    lost_tokens,
    nameless,
    status,
    torn,
)
from tests.replay.walk import Trial

_FRIDAY = 4
_SOON = timedelta(minutes=20)
_EVENING = time(16)


def storm() -> Sequence[Trial]:
    """Return three days of 429 on every road, told in three ways."""
    return [
        Trial(name="429 without Retry-After", faults=[status(429)], says="429", fails=True, then=[_SOON]),
        Trial(name="429, short Retry-After", faults=[status(429, wait="30")], says="429", fails=True),
        Trial(name="429, Retry-After of hours", faults=[status(429, wait="7200")], says="429", fails=True),
    ]


def campaigns() -> Sequence[Sequence[Trial]]:
    """Return the trials; those of one campaign are on days that follow one another."""
    return [
        storm(),
        [Trial(name="off for two weeks", off=10)],
        [Trial(name="crash after two weeks", off=10, crash_after=4)],
        [Trial(name="403", faults=[status(403)], says="403", fails=True, then=[_SOON])],
        [Trial(name="feed empty, the others full", faults=[empty_feed], says="feed is empty")],
        [Trial(name="feed torn in an item", faults=[torn], says="feed failed")],
        [Trial(name="feed breaks off once", faults=[broken_off(1)])],
        [Trial(name="feed breaks off always", faults=[broken_off(-1)], says="feed failed: .*broke off")],
        [Trial(name="feed lags", faults=[lagging], says="feed lags")],
        [Trial(name="all of arXiv is late", delayed=True, says="nothing new yet|is late", late=True)],
        [Trial(name="query API empty once", faults=[blank(1)])],
        [Trial(name="query API empty", faults=[blank(-1)], says="not checked: .*sent none")],
        [Trial(name="query API knows nothing", faults=[blank(-1, total=0)], says="not checked")],
        [Trial(name="query API 500", faults=[status(500, "api")], says="not checked: .*500")],
        [Trial(name="feed cut at its limit", faults=[cut], says="may be cut")],
        [
            Trial(
                name="OAI 503 for long",
                faults=[status(503, "oai", wait="3600")],
                says="OAI-PMH failed: .*503",
                off=1,
                late=True,
            )
        ],
        [Trial(name="OAI 500", faults=[status(500, "oai")], says="OAI-PMH failed: .*500", off=1)],
        [Trial(name="OAI 503 once", faults=[status(503, "oai", wait="10", times=1)], off=1)],
        [Trial(name="crash between pages", crash_after=2, off=1)],
        [Trial(name="token lost once", faults=[lost_tokens(1)], off=1)],
        [Trial(name="token lost always", faults=[lost_tokens(-1)], says="stale twice", off=1)],
        [Trial(name="paper without a title", faults=[nameless()], says="has no title")],
        [
            Trial(
                name="paper without a title, unknown by id",
                faults=[nameless(), deaf_to_ids, blank(-1, total=0)],
                says="1 announced paper is missing",
                late=True,
                missing=1,
            )
        ],
        [Trial(name="feed 404", faults=[status(404, *FEEDS)], says="feed failed: answered 404")],
        [
            Trial(
                name="only the query API, first day",
                faults=[status(500, *FEEDS, "oai")],
                says="OAI-PMH failed",
            ),
            Trial(name="only the query API, second day", faults=[status(500, *FEEDS, "oai")], says="failed"),
        ],
        [
            Trial(
                name="feed cut, query API 500",
                faults=[cut, status(500, "api")],
                says="may be cut(.|\n)*not checked: .*500",
            )
        ],
        [Trial(name="crash on a day like any", crash_after=1)],
        [Trial(name="all 500", faults=[status(500)], says="500", fails=True)],
    ]


def placed(
    announcements: Sequence[Announcement], walked: Collection[date], *, rest: int = 1
) -> tuple[Mapping[date, Trial], Collection[date]]:
    """Place the campaigns on announcement days; return trials by day, and days on which all is off.

    Between two campaigns lie `rest` announcement days without any trial. A campaign starts on a day whose
    day before was announced and walked, so that what it breaks is what is looked at.
    """
    days = [one.day for one in announcements if one.day in walked]
    busy = {one.day for one in announcements if any(item.kind == "new" for item in one.items)}
    trials: dict[date, Trial] = {}
    off: set[date] = set()
    at = 1
    for campaign in campaigns():
        away = campaign[0].off
        needed = len(campaign) + away
        while not (_consecutive(days[at - 1 : at + needed]) and busy.issuperset(days[at : at + needed])):
            at += 1
        off.update(day for day in walked if away and days[at] <= day < days[at + away])
        at += away
        trials |= dict(zip(days[at : at + len(campaign)], campaign, strict=True))
        at += len(campaign) + rest
    return trials, off


def delays(trials: Mapping[date, Trial]) -> Mapping[date, datetime]:
    """Return when delayed announcements become public after all."""
    return {
        day: datetime.combine(day, _EVENING, tzinfo=NEW_YORK)
        for day, trial in trials.items()
        if trial.delayed
    }


def excused(
    announcements: Sequence[Announcement], walked: Sequence[date], trials: Mapping[date, Trial]
) -> Mapping[date, Collection[date]]:
    """Return for each announcement the days its papers may first be seen: until the first whole run."""
    return {one.day: list(_excused(one.day, walked, trials)) for one in announcements}


def _excused(day: date, walked: Sequence[date], trials: Mapping[date, Trial]) -> Iterator[date]:
    for run in (when for when in walked if when >= day):
        yield run
        trial = trials.get(run)
        if trial is None or not (trial.fails or trial.late):
            return


def _consecutive(days: Sequence[date]) -> bool:
    """Tell whether no weekday lies between days, so that the calendar expects no other announcement."""
    return all(
        (after - before).days == (3 if before.weekday() == _FRIDAY else 1) for before, after in pairwise(days)
    )
