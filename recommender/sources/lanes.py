"""Lanes that hold for all processes of this machine: a file a lane, with when it is free again.

A run of cron beside a daemon would otherwise ask twice as often as the host allows, and would ask on
while the other one has been told to stop. The wall clock is all that processes share for hours, and it
may be put forward or back; a note therefore says when it was written, too.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from recommender.ports import Clock
from recommender.ports.folders import make_private

_LONGEST = 8 * 24 * 3600.0
"""Seconds; a week is the longest rest there is, and more is a damaged note."""
_POLL = 0.1
PATIENCE = 180.0
"""Seconds to wait for another process; a turn of it, waits included, is shorter."""
_SIZE = 4096


class LaneBusy(Exception):
    """Another process has held the lane for longer than any exchange takes; it may have been stopped."""


@dataclass(slots=True)
class Note:
    """What a lane's file says. Times in seconds of the wall clock."""

    free_at: float = 0.0
    noted_at: float = 0.0
    strikes: int = 0
    """How often in a row the host wanted to be left alone."""

    def left(self, now: float) -> float:
        """Return for how many seconds the lane is closed, 0 if it is free.

        Never longer than it was closed for when this was noted: a clock put back would add to it.
        """
        closed_for = self.free_at - self.noted_at
        return max(0.0, min(self.free_at - now, closed_for)) if closed_for <= _LONGEST else 0.0


class LaneFolder:
    """Keeps the notes of lanes in one folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """`folder` is made when it is needed; `clock` shows the wall's time, whatever day is played."""
        self._folder = folder
        self._clock = clock

    def now(self) -> float:
        """Return the wall clock's seconds."""
        return self._clock.now().timestamp()

    def read(self, name: str) -> Note:
        """Return what is noted, without waiting; nothing where nothing can be read."""
        try:
            return _parsed((self._folder / f"{name}.lane").read_bytes()[:_SIZE])
        except OSError:
            return Note()

    @contextmanager
    def held(self, name: str, seconds: float, sleep: Callable[[float], None]) -> Iterator[Note]:
        """Hold a lane against other processes and give its note, which is written as the block leaves it.

        Before that its file says that the lane is used, `seconds` between two uses, in case this process
        dies in the block. Where no file can be made, nobody is held out. Raises LaneBusy.
        """
        file = self._open(name)
        try:
            if file is not None:
                _lock(file, sleep)
            note = _parsed(os.pread(file, _SIZE, 0)) if file is not None else Note()
            if file is not None:
                now = self.now()
                write(file, replace(note, free_at=now + note.left(now) + seconds, noted_at=now))
            try:
                yield note
            finally:
                if file is not None:
                    write(file, note)
        finally:
            if file is not None:
                os.close(file)  # which lets go of the lock

    def _open(self, name: str) -> int | None:
        path = self._folder / f"{name}.lane"
        with suppress(OSError):
            make_private(self._folder)
            # As the umask says: a folder that a group shares has lanes that it shares.
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        with suppress(OSError):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # another user's: enough to wait for it
        return None


def write(file: int, note: Note) -> None:
    """Write a note over the one there is; a full disk costs the note and not the request."""
    body = json.dumps(asdict(note)).encode()
    with suppress(OSError):
        os.pwrite(file, body, 0)
        os.ftruncate(file, len(body))


def _lock(file: int, sleep: Callable[[float], None]) -> None:
    waited = 0.0
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited >= PATIENCE:
                raise LaneBusy from None
            sleep(_POLL)
            waited += _POLL
        except OSError:
            return  # a file system without locks
        else:
            return


def _parsed(body: bytes) -> Note:
    """Read a note; what is damaged says nothing."""
    try:
        said: Any = json.loads(body)
        return Note(
            free_at=float(said["free_at"]), noted_at=float(said["noted_at"]), strikes=int(said["strikes"])
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return Note()
