"""Reading replies: whole, well-formed, asked for, and within limits of time and size."""

import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.mail.replies import Replies

MEGABYTE = 1024 * 1024


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give both ends of a line: ours, with a short time-out, and the relay's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0.2)
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    "said,code,text",
    [
        (b"250 ok\r\n", 250, b"ok"),
        (b"250\r\n", 250, b""),
        (b"250-a\r\n250-b\r\n250 c\r\n", 250, b"a\nb\nc"),
        (b"250-a\r\n250\r\n", 250, b"a\n"),
        (b"250 bare end\n", 250, b"bare end"),
        (b"550-a\r\n250 b\r\n", -1, b"codes that differ: 550 250"),
        (b"250ok\r\n", -1, b"250ok"),
        (b"150 ok\r\n", -1, b"150 ok"),
        (b"+50 ok\r\n", -1, b"+50 ok"),
        (b"\r\n", -1, b""),
    ],
)
def test_forms_of_replies(
    line: tuple[socket.socket, socket.socket], said: bytes, code: int, text: bytes
) -> None:
    """What is no reply by RFC 5321 §4.2 has the code -1."""
    line[1].sendall(said)
    assert Replies(line[0]).read() == (code, text)


@pytest.mark.parametrize(
    "piece", [b"x" * MEGABYTE, b"250 " + b"x" * MEGABYTE, b"250-more\r\n" * (MEGABYTE // 10)]
)
def test_a_reply_without_end_is_cut_off(line: tuple[socket.socket, socket.socket], piece: bytes) -> None:
    """A megabyte in one line or in many is refused after 64 KiB."""
    line[1].settimeout(0)
    line[1].send(piece)
    with pytest.raises(ValueError, match="longer than 65536 bytes"):
        Replies(line[0]).read()


def test_the_time_is_for_the_whole_reply(line: tuple[socket.socket, socket.socket]) -> None:
    """Lines that keep coming do not keep their reader."""
    replies = Replies(line[0])
    line[1].sendall(b"250-one\r\n250-two\r\n250 th")
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        replies.read()
    assert 0.15 < time.monotonic() - start < 2


@pytest.mark.parametrize("half", [b"", b"25", b"250 o", b"250-a\r\n"])
def test_an_end_before_the_end_is_no_reply(line: tuple[socket.socket, socket.socket], half: bytes) -> None:
    """Half a line and a reply that was to go on are lost lines."""
    line[1].sendall(half)
    line[1].shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionError):
        Replies(line[0]).read()


def test_words_that_nobody_asked_for_are_noticed(line: tuple[socket.socket, socket.socket]) -> None:
    """Unread words and a closed line stand in the way of a command; silence does not."""
    replies = Replies(line[0])
    assert replies.interruption() is None
    line[1].sendall(b"250 ok\r\n250 and more\r\n")
    assert replies.read() == (250, b"ok")
    assert replies.interruption() == "it spoke before it was asked"
    assert replies.read() == (250, b"and more")
    line[1].close()
    assert replies.interruption() == "it closed the line"
    assert line[0].gettimeout() == 0.2


@given(said=st.binary(max_size=80) | st.text("25-0 \r\nx", max_size=40).map(str.encode))
def test_any_bytes_are_a_reply_or_an_error(said: bytes) -> None:
    """Nothing but the three errors is raised, and a code is -1 or three digits."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(1)
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        try:
            code, _ = Replies(ours).read()
        except (ConnectionError, ValueError, ssl.SSLError):
            return
        assert code == -1 or 200 <= code <= 599
