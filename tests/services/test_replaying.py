"""Tests of sending once more because a person asks: which rows, which words, all or nothing."""

from datetime import timedelta

import pytest

from recommender.domain.editions import RETRIABLE, DeliveryState, Settlement
from recommender.domain.errors import InputError, MailDeferred, MailRejected
from recommender.services.replaying import Replaying, second_copy
from tests.fakes.mailer import FakeMailer
from tests.services.mailroom import ANA, BOB, CLEO, Mailroom, without_zeros

STATES = sorted(set(DeliveryState))


def lead_to(room: Mailroom, email: str, state: DeliveryState) -> str:
    """Bring the row of an address into a state; return its id."""
    row = room.rows()[email]
    if state is DeliveryState.READY:
        return str(row.id)
    with room.store.write() as unit:
        claimed = unit.outbox.claim(
            worker="w", now=room.clock.now(), lease=timedelta(minutes=2), limit=row.id
        )
        row = next(entry for entry in claimed if entry.id == row.id)
        direct = state in (DeliveryState.EXPIRED, DeliveryState.SUPPRESSED, DeliveryState.CLAIMED)
        if not direct:
            unit.outbox.mark_in_doubt(row, now=room.clock.now(), body_sha256="0" * 64)
        if state not in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT):
            unit.outbox.settle(row, Settlement(state=state, reply="words"), now=room.clock.now())
    return str(row.id)


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_ready_again_or_told_why_not(room: Mailroom, state: DeliveryState) -> None:
    """Four states can be replayed; every other is refused in words that name the row, and stays."""
    number = lead_to(room, ANA, state)
    replaying = Replaying(room.store, room.clock)
    if state in RETRIABLE:
        replaying.run(replaying.look([number, number]))
        assert room.states()[ANA] is DeliveryState.READY
        return
    with pytest.raises(InputError, match=rf"^delivery {number} \(2026-11-21\) ") as refused:
        replaying.look([number])
    assert str(refused.value).endswith("nothing was changed")
    assert ANA not in str(refused.value)
    assert room.states()[ANA] is state


@pytest.mark.parametrize(
    "reference", ["99", "0", "-1", "1.0", "ana@example.org", "", "٣", "9" * 30, "2147483648"]
)
def test_what_is_no_id_is_told_where_ids_are(room: Mailroom, reference: str) -> None:
    """Anything else is unknown, whatever it looks like."""
    with pytest.raises(InputError, match="`paperroute deliveries` lists the ids"):
        Replaying(room.store, room.clock).look([reference])


def test_one_bad_id_keeps_all_rows_where_they_are(room: Mailroom) -> None:
    """Every fault is told at once, and no good row is changed."""
    good, bad = lead_to(room, ANA, DeliveryState.HELD), lead_to(room, BOB, DeliveryState.READY)
    with pytest.raises(InputError) as refused:
        Replaying(room.store, room.clock).look([good, bad, "77"])
    told = str(refused.value)
    assert (f"delivery {bad} " in told, "'77'" in told, f"delivery {good} " in told) == (True, True, False)
    assert room.states()[ANA] is DeliveryState.HELD


def test_a_row_that_moved_on_since_the_question_is_left(room: Mailroom) -> None:
    """The answer was about a held row; the relay's late answer made it sent."""
    numbers = [lead_to(room, ANA, DeliveryState.HELD), lead_to(room, BOB, DeliveryState.FAILED)]
    replaying = Replaying(room.store, room.clock)
    rows = replaying.look(numbers)
    with room.store.write() as unit:
        assert unit.outbox.settle(rows[0], Settlement(state=DeliveryState.SENT), now=room.clock.now())
    with pytest.raises(InputError, match="no edition is sent twice"):
        replaying.run(rows)
    assert room.states()[BOB] is DeliveryState.FAILED


def test_a_reader_who_left_gets_nothing_and_one_who_is_back_the_next(room: Mailroom) -> None:
    """Before: it would only be suppressed. After: what was suppressed stays, the next edition is named."""
    failed, suppressed = (
        lead_to(room, ANA, DeliveryState.FAILED),
        lead_to(room, BOB, DeliveryState.SUPPRESSED),
    )
    replaying = Replaying(room.store, room.clock)
    for email in (ANA, BOB):
        with room.store.write() as unit:
            unit.people.suppress(email, reason="unsubscribed", at=room.clock.now())
    with pytest.raises(InputError, match="its reader gets no mail now"):
        replaying.look([failed])
    with pytest.raises(InputError, match="and that is so still"):
        replaying.look([suppressed])
    with room.store.write() as unit:
        unit.people.lift(BOB)
    with pytest.raises(InputError, match="they are back, and their next edition is due 2026-11-2"):
        replaying.look([suppressed])


def test_a_dead_workers_row_needs_no_person(room: Mailroom) -> None:
    """In its lease a claimed row is somebody's; after it the next run takes it."""
    number = lead_to(room, ANA, DeliveryState.CLAIMED)
    replaying = Replaying(room.store, room.clock)
    with pytest.raises(InputError, match="in the hands of a worker until 06:32 UTC"):
        replaying.look([number])
    room.clock.move(minutes=3)
    with pytest.raises(InputError, match="`paperroute deliver` takes it over"):
        replaying.look([number])


def test_an_old_edition_goes_out_once_more_and_is_not_expired_again(room: Mailroom) -> None:
    """Expiry counts from the asking, for a refused row and an expired one alike."""
    mailer = FakeMailer(script={ANA: [MailRejected("550 no")], BOB: [MailDeferred("450 later")]})
    service = room.service(mailer)
    service.run()
    room.clock.move(days=5)
    service.run()
    assert (room.states()[ANA], room.states()[BOB]) == (DeliveryState.FAILED, DeliveryState.EXPIRED)
    replaying = Replaying(room.store, room.clock)
    replaying.run(replaying.look([str(room.rows()[email].id) for email in (ANA, BOB)]))
    assert without_zeros(service.run().counts) == {"sent": 2}
    assert mailer.recipients() == [CLEO, ANA, BOB]


def test_the_warning_says_how_it_came_to_be_held(room: Mailroom) -> None:
    """A process that died and a line that was lost are told apart by the row's own words."""
    lead_to(room, ANA, DeliveryState.IN_DOUBT)
    room.service(FakeMailer()).recover()
    told = second_copy(room.rows()[ANA])
    assert "second copy" in told
    assert "the process died before the relay answered" in told
    assert ANA not in told
