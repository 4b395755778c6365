"""The polite client against bodies and servers that would harm it."""

import gzip
import time as real_time
import zlib
from typing import BinaryIO

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.sources.asking import retry_after
from recommender.sources.http import Ask, Limits, PoliteClient
from recommender.sources.pacing import Timing
from tests.sources.replay import Answer, FakeTime, Replay, ask, client_for


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
def test_packed_answers_are_unpacked(replay: Replay, client: PoliteClient, packed: str) -> None:
    """Both gzip and deflate are understood."""
    body = gzip.compress(b"hello") if packed == "gzip" else zlib.compress(b"hello")
    url = replay.says("/a", Answer(body=body, headers={"Content-Encoding": packed}))
    assert client.get(ask(url)).body == b"hello"


def test_gzip_bomb_is_cut(replay: Replay, time: FakeTime) -> None:
    """A small answer that unpacks to a huge one is refused at the limit."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    url = replay.says("/a", Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceMalformed, match="larger than 1 MiB"):
        client_for(replay, time, Limits(body=1024 * 1024)).get(ask(url))


def test_large_answer_is_cut(replay: Replay, time: FakeTime) -> None:
    """An answer over the limit is refused."""
    url = replay.says("/a", Answer(body=b"x" * 300_000))
    with pytest.raises(SourceMalformed, match="larger than"):
        client_for(replay, time, Limits(body=100_000)).get(ask(url))


@pytest.mark.parametrize("packed", ["br", "zstd", "gzip, gzip"])
def test_other_packings_are_refused(replay: Replay, client: PoliteClient, packed: str) -> None:
    """Encodings nobody asked for are not unpacked."""
    url = replay.says("/a", Answer(body=b"x", headers={"Content-Encoding": packed}))
    with pytest.raises(SourceMalformed, match="packed"):
        client.get(ask(url))


def test_truncated_gzip_is_temporary(replay: Replay, client: PoliteClient) -> None:
    """A packed answer that ends early is fetched again."""
    body = gzip.compress(b"hello" * 100)
    url = replay.says(
        "/a",
        Answer(body=body[:-9], headers={"Content-Encoding": "gzip"}),
        Answer(body=body, headers={"Content-Encoding": "gzip"}),
    )
    assert client.get(ask(url)).body == b"hello" * 100


def test_short_answer_is_temporary(replay: Replay, client: PoliteClient) -> None:
    """Fewer bytes than announced are no answer."""
    url = replay.says("/a", Answer(body=b"abc", headers={"Content-Length": "10"}), Answer(body=b"abc"))
    assert client.get(ask(url)).body == b"abc"


def reset(out: BinaryIO) -> None:
    """Hang up in the middle of a chunked answer."""
    out.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")


def nonsense(out: BinaryIO) -> None:
    """Speak another protocol."""
    out.write(b"220 mail.example.org ESMTP\r\n")


@pytest.mark.parametrize("broken", [reset, nonsense])
def test_broken_answer_is_temporary(replay: Replay, client: PoliteClient, broken: object) -> None:
    """A connection that breaks, or speaks no HTTP, is tried again."""
    assert callable(broken)
    url = replay.says("/a", Answer(raw=broken), Answer(body=b"x"))
    assert client.get(ask(url)).body == b"x"


def test_endless_answer_is_cut(replay: Replay, time: FakeTime) -> None:
    """Chunks without end are read up to the limit and no further."""

    def endless(out: BinaryIO) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        out.writelines(b"2000\r\n" + b"x" * 0x2000 + b"\r\n" for _ in range(10_000))

    url = replay.says("/a", Answer(raw=endless))
    with pytest.raises(SourceMalformed, match="larger than"):
        client_for(replay, time, Limits(body=100_000)).get(ask(url))


def drip(out: BinaryIO) -> None:
    """Send an answer a byte at a time for two seconds."""
    out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        real_time.sleep(0.02)
        out.write(b"x")


def drip_headers(out: BinaryIO) -> None:
    """Never come to the end of the headers."""
    out.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        real_time.sleep(0.02)
        out.write(b"x")


def stall(out: BinaryIO) -> None:
    """Say nothing for half a second."""
    for _ in range(25):
        real_time.sleep(0.02)
    out.write(b"")


@pytest.mark.parametrize("slow", [drip, drip_headers, stall])
def test_slow_server_is_left(replay: Replay, slow: object) -> None:
    """Neither silence nor a byte now and then holds the client beyond its limits."""
    assert callable(slow)
    limits = Limits(phase=0.1, total=0.15, attempts=1)
    client = PoliteClient(contact="x", allow_hosts=[replay.host], limits=limits, timing=Timing())
    url = replay.says("/a", Answer(raw=slow))
    start = real_time.monotonic()
    with pytest.raises(SourceUnavailable, match="did not answer in time"):
        client.get(ask(url))
    assert real_time.monotonic() - start < 1.0


@pytest.mark.parametrize("etag", [b'"caf\xe9"', b'"' + b"a" * 60_000 + b'"', b'"a\tb"'])
def test_what_no_request_can_carry_is_not_sent_back(
    replay: Replay, client: PoliteClient, etag: bytes
) -> None:
    """A strange ETag costs the saving of a 304 and not the source."""

    def answer(wire: BinaryIO) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\nETag: " + etag + b"\r\nContent-Length: 1\r\n\r\nx")

    url = replay.says("/a", Answer(raw=answer))
    assert client.get(ask(url)).etag is None
    kept = Ask(source="test", url=url, etag=etag.decode("latin-1"), last_modified="Mon")
    assert client.get(kept).body == b"x"
    assert "if-none-match" not in replay.headers[-1]
    assert replay.headers[-1]["if-modified-since"] == "Mon"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 " + b"no" * 20_000 + b"\r\n",
        b"HTTP/1.1 302 x\r\nLocation: http://[" + b"a" * 60_000 + b"\r\n",
        b"HTTP/1.1 302 x\r\nLocation: http://10.0.0.1/" + b"a" * 60_000 + b"\r\n",
        b"HTTP/1.1 200 x\r\nContent-Encoding: " + b"a" * 60_000 + b"\r\n",
    ],
)
def test_errors_are_of_bounded_length(replay: Replay, client: PoliteClient, answer: bytes) -> None:
    """What a server puts into its headers fills neither logs nor the store."""
    wire = answer + b"Content-Length: 0\r\n\r\n"

    def send(out: BinaryIO) -> None:
        out.write(wire)

    url = replay.says("/a", Answer(raw=send))
    with pytest.raises(SourceMalformed) as caught:
        client.get(ask(url))
    assert len(str(caught.value)) < 3_100


def test_no_host_is_left_alone_for_more_than_a_week(replay: Replay, time: FakeTime) -> None:
    """A daemon that stays up for months asks again."""
    dates = {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", "date": "Mon, 27 Apr 2026 10:00:00 GMT"}
    assert retry_after(dates) == 7 * 86_400
    client = client_for(replay, time)
    headers = {"Retry-After": "999999999"}
    url = replay.says("/a", Answer(status=503, headers=headers), Answer(body=b"x"))
    with pytest.raises(SourceUnavailable):
        client.get(ask(url))
    time.seconds += 7 * 86_400
    assert client.get(ask(url)).body == b"x"


def test_a_backoff_is_a_week_at_most(replay: Replay, time: FakeTime) -> None:
    """The same of what comes with a good answer."""
    client = client_for(replay, time)
    url = replay.says("/a", Answer(body=b"x", headers={"Backoff": "999999999"}), Answer(body=b"y"))
    client.get(ask(url))
    time.seconds += 7 * 86_400
    assert client.get(ask(url)).body == b"y"
