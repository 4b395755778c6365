"""A relay that falls silent, or drips a byte at a time, in every phase; seconds are scaled down."""

import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.domain.editions import Delivery, DeliveryState, Envelope
from recommender.domain.errors import MailDeferred
from recommender.mail.smtp import Security, SmtpMailer
from recommender.ports import UnitOfWork
from tests.faults.raw import PHASES, Moment, RawRelay, Say, both_ways
from tests.faults.rooms import MOST_RUNS, a_room, readers
from tests.faults.scale import Figures, scaled
from tests.mail.messages import a_message
from tests.services.mailroom import Mailroom, render, smtp_mailer

STALLS = scaled(tiny=1, quick=10, full=20)
TIMEOUT, REPLY_TIMEOUT = 0.12, 0.4
DRIP = 0.1
"""Seconds between two bytes of a reply that drips: never a time-out between bytes, far too long in all."""
DRIPPED = b"-dripping" * 30 + b"\r\n"
SLACK = 8.0
"""Seconds on top of the time-out that a busy machine may take."""
_PATIENCE = 20.0
BODY = "body"
LARGE = "x" * 70 + "\r\n"


class Stalls:
    """Stalls or drips in one phase until it has done so often enough; notes how long the client stayed."""

    def __init__(self, phase: str, say: Say, often: int = STALLS) -> None:
        """Prepare."""
        self._phase, self._say, self._often = phase, say, often
        self._lock = threading.Lock()
        self.done = 0

    def __call__(self, moment: Moment) -> Say | None:
        """Misbehave, or be good."""
        if moment.phase != self._phase:
            return None
        with self._lock:
            if self.done >= self._often:
                return None
            self.done += 1
        return self._say


def _quick(port: int) -> SmtpMailer:
    return replace(smtp_mailer(port), timeout=TIMEOUT, reply_timeout=REPLY_TIMEOUT)


