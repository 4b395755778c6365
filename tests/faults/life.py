"""One life of a sender: the real store, mailer and delivery service, put together from plain values."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from recommender.domain.editions import Delivery, Envelope
from recommender.mail.guard import check_wire
from recommender.mail.smtp import Security
from recommender.ports import Clock, UnitOfWork
from recommender.runtime import FixedClock
from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from tests.faults.points import PointedStore, Points, pointed, pointed_mailer
from tests.mail.messages import SENDER, a_body, a_message

LARGE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a sender is told; plain values, for it travels to another process.

    It says that it has begun when everything stands or, with `starts_at`, when it first comes to that
    place. `now` is ISO 8601. Its clock runs on from there, stands still when `frozen`, or shows what the file
    `hands` says. It kills or stops itself (`signal`) at step `armed`; it asks to stop after `stop_after`
    settled rows. With `random` death comes from outside, and the body goes in one write as it should.
    """

    url: str
    port: int
    now: str
    frozen: bool = False
    hands: str | None = None
    recover: bool = True
    connections: int = 1
    batch: int = 20
    retry_in_doubt: int = 0
    stop_after: int | None = None
    starts_at: str = ""
    random: bool = False
    armed: int = 0
    signal: int = signal.SIGKILL


class FileClock:
    """A clock whose hands are a file that somebody else writes."""

    def __init__(self, file: Path) -> None:
        """Read from `file`."""
        self._file = file

    def now(self) -> datetime:
        """Return the instant in the file."""
        return datetime.fromisoformat(self._file.read_text(encoding="ascii"))


def live(life: Life, started: Callable[[], None], note: Callable[[str], None]) -> dict[str, Any]:
    """Recover, send, and return the report's counts and the steps that were taken.

    `started` is called at the beginning (see Life); `note` with the place at
    which the life is about to kill or stop itself.
    """
    points = Points(
        note, life.armed, life.signal, starts_at=life.starts_at, halves=not life.random, started=started
    )
    store = PointedStore(life.url, points)
    mailer = pointed_mailer(
        points, host="127.0.0.1", port=life.port, security=Security.PLAIN, timeout=20.0, reply_timeout=20.0
    )
    render, guard = pointed(message_of, guarded, points)
    policy = DeliveryPolicy(
        jitter=0.0, connections=life.connections, batch=life.batch, retry_in_doubt=life.retry_in_doubt
    )
    service = DeliveryService(store, mailer, render, _clock(life), guard, policy)
    settled = 0

    def count(_how: str, done: int) -> None:
        nonlocal settled
        settled = done

    if not life.starts_at:
        started()
    if life.recover:
        service.recover()
    report = service.run(count, lambda: life.stop_after is not None and settled >= life.stop_after)
    store.close()
    return {
        "counts": dict(report.counts),
        "warnings": list(report.warnings),
        "failures": [f"{failure.place}: {failure.reason}" for failure in report.failures],
        "steps": points.names(),
    }


def message_of(_unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
    """Make the message of a row, the same bytes every time: one in four small, the others 60 kB.

    A row for an address that begins with `poison-` kills whoever renders it.
    """
    if row.email.startswith("poison-"):
        os.kill(os.getpid(), signal.SIGKILL)
    filler = "Papers you may like, and why.\r\n" * (LARGE // 31 if row.id % 4 else 1)
    message = a_message(filler + a_body(), To=row.email, Message_ID=row.message_id)
    return Envelope(mail_from="bounce@example.org", rcpt_to=row.email, stem=f"{row.id}"), message


def guarded(envelope: Envelope, message: bytes) -> None:
    """Look at the bytes as the product does."""
    check_wire(message, envelope, SENDER)


def _clock(life: Life) -> Clock:
    if life.hands is not None:
        return FileClock(Path(life.hands))
    return FixedClock(datetime.fromisoformat(life.now), ticking=not life.frozen)
