"""Answers that are small to send and large to take, or never end. Bodies are made when asked for."""

import gzip
import itertools
import time
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from tests.hostile.bomb import Bomb
from tests.sources.replay import Answer

MIB = 1024 * 1024
_OK = b"HTTP/1.1 200 OK\r\n"


def packed(body: bytes, encoding: str) -> Answer:
    """Return an answer under a Content-Encoding."""
    return Answer(body=body, headers={"Content-Encoding": encoding})


def zeros(mib: int, wbits: int) -> bytes:
    """Compress so many MiB of zeros without holding them."""
    packer = zlib.compressobj(9, wbits=wbits)
    piece = bytes(MIB)
    return b"".join(packer.compress(piece) for _ in range(mib)) + packer.flush()


def lean(mib: int) -> bytes:
    """Compress text that unpacks to somewhat less than 200 times its size, and to so many MiB."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(b"%06d" % n + b"x" * 1500) for n in range(mib * 700)) + packer.flush()


def raw(head: bytes, pieces: Iterable[bytes] = (), pause: float = 0.0) -> Answer:
    """Return an answer that writes the wire itself, piece by piece."""

    def write(out: BinaryIO) -> None:
        out.write(head)
        for piece in pieces:
            out.write(piece)
            if pause:
                time.sleep(pause)

    return Answer(raw=write)


def chunks(size: int) -> Iterable[bytes]:
    """Return chunks of `size` bytes without end."""
    return itertools.repeat(b"%x\r\n" % size + b"x" * size + b"\r\n")


_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"

WIRE = [
    Bomb(name="gzip", answer=lambda: packed(zeros(500, 31), "gzip"), expected="200 times"),
    Bomb(name="zlib", answer=lambda: packed(zeros(100, 15), "deflate"), expected="200 times"),
    Bomb(name="deflate", answer=lambda: packed(zeros(100, -15), "deflate"), expected="200 times"),
    Bomb(name="lean gzip", answer=lambda: packed(lean(40), "gzip"), expected="larger than 15 MiB", slow=True),
    Bomb(
        name="gzip, gzip",
        answer=lambda: packed(gzip.compress(zeros(10, 31)), "gzip, gzip"),
        expected="packed as",
    ),
    Bomb(
        name="gzip in gzip",
        answer=lambda: packed(gzip.compress(zeros(500, 31)), "gzip"),
        expected="not an RSS",
        reader="feed",
    ),
    Bomb(
        name="gzip as xml",
        answer=lambda: packed(gzip.compress(zeros(50, 31)), "gzip"),
        expected="cannot be read",
        reader="query",
    ),
    Bomb(
        name="many members",
        answer=lambda: packed(gzip.compress(b"") * 200_000, "gzip"),
        expected="1000 parts",
    ),
    Bomb(name="brotli", answer=lambda: packed(b"x", "br"), expected="packed as"),
    Bomb(
        name="2 GB",
        answer=lambda: raw(_OK + b"Content-Length: 2147483648\r\n\r\n", itertools.repeat(bytes(MIB), 2048)),
        expected="larger than 15 MiB",
    ),
    Bomb(
        name="2 GB of gzip members",
        answer=lambda: raw(
            _OK + b"Content-Encoding: gzip\r\nContent-Length: 2147483648\r\n\r\n",
            itertools.repeat(zeros(4, 31), 500_000),
        ),
        expected="200 times",
    ),
    Bomb(name="endless chunks", answer=lambda: raw(_CHUNKED, chunks(8192)), expected="larger than 15 MiB"),
    Bomb(
        name="endless body to the close",
        answer=lambda: raw(_OK + b"\r\n", itertools.repeat(b"x" * 65536)),
        expected="larger than 15 MiB",
    ),
    Bomb(
        name="endless crumbs",
        answer=lambda: raw(_CHUNKED, itertools.repeat(b"1\r\nx\r\n" * 1000)),
        expected="tiny pieces",
    ),
    Bomb(
        name="endless headers",
        answer=lambda: raw(_OK, (b"X-%d: y\r\n" % n for n in itertools.count())),
        expected="broke off",
    ),
    Bomb(
        name="endless header",
        answer=lambda: raw(_OK + b"X: ", itertools.repeat(b"y" * 65536)),
        expected="broke off",
    ),
    Bomb(
        name="endless status line",
        answer=lambda: raw(b"HTTP/1.1 200 ", itertools.repeat(b"y" * 65536)),
        expected="broke off",
    ),
    Bomb(
        name="endless 100 Continue",
        answer=lambda: raw(b"", itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)),
        expected="in time",
        total=1.0,
    ),
    Bomb(
        name="endless chunk extension",
        answer=lambda: raw(_CHUNKED + b"5;x=", itertools.repeat(b"y" * 65536)),
        expected="broke off",
    ),
    Bomb(
        name="endless trailers",
        answer=lambda: raw(_CHUNKED + b"1\r\nx\r\n0\r\n", itertools.repeat(b"X: y\r\n" * 1000)),
        expected="broke off",
    ),
    Bomb(
        name="dripping headers",
        answer=lambda: raw(_OK + b"X: ", itertools.repeat(b"y"), 0.02),
        expected="in time",
        total=0.3,
    ),
    Bomb(
        name="dripping body",
        answer=lambda: raw(_OK + b"Content-Length: 1000\r\n\r\n", itertools.repeat(b"y"), 0.02),
        expected="in time",
        total=0.3,
    ),
    Bomb(
        name="dripping chunks",
        answer=lambda: raw(_CHUNKED, itertools.repeat(b"1\r\nx\r\n"), 0.02),
        expected="in time",
        total=0.3,
    ),
    Bomb(name="silence", answer=lambda: raw(b"", itertools.repeat(b""), 0.02), expected="in time", total=0.3),
    Bomb(name="too little", answer=lambda: raw(_OK + b"Content-Length: 1000\r\n\r\nx"), expected="broke off"),
    Bomb(
        name="a huge chunk that lies",
        answer=lambda: raw(_CHUNKED + b"ffffffffffffffff\r\nx"),
        expected="broke off",
    ),
    Bomb(name="a negative chunk", answer=lambda: raw(_CHUNKED + b"-5\r\nx"), expected="broke off"),
    Bomb(
        name="a negative length",
        answer=lambda: raw(_OK + b"Content-Length: -5\r\n\r\nx"),
        expected="broke off",
    ),
    Bomb(
        name="two lengths",
        answer=lambda: raw(_OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxxx"),
        expected="broke off",
    ),
]
"""Bombs of the wire, which no parser sees."""
