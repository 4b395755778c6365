"""Who may see the operator's page and press its buttons. Pure but for the count of wrong tries.

With a password it is asked for (HTTP Basic), where it cannot be read on the way. Without one the page is
there for this machine alone, and only where nothing says that others reach the server through it.
"""

import binascii
import hmac
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import Request

from recommender.web.security import TokenBuckets, address_block, is_local, is_loopback

TRIES = 5
"""Wrong passwords that one address block may send in a minute."""
CHALLENGE = 'Basic realm="Operator", charset="UTF-8"'
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""What a proxy adds; a person at this machine sends none of it."""


class Door(Enum):
    """What a request to the operator's page gets."""

    OPEN = "open"
    ABSENT = "absent"
    """As if there were no such page."""
    ASK = "ask"
    UNSAFE = "unsafe"
    """A password would travel unprotected."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request gets, and after how many seconds it may try again where it must wait."""

    door: Door
    seconds: float = 0.0


class Doorkeeper:
    """Decides about one request after another; remembers wrong tries by address block."""

    def __init__(self, public_url: str, password: Callable[[], str], ticks: Callable[[], float]) -> None:
        """Ask `password` at each request: it may change; an empty one is none."""
        public = urlsplit(public_url)
        self._here = is_loopback(public.hostname or "")
        self._secure = public.scheme == "https"
        self._password = password
        self._tries = TokenBuckets(TRIES, ticks)

    def decide(self, request: Request) -> Answer:
        """Return what this request gets; a wrong password counts against its address block."""
        password = self._password()
        if not password:
            direct = self._here and not any(name in request.headers for name in _FORWARDED)
            return Answer(door=Door.OPEN if direct and is_local(request) else Door.ABSENT)
        if not (self._secure or self._here or is_local(request)):
            return Answer(door=Door.UNSAFE)
        return self._try(request, password)

    def _try(self, request: Request, password: str) -> Answer:
        """Compare what was sent; who tried wrongly too often waits, whatever they send."""
        sent = sent_password(request.headers.get("authorization", ""))
        if sent is None:
            return Answer(door=Door.ASK)
        block = address_block(request.client.host if request.client else "")
        if wait := self._tries.wait(block):
            return Answer(door=Door.WAIT, seconds=wait)
        if same(sent, password):
            return Answer(door=Door.OPEN)
        self._tries.take(block)
        return Answer(door=Door.ASK)


def sent_password(header: str) -> str | None:
    """Return the password of an Authorization header, whatever the name before it; None without one."""
    scheme, _, word = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = b64decode(word.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return ""
    del name
    return password if colon else ""


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells neither their letters nor their lengths."""
    digests = (sha256(word.encode("utf-8", "surrogatepass")).digest() for word in (one, other))
    return hmac.compare_digest(*digests)


def pressed_here(request: Request, form: Mapping[str, str], *, public_url: str, form_token: str) -> bool:
    """Tell whether a form was sent from one of our own pages, of this process.

    The browser must say so, by `Sec-Fetch-Site` or by `Origin`, and neither may say otherwise; and the form
    must hold what only our pages do. A browser that is told to send no referrer sends the origin `null`
    with our own forms, so that says nothing.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    origin = None if origin == "null" else origin
    if site not in (None, "same-origin") or (origin is not None and not _ours(request, origin, public_url)):
        return False
    return not (site is None and origin is None) and same(form.get("form", ""), form_token)


def _ours(request: Request, origin: str, public_url: str) -> bool:
    """Tell whether an origin is that of the public URL, or the host that was asked."""
    public = urlsplit(public_url)
    host = request.headers.get("host", "")
    return origin in (f"{public.scheme}://{public.netloc}", f"http://{host}", f"https://{host}")
