"""Bytes that are no HTTP, or barely, over a real socket: each ends in an answer below 500 or in silence."""

import random
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from recommender.digest.links import CODES
from recommender.web.server import build_server
from tests.faults.scale import chance, scaled
from tests.hostile.whole import Whole
from tests.stores import dump
from tests.web.test_server import free_port, serving

PATIENCE, BRIEF = 5.0, 0.1
"""Seconds that an answer may take; for what may get none, and is not a whole request."""
SECURITY = b"content-security-policy:"


class Live(Whole):
    """A whole site behind a real server."""

    port = 0

    def send(self, raw: bytes, patience: float = PATIENCE) -> bytes:
        """Send bytes on a connection of their own; return what comes until it is closed or nothing comes."""
        answer = b""
        with closing(socket.create_connection(("127.0.0.1", self.port), PATIENCE)) as line:
            try:
                line.sendall(raw)
                line.settimeout(patience)
                while part := line.recv(65536):
                    answer += part
            except OSError:  # silence, or a connection that was reset
                pass
        return answer

    def alive(self) -> bool:
        """Tell whether the server still answers."""
        return self.send(_get("/healthz", self.port)).startswith(b"HTTP/1.1 200")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Serve a site on loopback."""
    port = free_port()
    site = Live(tmp_path, public_url=f"http://127.0.0.1:{port}")
    site.port = port
    with serving(build_server(site.app, f"127.0.0.1:{port}")):
        yield site


def _get(path: str, port: int, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _shapes(port: int, path: str) -> list[bytes]:
    """Return requests that are wrong in a way of their own."""
    host = b"Host: 127.0.0.1:%d\r\n" % port
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    post = b"POST " + path.encode() + b" HTTP/1.1\r\n" + host + form
    chunks = (
        b"zz\r\n",
        b"-1\r\n",
        b"FFFFFFFFFFFFFFFFFF\r\n",
        b"5\r\nab",
        b"0\r\n",
        b"1\r\na\r\n0\r\nX: y\r\n\r\n",
    )
    return [
        b"",
        b"\r\n" * 50,
        b"\x00" * 500,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n" + host + b"\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /%zz%%%0 HTTP/1.1\r\n" + host + b"\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\n" + host + b"\r\n",
        b"GET //evil.example/x HTTP/1.1\r\n" + host + b"\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\n" + host + b"\r\n",
        b"OPTIONS * HTTP/1.1\r\n" + host + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"X: y\r\n" * 3000 + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + host + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Bad Header: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b": x\r\n\r\n",
        post + b"Content-Length: 5\r\n\r\nab",
        post + b"Content-Length: -5\r\n\r\nabcde",
        post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        *(post + b"Transfer-Encoding: chunked\r\n\r\n" + chunk for chunk in chunks),
        b"POST "
        + path.encode()
        + b" HTTP/1.1\r\n"
        + host
        + b"Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n",
    ]


def _bent(dice: random.Random, raw: bytes) -> bytes:
    """Return a request with some bytes changed, cut out or put in."""
    bent = bytearray(raw)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(bent) + 1)
        match dice.randrange(3):
            case 0:
                bent[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del bent[at : at + dice.randrange(1, 20)]
            case _:
                bent[at:at] = dice.choice(
                    (b"\r\n", b"\x00", b":", b" ", b"%", b"\xff" * 9, b"GET / HTTP/1.1\r\n")
                )
    return bytes(bent)


def _fine(answer: bytes) -> bool:
    """Tell whether each answer on a connection is below 500 and, if a page of ours, has our headers."""
    if not answer:
        return True
    head, _, _ = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    ours = SECURITY in head.lower() or (status in {400, 431} and b"text/plain" in head)
    return status < 500 and ours and b"Traceback" not in answer and b"set-cookie" not in head.lower()


def test_no_bytes_end_the_server(live: Live) -> None:
    """Some by hand, the others by bending good requests; a good one is answered between them."""
    claims = {claim.purpose: claim for claim in live.claims()}
    place = live.place(claims["view"])
    answers: list[bytes] = []
    for raw in _shapes(live.port, place):
        answers.append(live.send(raw, BRIEF))
        assert _fine(answers[-1]), raw[:200]
    dice, good = chance("bytes"), []
    for claim in claims.values():
        method = dice.choice(("GET", "POST"))
        body = b"undo=1&again=1"
        good.append(
            _get(live.place(claim), live.port, f"Content-Length: {len(body)}", method=method, body=body)
        )
    for number in range(scaled(tiny=60, quick=400, full=2_000)):
        raw = _bent(dice, good[number % len(good)])
        answers.append(live.send(raw, BRIEF))
        assert _fine(answers[-1]), raw
        live.clock.wait(seconds=1)
    assert sum(map(bool, answers)) > len(answers) / 2
    assert live.alive()


def test_tokens_spelt_in_percents_are_their_own_or_nothing(live: Live) -> None:
    """A server unquotes once: `%41` is `A`, and `%2541` is nobody's."""
    claims = {claim.purpose: claim for claim in live.claims()}
    before = dump(live.folder)
    for purpose in CODES:
        token = live.links.token(claims[purpose])
        twice = "".join(f"%25{ord(letter):02x}" for letter in token)
        answer = live.send(_get(live.place(claims[purpose], twice), live.port))
        assert answer.startswith(b"HTTP/1.1 400"), purpose
    assert dump(live.folder) == before


def test_a_body_that_never_ends_holds_nobody_up(live: Live) -> None:
    """Twenty slow senders wait; a good request is answered meanwhile."""
    place = live.place(next(claim for claim in live.claims() if claim.purpose == "vote"))
    start = _get(place, live.port, "Content-Length: 50", method="POST", body=b"vote-1=u")
    slow = [socket.create_connection(("127.0.0.1", live.port), PATIENCE) for _ in range(20)]
    try:
        for line in slow[:10]:
            line.sendall(start)
        for line in slow[10:]:
            line.sendall(start[:20])
        assert live.alive()
        assert live.votes() == {}
    finally:
        for line in slow:
            line.close()
    assert live.alive()
