"""What a server may say instead of a feed; each entry is one bad day of one source."""

import gzip
import itertools
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import BinaryIO, cast

from tests.hostile.wire_bombs import chunks, packed, raw, zeros
from tests.sources.replay import Answer

_OK = b"HTTP/1.1 200 OK\r\n"
_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><title>Lost %d</title></item>'
)


def told(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Return an answer with a status; underscores of header names are hyphens."""
    return Answer(
        status=status, body=body, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


def reset(out: BinaryIO) -> None:
    """Close the connection with a reset instead of an end."""
    connection = cast("socket.socket", getattr(out, "_sock"))  # noqa: B009 the name is private to mypy
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


STATUSES: Mapping[str, Sequence[Answer]] = {
    f"{status}": [told(status, b"no")]
    for status in (
        400,
        401,
        402,
        403,
        404,
        405,
        406,
        408,
        410,
        418,
        421,
        425,
        429,
        451,
        500,
        501,
        502,
        503,
        504,
        511,
        520,
        599,
    )
}
EMPTY: Mapping[str, Sequence[Answer]] = {
    f"{status} without a body": [told(status)] for status in (201, 202, 203, 206)
} | {
    "204": [told(204)],
    "300 without a place": [told(300)],
    "301 without a place": [told(301)],
    "999": [raw(b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n")],
    "099": [raw(b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n")],
}
WAITS: Mapping[str, Sequence[Answer]] = {
    "429, come in an hour": [told(429, Retry_After="3600")],
    "429, come in a second": [told(429, Retry_After="1")],
    "429, come in a thousand years": [told(429, Retry_After="99999999999")],
    "429, come yesterday": [told(429, Retry_After="Mon, 27 Apr 2020 10:00:00 GMT")],
    "429, come at no time": [told(429, Retry_After="soon")],
    "429, come before": [told(429, Retry_After="-5")],
    "429, come at a date": [
        told(429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT", Date="Mon, 27 Apr 2026 10:00:00 GMT")
    ],
    "503, come in an hour": [told(503, Retry_After="3600")],
    "403, come in an hour": [told(403, Retry_After="3600")],
}
HOPS: Mapping[str, Sequence[Answer]] = {
    f"{status} to itself": [told(status, Location="/bad")] for status in (301, 302, 303, 307, 308)
} | {
    f"302 to {place}": [told(302, Location=place)]
    for place in (
        "http://169.254.169.254/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://[bad",
        "ftp://example.org/",
        "http://user:key@example.org/",
        "http://example.org:22/",
        "/nowhere",
    )
}
BODIES: Mapping[str, Sequence[Answer]] = {
    "empty": [told(200)],
    "white space": [told(200, b" \n\t ")],
    "a byte order mark": [told(200, b"\xef\xbb\xbf")],
    "NULs": [told(200, bytes(1000))],
    "junk": [told(200, bytes(range(256)) * 40)],
    "a web page": [told(200, _PAGE)],
    "a web page that says it is XML": [told(200, _PAGE, Content_Type="application/rss+xml")],
    "a page without a doctype": [told(200, b"<html><body>x</body></html>")],
    "words": [told(200, b"Service temporarily unavailable")],
    "JSON": [told(200, b'{"error": "rate limited"}')],
    "a JSON list": [told(200, b"[1, 2, 3]")],
    "a PDF": [told(200, b"%PDF-1.7\n" + bytes(100))],
    "the name of a file": [told(200, b"/etc/passwd")],
    "the name of a device": [told(200, b"/dev/zero")],
    "other XML": [told(200, b"<a><b/></a>")],
    "an empty element": [told(200, b"<x/>")],
    "a document type": [told(200, b'<!DOCTYPE rss [<!ENTITY x "y">]>' + _FEED % 1 + b"</channel></rss>")],
    "an outer entity": [
        told(200, b'<!DOCTYPE rss SYSTEM "file:///etc/passwd">' + _FEED % 2 + b"</channel></rss>")
    ],
    "a deep tree": [told(200, b"<rss>" + b"<a>" * 100_000)],
    "UTF-7": [told(200, b'<?xml version="1.0" encoding="utf-7"?>' + _FEED[21:] % 3 + b"</channel></rss>")],
    "EBCDIC": [told(200, '<?xml version="1.0"?><rss/>'.encode("cp037"))],
    "gzip that is none": [packed(b"x" * 100, "gzip")],
    "gzip cut short": [packed(gzip.compress(b"x" * 10_000)[:-20], "gzip")],
    "a gzip bomb": [packed(zeros(50, 31), "gzip")],
    "gzip twice": [packed(gzip.compress(gzip.compress(b"x")), "gzip, gzip")],
    "brotli": [packed(b"x", "br")],
}
WIRES: Mapping[str, Sequence[Answer]] = {
    "nothing at all": [raw(b"")],
    "a reset at once": [Answer(raw=reset)],
    "another protocol": [raw(b"220 mail.example.org ESMTP\r\n")],
    "HTTP/0.9": [raw(b"<rss/>")],
    "HTTP/3.7 without a body": [raw(b"HTTP/3.7 200 OK\r\n\r\n")],
    "half a status line": [raw(b"HTTP/1.")],
    "half a header": [raw(_OK + b"Content-Le")],
    "a header without a name": [raw(_OK + b": x\r\n\r\n")],
    "a NUL in a header": [raw(_OK + b"X: a\x00b\r\n\r\n")],
    "fewer bytes than said": [raw(_OK + b"Content-Length: 500\r\n\r\n" + _FEED % 4)],
    "half a chunk": [raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n<rss>")],
    "a chunk without a size": [raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n")],
    "an unknown transfer": [raw(_OK + b"Transfer-Encoding: secret\r\n\r\nx")],
    "a header without end": [raw(_OK + b"X: ", itertools.repeat(b"y" * 8192, 200))],
    "a body without end": [raw(_OK + b"Transfer-Encoding: chunked\r\n\r\n", chunks(65536))],
    "drops of headers": [raw(_OK + b"X: ", itertools.repeat(b"y", 40), 0.02)],
    "drops of a body": [raw(_OK + b"Content-Length: 999\r\n\r\n", itertools.repeat(b"y", 40), 0.02)],
}
DAYS: Mapping[str, Sequence[Answer]] = {**STATUSES, **EMPTY, **WAITS, **HOPS, **BODIES, **WIRES}
"""All of them, by what they are."""
