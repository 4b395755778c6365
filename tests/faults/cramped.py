"""A daemon whose disk is full: its process may write files up to a size and no further (RLIMIT_FSIZE).

A program: each line of JSON names a store and how much its log may grow; the process delivers until it can
write no more, gets its space back, goes on in the same life or in a new one, and tells what it saw.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.store.sql_store import SqlStore
from tests.services.mailroom import Hands, render, smtp_mailer, take_all

_STORE_FAILED = "not sent: the store failed just before"
"""What the second run may say of a row whose mark the first could not write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cramp:
    """One try: the store's file, the bytes its log may grow by, and whether the process starts afresh."""

    file: str
    port: int
    room: int
    restarts: bool


@dataclass(frozen=True, slots=True)
class Cramped:
    """The program, seen from the tests."""

    process: "subprocess.Popen[str]"

    def deliver(self, cramp: Cramp) -> dict[str, Any]:
        """Return `error` (what stopped the first run, or None) and `sent` of the second."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(cramp)) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def cramped() -> Iterator[Cramped]:
    """Run the program for the time of the block."""
    command = [sys.executable, "-m", "tests.faults.cramped"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Cramped(process)


def _deliver(cramp: Cramp) -> dict[str, Any]:
    clock = Hands()
    store = SqlStore(f"sqlite:///{cramp.file}")
    with store.write() as unit:  # open the log beside the file before its size counts
        unit.people.lift("nobody@example.org")
    service = _service(store, cramp.port, clock)
    log = Path(f"{cramp.file}-wal")
    _allow(log.stat().st_size + cramp.room)
    try:
        service.run()
        error = None
    except Exception as caught:  # noqa: BLE001 - whatever stops it is what the test is about
        error = f"{type(caught).__name__}: {caught}"
    _allow(resource.RLIM_INFINITY)
    clock.move(minutes=3)
    if cramp.restarts:
        service = _service(store, cramp.port, clock)
        service.recover()
    report = service.run()
    told = [failure.reason for failure in report.failures if _STORE_FAILED not in failure.reason]
    problems = [*store.check(), *told]
    store.close()
    return {"error": error, "sent": report.counts["sent"], "problems": problems}


def _service(store: SqlStore, port: int, clock: Hands) -> DeliveryService:
    return DeliveryService(store, smtp_mailer(port), render, clock, take_all, DeliveryPolicy(jitter=0.0))


def _allow(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_deliver(Cramp(**json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
