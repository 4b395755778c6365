"""Threads that vote through one store until its disk is full, and again when there is space: a program.

Its argument is a store's file and how many bytes its log may grow by; it says in JSON what every thread
was told and what the store holds in the end.
"""

import json
import resource
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from recommender.domain.errors import StoreUnavailable
from recommender.domain.feedback import Act, Feedback
from recommender.store.grouping import GroupingStore
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper

THREADS = 8
_REFUSALS = 5
_AFTER = 5


class Voter:
    """One thread's books."""

    def __init__(self, store: GroupingStore, reader: int, number: int) -> None:
        """Vote in a span of minutes of its own."""
        self._store, self._reader, self._next = store, reader, number * 100_000
        self.answered: list[int] = []
        self.refused = 0

    def vote(self) -> None:
        """Record one act; write down how it ended."""
        self._next += 1
        entry = Feedback(
            subscriber=self._reader,
            paper=a_paper().id,
            act=Act.UP,
            at=NOON + timedelta(seconds=self._next),
            value="v" * 200,
        )
        try:
            with self._store.write() as unit:
                unit.people.record([entry])
        except StoreUnavailable:
            self.refused += 1
        else:
            self.answered.append(self._next)

    def until_full(self) -> None:
        """Vote until that has failed several times."""
        while self.refused < _REFUSALS:
            self.vote()


def crowd(file: Path, growth: int) -> dict[str, Any]:
    """Run the program; return what it says."""
    command = [sys.executable, "-m", "tests.faults.crowd", str(file), str(growth)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _main() -> None:
    file, growth = sys.argv[1], int(sys.argv[2])
    plain = SqlStore(f"sqlite:///{file}")
    with plain.write() as unit:
        reader = unit.people.all()[0].id
    store = GroupingStore(plain)
    voters = [Voter(store, reader, number) for number in range(THREADS)]
    _allow(Path(f"{file}-wal").stat().st_size + growth)
    threads = [threading.Thread(target=voter.until_full) for voter in voters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _allow(resource.RLIM_INFINITY)
    full = sum(len(voter.answered) for voter in voters)
    for voter in voters:
        for _ in range(_AFTER):
            voter.vote()
    with plain.read() as unit:
        kept = sorted(int((entry.at - NOON).total_seconds()) for entry in unit.people.feedback())
    said = {
        "answered": sorted(number for voter in voters for number in voter.answered),
        "kept": kept,
        "refused": sum(voter.refused for voter in voters),
        "before": full,
        "problems": plain.check(),
    }
    sys.stdout.write(json.dumps(said) + "\n")


def _allow(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


if __name__ == "__main__":
    _main()
