"""What a relay says, read strictly and within one limit of time and size.

`smtplib` gives each line a time-out of its own, so a relay that drips keeps its client for ever; it takes
half a line for a reply; and a reply that nobody asked for becomes the answer to the next command. After
the final dot that would be a message called sent that never was. Here such a reply is no answer at all.
"""

import re
import socket
import ssl
import time
from collections.abc import Sequence
from smtplib import SMTP, SMTP_SSL, SMTPResponseException, SMTPServerDisconnected

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_LONGEST_REPLY = 64 * 1024
_MALFORMED = -1
_PIECE = 4096
_NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Replies:
    """Replies from a socket; its time-out bounds each reply as a whole."""

    def __init__(self, sock: socket.socket) -> None:
        """Read from `sock` and from nothing before it: what came before TLS is never used after."""
        self._sock = sock
        self._unread = b""

    def read(self) -> tuple[int, bytes]:
        """Return code and text of the next reply (RFC 5321 §4.2), lines joined by LF.

        The code is -1 for what is no reply: an unknown form, or lines whose codes differ. Raises
        TimeoutError, ConnectionError for an end before the last line's, ValueError for one too long.
        """
        patience = self._sock.gettimeout()
        end = None if patience is None else time.monotonic() + patience
        codes: list[bytes] = []
        texts: list[bytes] = []
        size = 0
        try:
            while True:
                line = self._line(end, _LONGEST_REPLY - size)
                size += len(line) + 1
                found = _LINE.fullmatch(line.removesuffix(b"\r"))
                if found is None:
                    return _MALFORMED, line.strip()
                codes.append(found[1])
                texts.append((found[3] or b"").strip())
                if found[2] != b"-":
                    break
        finally:
            self._sock.settimeout(patience)
        if len(set(codes)) > 1:
            return _MALFORMED, b"codes that differ: " + b" ".join(codes)
        return int(codes[0]), b"\n".join(texts)

    def interruption(self) -> str | None:
        """Tell without waiting what stands in the way of a command: unread words, or a closed line."""
        if self._unread:
            return "it spoke before it was asked"
        patience = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            piece = self._sock.recv(_PIECE)
        except _NOTHING_YET:
            return None
        except OSError as error:
            return str(error)
        finally:
            self._sock.settimeout(patience)
        self._unread = piece
        return "it spoke before it was asked" if piece else "it closed the line"

    def spoken(self) -> bool:
        """Tell without waiting whether there are unread words."""
        return self.interruption() is not None and bool(self._unread)

    def close(self) -> None:
        """Forget what is unread; the socket is its owner's."""
        self._unread = b""

    def _line(self, end: float | None, longest: int) -> bytes:
        """Return the next line without its LF."""
        while (position := self._unread.find(b"\n")) < 0:
            if len(self._unread) > longest:
                break
            self._unread += self._more(end)
        if position < 0 or position > longest:
            raise ValueError(f"a reply longer than {_LONGEST_REPLY} bytes")
        line, self._unread = self._unread[:position], self._unread[position + 1 :]
        return line

    def _more(self, end: float | None) -> bytes:
        if end is not None:
            self._sock.settimeout(_left(end))
        piece = self._sock.recv(_PIECE)
        if not piece:
            half = f" after the half line {self._unread[:80]!r}" if self._unread else ""
            raise ConnectionError(f"the line was closed{half}")
        return piece


class StrictSMTP(SMTP):
    """`smtplib.SMTP` that believes only whole, well-formed replies to what it has asked."""

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply; raise SMTPServerDisconnected and hang up when there is none in time."""
        try:
            return self._replies().read()
        except (OSError, ValueError) as error:
            self.close()
            raise SMTPServerDisconnected(str(error) or type(error).__name__) from error

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command; raise SMTPResponseException where the relay has already said something."""
        self._refuse_unasked()
        super().putcmd(cmd, args)

    def put_together(self, commands: Sequence[str]) -> None:
        """Send commands in one write, each answered in its turn; raises what `putcmd` raises.

        The caller vouches that none of them holds a line end.
        """
        self._refuse_unasked()
        self.send("".join(f"{command}\r\n" for command in commands))

    def _refuse_unasked(self) -> None:
        if self.sock is not None and self.file is not None and self._replies().spoken():
            code, text = self.getreply()
            raise SMTPResponseException(code, b"said without being asked: " + text)

    def set_patience(self, seconds: float) -> None:
        """Wait so long for each reply from now on."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def interruption(self) -> str | None:
        """Tell what stands in the way of sending a body now, None if nothing does; never waits."""
        return self._replies().interruption() if self.sock is not None else "it closed the line"

    def send_body(self, body: bytes, seconds: float) -> None:
        """Send all of `body` within so many seconds; an OSError says that its end has not been sent.

        The time left is then the time for the reply.
        """
        if self.sock is None:
            raise ConnectionError("the line is closed")
        self.sock.settimeout(seconds)
        if not isinstance(self.sock, ssl.SSLSocket):
            self.sock.sendall(body)
            return
        # Over TLS the time-out of `sendall` is for each record, not for all of them.
        end = time.monotonic() + seconds
        rest = memoryview(body)
        while rest:
            self.sock.settimeout(_left(end))
            rest = rest[self.sock.send(rest) :]
        self.sock.settimeout(seconds)

    def _replies(self) -> Replies:
        """Return the reader of the present socket; `smtplib` sets `file` to None where it changes."""
        if self.sock is None:
            raise ConnectionError("the line is closed")
        if self.file is None:
            self.file = Replies(self.sock)
        reader: Replies = self.file
        return reader


class StrictSMTPOverTLS(SMTP_SSL, StrictSMTP):
    """The same, with TLS from the first byte."""


def _left(end: float) -> float:
    """Return the seconds until `end`; raise TimeoutError when it is past."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
