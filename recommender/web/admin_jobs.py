"""Work that the operator's page starts: one at a time, in a thread of its own, with what came of it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from recommender.domain.errors import PaperRouteError
from recommender.domain.reports import Report
from recommender.ports import Clock
from recommender.web.security import LOG

Work = Callable[[], Sequence[Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A piece of work: running while it has no end."""

    name: str
    began: datetime
    ended: datetime | None = None
    reports: Sequence[Report] = ()
    fault: str = ""
    """Why it stopped, in words; the log has more where these are few."""


@dataclass(slots=True)
class Backstage:
    """Runs one piece of work at a time and remembers the last."""

    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: Outcome | None = None
    _thread: threading.Thread | None = None

    @property
    def last(self) -> Outcome | None:
        """What was started last, or None."""
        with self._lock:
            return self._last

    def start(self, name: str, work: Work) -> bool:
        """Begin, and return at once; False, and nothing is begun, while other work still runs."""
        with self._lock:
            if self._last is not None and self._last.ended is None:
                return False
            self._last = Outcome(name=name, began=self.clock.now())
            self._thread = threading.Thread(target=self._run, args=(work,), name="admin", daemon=True)
            self._thread.start()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for the end of what runs; tell whether nothing does."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _run(self, work: Work) -> None:
        reports: Sequence[Report] = ()
        fault = ""
        try:
            reports = tuple(work())
        except PaperRouteError as error:
            fault = str(error)
        except Exception:  # noqa: BLE001 - whatever it is, the page must be able to say that it ended
            LOG.exception("work of the operator's page failed")
            fault = "it failed for a reason that nobody foresaw; the log has it"
        with self._lock:
            if self._last is not None:
                self._last = replace(self._last, ended=self.clock.now(), reports=reports, fault=fault)
