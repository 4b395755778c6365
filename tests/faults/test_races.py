"""Unsubscribe, pause, removal, a new address and erasure racing with the mail that is on its way."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from recommender.domain.editions import Delivery, DeliveryState
from recommender.domain.reports import Report
from recommender.domain.subscribers import SubscriberState
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration
from tests.faults.races import (
    ACTS,
    POINTS,
    Course,
    NotingStore,
    Race,
    erase,
    mails,
    move,
    old_address,
)
from tests.faults.raw import RawRelay
from tests.faults.rooms import a_store
from tests.faults.scale import Figures, chance, scaled
from tests.services.mailroom import Hands, Mailroom, smtp_mailer

EACH = scaled(tiny=1, quick=4, full=20)
"""Races of each act at each point."""
PLACES = [(point, kind) for point in POINTS for kind in ("sqlite", "postgres")][
    :: scaled(tiny=3, quick=1, full=1)
]


@dataclass(frozen=True)
class Ended:
    """What became of one race."""

    before: bool
    """The act was acknowledged before the mark was begun, or there was none."""
    after: bool
    """The act was begun when the mark had been committed."""
    old: int
    new: int
    row: Delivery | None
    report: Report


@pytest.mark.parametrize("point,kind", PLACES)
def test_a_change_of_mind_before_the_mark_stops_the_mail(
    tmp_path: Path, point: str, kind: str, request: pytest.FixtureRequest, figures: Figures
) -> None:
    """What was acknowledged before the mark holds; afterwards there is at most the one mail on its way."""
    url = a_store(tmp_path) if kind == "sqlite" else _postgres(request)
    mine, theirs, clock, course = NotingStore(url), SqlStore(url), Hands(), Course()
    luck = chance("races", kind, point)
    with RawRelay(course) as relay:
        for number in range(EACH * len(ACTS)):
            act, key = ACTS[number % len(ACTS)], f"reader{number}"
            room = Mailroom(mine, clock)
            _enter(room, key)
            gated = luck.random() < 0.5
            race = Race(partial(act, theirs, clock, key), point, gated, luck)
            course.race = race
            ended = _run(room, race, relay, key)
            _check(act, ended, gated=gated, point=point)
            figures.add(
                races=1,
                acknowledged_before_the_mark=ended.before,
                acknowledged_after_it=ended.after,
                mails_in_spite=ended.before * ended.old,
                second_mails=max(0, ended.old + ended.new - 1),
            )
    mine.close()
    theirs.close()


def _enter(room: Mailroom, key: str) -> None:
    with room.store.write() as unit:
        declared = a_declaration(old_address(key), key=key)
        unit.people.add(declared, state=SubscriberState.ACTIVE, at=room.clock.now())
    room.publish(key)


def _run(room: Mailroom, race: Race, relay: RawRelay, key: str) -> Ended:
    """Deliver while the reader changes their mind; then let time pass and deliver what is left."""
    store = room.store
    assert isinstance(store, NotingStore)
    store.forget()
    with room.store.read() as unit:
        number = unit.outbox.deliveries()[0].id
    with race:
        service = room.service(smtp_mailer(relay.port), render=race.render)
        report = service.run()
    marked = store.marked
    room.clock.move(minutes=20)
    later = service.run()
    assert race.error is None, repr(race.error)
    assert race.told is not None
    assert report.failures == later.failures == ()
    old, new = mails(relay, key)
    with room.store.read() as unit:
        row = unit.outbox.delivery(number)
    return Ended(
        before=marked is None or race.told[1] < marked[0] or bool(new),
        after=marked is not None and race.told[0] > marked[1],
        old=old,
        new=new,
        row=row,
        report=report,
    )


def _check(act: Callable[..., None], ended: Ended, *, gated: bool, point: str) -> None:
    """Compare mails and row with the order in which the store was told."""
    assert ended.old + ended.new <= 1
    if gated:
        assert ended.before is (point != POINTS[4])
        assert ended.after is (point == POINTS[4])
    if act is move:
        assert ended.old + ended.new == 1
        assert ended.new or not ended.before
    elif ended.before:
        assert ended.old == 0
    elif ended.after:
        assert ended.old == 1
    if act is erase:
        assert ended.row is None
        lost = ("is gone: its reader was erased" in warning for warning in ended.report.warnings)
        assert all(lost)
        return
    assert ended.report.warnings == ()
    assert ended.row is not None
    sent = ended.old + ended.new == 1
    assert ended.row.state is (DeliveryState.SENT if sent else DeliveryState.SUPPRESSED)


def _postgres(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("postgres").new_database()
    store = SqlStore(url)
    store.upgrade()
    store.close()
    return url
