"""Months of arXiv, replayed: nothing lost, nothing twice, every fault named on its day."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.identity import title_key
from tests.paths import shared_data
from tests.replay.arxiv_days import Announcement, Held, Listing, Planner, covering, read_listings
from tests.replay.arxiv_house import ArxivHouse
from tests.replay.arxiv_trials import delays, excused, placed
from tests.replay.reckoning import Reckoning, reckon, unexplained
from tests.replay.table import publish
from tests.replay.walk import Ran, Trial, Walk, WorldClock
from tests.sources.replay import replaying
from tests.stores import sqlite_store

AMOUNT = "PAPERROUTE_REPLAY"
_DAYS = 136
_QUIET = (date(2026, 6, 18), date(2026, 6, 30))
"""Weekdays without an announcement that no calendar foresees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A walk that is over."""

    walk: Walk
    announcements: Sequence[Announcement]
    held: Mapping[str, Held]
    trials: Mapping[date, Trial]
    reckoning: Reckoning


def walked(
    listings: Sequence[Listing],
    papers: Mapping[str, Mapping[str, Any]],
    folder: Path,
    *,
    page: int,
    rest: int = 1,
    stamp_back: timedelta = timedelta(0),
) -> Ended:
    """Walk through listings with all trials on the way, `rest` announcement days between two.

    `page` is the length of an OAI-PMH answer, `stamp_back` how long before its feed a record is dated.
    """
    categories = covering(papers.values())
    planner = Planner(papers, categories)
    announcements = list(planner.announcements(listings))
    trials, off = placed(announcements, {listing.day for listing in listings}, rest=rest)
    days = [listing.day for listing in listings if listing.day not in off]
    clock = WorldClock(datetime.combine(days[0], time(11), tzinfo=UTC))
    house = ArxivHouse(
        announcements=announcements,
        now=clock.now,
        moment=clock.monotonic,
        delays=dict(delays(trials)),
        page=page,
        stamp_back=stamp_back,
    )
    with replaying(house):
        walk = Walk(house=house, store=sqlite_store(folder), clock=clock, categories=categories)
        walk.through(days, trials.get)
    allowed = excused(announcements, days, trials)
    return Ended(
        walk=walk,
        announcements=announcements,
        held=planner.held,
        trials=trials,
        reckoning=reckon(walk.store, planner.held.values(), allowed, plain={*days} - {*trials}),
    )


def made() -> tuple[Sequence[Listing], Mapping[str, Mapping[str, Any]]]:
    """Return listings and papers made by hand: twelve new ones a weekday, some again, some revised."""
    papers: dict[str, dict[str, Any]] = {}
    listings: list[Listing] = []
    first = date(2026, 2, 17)
    for day in (first + timedelta(days=number) for number in range(_DAYS)):
        if day.weekday() > 4 or day in _QUIET:
            listings.append(Listing(day=day, ids=listings[-1].ids))
            continue
        ids = [f"{day:%y%m}.{day.day:02}{number:03}" for number in range(12)]
        papers |= {number: _row(number, day) for number in ids}
        again = [one.ids[3] for one in listings[-9:-8]]
        revised = [one.ids[5] for one in listings[-7:-6]]
        for number in revised:
            papers[number].setdefault("revised_on", day.isoformat())
        listings.append(Listing(day=day, ids=[*ids, *again, *revised]))
    return listings, papers


def _row(number: str, day: date) -> dict[str, Any]:
    kind = int(number[-1])
    return {
        "id": number,
        "title": f"On tests of the kind {number} & their <kin>",
        "authors": ["Ada One", f"Bo {number}"],
        "categories": ["cs.LG", "cs.CL"] if kind == 7 else ["cs.CL", "cs.IR"] if kind % 2 else ["math.OC"],
        "comment": "4 pages" if kind == 1 else None,
        "abstract": f"We test things of {day:%B}, with $x < y$ and more of it: {number}.",
    }


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Return some weeks that were walked through."""
    return walked(*made(), tmp_path_factory.mktemp("weeks"), page=10, stamp_back=timedelta(days=1))


def test_nothing_is_lost_and_nothing_twice(weeks: Ended) -> None:
    """Every paper is in the store once, since the day it was announced, as it was announced last."""
    found = weeks.reckoning
    assert (found.lost, found.twice, found.folded, found.strange) == ([], [], {}, [])
    assert (found.late, found.stale) == ([], [])


def test_each_fault_is_named_on_its_day(weeks: Ended) -> None:
    """And days without a fault fail at nothing."""
    assert list(untold(weeks.walk.runs)) == []
    assert list(unexplained(weeks.walk.runs)) == []


