"""The last look at a message: the bytes that would go on the wire, not the object they came from.

Python's `email` package has let encoded newlines through as new header lines (python/cpython#121650),
so nothing about how the message was made is trusted here. The guard mends nothing and does not judge
wording, HTML or links.
"""

import re
from collections import Counter
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.policy import SMTP

from recommender.domain.editions import Envelope
from recommender.domain.errors import MailRejected

DIGEST_HEADERS = frozenset(
    {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Help",
        "Feedback-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
    }
)
"""Every header of a digest, each exactly once."""

SIGNED_HEADERS = DIGEST_HEADERS | {"DKIM-Signature"}
"""Those of a digest that we sign ourselves."""

ACKNOWLEDGEMENT_HEADERS = frozenset(
    {
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
    }
)
"""Every header of the short mail that answers acts by mail."""

LETTER_HEADERS = frozenset(
    {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
    }
)
"""Every header of the short mail of a request."""

LONGEST_LINE = 998
"""Octets before CRLF (RFC 5322 §2.1.1)."""

_FIELD = re.compile(rb"([!-9;-~]+):[ \t]?(.*)", re.DOTALL)
_HEADER_BYTES = re.compile(rb"[^\t -~]")
_BODY_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
_NO_CONTROLS = bytes(sorted(set(range(256)) - set(_BODY_CONTROLS)))
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def check_wire(
    message: bytes, envelope: Envelope, sender: str, *, headers: frozenset[str] = DIGEST_HEADERS
) -> None:
    """Raise MailRejected unless `message` is exactly the kind of message we send.

    That is: lines end in CRLF and hold at most 998 octets; no control bytes; the header names are
    `headers`, each once; `From` is the one address `sender`, `To` is the one address of `envelope`;
    no encoded word hides a control character.
    """
    _check_lines(message)
    head, separator, body = message.partition(b"\r\n\r\n")
    if not separator:
        raise MailRejected("wire guard: no empty line between headers and body")
    if found := body.translate(None, _NO_CONTROLS):
        raise MailRejected(f"wire guard: control byte {found[:1]!r} in the body")
    fields = _fields(head)
    _check_names(Counter(name for name, _ in fields), headers)
    for name, value in fields:
        _check_decoded(name, value)
    # Each name is there once, so these are the fields that a receiver reads.
    values = dict(fields)
    _check_address("From", values["From"], sender)
    _check_address("To", values["To"], envelope.rcpt_to)


def _check_lines(message: bytes) -> None:
    lines = message.split(b"\r\n")
    if lines[-1]:
        raise MailRejected("wire guard: the last line does not end in CRLF")
    ends = len(lines) - 1
    if message.count(b"\r") == ends == message.count(b"\n") and max(map(len, lines)) <= LONGEST_LINE:
        return
    for number, line in enumerate(lines, 1):
        if b"\r" in line or b"\n" in line:
            raise MailRejected(f"wire guard: line {number} holds a CR or LF of its own")
        if len(line) > LONGEST_LINE:
            raise MailRejected(f"wire guard: line {number} has {len(line)} octets, more than {LONGEST_LINE}")


def _fields(head: bytes) -> list[tuple[str, str]]:
    """Split the header block into (name, unfolded value)."""
    fields: list[tuple[str, str]] = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        unfolded = line.replace(b"\r\n", b"")
        match = _FIELD.fullmatch(unfolded)
        if match is None or _HEADER_BYTES.search(unfolded):
            raise MailRejected(f"wire guard: {line[:60]!r} is no header field of printable ASCII")
        fields.append((match[1].decode("ascii"), match[2].decode("ascii")))
    return fields


def _check_names(found: Counter[str], expected: frozenset[str]) -> None:
    """Compare names to the letter; receivers fold case, so a `bcc` is as unexpected as a `Bcc`."""
    problems = [f"unexpected {name}" for name in sorted(found.keys() - expected)]
    problems += [f"missing {name}" for name in sorted(expected - found.keys())]
    problems += [f"{name} {times} times" for name, times in sorted(found.items()) if times > 1]
    if problems:
        raise MailRejected(f"wire guard: headers: {', '.join(problems)}")


def _check_decoded(name: str, value: str) -> None:
    try:
        decoded = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError) as error:
        raise MailRejected(f"wire guard: {name} cannot be decoded: {error}") from error
    if found := _CONTROLS.search(decoded.replace("\t", " ")):
        raise MailRejected(f"wire guard: {name} hides the control character {found[0]!r}")


def _check_address(name: str, value: str, expected: str) -> None:
    header = SMTP.header_factory(name, value)
    if not isinstance(header, AddressHeader):
        raise MailRejected(f"wire guard: {name} holds no addresses")
    defects: tuple[object, ...] = getattr(header, "defects", ())
    found = [] if defects else [address.addr_spec for address in header.addresses]
    if found != [expected]:
        raise MailRejected(f"wire guard: {name} does not hold exactly the expected address")
