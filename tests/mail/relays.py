"""Relays on loopback: a real one that behaves, and a scripted one that does what it is told."""

import asyncio
import socket
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


@dataclass
class Received:
    """Handler of the real relay: keeps what it accepted."""

    messages: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message and say so."""
        with self.lock:
            self.messages.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return "250 queued as 4711"


class Relay(Controller):
    """An aiosmtpd server on a free port; `received` is what it accepted."""

    def __init__(self, **settings: Any) -> None:
        """Prepare a relay with aiosmtpd's own settings."""
        self.received = Received()
        super().__init__(self.received, hostname="127.0.0.1", port=0, **settings)

    def _trigger_server(self) -> None:
        """Learn the port before the first connection is tried."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


GOOD: dict[str, str] = {
    "greeting": "220 ready",
    "EHLO": "250-relay\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "dot": "250 queued as 4712",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}
CLOSE = "<close>"
SILENT = "<silent>"

Replies = dict[str, str | list[str]]


class ScriptedRelay:
    """Answers each verb (and `greeting` and `dot`) with the scripted reply; a list is used up in order and
    its last entry stays. CLOSE hangs up, also after other words; SILENT says nothing.

    Keeps commands (those in the open also in `clear`) and the bytes after DATA. With `tls`, a STARTTLS
    (verb `STAR`) that is answered with 220 begins TLS; the replies of `secured` are those from there on.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        secured: Replies | None = None,
        /,
        **replies: str | list[str],
    ) -> None:
        """Script the replies that differ from those of a good relay."""
        self._replies: Replies = {**GOOD, **replies}
        self._tls = tls
        self._secured: Replies = dict(secured or {})
        self.commands: list[str] = []
        self.clear: list[str] = []
        self.accepted: list[bytes] = []
        self.body_bytes = 0
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Port it listens on."""
        number: int = self._listener.getsockname()[1]
        return number

    def script(self, **replies: str | list[str]) -> None:
        """Change replies from now on, also those under TLS."""
        self._replies |= replies
        self._secured |= replies

    def verbs(self) -> list[str]:
        """Return the verbs received so far."""
        return [command.split(" ")[0].split(":")[0].upper() for command in self.commands]

    def __enter__(self) -> Self:
        """Start to accept."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, hanging up on whoever is connected."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            _hang_up(connection)
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            with connection:
                try:
                    self._talk(connection)
                except (OSError, ssl.SSLError):
                    continue

    def _talk(self, connection: socket.socket) -> None:
        if not self._answer(connection, "greeting") or not self._converse(connection) or self._tls is None:
            return
        with self._tls.wrap_socket(connection, server_side=True) as secured:
            self._replies |= self._secured
            self._open.append(secured)
            self._converse(secured)

    def _converse(self, connection: socket.socket) -> bool:
        """Answer commands; True where TLS begins."""
        with connection.makefile("rb") as lines:
            alive = True
            while alive and (line := lines.readline()):
                command = line.decode("latin-1").strip()
                self.commands.append(command)
                if not isinstance(connection, ssl.SSLSocket):
                    self.clear.append(command)
                verb = command[:4].upper()
                alive = self._answer(connection, verb)
                if alive and verb == "DATA" and self._last.startswith("354"):
                    body = self._body(lines)
                    alive = body is not None and self._answer(connection, "dot")
                    if body is not None and self._last.startswith("2"):
                        self.accepted.append(body)
                if self._tls is not None and verb == "STAR" and self._last.startswith("220"):
                    return alive
                alive = alive and verb != "QUIT"
        return False

    def _body(self, lines: Any) -> bytes | None:
        """Read to the dot; None when the line was lost before it."""
        body = b""
        while line := lines.readline():
            self.body_bytes += len(line)
            if line == b".\r\n":
                return body
            body += line[1:] if line.startswith(b".") else line
        return None

    def _answer(self, connection: socket.socket, verb: str) -> bool:
        """Send the scripted reply; False when the script hangs up."""
        reply = self._replies.get(verb, "502 not here")
        if isinstance(reply, list):
            self._replies[verb] = reply[1:] if len(reply) > 1 else reply
            reply = reply[0]
        self._last = reply
        words = reply.removesuffix(CLOSE)
        if reply not in (SILENT, CLOSE):
            connection.sendall(words.removesuffix("\r\n").encode("latin-1") + b"\r\n")
        if words != reply:
            _hang_up(connection)
        return words == reply


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
