"""How often a host may be asked: one request at a time per lane, and a pause after it.

Lanes live in one process; two daemons on one machine would each keep their own.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Hosts that are asked one after the other, with at least `seconds` between requests."""

    name: str
    seconds: float


ARXIV = Lane(name="arxiv.org", seconds=3.0)
"""arXiv counts all its hosts and all interfaces together: one request every three seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clocks of waiting: seconds that only grow, and a way to let them pass."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0


class Pacer:
    """Hands out turns, one at a time per lane."""

    def __init__(self, timing: Timing) -> None:
        """Start with every lane free."""
        self._timing = timing
        self._turns: dict[str, _Turn] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, lane: Lane) -> Iterator[None]:
        """Wait for the lane, hold it for the block, and close it for `lane.seconds` afterwards."""
        turn = self._turn(lane)
        with turn.lock:
            if (wait := turn.free_at - self._timing.monotonic()) > 0:
                self._timing.sleep(wait)
            try:
                yield
            finally:
                turn.free_at = self._timing.monotonic() + lane.seconds

    def rest(self, lane: Lane, seconds: float) -> None:
        """Keep the lane closed for `seconds` from now, because its host asked for a pause."""
        turn = self._turn(lane)
        turn.free_at = max(turn.free_at, self._timing.monotonic() + seconds)

    def left(self, lane: Lane) -> float:
        """Return for how many seconds the lane is closed."""
        return self._turn(lane).free_at - self._timing.monotonic()

    def _turn(self, lane: Lane) -> _Turn:
        with self._guard:
            return self._turns.setdefault(lane.name, _Turn())
