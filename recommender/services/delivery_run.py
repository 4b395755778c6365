"""What one run of the delivery has done so far, shared by its connections, and how the relay fares."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from recommender.domain.discretion import masked
from recommender.domain.editions import Delivery, DeliveryState
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.services.delivery_policy import DeliveryPolicy

Progress = Callable[[str, int], None]
"""Told how each row ended and how many rows are done; never by two threads at once."""

_COUNTED = (
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.SUPPRESSED,
    DeliveryState.EXPIRED,
)
_TROUBLE = frozenset({DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.HELD})


def place(row: Delivery) -> str:
    """Name a row without the address: reports end up in logs."""
    return f"delivery {row.id} ({row.edition_key})"


@dataclass(slots=True, kw_only=True)
class Run:
    """Counts, failures and warnings of one run; every method may be called from any of its threads."""

    progress: Progress
    stopping: Callable[[], bool]
    _halted: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: Counter[DeliveryState] = field(default_factory=Counter)
    _failures: list[Refused] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)

    def over(self) -> bool:
        """Tell whether no further message should be begun."""
        return self._halted.is_set() or self.stopping()

    def halt(self, reason: str | None = None) -> None:
        """Begin no further message; a reason is listed as a failure of the relay."""
        with self._lock:
            self._halted.set()
            if reason is not None:
                self._failures.append(Refused(place="mail relay", reason=masked(reason)))

    def warn(self, words: str) -> None:
        """Add a warning."""
        with self._lock:
            self._warnings.append(masked(words))

    def count(self, row: Delivery, state: DeliveryState, reply: str = "") -> None:
        """Count how a row ended; one that went wrong is listed with the reply."""
        with self._lock:
            self._counts[state] += 1
            if state in _TROUBLE:
                self._failures.append(Refused(place=place(row), reason=f"{state.value}: {masked(reply)}"))
            self.progress(state.value, self._counts.total())

    def report(self) -> Report:
        """Return the report; failures are the rows (or the relay) behind deferred, failed and held."""
        with self._lock:
            return Report(
                name="deliver",
                counts={state.value: self._counts[state] for state in _COUNTED},
                failures=tuple(self._failures),
                warnings=tuple(self._warnings),
            )


@dataclass(slots=True)
class RelayHealth:
    """Whether the relay is to be left alone; remembered from run to run."""

    policy: DeliveryPolicy
    _until: datetime | None = None
    _refusals: int = 0
    _doubts: int = 0
    _rejections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rests_until(self, now: datetime) -> datetime | None:
        """Return the end of the present rest, or None; a clock that went back far ends it."""
        until = self._until
        sane = until is not None and now < until <= now + self.policy.longest_relay_rest
        return until if sane else None

    def answered(self) -> None:
        """Remember that the relay takes messages: it works."""
        with self._lock:
            self._doubts = self._refusals = self._rejections = 0

    def rejected(self) -> bool:
        """Remember a message refused for good; tell whether that makes too many in a row.

        One is its reader's affair; many, with none taken between them, say that the relay or its
        settings are wrong, and the rows that still wait must not be spent on it.
        """
        with self._lock:
            self._doubts = 0
            self._rejections += 1
            return self._rejections >= self.policy.rejections_in_a_row

    def refused(self, now: datetime) -> None:
        """Leave the relay alone for a while: what it refused concerns every row."""
        with self._lock:
            if self.rests_until(now):
                # Several connections met the same refusal.
                return
            self._refusals += 1
            self._until = now + self.policy.rest(self._refusals)
            self._doubts = self._rejections = 0

    def fell_silent(self) -> bool:
        """Remember a message without an answer; tell whether that makes too many in a row."""
        with self._lock:
            self._doubts += 1
            return self._doubts >= self.policy.doubts_in_a_row


_GLANCE = 0.2


@dataclass(slots=True)
class Pace:
    """Spreads messages evenly over the minute, for all connections together."""

    per_minute: int
    ticks: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, over: Callable[[], bool]) -> None:
        """Return when the next message may begin, or soon after `over` says there is to be none."""
        if not self.per_minute:
            return
        with self._lock:
            start = max(self._next, self.ticks())
            self._next = start + timedelta(minutes=1).total_seconds() / self.per_minute
        while (left := start - self.ticks()) > 0 and not over():
            self.pause(min(left, _GLANCE))
