"""How often a host may be asked: one request at a time per lane, and a pause after it.

Lanes live in one process, strict ones in all processes of this machine where there is a folder for them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from recommender.domain.errors import SourceError
from recommender.domain.parking import rest
from recommender.sources.lanes import LaneBusy, LaneFolder, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Hosts that are asked one after the other, with at least `seconds` between requests."""

    name: str
    seconds: float
    strict: bool = False
    """Its hosts block who asks on after a 429 or 403: then nobody here asks for an hour or more."""


ARXIV = Lane(name="arxiv.org", seconds=3.0, strict=True)
"""arXiv counts all its hosts, all interfaces and all machines of one operator together: one request every
three seconds over one connection."""
_SHORT = 60.0
"""Seconds; a host that names a pause this short is busy rather than angry,"""
_SHORT_ONES = 3
"""unless it does so this often in a row."""
_TRIES = 100
"""How often others may be quicker to take a lane that has become free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clocks of waiting: seconds that only grow, and a way to let them pass."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    folder: LaneFolder | None = None
    """Where strict lanes are kept for all processes of this machine."""


class LaneClosed(Exception):
    """The lane is closed for longer than anybody waits; `seconds` says how long."""

    def __init__(self, seconds: float) -> None:
        """Remember for how long."""
        self.seconds = seconds
        super().__init__(f"closed for {seconds:.0f} s")


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    strikes: int = 0
    short: int = 0


class Pacer:
    """Hands out turns, one at a time per lane."""

    def __init__(self, timing: Timing) -> None:
        """Start with every lane free, but for strict ones that are closed according to their file."""
        self._timing = timing
        self._folder = timing.folder
        self._turns: dict[str, _Turn] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, lane: Lane, *, patience: float = _SHORT) -> Iterator[None]:
        """Wait for the lane, hold it for the block, and close it for `lane.seconds` afterwards.

        A block that raises SourceError with `throttled` closes a strict lane for long. Raises LaneClosed
        rather than wait longer than `patience` seconds, and LaneBusy.
        """
        turn = self._turn(lane)
        with turn.lock, ExitStack() as held:
            note = self._entered(lane, turn, held, patience)
            try:
                yield
            except SourceError as error:
                self._close(turn, note, max(lane.seconds, self._pause(lane, turn, note, error)))
                raise
            except BaseException:
                self._close(turn, note, lane.seconds)
                raise
            turn.strikes = turn.short = note.strikes = 0
            self._close(turn, note, lane.seconds)

    def rest(self, lane: Lane, seconds: float) -> None:
        """Keep the lane closed for `seconds` from now, because its host asked for a pause."""
        turn = self._turn(lane)
        turn.free_at = max(turn.free_at, self._timing.monotonic() + seconds)

    def left(self, lane: Lane) -> float:
        """Return for how many seconds the lane is closed; less than 0 if it has been free for a while."""
        local = self._turn(lane).free_at - self._timing.monotonic()
        if self._folder is None or not lane.strict:
            return local
        return max(local, self._folder.read(lane.name).left(self._folder.now()))

    def until(self, seconds: float) -> str:
        """Say in words when `seconds` will be over."""
        if self._folder is None:
            return f"for {seconds / 60:.0f} min"
        then = datetime.fromtimestamp(self._folder.now() + seconds, UTC)
        return f"until {then:%Y-%m-%d %H:%M} UTC"

    def _entered(self, lane: Lane, turn: _Turn, held: ExitStack, patience: float) -> Note:
        """Wait until the lane is free and hold it.

        While it waits it lets go: a process with a hundred questions would otherwise
        ask them all before another one had asked its first.
        """
        for _ in range(_TRIES):
            note = held.enter_context(self._held(lane))
            wait = max(turn.free_at - self._timing.monotonic(), self._noted(note))
            if wait > patience:
                raise LaneClosed(wait)
            if wait <= 0:
                return note
            held.close()
            self._timing.sleep(wait)
        raise LaneBusy

    @contextmanager
    def _held(self, lane: Lane) -> Iterator[Note]:
        if self._folder is None or not lane.strict:
            yield Note()
            return
        with self._folder.held(lane.name, lane.seconds, self._timing.sleep) as note:
            yield note

    def _noted(self, note: Note) -> float:
        """Return how long a note closes the lane; one from a clock that was put back since is set right."""
        if self._folder is None:
            return 0.0
        now = self._folder.now()
        left = note.left(now)
        if note.noted_at > now:
            note.free_at, note.noted_at = now + left, now
        return left

    def _close(self, turn: _Turn, note: Note, seconds: float) -> None:
        turn.free_at = max(turn.free_at, self._timing.monotonic() + seconds)
        if self._folder:
            now = self._folder.now()
            if note.left(now) < seconds:
                note.free_at, note.noted_at = now + seconds, now

    def _pause(self, lane: Lane, turn: _Turn, note: Note, error: SourceError) -> float:
        """Return for how long to leave a host alone after what it answered."""
        wish = error.retry_after or 0.0
        if not (lane.strict and error.throttled):
            return wish
        if 0 < wish <= _SHORT and turn.short + 1 < _SHORT_ONES:
            turn.short += 1
            return wish
        turn.short = 0
        turn.strikes = note.strikes = max(turn.strikes, note.strikes) + 1
        return rest(turn.strikes, throttled=True, retry_after=wish).total_seconds()

    def _turn(self, lane: Lane) -> _Turn:
        with self._guard:
            return self._turns.setdefault(lane.name, _Turn())
