"""A digest as an RFC 5322 message: multipart/alternative, text first, the same bytes every time.

Bodies are encoded here (quoted-printable by the standard library's C function). Headers are folded by the
email package, except subjects and names, which it would damage, and those that mail providers read with
simple parsers: they stay on one line, un-encoded. No signing, no sending.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

from recommender.digest.folding import fold_mailbox, fold_subject
from recommender.digest.plain import display_name, header_text
from recommender.domain.errors import InputError

ONE_LINE = frozenset(
    {"list-unsubscribe", "list-unsubscribe-post", "list-id", "list-help", "message-id", "feedback-id"}
)
ONE_CLICK = "List-Unsubscribe-Post"
"""The one header that a digest without a web server lacks."""
_LONGEST_LINE = 998


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The envelope side of one digest mail. `sender` may be `Name <address>`; `recipient` is an address."""

    sender: str
    recipient: str
    recipient_name: str = ""
    subject: str
    message_id: str
    date: datetime
    list_id: str
    """Constant per installation: `paperroute.example.org`."""
    edition_key: str
    unsubscribe: tuple[str, ...]
    """Ways to unsubscribe, the preferred one first: a web page, and `mailto:` where somebody reads it."""
    help_url: str


class MailPolicy(EmailPolicy):
    """SMTP line ends; the headers of `ONE_LINE` are written as they are, everything else folds."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as wire bytes; raise InputError where it cannot be written on one line."""
        if name.lower() == "subject":
            return fold_subject(value)
        if isinstance(value, AddressHeader) and not value.isascii():
            (found,) = value.addresses
            return fold_mailbox(name, found.display_name, found.addr_spec)
        if name.lower() not in ONE_LINE:
            return bytes(super().fold_binary(name, value))
        line = f"{name}: {value}"
        if not line.isascii() or not line.isprintable() or len(line) > _LONGEST_LINE:
            raise InputError(f"header {name} must be one line of printable ASCII: {line[:80]!r}")
        return line.encode("ascii") + b"\r\n"


POLICY = MailPolicy(linesep="\r\n", max_line_length=78, utf8=False)


def message_id(key: str, public_id: str, edition_key: str, domain: str) -> str:
    """Return the Message-ID of an edition: a keyed hash, so it names nobody and a resend keeps it."""
    digest = hmac.new(key.encode(), f"{public_id}/{edition_key}".encode(), hashlib.sha256).digest()
    return f"<{base64.b32encode(digest[:15]).decode('ascii').lower()}@{domain}>"


def build(letter: Letter, text: str, html: str) -> bytes:
    """Return the message as it goes on the wire: CRLF, no line over 78 octets outside one-line headers.

    Raises InputError for a sender, recipient or URL that no header can hold.
    """
    return assemble(_headers(letter), letter.message_id, text, html)


def assemble(headers: Sequence[tuple[str, object]], message_id: str, text: str, html: str) -> bytes:
    """Return a message of two parts under `headers`; raises InputError for what no header can hold."""
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    head = EmailMessage(policy=POLICY)
    for name, value in headers:
        head[name] = value
    lines = b"".join(POLICY.fold_binary(name, value) for name, value in head.raw_items())
    mark = f"--{boundary}".encode("ascii")
    return b"".join(
        [
            lines,
            b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n",
            f' boundary="{boundary}"\r\n\r\n'.encode("ascii"),
            *(mark + b"\r\n" + leaf(kind, body) for kind, body in (("plain", text), ("html", html))),
            mark + b"--\r\n",
        ]
    )


def _headers(letter: Letter) -> list[tuple[str, object]]:
    sender = mailbox(letter.sender)
    return [
        ("From", sender),
        ("To", _address(letter.recipient_name, letter.recipient, what="recipient")),
        ("Subject", header_text(letter.subject)),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", letter.message_id),
        ("List-Id", f"Paper Route <{letter.list_id}>"),
        ("List-Unsubscribe", ", ".join(f"<{way}>" for way in letter.unsubscribe)),
        *([(ONE_CLICK, "List-Unsubscribe=One-Click")] if any(map(_can_post, letter.unsubscribe)) else []),
        ("List-Help", f"<{letter.help_url}>"),
        ("Feedback-ID", f"{letter.edition_key}:digest:paperroute:{sender.domain}"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]


def _can_post(way: str) -> bool:
    """Tell whether a provider can post to a way, which is all that one click is (RFC 8058)."""
    return not way.startswith("mailto:")


def mailbox(text: str, name: str = "") -> Address:
    """Return `Name <address>`, or a bare address with a name of its own; raise InputError for neither."""
    found, address = parseaddr(text)
    return _address(name or found, address, what="sender")


def _address(name: str, address: str, *, what: str) -> Address:
    try:
        parsed = Address(display_name=display_name(name), addr_spec=address)
    except (ValueError, IndexError) as error:
        raise InputError(f"{what} {address!r} is not an address; write name@example.org") from error
    if not parsed.domain or not address.isascii():
        raise InputError(f"{what} {address!r} is not an address in ASCII; write its domain as xn--…")
    return parsed


def leaf(kind: str, body: str) -> bytes:
    """Return a part of text with its headers, quoted-printable.

    Line ends become CRLF first, so that the encoder's soft breaks match them.
    """
    content = "\r\n".join(body.splitlines()).encode("utf-8", "replace") + b"\r\n"
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    # The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
    return head.encode("ascii") + binascii.b2a_qp(content, quotetabs=False, istext=True) + b"\r\n"
