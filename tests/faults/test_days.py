"""Wrong clocks, sleeping machines and a dead relay, day by day on a real store, for every cadence."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from recommender.domain.cadence import spread_of
from recommender.domain.editions import FINAL_STATES, DeliveryState
from recommender.domain.errors import MailDeferred
from recommender.domain.subscribers import Cadence, Every
from tests.builders import a_declaration
from tests.faults.days import DOWN, TUESDAY, Days, a_publishing, some_days
from tests.faults.scale import Figures, chance, scaled
from tests.services.mailroom import ANA

_BERLIN = ZoneInfo("Europe/Berlin")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WEDNESDAY = (TUESDAY + _DAY).astimezone(_BERLIN).date()
_NOW = datetime(2026, 11, 18, 5, tzinfo=_BERLIN)
_JUMPS = {
    "an hour on": _HOUR,
    "an hour back": -_HOUR,
    "three hours on": 3 * _HOUR,
    "three hours back": -3 * _HOUR,
    "a day on": _DAY,
    "a day back": -_DAY,
    "a week on": 7 * _DAY,
    "a week back": -7 * _DAY,
    "to 1970": datetime(1970, 1, 2, 5, tzinfo=_BERLIN) - _NOW,
    "to 2090": datetime(2090, 1, 2, 5, tzinfo=_BERLIN) - _NOW,
}
_MOMENTS = ("before", "sent", "claimed", "deferred", "down")


def _cadence(every: Every) -> Cadence:
    return Cadence(every=every, on=2, at=time(7, 30), zone="Europe/Berlin")


def _at(days: int, hour: int, minute: int = 0) -> datetime:
    """Return a true time, so many days after that Wednesday, by Berlin's clocks."""
    local = datetime.combine(_WEDNESDAY + days * _DAY, time(hour, minute), tzinfo=_BERLIN)
    return local.astimezone(TUESDAY.tzinfo)


def _keys(every: Every) -> tuple[str, str]:
    """Return the keys of that Wednesday and of the slot after it."""
    return ("2026-W47", "2026-W48") if every is Every.WEEK else ("2026-11-18", "2026-11-19")


@dataclass(frozen=True, slots=True)
class Jump:
    """How far the clock jumps, for whom, and at which moment."""

    every: Every
    jump: str
    moment: str


_UNTOLD = [Jump(Every.WEEK, "a week on", moment) for moment in ("sent", "down")]
"""Next week's edition is made a week early, so that none tells of the papers that come in between."""


def _jumps() -> list[Jump]:
    every = [Jump(*case) for case in product(Every, _JUMPS, _MOMENTS)]
    return chance("jumps").sample(every, scaled(tiny=3, quick=60, full=len(every)))


def test_a_jumping_clock_doubles_nothing_and_loses_no_edition(tmp_path: Path, figures: Figures) -> None:
    """The clock jumps, half an hour passes, and it is put right: Wednesday's edition comes on Wednesday."""
    for number, case in enumerate(_jumps()):
        folder = tmp_path / str(number)
        folder.mkdir()
        with some_days(folder, _cadence(case.every)) as days:
            days.true = _at(-7, 7)
            days.live(_at(0, 5), step=12 * _HOUR)
            papers = [days.paper()]
            _jump(days, case)
            papers.append(days.paper())
            days.live(_at(0, 23), step=_HOUR)
            days.live(_at(1, 12), step=4 * _HOUR)
            days.live(_at(14 if case.every is Every.WEEK else 2, 13), step=12 * _HOUR)
            _check_jump(days, case)
            came = [paper for mail in days.mails for paper in mail.papers]
            assert sorted(came) == sorted(papers[: 1 if case in _UNTOLD else 2]), case
            figures.add(jumps=1, looks=len(days.published), mails=len(days.mails), twice=0)
            figures.add(papers=len(papers), untold=len(papers) - len(came))


def _jump(days: Days, case: Jump) -> None:
    """Let the clock be wrong for half an hour at the moment of the case, and right again."""
    if case.moment != "before":
        days.live(_at(0, 7, 25), step=timedelta(hours=1))
        days.true = _at(0, 7, 35)
        assert days.publish().counts["editions"] == 1
        if case.moment == "sent":
            days.deliver()
    days.lie, back = _JUMPS[case.jump], days.true + timedelta(minutes=30)
    days.set_clock()
    if case.moment == "claimed":
        with days.store.write() as unit:
            now = days.clock.now()
            assert unit.outbox.claim(worker="dead", now=now, lease=timedelta(minutes=2), limit=9)
    elif case.moment == "deferred":
        days.mailer.script[ANA] = [MailDeferred("451 later")]
        days.deliver()
        days.mailer.script.clear()
    else:
        days.mailer.down = DOWN if case.moment == "down" else None
        days.live(back, step=timedelta(minutes=10))
    days.mailer.down, days.lie, days.true = None, timedelta(0), back
    days.set_clock()


def _check_jump(days: Days, case: Jump) -> None:
    """Raise AssertionError unless each edition came once, and Wednesday's on Wednesday.

    A delivery that tries in vain while its clock is a day ahead or more gives the edition up as too old,
    as it would after a real day; its papers then come in the next.
    """
    keys, (wednesday, following) = days.keys(), _keys(case.every)
    assert len(keys) == len(set(keys)), (case, keys)
    sent = {mail.key: mail.at.astimezone(_BERLIN).date() for mail in days.mails}
    given_up = case.moment in ("deferred", "down") and _JUMPS[case.jump] >= _DAY and wednesday not in sent
    assert given_up or sent[wednesday] == _WEDNESDAY, (case, sent)
    assert following in sent, (case, sent)
    with days.store.read() as unit:
        rows = {row.edition_key: row.state for row in unit.outbox.deliveries()}
    assert set(rows.values()) <= FINAL_STATES, case
    assert not given_up or rows[wednesday] is DeliveryState.EXPIRED, case


