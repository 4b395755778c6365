"""A store that another process has locked, or whose disk is full, while mail goes out."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from recommender.domain.subscribers import Cadence, SubscriberState
from tests.builders import a_declaration, a_paper
from tests.faults.cramped import Cramp, Cramped, cramped
from tests.faults.pressroom import PressRoom
from tests.faults.raw import Moment, RawRelay, Say
from tests.faults.rooms import a_room, readers
from tests.faults.scale import Figures, chance, scaled
from tests.services.mailroom import START, smtp_mailer

LOCKED = scaled(tiny=1, quick=10, full=50) / 10
"""Seconds for which another process has the store."""
SIZES = scaled(tiny=2, quick=20, full=60)
ROWS = 12
GROWTH = 200_000
"""Bytes by which delivering the rows makes the store's log grow, nearly."""
_SLACK = 5.0


class Burglar:
    """Takes the lock from outside and gives it back after a while."""

    def __init__(self, file: Path, how: str) -> None:
        """`how` is IMMEDIATE or EXCLUSIVE."""
        self._file, self._how = file, how
        self._has = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self.gone_at = 0.0

    def strike(self) -> None:
        """Take the lock; return when it is held. Only the first call does."""
        if not self._has.is_set():
            self._thread.start()
            assert self._has.wait(_SLACK)

    def leave(self) -> None:
        """Wait until the lock is given back."""
        self._thread.join()

    def _hold(self) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=_SLACK)) as connection:
            connection.execute(f"BEGIN {self._how}")
            self._has.set()
            time.sleep(LOCKED)
            self.gone_at = time.monotonic()
            connection.execute("ROLLBACK")


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize("phase", ["EHLO", "RCPT", "dot"])
def test_delivery_waits_for_a_locked_store(tmp_path: Path, phase: str, how: str, figures: Figures) -> None:
    """The claim, the mark and the settling wait for their turn; nothing is lost and nobody is told."""
    burglar = Burglar(tmp_path / "store.db", how)

    def script(moment: Moment) -> Say | None:
        if moment.phase == phase:
            burglar.strike()
        return None

    with a_room(tmp_path, 5) as room, RawRelay(script) as relay:
        report = room.service(smtp_mailer(relay.port)).run()
        ended = time.monotonic()
        burglar.leave()
        assert (report.counts["sent"], report.failures, report.warnings) == (5, (), ())
        assert ended > burglar.gone_at > 0.0
        assert set(relay.copies().values()) == {1}
        assert set(room.states().values()) == {DeliveryState.SENT}
    figures.add(locks=1, milliseconds=int(1000 * LOCKED))


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_publishing_waits_for_a_locked_store(tmp_path: Path, how: str) -> None:
    """Every edition that is due is made once the lock is free, and mailed."""
    with a_room(tmp_path, 0) as room, RawRelay() as relay:
        with room.store.write() as unit:
            unit.papers.fold([a_paper(1), a_paper(2)], seen_at=START)
            for email in readers(5):
                declared = a_declaration(email, cadence=Cadence(at=START.time(), zone="UTC"))
                unit.people.add(declared, state=SubscriberState.ACTIVE, at=START)
        press = PressRoom(f"sqlite:///{tmp_path / 'store.db'}", relay.port, "worker")
        burglar = Burglar(tmp_path / "store.db", how)
        burglar.strike()
        assert press.tick(START) == {"due": 5, "editions": 5, "sent": 5, "trouble": []}
        burglar.leave()
        assert len(relay.accepted) == 5


@pytest.fixture(scope="module")
def program() -> Iterator[Cramped]:
    """Keep a process that can be cramped."""
    with cramped() as running:
        yield running


@pytest.mark.parametrize("life", ["the same", "a new one"])
def test_a_full_disk_doubles_nothing(tmp_path: Path, life: str, program: Cramped, figures: Figures) -> None:
    """When there is space again the rest goes; what was accepted unrecorded is recorded, or held by the next.

    The limits are spread over what a run writes, so that it ends in every kind of transaction.
    """
    luck = chance("full disk", life)
    restarts = life == "a new one"
    stopped: Counter[str] = Counter()
    for number in range(SIZES):
        folder = tmp_path / str(number)
        folder.mkdir()
        with a_room(folder, ROWS) as room, RawRelay() as relay:
            growth = (GROWTH * number + luck.randrange(GROWTH)) // SIZES
            file = str(folder / "store.db")
            said = program.deliver(Cramp(file=file, port=relay.port, room=growth, restarts=restarts))
            states = Counter(room.states().values())
            copies = relay.copies()
            rows = room.rows().values()
        stopped[(said["error"] or "").partition(":")[0]] += 1
        held = states[DeliveryState.HELD]
        assert said["problems"] == []
        assert states == Counter({DeliveryState.SENT: ROWS - held, DeliveryState.HELD: held}) - Counter()
        assert held <= int(restarts)
        assert max(copies.values()) == 1
        assert {row.message_id for row in rows if row.state is DeliveryState.SENT} <= set(copies)
        figures.add(disks=1, held=held, duplicates=copies.total() - len(copies))
    assert set(stopped) == {"StoreUnavailable"}
