"""How much of the fault harness runs, what its chance follows, and the figures it leaves."""

import functools
import os
import random
import secrets

AMOUNT = "PAPERROUTE_FAULTS"
SEED = "PAPERROUTE_FAULTS_SEED"
OUT = "PAPERROUTE_FAULTS_OUT"
PROPERTY = "paperroute-faults"
"""Name under which a test report carries figures from a worker process to the one that prints them."""

_AMOUNTS = {"": "tiny", "tiny": "tiny", "quick": "quick", "full": "full"}


def amount() -> str:
    """Return `tiny`, `quick` or `full`; raise ValueError for another word in the environment."""
    asked = os.environ.get(AMOUNT, "")
    if asked not in _AMOUNTS:
        raise ValueError(f"{AMOUNT} is {asked!r}; it must be quick, full or nothing")
    return _AMOUNTS[asked]


def scaled(*, tiny: int, quick: int, full: int) -> int:
    """Return the count for the amount that was asked for."""
    return {"tiny": tiny, "quick": quick, "full": full}[amount()]


@functools.cache
def seed() -> int:
    """Return the seed of this run: the one in the environment, or one drawn once and left there.

    Processes started later find it in the environment, so that all of one run follow the same seed.
    """
    drawn = os.environ.setdefault(SEED, str(secrets.randbelow(10**9)))
    return int(drawn)


def chance(*names: object) -> random.Random:
    """Return a stream of chance of its own for whatever `names` say; the same seed, the same stream."""
    return random.Random(":".join(map(str, (seed(), *names))))


class Figures:
    """What one test counted: kills, rows, in doubt, duplicates, unaccounted, and whatever else it says."""

    def __init__(self) -> None:
        """Start with nothing; `counts` is a plain dict, the only kind that travels between processes."""
        self.counts: dict[str, int] = {}

    def add(self, **counts: int) -> None:
        """Add to the counts; a nought is a figure too."""
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def most(self, **counts: int) -> None:
        """Keep the largest number seen under each name."""
        for name, number in counts.items():
            self.counts[name] = max(self.counts.get(name, 0), number)
