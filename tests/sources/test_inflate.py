"""Bounded decompression."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.inflate import Damaged, TooLarge, bounded, inflated


def raw_deflate(body: bytes) -> bytes:
    """Return a stream without header, which some servers call deflate."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@given(st.binary(max_size=2_000), st.integers(1, 64))
def test_any_piece_size_gives_the_same(body: bytes, size: int) -> None:
    """Where the network cuts the stream does not matter."""
    packed = gzip.compress(body, mtime=0)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(inflated(pieces)) == body


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_all_wrappings(pack: object) -> None:
    """gzip, zlib and bare deflate are unpacked, long runs completely."""
    assert callable(pack)
    body = b"abc" * 1_000_000
    assert b"".join(inflated([pack(body)])) == body


def test_members_and_padding() -> None:
    """Several gzip members are one stream; padding after the last is ignored."""
    assert (
        b"".join(inflated([gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0) + b"\x00" * 20]))
        == b"ab"
    )


def test_pieces_stay_small() -> None:
    """No piece is larger than 256 KiB, however well the input is packed."""
    assert max(map(len, inflated([gzip.compress(b"\0" * 10_000_000, mtime=0)]))) <= 256 * 1024


def test_bound_stops_the_work() -> None:
    """Unpacking ends at the limit."""
    with pytest.raises(TooLarge):
        list(bounded(inflated([gzip.compress(b"\0" * 10_000_000, mtime=0)]), 1_000_000))


@pytest.mark.parametrize("body", [gzip.compress(b"hello", mtime=0)[:-3], b"\x1f\x8bnonsense", b"\xff" * 50])
def test_damage(body: bytes) -> None:
    """Cut or invalid streams are damaged."""
    with pytest.raises(Damaged):
        list(inflated([body]))
