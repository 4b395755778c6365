"""How often something was done and how long it took, for whoever watches; any thread may ask or do it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Laps:
    """How many there were, and the seconds of all together."""

    count: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Stopwatch:
    """Counts what ended well; `ticks` gives seconds that never go back."""

    ticks: Callable[[], float] = time.perf_counter
    _laps: Laps = Laps()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Measure the block; one that raises does not count."""
        began = self.ticks()
        yield
        took = self.ticks() - began
        with self._lock:
            self._laps = Laps(self._laps.count + 1, self._laps.seconds + took)

    @property
    def laps(self) -> Laps:
        """Return what was counted so far."""
        return self._laps
