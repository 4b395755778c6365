"""The inbox as a maildir: a folder in which a mail server, or a fetching program, puts one file a message.

The standard library's class is not used, because marking a message with it writes the message anew;
here a file is renamed, never rewritten and never removed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from recommender.domain.errors import MailboxError
from recommender.domain.inbound import Fetched
from recommender.mail.parsing import MOST_BYTES

_INFO = ":2,"
_SEEN = "S"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirMailbox:
    """A maildir. `may_be_ours` decides from the first bytes which messages are yielded, each once in the
    life of this object.
    """

    folder: Path
    may_be_ours: Callable[[bytes], bool]
    most: int = 200
    """Messages that one opening yields; the rest waits for the next."""
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
        """Yield unread messages that may be ours, oldest first; raise MailboxError."""
        found = 0
        for arrived, file in self._unread():
            handle = _unique(file)
            if handle in self._mailbox.seen:
                continue
            content = _read(file)
            if content is None or not self._mailbox.may_be_ours(content):
                self._mailbox.seen.add(handle)
                continue
            if found == self._mailbox.most:
                return
            found += 1
            self._mailbox.seen.add(handle)
            self._files[handle] = file
            yield Fetched(handle=handle, content=content, arrived=datetime.fromtimestamp(arrived, UTC))

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

    def _unread(self) -> list[tuple[float, Path]]:
        try:
            files = [file for name in ("new", "cur") for file in (self._mailbox.folder / name).iterdir()]
        except OSError as error:
            raise MailboxError(f"{self._mailbox.folder} cannot be read: {error.strerror}") from error
        unread = (file for file in files if not file.name.startswith(".") and not _is_read(file))
        return sorted((when, file) for file in unread if (when := _arrived(file)) is not None)


def _arrived(file: Path) -> float | None:
    """Return when a file was put there, or None where it is none any more, or never was."""
    try:
        return file.stat().st_mtime if file.is_file() else None
    except OSError:
        return None


def _read(file: Path) -> bytes | None:
    """Return the beginning of a file, or None when it is gone or may not be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES)
    except OSError:
        return None


def _unique(file: Path) -> str:
    return file.name.partition(":")[0]


def _is_read(file: Path) -> bool:
    return _SEEN in file.name.partition(_INFO)[2]
