"""Decompression that cannot be made to fill the memory.

Only gzip and deflate, one layer: nobody asked for anything else, so anything else is refused.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 256 * 1024
_MEMBERS = 1_000
"""gzip streams in one answer; each costs some time, and honest servers send one."""
_CRUMBS = 20_000
_CRUMB = 64
_RATIO = 200
_HARMLESS = 1024 * 1024
"""Unpacked bytes up to which no ratio is suspicious."""
ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})


class TooLarge(ValueError):
    """More bytes than the caller's limit; internal to this package."""


class Damaged(ValueError):
    """Compressed bytes that end early or are not compressed bytes; internal to this package."""


class Bomb(TooLarge):
    """Bytes that are made to cost more than they are worth; internal to this package."""


class _Inflater(Protocol):
    """The part of zlib's decompression object used here (zlib does not export its type)."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def bounded(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Pass `pieces` on; raise TooLarge once there are more than `limit` bytes, or too many tiny pieces."""
    total = 0
    for number, piece in enumerate(pieces):
        total += len(piece)
        if number > _CRUMBS and total < number * _CRUMB:
            raise Bomb("the answer comes in too many tiny pieces")
        if total > limit:
            raise TooLarge(limit)
        yield piece


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress what a server sent; raise Bomb where it grows more than honest text does."""
    taken = given = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for piece in pieces:
            taken += len(piece)
            yield piece

    for piece in inflated(counted(), members=_MEMBERS):
        given += len(piece)
        if given > _HARMLESS and given > _RATIO * taken:
            raise Bomb(f"the answer unpacks to more than {_RATIO} times its size")
        yield piece


def inflated(pieces: Iterable[bytes], *, members: int | None = None) -> Iterator[bytes]:
    """Decompress gzip (several members too), zlib or raw deflate in pieces of at most 256 KiB.

    Raises Damaged where the stream is cut short or no compressed stream at all, and Bomb where it has
    more than `members` parts.
    """
    inflater: _Inflater | None = None
    begun = 0
    for piece in pieces:
        rest = piece
        while rest:
            if inflater is None or inflater.eof:
                if inflater is not None and not _GZIP_MAGIC.startswith(rest[:2]):
                    return  # padding after the last member
                begun += 1
                if members is not None and begun > members:
                    raise Bomb(f"the answer is packed in more than {members} parts")
                inflater = _started(rest)
            yield from _drained(inflater, rest)
            rest = inflater.unused_data
    if inflater is not None and not inflater.eof:
        raise Damaged("the compressed data ends early")


def _started(start: bytes) -> _Inflater:
    looks_wrapped = start[:1] in (b"\x1f", b"\x78")
    return zlib.decompressobj(_GZIP_OR_ZLIB if looks_wrapped else _RAW_DEFLATE)


def _drained(inflater: _Inflater, data: bytes) -> Iterator[bytes]:
    """Yield all output of `data`; zlib may hold some back even when no input is left over."""
    full = True
    while data or full:
        try:
            out = inflater.decompress(data, _PIECE)
        except zlib.error as error:
            raise Damaged("the compressed data is damaged") from error
        yield out
        full = len(out) == _PIECE and not inflater.eof
        data = b"" if inflater.eof else inflater.unconsumed_tail
