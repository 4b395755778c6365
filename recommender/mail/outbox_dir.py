"""A mailer that writes messages to a folder, to be looked at or sent by something else.

For every message three files with one stem: `.eml` is the message to the byte, `.html` and `.txt` are
its parts for a browser and a terminal. It does not judge content and speaks no protocol.
"""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.message import MIMEPart
from email.policy import default
from pathlib import Path

from recommender.domain.editions import Envelope
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.ports.folders import make_private

_STEM = re.compile(r"\w[\w.@+~-]*")
_LONGEST_STEM = 200


class OutboxFolder:
    """Mailer over a folder, made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`."""
        self._folder = folder

    def open(self) -> "OutboxFolderSession":
        """Make the folder if it is missing; raise MailDeferred(relay=True) where that is impossible."""
        try:
            make_private(self._folder)
        except OSError as error:
            raise MailDeferred(f"cannot make the outbox folder: {error}", relay=True) from error
        return OutboxFolderSession(self._folder)


class OutboxFolderSession:
    """Writes one message at a time; the same stem again replaces the files."""

    def __init__(self, folder: Path) -> None:
        """Write into the existing `folder`."""
        self._folder = folder

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Write the files of `message` and return where the message is.

        Everything is on disk under temporary names before `on_in_doubt` is asked; then the files get
        their names, the message last, so that a visible `.eml` is always whole.
        Raises MailRejected for an unusable stem or unreadable message, MailDeferred when it could not
        be written or was called off, MailInDoubt when the folder itself could not be made durable.
        """
        files = _files(envelope.stem, message)
        waiting: dict[Path, Path] = {}
        try:
            for name, content in files.items():
                waiting[self._write(content)] = self._folder / name
            if not on_in_doubt():
                raise MailDeferred("called off before the message was written")
            for temporary, final in waiting.items():
                temporary.replace(final)
        except OSError as error:
            raise MailDeferred(f"cannot write to the outbox folder: {error}", relay=True) from error
        finally:
            for temporary in waiting:
                temporary.unlink(missing_ok=True)
        self._make_durable()
        return f"written to {self._folder / envelope.stem}.eml"

    def close(self) -> None:
        """Nothing to let go of."""

    def _write(self, content: bytes) -> Path:
        """Write a temporary file beside the final one (a rename must not cross file systems)."""
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=self._folder)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path

    def _make_durable(self) -> None:
        """Flush the names too: a rename lives in the folder, not in the file."""
        try:
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise MailInDoubt(f"written, but the folder could not be flushed: {error}") from error


def _files(stem: str, message: bytes) -> Mapping[str, bytes]:
    """Return file name → content, the message itself last."""
    if not _STEM.fullmatch(stem) or len(stem.encode()) > _LONGEST_STEM:
        raise MailRejected(f"{stem!r} is no usable file name")
    parsed = message_from_bytes(message, policy=default)
    files: dict[str, bytes] = {}
    for subtype, suffix in (("html", ".html"), ("plain", ".txt")):
        part = parsed.get_body(preferencelist=(subtype,))
        if part is not None:
            files[stem + suffix] = _text(part)
    files[stem + ".eml"] = message
    return files


def _text(part: MIMEPart) -> bytes:
    """Return the decoded text of a part as UTF-8 with plain line ends."""
    try:
        return str(part.get_content()).replace("\r\n", "\n").encode()
    except (LookupError, UnicodeError) as error:
        raise MailRejected(f"a {part.get_content_type()} part cannot be decoded: {error}") from error
