"""A client that asks for pages over many connections, at a constant rate or as fast as it is answered.

One thread and one `epoll`, so that it leaves the machine to the server. At a constant rate a request has
its moment, and its time is counted from there whether or not a connection was free: a server that stalls
cannot make the client ask less and look fast (coordinated omission).
"""

import gc
import selectors
import socket
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

_HOST = "127.0.0.1"
_OK = 200
_PATIENCE = 20.0
"""Seconds after the last request for the last answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: what is sent, and what its answer must hold beside the status 200."""

    kind: str
    wire: bytes
    wanted: bytes
    mark: int = 0
    """Whose it is, for the books of the caller."""


def request(
    kind: str, where: tuple[str, str], *, wanted: bytes = b"", mark: int = 0, body: str = ""
) -> Request:
    """Build a request to `where`, a method and a path, as a browser sends it on a connection that stays."""
    method, path = where
    lines = [f"{method} {path} HTTP/1.1", f"Host: {_HOST}", "Accept: text/html"]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return Request(kind=kind, wire="\r\n".join([*lines, "", body]).encode(), wanted=wanted, mark=mark)


@dataclass(slots=True)
class Answer:
    """How one request ended: in so many seconds from its moment to the last byte of the answer."""

    kind: str
    mark: int
    seconds: float
    status: int
    """Of HTTP; 0 where no answer came."""
    good: bool
    """The status is 200 and the answer holds what was wanted."""


@dataclass(slots=True)
class _Line:
    """A connection and what is under way on it."""

    socket: socket.socket
    request: Request | None = None
    due: float = 0.0
    heard: bytearray = field(default_factory=bytearray)


class Load:
    """Asks; keeps the answers."""

    def __init__(self, port: int, connections: int) -> None:
        """Open the connections."""
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._free: deque[_Line] = deque()
        self._open = 0
        self.gone = False
        """The server takes no connection any more."""
        self.answers: list[Answer] = []
        for _ in range(connections):
            self._connect()

    def steady(self, requests: Sequence[tuple[float, Request]]) -> None:
        """Send each request at its moment, in seconds from now, and wait for the last answers."""
        gc.disable()
        start, due = perf_counter(), deque(requests)
        late: deque[tuple[float, Request]] = deque()
        end = start + requests[-1][0] + _PATIENCE
        while (due or late or self._open) and perf_counter() < end and not self.gone:
            now = perf_counter() - start
            while due and due[0][0] <= now:
                late.append(due.popleft())
            while late and self._free:
                moment, asked = late.popleft()
                self._send(self._free.popleft(), asked, start + moment)
            self._listen(max(0.0, due[0][0] - (perf_counter() - start)) if due else 0.1)
        self._give_up([asked for _, asked in (*late, *due)])
        gc.enable()

    def eager(self, requests: Sequence[Request], seconds: float) -> float:
        """Send the next request as soon as a connection is free; return for how long it went on."""
        gc.disable()
        start, waiting = perf_counter(), deque(requests)
        while waiting and perf_counter() - start < seconds and not self.gone:
            while waiting and self._free:
                self._send(self._free.popleft(), waiting.popleft(), perf_counter())
            self._listen(0.1)
        took = perf_counter() - start
        end = perf_counter() + _PATIENCE
        while self._open and perf_counter() < end:
            self._listen(0.1)
        self._give_up([])
        gc.enable()
        return took

    def close(self) -> None:
        """Close the connections."""
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def _connect(self) -> None:
        try:
            opened = socket.create_connection((_HOST, self._port), timeout=_PATIENCE)
        except OSError:
            self.gone = True
            return
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        line = _Line(opened)
        self._selector.register(opened, selectors.EVENT_READ, line)
        self._free.append(line)

    def _send(self, line: _Line, asked: Request, due: float) -> None:
        line.request, line.due = asked, due
        line.heard.clear()
        self._open += 1
        try:
            line.socket.sendall(asked.wire)
        except OSError:
            self._lose(line)

    def _listen(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            line: _Line = key.data
            try:
                piece = line.socket.recv(1 << 16)
            except OSError:
                piece = b""
            if not piece:
                self._lose(line)
                continue
            line.heard += piece
            if line.request is not None and _is_whole(line.heard):
                self._enter(line, whole=True)
                self._free.append(line)

    def _enter(self, line: _Line, *, whole: bool) -> None:
        asked = line.request
        if asked is None:
            return
        status = int(line.heard[9:12]) if whole else 0
        good = status == _OK and asked.wanted in line.heard
        self.answers.append(Answer(asked.kind, asked.mark, perf_counter() - line.due, status, good))
        line.request = None
        self._open -= 1

    def _lose(self, line: _Line) -> None:
        """Take in that a connection ended; open another in its place."""
        self._enter(line, whole=False)
        self._selector.unregister(line.socket)
        line.socket.close()
        if line in self._free:
            self._free.remove(line)
        self._connect()

    def _give_up(self, unsent: Sequence[Request]) -> None:
        """Enter as bad what got no answer."""
        for key in list(self._selector.get_map().values()):
            self._enter(key.data, whole=False)
        self.answers += [Answer(asked.kind, asked.mark, _PATIENCE, 0, good=False) for asked in unsent]


def _is_whole(heard: bytearray) -> bool:
    """Tell whether an answer has come to its end; ours always say their length."""
    head = heard.find(b"\r\n\r\n")
    if head < 0:
        return False
    place = heard.find(b"content-length: ", 0, head)
    length = int(heard[place + 16 : heard.find(b"\r", place)]) if place >= 0 else 0
    return len(heard) >= head + 4 + length
