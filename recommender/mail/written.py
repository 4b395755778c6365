"""The files that an outbox folder holds: whose they are, how old they are, and taking them away."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path

from recommender.ports import Clock

_SUFFIXES = (".eml", ".html", ".txt")
_HEADERS = 65_536
"""Octets in which the headers of a message end; a digest's take some two thousand."""
_HALF_WRITTEN = timedelta(minutes=10)
"""A temporary file that old belongs to nobody who still writes."""


class OutboxShelf:
    """`ports.WrittenMail` over the folder of `OutboxFolder`; a folder that is missing is empty."""

    def __init__(self, folder: Path, wall: Clock) -> None:
        """Look into `folder`; `wall` is the clock by which files are stamped."""
        self._folder = folder
        self._wall = wall

    def of(
        self, addresses: Collection[str], *, stems: Collection[str] = (), others: Collection[str] = ()
    ) -> Sequence[str]:
        """Return the stems of messages to these addresses, and of those of `stems` to none of `others`."""
        mine, theirs = _folded(addresses), _folded(others)
        found: list[str] = []
        for file in self._messages():
            readers = _recipients(file)
            if readers & mine or (file.stem in stems and not readers & theirs):
                found.append(file.stem)
        return found

    def remove(self, stems: Collection[str]) -> int:
        """Delete the files of messages, and what a crash left half written; return how many files."""
        files = [self._folder / f"{stem}{suffix}" for stem in stems for suffix in _SUFFIXES]
        return sum(_gone(file) for file in (*files, *self._half_written()))

    def older(self, before: datetime) -> Sequence[str]:
        """Return the stems of the messages written before that time."""
        return [file.stem for file in self._messages() if _written(file) < before]

    def _messages(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml")) if self._folder.is_dir() else []

    def _half_written(self) -> Iterator[Path]:
        """Yield temporary files that nobody writes any more."""
        still = self._wall.now() - _HALF_WRITTEN
        for file in self._folder.glob(".*.tmp") if self._folder.is_dir() else ():
            if _written(file) < still:
                yield file


def _recipients(file: Path) -> frozenset[str]:
    """Return whom a message is to; nobody where it cannot be read."""
    try:
        with file.open("rb") as stream:
            headers = BytesHeaderParser(policy=compat32).parsebytes(stream.read(_HEADERS))
    except OSError:
        return frozenset()
    to = [str(value) for value in headers.get_all("To", [])]
    return _folded(address for _, address in getaddresses(to))


def _folded(addresses: Collection[str] | Iterator[str]) -> frozenset[str]:
    return frozenset(address.strip().lower() for address in addresses if address.strip())


def _written(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


def _gone(file: Path) -> bool:
    """Delete a file; False where there is none. Raises OSError where it cannot be deleted."""
    with contextlib.suppress(FileNotFoundError):
        file.unlink()
        return True
    return False