def _large(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
    """Make a message that no socket buffer holds."""
    envelope, _message = render(unit, row)
    return envelope, a_message(LARGE * 100_000, To=row.email, Message_ID=row.message_id)


@pytest.mark.parametrize("phase,pipelining", both_ways([*PHASES, BODY]))
def test_a_stall_ends_in_the_phases_own_time(
    tmp_path: Path, phase: str, *, pipelining: bool, figures: Figures
) -> None:
    """Before the end of the message the row waits and goes later, after it it is held; nothing doubles."""
    script = Stalls(phase, Say(stall=True))
    with a_room(tmp_path, STALLS + 2) as room, RawRelay(script, pipelining, 4096) as relay:
        longest = _drain(room, relay, script, large=phase == BODY)
        _check(room, relay, held=STALLS if phase == "dot" else 0)
    figures.add(stalls=script.done, longest_ms=int(1000 * longest))


@pytest.mark.parametrize("phase,pipelining", both_ways(PHASES))
def test_a_drip_is_a_stall(tmp_path: Path, phase: str, *, pipelining: bool, figures: Figures) -> None:
    """A byte now and then keeps no connection alive: the time is for the whole reply."""
    code = {"greeting": b"220", "DATA": b"354"}.get(phase, b"250")
    script = Stalls(phase, Say(code + DRIPPED + code + b" ok\r\n", drip=DRIP, takes=True))
    with a_room(tmp_path, STALLS + 2) as room, RawRelay(script, pipelining) as relay:
        longest = _drain(room, relay, script)
        _check(room, relay, held=STALLS if phase == "dot" else 0)
    assert len(DRIPPED) * DRIP > SLACK + 10 * REPLY_TIMEOUT
    figures.add(drips=script.done, longest_ms=int(1000 * longest))


def test_a_drip_of_whole_lines_is_a_stall(tmp_path: Path) -> None:
    """Lines without end, each in time, are no reply either."""
    endless = Say(b"250-more\r\n" * 2000, drip=0.002, takes=True)
    with a_room(tmp_path, 5) as room, RawRelay(Stalls("dot", endless, 3)) as relay:
        service = room.service(_quick(relay.port))
        began = time.monotonic()
        service.run()
        assert time.monotonic() - began < 3 * REPLY_TIMEOUT + SLACK
        assert {row.state for row in room.rows().values()} == {DeliveryState.HELD, DeliveryState.READY}


@pytest.mark.parametrize("phase", ["TLS from the first byte", "STAR"])
def test_a_stalled_handshake_is_a_relay_that_cannot_be_used(phase: str) -> None:
    """The handshake has its time too, whenever it comes."""
    says = {"EHLO": Say(b"250-relay\r\n250 STARTTLS\r\n"), "STAR": Say(b"220 go on\r\n")}
    security = Security.STARTTLS if phase == "STAR" else Security.TLS
    with RawRelay(lambda moment: says.get(moment.phase, Say())) as relay:
        says |= {"greeting": Say(b"220 ready\r\n" if phase == "STAR" else b"")}
        mailer = replace(_quick(relay.port), security=security, tls_context=ssl.create_default_context())
        began = time.monotonic()
        with pytest.raises(MailDeferred, match="timed out") as caught:
            mailer.open()
        assert caught.value.relay
        assert time.monotonic() - began < TIMEOUT + SLACK


def test_others_work_on_and_stop_is_heard_during_a_stall(tmp_path: Path) -> None:
    """While one message waits for its answer another thread publishes; after it no further one is begun."""
    stop, asked, enough = threading.Event(), threading.Event(), threading.Event()

    def script(moment: Moment) -> Say | None:
        if moment.phase != "dot":
            return None
        asked.set()
        enough.wait(_PATIENCE)
        return Say(hang_up=True)

    first, *others = readers(3)
    with a_room(tmp_path, 3) as room, RawRelay(script) as relay:
        service = room.service(replace(smtp_mailer(relay.port), reply_timeout=_PATIENCE))
        running = threading.Thread(target=service.run, kwargs={"stopping": stop.is_set}, daemon=True)
        running.start()
        assert asked.wait(_PATIENCE)
        room.publish(first, key="2026-11-22")
        with room.store.read() as unit:
            assert [row.email for row in unit.outbox.deliveries(DeliveryState.IN_DOUBT)] == [first]
        stop.set()
        enough.set()
        running.join(_PATIENCE)
        assert not running.is_alive()
        with room.store.read() as unit:
            states = {(row.edition_key, row.email): row.state for row in unit.outbox.deliveries()}
        assert relay.messages == 1
    waiting = {("2026-11-21", email): DeliveryState.READY for email in others}
    held, last = ("2026-11-21", first), ("2026-11-22", first)
    assert states == {held: DeliveryState.HELD, last: DeliveryState.READY, **waiting}


def _drain(room: Mailroom, relay: RawRelay, script: Stalls, *, large: bool = False) -> float:
    """Run until nothing waits; return the longest time a stall took the client."""

    def make(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        """Be brief once there is no stall to fill a buffer for."""
        return (_large if large and script.done < STALLS else render)(unit, row)

    service = room.service(_quick(relay.port), render=make)
    longest = 0.0
    for _run in range(MOST_RUNS):
        before, began = script.done, time.monotonic()
        service.run()
        if stalls := script.done - before:
            taken = (time.monotonic() - began) / stalls
            assert taken < max(TIMEOUT, REPLY_TIMEOUT) + SLACK
            longest = max(longest, taken)
        if set(room.states().values()) <= {DeliveryState.SENT, DeliveryState.HELD}:
            return longest
        room.clock.move(minutes=31)
    raise AssertionError(f"rows still wait after {MOST_RUNS} runs")


def _check(room: Mailroom, relay: RawRelay, *, held: int) -> None:
    """So many rows are held, all others sent, and nobody has two copies."""
    rows = room.rows()
    assert sum(row.state is DeliveryState.HELD for row in rows.values()) == held
    assert all(row.doubts == (row.state is DeliveryState.HELD) for row in rows.values())
    copies = relay.copies()
    assert set(copies.values()) == {1}
    assert {row.message_id for row in rows.values() if row.state is DeliveryState.SENT} <= set(copies)
