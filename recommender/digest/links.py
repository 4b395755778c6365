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
from typing import Protocol

from itsdangerous import Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.signer import SigningAlgorithm

from recommender.digest.words import Words
from recommender.domain.errors import ConfigError, LinkExpired, LinkInvalid, Problem

_FORMAT = "1"
_LONGEST = 512
TOKEN = re.compile(r"[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{32}", re.ASCII)
_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC)
CODES = {
    "vote": "v",
    "save": "s",
    "lever": "m",
    "unsubscribe": "u",
    "view": "d",
    "preferences": "p",
    "reading": "l",
    "feed": "f",
    "confirm": "c",
}
"""Purpose to the letter that stands for it in paths, subjects and payloads."""
_LIFETIMES = {
    "vote": timedelta(days=365),
    "save": timedelta(days=365),
    "lever": timedelta(days=365),
    "view": timedelta(days=365),
    "preferences": timedelta(days=30),
    "reading": timedelta(days=365),
    "feed": None,
    "unsubscribe": None,
    "confirm": timedelta(days=2),
}
UNDO = "undo"
_UNDO_LIFETIME = timedelta(days=365)
LEVER = "lever"
"""The knob that its edition item has."""
LESS = "less"
"""Less like the paper: a vote against it."""
OWN, NEW = "own", "new"
"""Which end of a request a confirm link was mailed to."""
_VALUES = {"up": "u", "down": "d", UNDO: "x", LEVER: "k", LESS: "e", OWN: "o", NEW: "n", "": ""}
_WORDS = {code: word for word, code in _VALUES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """What a verified token says.

    `row` is the number of an edition, of an item or of a request, 0 where none is meant. In a token that
    takes an unsubscribe back it is 1 where mail was paused before. A request has a public id of its own.
    """

    purpose: str
    public_id: str
    epoch: int
    row: int
    value: str
    """`up` or `down` for votes, `lever` or `less` for levers, `undo` for what takes any of them back, a save
    or an unsubscribe too, `own` or `new` for the end that confirms, else empty."""
    issued: datetime
    """Midnight UTC of the day it was made."""


class DigestLinks(Protocol):
    """What a digest needs of its links. `now` dates their tokens; a way that does not exist is empty text."""

    @property
    def note(self) -> str:
        """What a reader has to know of the buttons, in a sentence or two; may be empty."""

    @property
    def unsave_words(self) -> str:
        """What the button of a paper on the reading list says."""

    def in_words(self, words: Words) -> "DigestLinks":
        """Return the same ways for a reader of `words`; until then nothing is said that has to be read."""

    def vote(self, public_id: str, epoch: int, item: int, value: str, now: datetime) -> str:
        """Return the way to say `up`, `down` or `undo` of an edition item."""

    def save(self, public_id: str, epoch: int, item: int, now: datetime, *, undo: bool = False) -> str:
        """Return the way to save an edition item's paper, or to take that back."""

    def unsave(self, public_id: str, epoch: int, item: int, now: datetime) -> str:
        """Return the way to take a paper off the reading list that is on it."""

    def lever(self, what: tuple[str, int, int], value: str, words: str, now: datetime) -> str:
        """Return the way to turn the lever of `what` (public id, epoch, edition item), or to say `less`.

        `words` are those a reader sees.
        """

    def view(self, public_id: str, epoch: int, edition: int, now: datetime) -> str:
        """Return the way to an edition in the browser."""

    def unsubscribe(self, public_id: str, epoch: int, now: datetime, *, undo: bool = False) -> str:
        """Return the way to end all mail, or to take that back."""

    def preferences(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the way to the preferences."""

    def reading(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the way to the reading list."""

    def help(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return where a reader learns what else can be done (RFC 2369 List-Help)."""


class _ShortSha256(SigningAlgorithm):
    """HMAC-SHA-256, the first 24 octets."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:24]


class Links:
    """Makes and reads signed links. The first key signs, all of them verify."""

    def __init__(self, keys: Sequence[str], public_url: str, words: Words | None = None) -> None:
        """`keys` are newest first; `public_url` may have a path. Raises ConfigError without a key."""
        if not keys:
            raise ConfigError([Problem("paperroute.toml", 0, 0, "no key to sign links", "set secrets.keys")])
        self._keys = tuple(keys)
        self._words = words
        self._base = public_url.rstrip("/")
        oldest_first = [key.encode() for key in reversed(keys)]
        self._signers = {purpose: _signer(oldest_first, code) for purpose, code in CODES.items()}

    @property
    def note(self) -> str:
        """Nothing: these buttons explain themselves."""
        return ""

    @property
    def unsave_words(self) -> str:
        """What the paper is: the page behind the button says how to take it off."""
        return self._words.say("paper.saved") if self._words else ""

    def in_words(self, words: Words) -> "Links":
        """Return the same links with words for what they say."""
        return Links(self._keys, self._base, words)

    def vote(self, public_id: str, epoch: int, item: int, value: str, now: datetime) -> str:
        """Return the URL that proposes `up` or `down` on an edition item."""
        return self._url(claim_of("vote", (public_id, epoch, item), now, value))

    def save(self, public_id: str, epoch: int, item: int, now: datetime, *, undo: bool = False) -> str:
        """Return the URL that proposes to save an edition item's paper."""
        return self._url(claim_of("save", (public_id, epoch, item), now, UNDO if undo else ""))

    def unsave(self, public_id: str, epoch: int, item: int, now: datetime) -> str:
        """Return the URL of the paper's save page, which leads back where it is saved."""
        return self.save(public_id, epoch, item, now)

    def lever(self, what: tuple[str, int, int], value: str, words: str, now: datetime) -> str:  # noqa: ARG002 the protocol's
        """Return the URL of an edition item's levers, with its own one or `less` proposed."""
        return self._url(claim_of("lever", what, now, value))

    def view(self, public_id: str, epoch: int, edition: int, now: datetime) -> str:
        """Return the URL of an edition in the browser."""
        return self._url(claim_of("view", (public_id, epoch, edition), now))

    def unsubscribe(self, public_id: str, epoch: int, now: datetime, *, undo: bool = False) -> str:
        """Return the URL that ends all mail; it works for ever."""
        return self._url(claim_of("unsubscribe", (public_id, epoch, 0), now, UNDO if undo else ""))

    def preferences(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the preference page."""
        return self._url(claim_of("preferences", (public_id, epoch, 0), now))

    def reading(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the reading list."""
        return self._url(claim_of("reading", (public_id, epoch, 0), now))

    def help(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the preference page, which says what can be done."""
        return self.preferences(public_id, epoch, now)

    def feed(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the URL of the reader's own feed, without `.atom` or `.json`."""
        return self._url(claim_of("feed", (public_id, epoch, 0), now))

    def confirm(self, public_id: str, request: int, end: str, now: datetime) -> str:
        """Return the URL on which one end (`own` or `new`) confirms a request; for a letter alone."""
        return self._url(claim_of("confirm", (public_id, 0, request), now, end))

    def token(self, claim: LinkClaim) -> str:
        """Return the signed token that says `claim`."""
        code = CODES[claim.purpose]
        day = (claim.issued - _EPOCH_DAY).days
        payload = [_FORMAT + code, claim.public_id, claim.epoch, claim.row, _VALUES[claim.value], day]
        text = json.dumps(payload, separators=(",", ":")).encode()
        return self._signers[claim.purpose].sign(base64_encode(text)).decode("ascii")

    def read(self, purpose: str, token: str, now: datetime) -> LinkClaim:
        """Return what a token says.

        Raises LinkInvalid for anything that was not made here for this purpose, LinkExpired for what
        was and is too old.
        """
        claim = self.genuine(purpose, token)
        lifetime = _UNDO_LIFETIME if claim.value == UNDO else _LIFETIMES[purpose]
        if lifetime is not None and now > claim.issued + lifetime + timedelta(days=1):
            raise LinkExpired(f"a {purpose} link of {claim.issued:%Y-%m-%d}")
        return claim

    def genuine(self, purpose: str, token: str) -> LinkClaim:
        """Return what a token says that was made here for this purpose, however old; raises LinkInvalid."""
        if len(token) > _LONGEST or not TOKEN.fullmatch(token):
            raise LinkInvalid("not a token")
        signed = token.encode("ascii")
        if not self._signers[purpose].validate(signed):
            raise LinkInvalid("bad signature")
        return _read(purpose, signed.rpartition(b".")[0])

    def _url(self, claim: LinkClaim) -> str:
        return f"{self._base}/{CODES[claim.purpose]}/{self.token(claim)}"


def claim_of(purpose: str, what: tuple[str, int, int], now: datetime, value: str = "") -> LinkClaim:
    """Return what a token made at `now` says of `what`: public id, epoch and row."""
    public_id, epoch, row = what
    issued = _EPOCH_DAY + timedelta(days=(now.astimezone(UTC) - _EPOCH_DAY).days)
    return LinkClaim(purpose=purpose, public_id=public_id, epoch=epoch, row=row, value=value, issued=issued)


def _signer(keys: list[bytes], code: str) -> Signer:
    return Signer(
        keys,
        salt=f"paperroute.link.{code}".encode(),
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
        algorithm=_ShortSha256(),
    )


def _read(purpose: str, payload: bytes) -> LinkClaim:
    """Read a payload whose signature is good; anything odd in it is a format of another time."""
    try:
        head, public_id, epoch, row, value, day = json.loads(base64_decode(payload))
        issued = _EPOCH_DAY + timedelta(days=day)
        word = _WORDS[value]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise LinkInvalid("not a payload") from error
    if head != _FORMAT + CODES[purpose]:
        raise LinkInvalid("wrong purpose")
    return LinkClaim(purpose=purpose, public_id=public_id, epoch=epoch, row=row, value=word, issued=issued)
