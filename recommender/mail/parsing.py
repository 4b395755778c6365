"""Bytes of a stranger's mail into parts and text. Nothing here raises, whatever the bytes are.

Parsing is left to the email package; this bounds what it is given, because a message made of nothing
but nested parts would keep it busy for minutes.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from typing import TypeAlias

from recommender.domain.discretion import masked

Mail: TypeAlias = "Message[str, str]"

MOST_BYTES = 256 * 1024
"""A report and the headers of what it returns stand at the beginning."""
_MOST_CONTAINERS = 40
_MOST_PARTS = 100
_MOST_LINES = 5_000
"""As many as 256 KiB of base64 have, and half as many again."""
_MOST_BLOCKS = 200
_LONGEST_HEADER = 8_000
_LONGEST_TEXT = 40_000
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]@]+@[^\s<>,;:\"()\[\]@]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")
_BLANK_LINES = re.compile(rb"\n{3,}")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class _Plain(Compat32):
    """Headers are text whatever bytes stand in them; for those, the package gives objects of another kind."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the package's
        """Return a header with a mark for every byte that is not ASCII; `header` reads those too."""
        return value.encode("ascii", "replace").decode("ascii")


_PLAIN = _Plain()


def parse(content: bytes) -> Mail:
    """Return a message, or only its headers where its body is a maze."""
    content = _bounded(content)
    lowered = content.lower()
    if lowered.count(b"multipart/") + lowered.count(b"message/") <= _MOST_CONTAINERS:
        try:
            return message_from_bytes(content, policy=_PLAIN)
        except Exception:  # noqa: BLE001, S110 - the parser raises many things for broken mail; see below
            pass
    try:
        return BytesHeaderParser(policy=_PLAIN).parsebytes(content.partition(b"\n\n")[0])
    except Exception:  # noqa: BLE001 - not even headers
        return Message(policy=_PLAIN)


def _bounded(content: bytes) -> bytes:
    """Return the beginning of a message with line feeds alone, and no two blank lines in a row.

    To the package every blank line of a delivery status begins one more message.
    """
    plain = content[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    plain = _BLANK_LINES.sub(b"\n\n", plain)
    return b"\n".join(plain.split(b"\n", _MOST_LINES)[:_MOST_LINES])


def parts(message: Mail, *, inside: bool = True) -> Iterator[Mail]:
    """Yield a message and its parts in their order, the first hundred at most.

    Not `inside`: without the parts of messages that it holds.
    """
    waiting: list[Mail] = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        if not inside and part.get_content_maintype() == "message":
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            waiting[:0] = [inner for inner in payload if isinstance(inner, Message)]


def header(message: Mail, name: str) -> str:
    """Return the first header of a name, decoded (RFC 2047), on one line; empty where there is none."""
    wanted = name.lower()
    raw = next((str(value) for found, value in message.raw_items() if found.lower() == wanted), "")
    value = raw[:_LONGEST_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = decode_header(" ".join(value.split()))
    except (HeaderParseError, ValueError, LookupError, TypeError, AttributeError):
        return one_line(value)
    return one_line("".join(_decoded(piece, charset) for piece, charset in pieces))


def kind(message: Mail) -> str:
    """Return the content type in lower case: `multipart/report`."""
    return message.get_content_type()


def parameter(message: Mail, name: str) -> str:
    """Return a parameter of the content type, in lower case."""
    try:
        value = message.get_param(name, "")
    except Exception:  # noqa: BLE001 - RFC 2231 parameters can be broken in ways the package does not expect
        return ""
    return str(value[2] if isinstance(value, tuple) else value).strip().lower()


def text(part: Mail) -> str:
    """Return the text of a leaf, its beginning at most."""
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8") or "utf-8"
    except Exception:  # noqa: BLE001 - see `parameter`
        return ""
    return _decoded(content[:_LONGEST_TEXT], charset) if isinstance(content, bytes) else ""


def blocks(part: Mail) -> list[Mail]:
    """Return the blocks of fields of a `message/…` part; none where it holds no fields."""
    payload = part.get_payload()
    found = payload[:_MOST_BLOCKS] if isinstance(payload, list) else []
    return [block for block in found if isinstance(block, Message)]


def returned_headers(message: Mail, *, inside: bool = True) -> Iterator[Mail]:
    """Yield the headers of each message that a report returns, whole or headers only.

    `inside` is that of `parts`.
    """
    for part in parts(message, inside=inside):
        if kind(part) in ("message/rfc822", "message/global"):
            yield from blocks(part)
        elif kind(part) in ("text/rfc822-headers", "message/global-headers", "message/rfc822-headers"):
            inner = blocks(part)
            yield from inner or [parse(text(part).encode("utf-8", "replace"))]


def addresses(*values: str) -> tuple[str, ...]:
    """Return what looks like addresses in header values, fifty at most."""
    found = (match[0] for value in values for match in _ADDRESS.finditer(value[:_LONGEST_HEADER]))
    return tuple(dict.fromkeys(found))[:50]


def message_ids(*values: str) -> tuple[str, ...]:
    """Return what looks like Message-IDs, with brackets, in header values, twenty at most."""
    found = (match[0] for value in values for match in _MESSAGE_ID.finditer(value[:_LONGEST_HEADER]))
    return tuple(dict.fromkeys(found))[:20]


def without_addresses(words: str, *, longest: int = 200) -> str:
    """Return words that may be kept: on one line, and no address in them."""
    return masked(one_line(words)).replace("<", " ").replace(">", " ")[:longest].strip()


def one_line(words: str) -> str:
    """Return words without control characters and runs of blanks, and as text that can be stored."""
    clean = _CONTROLS.sub(" ", words.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(clean.split())


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return piece.decode("latin-1")
