"""Tests of deliveries whose store fails, or whose reader changes, while a message is on its way."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest

from recommender.domain.editions import Delivery, DeliveryState, Envelope
from recommender.ports import Store, UnitOfWork
from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from tests.builders import a_declaration
from tests.fakes.mailer import FakeMailer
from tests.services.mailroom import ANA, BOB, CLEO, Mailroom, render, take_all, without_zeros


def test_an_answer_the_store_would_not_take_is_recorded_by_the_next_run(room: Mailroom) -> None:
    """The relay has it and the store was full: until it is recorded the row is nobody's to send."""
    store = MoodyStore(room.store)
    mailer = FakeMailer()
    service = DeliveryService(store, mailer, render, room.clock, take_all, DeliveryPolicy(jitter=0.0))
    mailer.before_mark = lambda _envelope: store.fail_after(1)
    with pytest.raises(OSError, match="full"):
        service.run()
    assert (mailer.recipients(), room.states()[ANA]) == ([ANA], DeliveryState.IN_DOUBT)
    mailer.before_mark = lambda _envelope: None
    room.clock.move(minutes=3)
    assert without_zeros(service.run().counts) == {"sent": 3}
    assert mailer.recipients() == [ANA, BOB, CLEO]
    assert set(room.states().values()) == {DeliveryState.SENT}


def test_a_mark_whose_commit_seems_to_fail_costs_no_edition(room: Mailroom) -> None:
    """The line to the database broke as it committed: nothing was sent, so the row does not stay in doubt."""
    store = MoodyStore(room.store)
    mailer = FakeMailer(before_mark=lambda _envelope: store.break_after_commit())
    service = DeliveryService(store, mailer, render, room.clock, take_all, DeliveryPolicy(jitter=0.0))
    with pytest.raises(OSError, match="lost"):
        service.run()
    assert (mailer.sent, room.states()[ANA]) == ([], DeliveryState.IN_DOUBT)
    mailer.before_mark = lambda _envelope: None
    room.clock.move(minutes=3)
    assert without_zeros(service.run().counts) == {"deferred": 1, "sent": 3}
    assert sorted(mailer.recipients()) == [ANA, BOB, CLEO]


def test_a_store_that_fails_while_a_message_is_made_costs_no_edition(room: Mailroom) -> None:
    """A row is set aside for its own fault only: it is looked at twice."""
    tries: list[int] = []

    def unlucky(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        tries.append(row.id)
        if len(tries) == 1:
            raise OSError("the connection to the database was lost")
        return render(unit, row)

    mailer = FakeMailer()
    assert without_zeros(room.service(mailer, render=unlucky).run().counts) == {"sent": 3}
    assert tries == [1, 1, 2, 3]


def test_readers_who_swap_addresses_between_claim_and_body_get_their_own(room: Mailroom) -> None:
    """The message follows the reader, not the address it was claimed under."""
    mailer = FakeMailer()
    moved: list[str] = []

    def swap(envelope: Envelope) -> None:
        if moved:
            return
        moved.append(envelope.rcpt_to)
        with room.store.write() as unit:
            ana, bob = unit.people.find(ANA).id, unit.people.find(BOB).id
            for number, email in ((ana, "x@example.org"), (bob, ANA), (ana, BOB)):
                unit.people.change(number, a_declaration(email))

    mailer.before_mark = swap
    room.service(mailer).run()
    own = {(row.email, row.message_id) for row in room.rows().values()}
    sent = {(envelope.rcpt_to, _named(message)) for envelope, message in mailer.sent}
    assert sent == own
    assert set(room.states().values()) == {DeliveryState.SENT}


@pytest.mark.parametrize("moment", ["before the mark", "after it"])
def test_a_reader_erased_on_the_way_leaves_no_row_and_no_trouble(room: Mailroom, moment: str) -> None:
    """Before the mark nothing goes; a late answer for a row that is gone is a warning."""
    mailer = FakeMailer()
    accept = mailer.send

    def erase() -> bool:
        with room.store.write() as unit:
            unit.people.erase(unit.people.find(ANA).id)
        return True

    def send(envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        if envelope.rcpt_to != ANA:
            return accept(envelope, message, on_in_doubt)
        if moment == "before the mark":
            return accept(envelope, message, lambda: erase() and on_in_doubt())
        return accept(envelope, message, lambda: on_in_doubt() and erase())

    mailer.send = send  # type: ignore[method-assign]  # this one run only
    report = room.service(mailer).run()
    late = moment == "after it"
    assert mailer.recipients() == [ANA, BOB, CLEO][not late :]
    assert report.warnings == (("delivery 1 (2026-11-21) is gone: its reader was erased",) if late else ())
    assert report.failures == ()
    assert room.states() == {BOB: DeliveryState.SENT, CLEO: DeliveryState.SENT}


class MoodyStore:
    """A store whose disk is full for one write."""

    def __init__(self, store: Store) -> None:
        """Work until told otherwise."""
        self._store = store
        self._left: int | None = None
        self._breaks = False

    def fail_after(self, writes: int) -> None:
        """Let so many writes through, then fail one."""
        self._left = writes

    def break_after_commit(self) -> None:
        """Keep the next write, and say that it failed."""
        self._breaks = True

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Read as ever."""
        return self._store.read()

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Write, or fail."""
        if self._left == 0:
            self._left = None
            raise OSError("database or disk is full")
        if self._left is not None:
            self._left -= 1
        return self._broken() if self._breaks else self._store.write()

    @contextmanager
    def _broken(self) -> Iterator[UnitOfWork]:
        self._breaks = False
        with self._store.write() as unit:
            yield unit
        raise OSError("the connection to the database was lost")


def _named(message: bytes) -> str:
    return message.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()


def test_a_mailer_that_breaks_after_the_mark_holds_the_row(room: Mailroom) -> None:
    """A fault of ours in the middle is no answer: the row is held at once, not at the next start."""
    mailer = FakeMailer()
    accept = mailer.send

    def broken(envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        if envelope.rcpt_to == ANA:
            on_in_doubt()
            raise ZeroDivisionError("a fault of ours")
        return accept(envelope, message, on_in_doubt)

    mailer.send = broken  # type: ignore[method-assign]  # this one life only
    with pytest.raises(ZeroDivisionError):
        room.service(mailer).run()
    assert room.states()[ANA] is DeliveryState.HELD


def test_a_service_goes_on_from_where_another_stood(room: Mailroom) -> None:
    """What the store would not take, and the rest of the relay, outlive a reload."""
    store = MoodyStore(room.store)
    mailer = FakeMailer(before_mark=lambda _envelope: store.break_after_commit())
    old = DeliveryService(store, mailer, render, room.clock, take_all, DeliveryPolicy(jitter=0.0))
    with pytest.raises(OSError, match="lost"):
        old.run()
    old.desk.relay.refused(room.clock.now())
    mailer.before_mark = lambda _envelope: None
    new = room.service(mailer)
    new.inherit(old.desk)
    assert without_zeros(new.run().counts) == {"deferred": 1}
    room.clock.move(minutes=3)
    assert without_zeros(new.run().counts) == {"sent": 3}


def test_one_refusal_met_by_many_connections_is_one(room: Mailroom) -> None:
    """The rest does not double for each of them."""
    relay = room.service(FakeMailer()).desk.relay
    for _connection in range(4):
        relay.refused(room.clock.now())
    assert relay.rests_until(room.clock.now()) == room.clock.now() + timedelta(minutes=1)
