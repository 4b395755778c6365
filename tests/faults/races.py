"""One reader's change of mind against one delivery: who does what, and when the store was told."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from recommender.domain.editions import Delivery, Envelope
from recommender.ports import UnitOfWork
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import Unsubscribing
from recommender.store.outbox import SqlOutbox
from recommender.store.sql_store import SqlStore, SqlUnitOfWork
from tests.builders import a_declaration
from tests.faults.raw import Moment, RawRelay, Say
from tests.services.mailroom import Hands, render

POINTS = ("before the claim", "after the claim", "at RCPT", "before the mark", "after the mark")
"""When the change is let loose; the first two and the last are seen from the talk with the relay."""
_PHASES = {"EHLO": POINTS[0], "RCPT": POINTS[2], "DATA": POINTS[3], "dot": POINTS[4]}
_PATIENCE = 20.0
_JITTER = 0.006
"""Seconds within which a change comes that nobody waits for: about as long as a message takes."""


class NotingStore(SqlStore):
    """The store, noting when the last mark began and when it was committed, in monotonic seconds."""

    def __init__(self, url: str) -> None:
        """Open the store; nothing is marked."""
        super().__init__(url)
        self.marked: tuple[float, float] | None = None

    def forget(self) -> None:
        """Forget the last mark."""
        self.marked = None

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that may write."""
        began = time.monotonic()
        with super().write() as unit:
            noting = _NotingOutbox(unit.outbox._connection)
            yield replace(unit, outbox=noting)
        if noting.made:
            self.marked = (began, time.monotonic())


class _NotingOutbox(SqlOutbox):
    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.made = False

    def mark_in_doubt(self, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
        """See SqlOutbox."""
        self.made = super().mark_in_doubt(delivery, now=now, body_sha256=body_sha256)
        return self.made


def unsubscribe(store: SqlStore, clock: Hands, key: str) -> None:
    """Press the button in the mail."""
    Unsubscribing(store, clock).unsubscribe(_reader(store, key))


def pause(store: SqlStore, clock: Hands, key: str) -> None:
    """Ask for a pause on the page."""
    Unsubscribing(store, clock).pause(_reader(store, key))


def remove(store: SqlStore, clock: Hands, _key: str) -> None:
    """Take everybody out of the file."""
    Subscriptions(store, clock).run([])


def move(store: SqlStore, clock: Hands, key: str) -> None:
    """Give a new address in the file."""
    Subscriptions(store, clock).run([a_declaration(new_address(key), key=key)])


def erase(store: SqlStore, clock: Hands, key: str) -> None:
    """Forget the reader."""
    with store.write() as unit:
        unit.people.erase(unit.people.find(key).id)


ACTS: tuple[Callable[[SqlStore, Hands, str], None], ...] = (unsubscribe, pause, remove, move, erase)


def old_address(key: str) -> str:
    """Return where a reader is mailed at first."""
    return f"{key}.old@example.org"


def new_address(key: str) -> str:
    """Return where a reader who has moved is mailed."""
    return f"{key}.new@example.org"


@dataclass
class Race:
    """Lets `act` loose at `point`; with `gated` the delivery waits there until it is acknowledged.

    It is the relay's script and wraps the rendering, so that the sender needs no hook of its own.
    """

    act: Callable[[], None]
    point: str
    gated: bool
    luck: random.Random
    told: tuple[float, float] | None = None
    """When the act began and when it was acknowledged, in monotonic seconds."""
    error: Exception | None = None
    _begun: threading.Event = field(default_factory=threading.Event)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Make ready."""
        self._delay = 0.0 if self.gated else self.luck.uniform(0.0, _JITTER)
        self._actor = threading.Thread(target=self._run, daemon=True)
        self._actor.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the act; where the delivery never came to the point, let it loose now."""
        self._begun.set()
        assert self._done.wait(_PATIENCE), "the change of mind never ended"

    def relay_moment(self, moment: Moment) -> Say | None:
        """Look where the talk is; answer as a good relay does."""
        self._reach(_PHASES.get(moment.phase, ""))
        return None

    def render(self, unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        """Make the message: the row is claimed by now."""
        self._reach(POINTS[1])
        return render(unit, row)

    def _reach(self, point: str) -> None:
        if point == self.point and not self._begun.is_set():
            self._begun.set()
            if self.gated:
                assert self._done.wait(_PATIENCE), "the change of mind never ended"

    def _run(self) -> None:
        self._begun.wait(_PATIENCE)
        time.sleep(self._delay)
        began = time.monotonic()
        try:
            self.act()
        except Exception as error:  # noqa: BLE001 - the test asks for it
            self.error = error
        self.told = (began, time.monotonic())
        self._done.set()


@dataclass
class Course:
    """A relay whose script is whatever race is on."""

    race: Race | None = None

    def __call__(self, moment: Moment) -> Say | None:
        """Ask the race."""
        return self.race.relay_moment(moment) if self.race is not None else None


def mails(relay: RawRelay, key: str) -> tuple[int, int]:
    """Return how many mails the old and the new address of a reader have got."""
    got = [message.rcpt for message in relay.accepted]
    return got.count(old_address(key)), got.count(new_address(key))


def _reader(store: SqlStore, key: str) -> Any:
    with store.read() as unit:
        return unit.people.find(key)
