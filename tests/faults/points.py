"""Places at which a sender can be made to kill or stop itself, put there from outside.

The store, the rendering, the guard and the connection are the product's own, wrapped in this process
alone. Every pass through a place is a step; a life that is to end at step n does so whatever it is
doing. A place inside a transaction is named after what that transaction turned out to be for, which is
known when it has run once: a rehearsal gives the names, and the steps are the same the next time.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from recommender.domain.editions import Delivery, Envelope, Settlement
from recommender.mail.replies import StrictSMTP
from recommender.mail.smtp import SmtpMailer
from recommender.ports import UnitOfWork
from recommender.services.delivery import Guard, Render
from recommender.store.outbox import SqlOutbox
from recommender.store.sql_store import SqlStore, SqlUnitOfWork

_DOT = b"\r\n.\r\n"


@dataclass(slots=True)
class Points:
    """Counts steps; at step `armed` it tells `note` where it is and sends itself `signal`."""

    note: Callable[[str], None]
    armed: int = 0
    signal: int = signal.SIGKILL
    starts_at: str = ""
    halves: bool = True
    """Whether the body goes in two halves, with a place between them."""
    started: Callable[[], None] = lambda: None
    """Called once, at the first pass through `starts_at`."""
    steps: list[tuple[str, int]] = field(default_factory=list)
    """(place, transaction it is in, or 0) of each step so far."""
    purposes: dict[int, str] = field(default_factory=dict)
    """What each transaction was for."""
    _transactions: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, place: str, transaction: int = 0) -> None:
        """Take one step."""
        with self._lock:
            self.steps.append((place, transaction))
            if place == self.starts_at:
                self.starts_at = ""
                self.started()
            if len(self.steps) != self.armed:
                return
        self.note(place)
        os.kill(os.getpid(), self.signal)

    def transaction(self) -> int:
        """Return the number of a new transaction."""
        with self._lock:
            self._transactions += 1
            return self._transactions

    def names(self) -> list[str]:
        """Return the name of each step."""
        return [
            f"{self.purposes.get(number, 'read')}: {place}" if number else place
            for place, number in self.steps
        ]


class PointedStore(SqlStore):
    """The store, with a place around every BEGIN and COMMIT."""

    def __init__(self, url: str, points: Points) -> None:
        """Take the URL of the store."""
        super().__init__(url)
        self._points = points

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that only reads."""
        with self._around(super().read(), "the end") as unit:
            yield unit

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that may write."""
        with self._around(super().write(), "COMMIT") as unit:
            yield unit

    @contextmanager
    def _around(self, transaction: Any, end: str) -> Iterator[SqlUnitOfWork]:
        points, number = self._points, self._points.transaction()
        points.reach("before BEGIN", number)
        with transaction as unit:
            points.reach("after BEGIN", number)
            outbox = NotingOutbox(unit.outbox._connection, points, number)
            yield replace(unit, outbox=outbox)
            points.reach(f"before {end}", number)
        points.reach(f"after {end}", number)


class NotingOutbox(SqlOutbox):
    """The outbox; what it is asked for names the transaction."""

    def __init__(self, connection: Any, points: Points, number: int) -> None:
        """Note under the number of the transaction."""
        super().__init__(connection)
        self._points = points
        self._number = number

    def is_for(self, purpose: str) -> None:
        """Name the transaction."""
        self._points.purposes[self._number] = purpose

    def claim(
        self, *, worker: str, now: datetime, lease: timedelta, limit: int, lost: bool = True
    ) -> Sequence[Delivery]:
        """See SqlOutbox."""
        rows = super().claim(worker=worker, now=now, lease=lease, limit=limit, lost=lost)
        self.is_for("claim" if rows else "claim nothing")
        return rows

    def mark_in_doubt(self, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
        """See SqlOutbox."""
        self.is_for("mark")
        return super().mark_in_doubt(delivery, now=now, body_sha256=body_sha256)

    def settle(self, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
        """See SqlOutbox."""
        self.is_for("give back" if settlement.state == "ready" else f"settle {settlement.state}")
        return super().settle(delivery, settlement, now=now)

    def hold_in_doubt(self, *, now: datetime, again: int = 0, retry_at: datetime | None = None) -> int:
        """See SqlOutbox."""
        self.is_for("recover")
        return super().hold_in_doubt(now=now, again=again, retry_at=retry_at)


class PointedMailer(SmtpMailer):
    """The mailer, with a place around every command, the body and every answer."""

    points: Points

    def connect(self) -> StrictSMTP:
        """Connect, and watch what is said from then on."""
        self.points.reach("connect: before")
        connection = super().connect()
        assert connection.sock is not None
        watched = _PointedSocket(connection.sock, self.points)
        getreply = connection.getreply

        def answered() -> tuple[int, bytes]:
            reply = getreply()
            self.points.reach(f"{watched.said}: answered")
            return reply

        connection.sock = watched  # type: ignore[assignment]  # it has what is used of a socket
        connection.getreply = answered  # type: ignore[method-assign]  # of this connection alone
        self.points.reach("connect: after")
        return connection


class _PointedSocket:
    """A socket that takes steps when it sends; the body goes in two halves."""

    def __init__(self, real: socket.socket, points: Points) -> None:
        self._real = real
        self._points = points
        self.said = ""

    def __getattr__(self, name: str) -> Any:
        """Be the real socket in everything else."""
        return getattr(self._real, name)

    def sendall(self, data: bytes) -> None:
        """Send, with places before and after; in the middle too when it is the body."""
        body = data.endswith(_DOT)
        halves = body and self._points.halves
        self.said = "body" if body else data[:4].decode("ascii")
        self._points.reach(f"{self.said}: before")
        if halves:
            self._real.sendall(data[: len(data) // 2])
            self._points.reach("body: half")
            data = data[len(data) // 2 :]
        self._real.sendall(data)
        self._points.reach(f"{self.said}: sent")


def pointed_mailer(points: Points, **settings: Any) -> PointedMailer:
    """Build a mailer; it is frozen, as its parent is, so the points are put in past that."""
    mailer = PointedMailer(**settings)
    object.__setattr__(mailer, "points", points)
    return mailer


def pointed(render: Render, guard: Guard, points: Points) -> tuple[Render, Guard]:
    """Put places around rendering and guard."""

    def rendered(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        if isinstance(unit.outbox, NotingOutbox):
            unit.outbox.is_for("render")
        points.reach("render: before")
        made = render(unit, row)
        points.reach("render: after")
        return made

    def guarded(envelope: Envelope, message: bytes) -> None:
        points.reach("guard: before")
        guard(envelope, message)
        points.reach("guard: after")

    return rendered, guarded
