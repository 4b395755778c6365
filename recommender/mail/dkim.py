"""Signatures of our domain on outgoing mail: DKIM (RFC 6376) with RSA and SHA-256 (RFC 8301).

The library is an optional extra, so only those who sign import this module. Ed25519 (RFC 8463) is not
offered: large mailbox providers do not check it yet.
"""

import binascii
import hashlib
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import dkim
from dkim.asn1 import ASN1FormatError
from dkim.crypto import (
    DigestTooLargeError,
    RSASSA_PKCS1_v1_5_sign,
    RSASSA_PKCS1_v1_5_verify,
    UnparsableKeyError,
    parse_pem_private_key,
    parse_public_key,
)
from dkim.util import InvalidTagValueList, parse_tag_value

from recommender.domain.errors import InputError

SIGNED = (
    "From",
    "To",
    "Reply-To",
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
)
"""What a signature covers, where it is there; RFC 8058 §4 asks for the two that unsubscribe."""

SEALED = ("From", "To", "Subject")
"""Covered once more than they are there: a second one added on the way breaks the signature."""

_RELAXED = (b"relaxed", b"relaxed")
_SMALLEST_KEY = 1024
_BROKEN = (UnparsableKeyError, ASN1FormatError, ValueError, AssertionError, IndexError, KeyError)


def key_fault(pem: bytes) -> tuple[str, str] | None:
    """Say what keeps a private key from signing, and the fix (empty: make a new one); None if nothing."""
    if b"ENCRYPTED" in pem:
        return "it is locked with a passphrase", "unlock it: openssl rsa -in LOCKED -out KEY"
    if b"PUBLIC KEY" in pem and b"PRIVATE KEY" not in pem:
        return "it is the public half", "name the file of the private key"
    try:
        key = _private(pem)
        bits = int(key["modulus"]).bit_length()
        if bits < _SMALLEST_KEY:
            return f"it has {bits} bits, and fewer than {_SMALLEST_KEY} count for nothing (RFC 8301)", ""
        probe = hashlib.sha256(b"paperroute")
        if not RSASSA_PKCS1_v1_5_verify(probe, RSASSA_PKCS1_v1_5_sign(probe, key), key):
            return "its parts do not fit together", ""
    except (*_BROKEN, DigestTooLargeError):
        return "it is not a private RSA key in PEM form", ""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSigner:
    """Signs for `domain` with the key that DNS shows below `selector`; `pem` is the private half."""

    selector: str
    domain: str
    pem: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise InputError for a key that cannot sign."""
        if fault := key_fault(self.pem):
            raise InputError(f"the DKIM key cannot sign: {fault[0]}")

    @property
    def place(self) -> str:
        """The name in DNS where receivers look for our key."""
        return f"{self.selector}._domainkey.{self.domain}"

    def sign(self, message: bytes) -> bytes:
        """Return `message` with a DKIM-Signature before it; the same message gets the same signature.

        Raises InputError for a message without the headers that every mail has.
        """
        try:
            maker = _Dated(message)
            line: bytes = maker.sign(
                self.selector.encode("ascii"),
                self.domain.encode("ascii"),
                _plain(self.pem),
                canonicalize=_RELAXED,
                include_headers=_covered(maker),
            )
        except dkim.DKIMException as error:
            raise InputError(f"the message cannot be signed: {error}") from error
        return line + message

    def is_published_in(self, record: str) -> bool:
        """Tell whether a TXT record (RFC 6376 §3.6.1) holds the public half of our key."""
        try:
            tags = parse_tag_value(record.encode("ascii"))
            public = parse_public_key(_base64(tags.get(b"p", b"")))
        except (*_BROKEN, InvalidTagValueList):
            return False
        ours = _private(self.pem)
        return all(public[part] == ours[part] for part in ("modulus", "publicExponent"))


class _Dated(dkim.DKIM):  # type: ignore[misc]  # the library has no types
    """Stamps a signature with the Date of its message: the clock would make every resend another mail."""

    def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: object) -> bytes:
        """Write the signature, its `t=` replaced."""
        stamp = str(int(parsedate_to_datetime(self._date()).timestamp())).encode("ascii")
        dated = [(tag, stamp if tag == b"t" else value) for tag, value in fields]
        line: bytes = super().gen_header(dated, *rest)
        return line

    def _date(self) -> str:
        for name, value in self.headers:
            if name.lower() == b"date":
                text: str = value.decode("ascii").strip()
                return text
        raise dkim.MessageFormatError("it has no Date")


def _covered(maker: _Dated) -> list[str]:
    there = {name.decode("ascii").lower() for name, _ in maker.headers}
    return [name for name in SIGNED if name.lower() in there] + list(SEALED)


def _private(pem: bytes) -> dict[str, int]:
    key: dict[str, int] = parse_pem_private_key(_plain(pem))
    return key


def _plain(pem: bytes) -> bytes:
    """Return a PEM file with the line ends that the library looks for."""
    return pem.replace(b"\r\n", b"\n")


def _base64(text: bytes) -> bytes:
    """Decode base64 that may hold white space."""
    return binascii.a2b_base64(b"".join(text.split()), strict_mode=True)
