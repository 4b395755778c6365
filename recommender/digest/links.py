"""Signed links: what a reader may do by knowing a URL, and for how long.

One token allows one purpose. The purpose is part of the signing key's derivation and of the payload;
the tag is HMAC-SHA-256 cut to 192 bits, which base64 writes without spare bits, so no two texts are
one token. A token is never used up: replaying it sets the same state again. Whether the subscriber
still exists and the epoch is current is for the caller to ask.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.signer import SigningAlgorithm

from recommender.domain.errors import ConfigError, LinkExpired, LinkInvalid, Problem

_FORMAT = "1"
_LONGEST = 512
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{32}", re.ASCII)
_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC)
_CODES = {
    "vote": "v",
    "save": "s",
    "unsubscribe": "u",
    "view": "d",
    "preferences": "p",
    "reading": "l",
    "feed": "f",
}
"""Purpose to the letter that stands for it in paths and payloads."""
_LIFETIMES = {
    "vote": timedelta(days=365),
    "save": timedelta(days=365),
    "view": timedelta(days=365),
    "preferences": timedelta(days=365),
    "reading": timedelta(days=365),
    "feed": timedelta(days=365),
    "unsubscribe": None,
}
_VALUES = {"up": "u", "down": "d", "": ""}
_WORDS = {code: word for word, code in _VALUES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """What a verified token says. `row` is the number of an edition or of an item, 0 where none is meant."""

    purpose: str
    public_id: str
    epoch: int
    row: int
    value: str
    """`up` or `down` for votes, else empty."""
    issued: datetime
    """Midnight UTC of the day it was made."""


class _ShortSha256(SigningAlgorithm):
    """HMAC-SHA-256, the first 24 octets."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:24]


class Links:
    """Makes and reads signed links. The first key signs, all of them verify."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        """`keys` are newest first; `public_url` may have a path. Raises ConfigError without a key."""
        if not keys:
            raise ConfigError([Problem("paperroute.toml", 0, 0, "no key to sign links", "set secrets.keys")])
        self._base = public_url.rstrip("/")
        oldest_first = [key.encode() for key in reversed(keys)]
        self._signers = {purpose: _signer(oldest_first, code) for purpose, code in _CODES.items()}

    def vote(self, public_id: str, epoch: int, item: int, value: str, now: datetime) -> str:
        """Return the URL that proposes `up` or `down` on an edition item."""
        return self._url("vote", (public_id, epoch, item, value), now)

    def save(self, public_id: str, epoch: int, item: int, now: datetime) -> str:
        """Return the URL that proposes to save an edition item's paper."""
        return self._url("save", (public_id, epoch, item, ""), now)

    def view(self, public_id: str, epoch: int, edition: int, now: datetime) -> str:
        """Return the URL of an edition in the browser."""
        return self._url("view", (public_id, epoch, edition, ""), now)

    def unsubscribe(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL that ends all mail; it works for ever."""
        return self._url("unsubscribe", (public_id, epoch, 0, ""), now)

    def preferences(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the preference page."""
        return self._url("preferences", (public_id, epoch, 0, ""), now)

    def reading(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the reading list."""
        return self._url("reading", (public_id, epoch, 0, ""), now)

    def feed(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the reader's own feed, without `.atom` or `.json`."""
        return self._url("feed", (public_id, epoch, 0, ""), now)

    def read(self, purpose: str, token: str, now: datetime) -> LinkClaim:
        """Return what a token says.

        Raises LinkInvalid for anything that was not made here for this purpose, LinkExpired for what
        was and is too old.
        """
        if len(token) > _LONGEST or not _TOKEN.fullmatch(token):
            raise LinkInvalid("not a token")
        signed = token.encode("ascii")
        if not self._signers[purpose].validate(signed):
            raise LinkInvalid("bad signature")
        claim = _claim(purpose, signed.rpartition(b".")[0])
        lifetime = _LIFETIMES[purpose]
        if lifetime is not None and now > claim.issued + lifetime + timedelta(days=1):
            raise LinkExpired(f"a {purpose} link of {claim.issued:%Y-%m-%d}")
        return claim

    def _url(self, purpose: str, what: tuple[str, int, int, str], now: datetime) -> str:
        public_id, epoch, row, value = what
        code = _CODES[purpose]
        day = (now.astimezone(UTC) - _EPOCH_DAY).days
        payload = [_FORMAT + code, public_id, epoch, row, _VALUES[value], day]
        text = json.dumps(payload, separators=(",", ":")).encode()
        token = self._signers[purpose].sign(base64_encode(text)).decode("ascii")
        return f"{self._base}/{code}/{token}"


def _signer(keys: list[bytes], code: str) -> Signer:
    return Signer(
        keys,
        salt=f"paperroute.link.{code}".encode(),
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
        algorithm=_ShortSha256(),
    )


def _claim(purpose: str, payload: bytes) -> LinkClaim:
    """Read a payload whose signature is good; anything odd in it is a format of another time."""
    try:
        head, public_id, epoch, row, value, day = json.loads(base64_decode(payload))
        issued = _EPOCH_DAY + timedelta(days=day)
        word = _WORDS[value]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise LinkInvalid("not a payload") from error
    if head != _FORMAT + _CODES[purpose]:
        raise LinkInvalid("wrong purpose")
    return LinkClaim(purpose=purpose, public_id=public_id, epoch=epoch, row=row, value=word, issued=issued)
