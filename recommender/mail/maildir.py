"""The inbox as a maildir: a folder in which a mail server, or a fetching program, puts one file a message.

The standard library's class is not used, because marking a message with it writes the message anew;
here a file is renamed, never rewritten and never removed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recommender.domain.errors import MailboxError
from recommender.domain.inbound import Fetched
from recommender.mail.inbound import may_hold_a_token
from recommender.mail.parsing import MOST_BYTES
from recommender.ports import Clock

_HEAD_BYTES = 16 * 1024
_INFO = ":2,"
_SEEN = "S"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirMailbox:
    """A maildir. `may_be_ours` decides from the first bytes which messages are yielded, each once in the
    life of this object.
    """

    folder: Path
    may_be_ours: Callable[[bytes], bool]
    clock: Clock
    most: int = 200
    """Unread messages that one opening yields, and read ones: with a token first, then the newest.

    The rest waits for the next. Never the oldest first: what is not ours stays unread, and would stand
    before everything that comes after it.
    """
    newest: int = 1000
    """Messages of each kind whose beginnings are looked at, from the newest on."""
    look_back: timedelta = timedelta(days=7)
    """How long a message that somebody else has marked as read is still looked at."""
    seen: set[str] = field(default_factory=set, repr=False)

    @contextmanager
    def open(self) -> Iterator["MaildirSession"]:
        """Look whether it is one; raise MailboxError where it is not."""
        for name in ("new", "cur"):
            if not (self.folder / name).is_dir():
                raise MailboxError(f"{self.folder} is no maildir: it has no folder {name}")
        yield MaildirSession(self)


class MaildirSession:
    """An open maildir; handles are the unique parts of file names."""

    def __init__(self, mailbox: MaildirMailbox) -> None:
        """Read from `mailbox`."""
        self._mailbox = mailbox
        self._files: dict[str, Path] = {}

    def fetch(self) -> Iterator[Fetched]:
        """Yield messages that may be ours, oldest first; raise MailboxError."""
        files = self._files_there()
        start = (self._mailbox.clock.now() - self._mailbox.look_back).timestamp()
        unread = [entry for entry in files if not _is_read(entry[1])]
        read = [entry for entry in files if _is_read(entry[1]) and entry[0] >= start]
        for arrived, file in sorted((*self._ours(unread), *self._ours(read)), key=_age):
            content = _read(file, MOST_BYTES)
            if content is not None:
                handle = _unique(file)
                self._mailbox.seen.add(handle)
                self._files[handle] = file
                when = datetime.fromtimestamp(arrived, UTC)
                yield Fetched(handle=handle, content=content, arrived=when, read=_is_read(file))

    def _ours(self, entries: Sequence[tuple[float, Path]]) -> list[tuple[float, Path]]:
        """Return those of the newest entries not looked at that may be ours, `most` at most."""
        fresh = [entry for entry in entries if _unique(entry[1]) not in self._mailbox.seen]
        found: list[tuple[bool, tuple[float, Path]]] = []
        for entry in fresh[-self._mailbox.newest :]:
            head = _read(entry[1], _HEAD_BYTES)
            if head is not None and self._mailbox.may_be_ours(head):
                found.append((may_hold_a_token(head), entry))
            else:
                self._mailbox.seen.add(_unique(entry[1]))
        foremost = sorted(found, key=lambda each: (each[0], _age(each[1])))[-self._mailbox.most :]
        return [entry for _, entry in foremost]

    def done(self, handle: str) -> None:
        """Give a message the mark of one that was read; one that its owner moved meanwhile is left alone."""
        file = self._files[handle]
        flags = file.name.partition(_INFO)[2]
        marked = file.parent.parent / "cur" / f"{handle}{_INFO}{''.join(sorted({*flags, _SEEN}))}"
        try:
            if file.exists() and not marked.exists():
                file.rename(marked)
        except OSError as error:
            raise MailboxError(f"{self._mailbox.folder}: cannot mark a message: {error.strerror}") from error

    def again(self, handle: str) -> None:
        """Let a message be yielded again at the next opening."""
        self._mailbox.seen.discard(handle)

    def _files_there(self) -> list[tuple[float, Path]]:
        try:
            files = [file for name in ("new", "cur") for file in (self._mailbox.folder / name).iterdir()]
        except OSError as error:
            raise MailboxError(f"{self._mailbox.folder} cannot be read: {error.strerror}") from error
        shown = (file for file in files if not file.name.startswith("."))
        found = [(when, file) for file in shown if (when := _arrived(file)) is not None]
        return sorted(found, key=_age)


def _age(entry: tuple[float, Path]) -> tuple[float, str]:
    """Order by arrival; names begin with it, and a file keeps its name when it moves to another folder."""
    return entry[0], entry[1].name


def _arrived(file: Path) -> float | None:
    """Return when a file was put there, or None where it is none any more, or never was."""
    try:
        return file.stat().st_mtime if file.is_file() else None
    except OSError:
        return None


def _read(file: Path, most: int) -> bytes | None:
    """Return the first bytes of a file, or None when it is gone or may not be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError:
        return None


def _unique(file: Path) -> str:
    return file.name.partition(":")[0]


def _is_read(file: Path) -> bool:
    return _SEEN in file.name.partition(_INFO)[2]
