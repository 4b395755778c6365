"""What stands before every page: host check, limits, security headers, a log without secrets.

One plain ASGI layer around the whole application, so that error pages get the same treatment. It
knows no store and no token format; what a token says is the pages' business.
"""

import hashlib
import ipaddress
import logging
from asyncio import timeout
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("recommender.web")
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PUBLIC = frozenset({"/style.css", "/robots.txt", "/healthz", "/readyz"})
_TOKEN_SEGMENTS = 3
_ASKING = frozenset({"ask", "fresh"})
_YEAR = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, time in seconds, rates per minute."""

    body: int = 64 * 1024
    url: int = 2048
    headers: int = 16 * 1024
    seconds: float = 10.0
    per_token: int = 30
    per_address: int = 120
    per_loopback: int = 1200
    """The operator, or a proxy that does not say for whom it asks."""


class TokenBuckets:
    """Allows `rate` takes a minute, or in `seconds`, for each key, all of them at once if need be.

    Remembers the `keep` keys used last; time comes from `ticks`, in seconds, never going back.
    """

    def __init__(
        self, rate: int, ticks: Callable[[], float], *, keep: int = 10_000, seconds: float = 60
    ) -> None:
        """Start with every bucket full."""
        self._span = seconds
        self._rate = rate
        self._ticks = ticks
        self._keep = keep
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one and return 0, or return the seconds until there is one to take."""
        now = self._ticks()
        left = self._left(key, now)
        self._buckets.pop(key, None)
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self._keep:
            self._buckets.popitem(last=False)
        return self._until(left)

    def wait(self, key: str) -> float:
        """Return the seconds until there is one to take; takes none."""
        return self._until(self._left(key, self._ticks()))

    def _left(self, key: str, now: float) -> float:
        left, then = self._buckets.get(key, (float(self._rate), now))
        return min(float(self._rate), left + (now - then) * self._rate / self._span)

    def _until(self, left: float) -> float:
        return 0.0 if left >= 1 else (1 - left) * self._span / self._rate


def token_mark(token: str) -> str:
    """Return what a log may say of a token: six hex digits of its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:6]


def address_block(address: str) -> str:
    """Return the IPv4 address, or the /64 of an IPv6 address, that a rate is counted for."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_local(request: Request) -> bool:
    """Tell whether a request comes from this machine and asks for it under a name of this machine."""
    client = request.client
    return client is not None and is_loopback(client.host) and is_loopback(request.url.hostname or "")


class Refusal(Exception):
    """A request that is answered with a status before any page sees it."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Keep the HTTP status and the headers that explain it."""
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(str(status))


class Guard:
    """The ASGI layer; see the module."""

    def __init__(
        self, app: ASGIApp, *, public_url: str, problem: Callable[[int], Response], gate: "Gate"
    ) -> None:
        """Wrap `app`; `problem` makes the page for a status, `gate` counts and refuses."""
        self._app = app
        self._problem = problem
        self._gate = gate
        public = urlsplit(public_url)
        self._host = (public.hostname or "").rstrip(".")
        self._prefix = public.path.rstrip("/")
        self._secure = public.scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; everything else is passed on (lifespan) or dropped (websocket)."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        # A proxy may strip the public URL's path or leave it; Starlette ignores a root that is not there.
        scope["root_path"] = self._prefix
        path = str(scope["path"])
        page = path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path
        answer = _Answer(send, self._headers(page))
        try:
            await self._serve(scope, receive, answer, page)
        finally:
            _log(scope, answer.status)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer", page: str) -> None:
        try:
            self._check_host(Headers(scope=scope))
            self._gate.admit(scope, page)
            body = await self._gate.read(scope, receive)
            await self._app(scope, _replay(body, receive), answer.send)
        except Refusal as refusal:
            response = self._problem(refusal.status)
            response.headers.update(refusal.headers)
            await response(scope, receive, answer.send)
        except Exception:
            LOG.exception("a page failed")
            if answer.status:
                raise
            await self._problem(500)(scope, receive, answer.send)

    def _check_host(self, headers: Headers) -> None:
        try:
            host = (urlsplit(f"//{headers.get('host', '')}").hostname or "").rstrip(".")
        except ValueError:
            raise Refusal(400) from None
        if host != self._host and not is_loopback(host):
            raise Refusal(400)

    def _headers(self, page: str) -> dict[str, str]:
        headers = {
            "content-security-policy": CONTENT_POLICY,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "x-robots-tag": "noindex, nofollow",
        }
        if page.startswith("/f/"):
            headers["cache-control"] = "private, no-cache"  # a feed reader may keep it and ask if it changed
        elif page != "/style.css":
            headers["cache-control"] = "no-store"
        if self._secure:
            headers["strict-transport-security"] = f"max-age={_YEAR}"
        return headers


class Gate:
    """Sizes and rates of requests."""

    def __init__(self, limits: Limits, ticks: Callable[[], float]) -> None:
        """Start with nothing counted."""
        self._limits = limits
        self._tokens = TokenBuckets(limits.per_token, ticks)
        self._addresses = TokenBuckets(limits.per_address, ticks)
        self._loopback = TokenBuckets(limits.per_loopback, ticks)

    def admit(self, scope: Scope, page: str) -> None:
        """Refuse a URL (414) or headers (431) that are too long, and what comes too fast (429)."""
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._limits.url:
            raise Refusal(414)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self._limits.headers:
            raise Refusal(431)
        if page in _PUBLIC:
            return
        one_click = page.startswith("/u/") and scope["method"] == "POST"
        # Mail providers post one-click requests for many readers from few addresses.
        wait = 0.0 if one_click else self._count_address(scope)
        segments = page.split("/")
        if len(segments) >= _TOKEN_SEGMENTS and (len(segments[1]) == 1 or segments[1] in _ASKING):
            # Pages of tokens have one letter; files of a list end in `.bib` and the like.
            token = ".".join(segments[2].split(".")[:2])
            wait = wait or self._tokens.take(token_mark(token))
        if wait:
            raise Refusal(429, {"retry-after": str(int(wait) + 1)})

    def _count_address(self, scope: Scope) -> float:
        client = scope.get("client")
        host = str(client[0]) if client else ""
        buckets = self._loopback if is_loopback(host) else self._addresses
        return buckets.take(address_block(host))

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """Return the whole body; refuse what is too large (413), too slow (408) or misannounced (400)."""
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal():
            raise Refusal(400)
        if len(announced) > len(str(self._limits.body)) or int(announced) > self._limits.body:
            raise Refusal(413, {"connection": "close"})
        try:
            async with timeout(self._limits.seconds):
                return await self._collect(receive)
        except TimeoutError:
            raise Refusal(408, {"connection": "close"}) from None

    async def _collect(self, receive: Receive) -> bytes:
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400)
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limits.body:
                raise Refusal(413, {"connection": "close"})
        return body


class _Answer:
    """Sends a response with our headers and remembers its status."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message).update(self._headers)
        await self._send(message)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body already read, then whatever still comes."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed


def _log(scope: Scope, status: int) -> None:
    """Log the route's template and a mark of the token; never an address, a token or a query."""
    route = getattr(scope.get("route"), "path", "-")
    token = scope.get("path_params", {}).get("token", "")
    LOG.info("%s %s %d %s", scope["method"], route, status, token_mark(token) if token else "-")