def test_the_figures_of_each_day(weeks: Ended) -> None:
    """What was announced is stored or said to be missing."""
    assert list(wrong_figures(weeks)) == []


def test_arxiv_is_asked_politely(weeks: Ended) -> None:
    """All roads together: one request in three seconds."""
    moments = weeks.walk.house.moments
    assert min(after - before for before, after in pairwise(moments)) >= 3.0
    assert weeks.walk.crashes == sum(trial.crash_after > 0 for trial in weeks.trials.values())


def test_a_poisoned_entry_is_kept_for_a_look(weeks: Ended) -> None:
    """With its bytes, though the paper itself came by another road."""
    with weeks.walk.store.read() as unit:
        kept = unit.intake.quarantined("arxiv")
    assert len(kept) == sum("without a title" in trial.name for trial in weeks.trials.values())
    assert all(b"<description>arXiv:" in one.body for one in kept)


@pytest.mark.skipif(os.environ.get(AMOUNT) != "full", reason=f"all recorded days: set {AMOUNT}=full")
def test_all_recorded_days(tmp_path: Path) -> None:
    """The same with every listing of the shared data."""
    ended = walked(*read_listings(shared_data("arxiv")), tmp_path, page=100, rest=4)
    publish("Recorded days", summary(ended))
    found = ended.reckoning
    assert (found.lost, found.twice, found.strange) == ([], [], [])
    assert [numbers for numbers in found.folded.values() if not twins(ended.held, numbers)] == []
    assert (found.late, found.stale) == ([], [])
    assert list(untold(ended.walk.runs)) == []
    assert list(unexplained(ended.walk.runs)) == []
    assert list(wrong_figures(ended)) == []


def twins(held: Mapping[str, Held], numbers: Sequence[str]) -> bool:
    """Tell whether ids are of one work as far as titles tell: the store may hold them as one."""
    return len({title_key(held[number].texts[-1].title) for number in numbers}) == 1


def untold(runs: Sequence[Ran]) -> Iterator[str]:
    """Yield trials that a report does not name, and sources that should have failed and did not."""
    for ran in runs:
        if ran.trial is None:
            continue
        says = "left alone until" if ran.again else ran.trial.says
        if not re.search(says, "\n".join(ran.told)):
            yield f"{ran.day} {ran.trial.name}: nothing of {says!r} in {ran.told}"
        if ran.report.counts["sources_ok"] == ran.trial.fails:
            yield f"{ran.day} {ran.trial.name}: the source did {'not ' * ran.trial.fails}fail"


def wrong_figures(ended: Ended) -> Iterator[str]:
    """Yield days whose counts are not what the house announced."""
    announced = {one.day: len({*one.numbers()}) for one in ended.announcements}
    for ran in ended.walk.runs:
        counts, trial = ran.report.counts, ran.trial
        if not counts["sources_ok"]:
            continue
        if counts["announced"] != counts["stored"] + counts["missing"]:
            yield f"{ran.day}: {counts}"
        if counts["missing"] != (trial.missing if trial else 0):
            yield f"{ran.day}: missing {counts['missing']}"
        if trial is None and ran.day in announced and counts["announced"] != announced[ran.day]:
            yield f"{ran.day}: announced {counts['announced']}, not {announced[ran.day]}"


def summary(ended: Ended) -> str:
    """Return the figures of a walk in lines."""
    found, house, runs = ended.reckoning, ended.walk.house, ended.walk.runs
    folds = [f"  {' and '.join(numbers)}" for numbers in found.folded.values()]
    trials = [
        f"  {ran.day} {ran.trial.name}: {'; '.join(ran.told)}" for ran in runs if ran.trial and not ran.again
    ]
    others = [f"  {ran.day}: {warning}" for ran in runs if not ran.trial for warning in ran.report.warnings]
    return "\n".join(
        [
            f"runs {len(runs)}, announcements {len(ended.announcements)}, ids {len(ended.held)}",
            f"requests {dict(house.requests)}",
            f"rows {found.papers}, lost {len(found.lost)}, twice {len(found.twice)}, late {len(found.late)}",
            f"no news when they came (over 30 days old by then): {len(found.early)}",
            *(f"  {told}" for told in found.early),
            f"held as one work by title and first author: {len(folds)}",
            *folds,
            f"trials: {len(trials)}",
            *trials,
            f"warnings on other days: {len(others)}",
            *others,
        ]
    )
