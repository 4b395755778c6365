"""A return address for each mail (VERP), so that a bounce names its delivery however mangled it is.

`name+b-DELIVERY-TAG@domain`: the delivery's number and 80 bits of HMAC-SHA-256, in base 32 because
servers change the case of addresses. The key is derived for this purpose alone; a tag is good for
nothing but to say "this came back". At most 64 octets before the @ (RFC 5321 §4.5.3.1.1) as long as the
name has 30.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

_TAGGED = re.compile(r"\+b-([0-9a-v]{1,13})-([a-z2-7]{16})@", re.IGNORECASE | re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TAG_OCTETS = 10


class ReturnPaths:
    """Makes and reads tagged return addresses. The first key signs, all of them verify."""

    def __init__(self, keys: Sequence[str], address: str) -> None:
        """`keys` are newest first; `address` is where mail comes back."""
        self._keys = [hashlib.sha256(f"paperroute.return/{key}".encode()).digest() for key in keys]
        self._local, _, self._domain = address.rpartition("@")

    def address(self, delivery: int) -> str:
        """Return the envelope sender of a delivery."""
        tag = _tag(self._keys[0], delivery)
        return f"{self._local}+b-{_number(delivery)}-{tag}@{self._domain}"

    def delivery(self, address: str) -> int | None:
        """Return the delivery that an address was made for, or None for one that was not made here."""
        found = _TAGGED.search(address)
        if found is None:
            return None
        delivery = int(found[1], 32)
        tags = (_tag(key, delivery) for key in self._keys)
        return delivery if any(hmac.compare_digest(tag, found[2].lower()) for tag in tags) else None


def _tag(key: bytes, delivery: int) -> str:
    digest = hmac.new(key, f"b/{delivery}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_TAG_OCTETS]).decode("ascii").lower()


def _number(value: int) -> str:
    digits = ""
    while value or not digits:
        value, rest = divmod(value, 32)
        digits = _DIGITS[rest] + digits
    return digits
