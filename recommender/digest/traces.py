"""What stands for the address of a reader who was forgotten: a keyed hash, good only to know it again.

HMAC-SHA-256 of the folded address under a key derived from a signing key for this purpose alone. Who has the
store and not the keys cannot try addresses against it.
"""

import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "trace:"
"""No address begins so: there is no @ in a trace."""


class Traces:
    """Makes the traces of addresses, one for each key. Keys are newest first; the newest one's is kept."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Derive the keys."""
        self._keys = [hashlib.sha256(f"paperroute.trace/{key}".encode()).digest() for key in keys]

    def of(self, address: str) -> tuple[str, ...]:
        """Return all that an address, in whatever case, may be kept as; the newest key's first."""
        folded = address.strip().lower().encode()
        return tuple(PREFIX + hmac.new(key, folded, hashlib.sha256).hexdigest() for key in self._keys)