@pytest.mark.parametrize("restart", [False, True], ids=["suspended", "restarted"])
@pytest.mark.parametrize(
    "asleep,made,skipped",
    [
        (_HOUR, (1, 1, 1), (0, 0, 0)),
        (_DAY, (0, 0, 1), (1, 1, 0)),
        (7 * _DAY, (0, 0, 0), (7, 5, 1)),
        (7 * _DAY + 5 * _HOUR, (1, 1, 1), (7, 5, 1)),
    ],
    ids=["1 h", "1 day", "1 week", "1 week and 5 h"],
)
@pytest.mark.parametrize("column,every", list(enumerate(Every)), ids=list(Every))
def test_sleep_is_made_up_once_or_told_once(
    tmp_path: Path,
    column: int,
    every: Every,
    *,
    asleep: timedelta,
    made: tuple[int, ...],
    skipped: tuple[int, ...],
    restart: bool,
) -> None:
    """Asleep from half an hour before the hour on: the latest edition if it is not too late, else a line."""
    with some_days(tmp_path, _cadence(every)) as days:
        days.live(_at(0, 7), step=12 * _HOUR)
        days.fetched()
        before = len(days.mails)
        days.true += asleep
        if restart:
            days.restart()
        report = days.publish()
        days.deliver()
        assert len(days.mails) - before == made[column]
        assert report.counts["skipped"] == skipped[column]
        assert len(report.warnings) == (skipped[column] > 0)
        days.live(days.true + timedelta(minutes=2), step=timedelta(minutes=1))
        days.live(days.true + _DAY, step=6 * _HOUR)
        assert days.counted("skipped") == skipped[column]
        assert len(days.keys()) == len(set(days.keys()))


@pytest.mark.parametrize("every", list(Every))
def test_a_relay_down_for_three_days_brings_the_latest_alone(
    tmp_path: Path, every: Every, figures: Figures
) -> None:
    """From Wednesday 07:00 to Saturday 07:00 nothing leaves; what then comes is one, and lacks no paper."""
    with some_days(tmp_path, _cadence(every)) as days:
        days.true = _at(-7, 7)
        days.live(_at(0, 7), step=12 * _HOUR)
        before = len(days.mails)
        days.mailer.down = DOWN
        papers = set()
        for day in range(3):
            papers.add(days.paper())
            days.live(_at(day + 1, 7), step=4 * _HOUR)
        assert len(days.mails) == before
        days.mailer.down = None
        days.live(_at(8, 12), step=8 * _HOUR)
        came = days.mails[before:]
        first = {Every.DAY: "2026-11-20", Every.WEEKDAY: "2026-11-20", Every.WEEK: "2026-W48"}[every]
        assert came[0].key == first
        assert papers <= came[0].papers
        assert all(mail.at - mail.edition.due_at <= 2 * _DAY for mail in came)
        assert len(days.keys()) == len(set(days.keys()))
        assert set.union(*(mail.papers for mail in came[1:]), set()).isdisjoint(came[0].papers)
        figures.add(scenarios=1, expired=days.counted("expired"), mails=len(came), stale=0)


def test_the_loser_of_a_race_counts_nothing(tmp_path: Path) -> None:
    """Two publishers see the same slot due; the second to write made no edition, and none was empty."""
    with some_days(tmp_path, _cadence(Every.DAY)) as days:
        with days.store.write() as unit:
            quiet = a_declaration(ANA, cadence=_cadence(Every.DAY))
            unit.people.change(unit.people.find(ANA).id, quiet)
        days.paper()
        days.true = _at(0, 8)
        days.set_clock()
        winner = a_publishing(days)
        reports = []
        fetch = days.publishing.recommender

        def overtaken() -> object:
            reports.append(winner.run())
            return fetch()

        days.publishing.recommender = overtaken  # type: ignore[assignment]  # the same, after the other
        loser = days.publish()
        assert (reports[0].counts["editions"], reports[0].counts["papers"]) == (1, 1)
        assert (loser.counts["editions"], loser.counts["papers"], loser.counts["empty"]) == (0, 0, 0)


def test_a_share_of_the_spread_delays_the_work_and_leaves_the_date(tmp_path: Path) -> None:
    """At 23:59 the wait goes past midnight; the edition is that of the day before, and made once."""
    late = Cadence(at=time(23, 59), zone="Europe/Berlin")
    with some_days(tmp_path, late) as days:
        days.publishing.spread = timedelta(minutes=60)
        with days.store.read() as unit:
            share = spread_of(unit.people.find(ANA).public_id, days.publishing.spread)
        days.true = _at(0, 23, 58)
        days.publish()  # the slot of the day before is within its grace no more
        days.true = _at(0, 23, 59) + share - timedelta(seconds=1)
        assert days.publish().counts["editions"] == 0
        days.true += timedelta(seconds=1)
        assert [days.publish().counts["editions"] for _ in range(2)] == [1, 0]
        days.deliver()
        assert days.keys() == ["2026-11-18"]
        assert days.mails[0].edition.due_at == _at(0, 23, 59)
