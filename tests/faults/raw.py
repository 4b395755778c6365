"""A relay on loopback that says, byte for byte and phase by phase, what a script tells it to.

Unlike a real server it can lie, stall, drip and hang up anywhere, on many connections at once. It writes
down what it accepts before it answers; what is in `accepted` would be in somebody's mailbox.
"""

import hashlib
import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Self

from tests.faults.scale import amount

PHASES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot")
"""Where a relay speaks, in order; a script is also asked at `body`, before the message is read."""

_MESSAGE_ID = re.compile(rb"(?mi)^message-id: *(\S+)\r$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where the talk is: phase, number of the connection and of the message, and whom the message is for."""

    phase: str
    connection: int
    message: int
    rcpt: str


@dataclass(frozen=True, slots=True)
class Say:
    """What the relay does at a moment: bytes exactly as they go out, then hang up or go on.

    `drip` is seconds between single bytes. `takes` says whether the message is accepted, None: as a 2yz
    reply to the dot says.
    """

    words: bytes = b""
    hang_up: bool = False
    drip: float = 0.0
    takes: bool | None = None
    stall: bool = False
    """Neither read nor write any more until the relay is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message that the relay has taken."""

    rcpt: str
    message_id: str
    sha256: str


Script = Callable[[Moment], Say | None]
"""Asked at every moment; None is the answer of a good relay."""

GOOD = {
    "greeting": b"220 ready\r\n",
    "EHLO": b"250-relay\r\n250 8BITMIME\r\n",
    "HELO": b"250 relay\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    "dot": b"250 queued as 4713\r\n",
    "RSET": b"250 ok\r\n",
    "NOOP": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


PIPELINING = b"250-relay\r\n250-8BITMIME\r\n250 PIPELINING\r\n"


def both_ways(phases: Sequence[str]) -> list[tuple[str, bool]]:
    """Return each phase without and with pipelining; a taste takes turns."""
    pairs = [(phase, offered) for phase in phases for offered in (False, True)]
    taste = [pairs[2 * number + number % 2] for number in range(len(phases))]
    return taste if amount() == "tiny" else pairs


def good(_moment: Moment) -> Say | None:
    """Behave."""
    return None


@dataclass
class RawRelay:
    """Serves until the block ends. `accepted`, `connections` and `spoken` (verbs) are what happened."""

    script: Script = good
    pipelining: bool = False
    """Offers it (RFC 2920): MAIL, RCPT and DATA may come in one write."""
    receive_buffer: int = 0
    tls: ssl.SSLContext | None = None
    """Speaks TLS from the first byte."""
    accepted: list[Accepted] = field(default_factory=list)
    connections: int = 0
    messages: int = 0
    spoken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._listener = socket.socket()
        if self.receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody."""
        self._closed.set()
        _shut(self._listener)
        with self._lock:
            for connection in self._open:
                _shut(connection)
        for thread in list(self._threads):
            thread.join(5)
        self._listener.close()

    def copies(self) -> Counter[str]:
        """Count accepted messages by Message-ID."""
        with self._lock:
            return Counter(message.message_id for message in self.accepted)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
                self.connections += 1
                number = self.connections
            self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            try:
                if self.tls is None:
                    _Talk(self, connection, number).run()
                else:
                    with self.tls.wrap_socket(connection, server_side=True) as secured:
                        _Talk(self, secured, number).run()
            except OSError:
                return
            finally:
                with self._lock:
                    self._open.remove(connection)

    def note(self, verb: str) -> int:
        """Count a verb; return the number of the message that is going on."""
        with self._lock:
            self.spoken[verb] += 1
            self.messages += verb == "MAIL"
            return self.messages

    def take(self, rcpt: str, body: bytes) -> None:
        """Write down an accepted message."""
        found = _MESSAGE_ID.search(body)
        message_id = found[1].decode() if found else ""
        taken = Accepted(rcpt=rcpt, message_id=message_id, sha256=hashlib.sha256(body).hexdigest())
        with self._lock:
            self.accepted.append(taken)

    def wait_closed(self) -> None:
        """Wait for the end of the block."""
        self._closed.wait()


class _Talk:
    """One connection."""

    def __init__(self, relay: RawRelay, connection: socket.socket, number: int) -> None:
        self._relay = relay
        self._connection = connection
        self._number = number
        self._message = 0
        self._rcpt = ""

    def run(self) -> None:
        """Talk until somebody hangs up."""
        with self._connection.makefile("rb") as lines:
            alive = self._answer("greeting")
            while alive and (line := lines.readline()):
                verb = line[:4].decode("latin-1").strip().upper()
                self._message = self._relay.note(verb) if verb == "MAIL" else self._message
                if verb != "MAIL":
                    self._relay.note(verb)
                if verb == "RCPT":
                    self._rcpt = line.decode("latin-1").partition("<")[2].partition(">")[0]
                alive = self._answer(verb) and verb != "QUIT"
                if alive and verb == "DATA" and self._go_on:
                    alive = self._body(lines)

    def _body(self, lines: BinaryIO) -> bool:
        """Read a message and answer to its dot; False where the line is lost."""
        if self._ask("body").stall:
            self._relay.wait_closed()
            return False
        body = b""
        while (line := lines.readline()) and line != b".\r\n":
            body += line[1:] if line.startswith(b".") else line
        if not line:
            return False
        self._relay.note("dot")
        say = self._ask("dot")
        if say.takes if say.takes is not None else say.words.startswith(b"2"):
            self._relay.take(self._rcpt, body)
        return self._say(say)

    def _answer(self, phase: str) -> bool:
        say = self._ask(phase)
        self._go_on = say.words.startswith(b"354")
        return self._say(say)

    def _ask(self, phase: str) -> Say:
        moment = Moment(phase=phase, connection=self._number, message=self._message, rcpt=self._rcpt)
        said = self._relay.script(moment)
        if said is None and phase == "EHLO" and self._relay.pipelining:
            return Say(PIPELINING)
        return Say(GOOD.get(phase, b"502 not here\r\n")) if said is None else said

    def _say(self, say: Say) -> bool:
        if say.stall:
            self._relay.wait_closed()
        elif say.drip:
            for byte in say.words:
                self._connection.sendall(bytes((byte,)))
                time.sleep(say.drip)
        else:
            self._connection.sendall(say.words)
        if say.hang_up:
            _shut(self._connection)
        return not (say.hang_up or say.stall)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
