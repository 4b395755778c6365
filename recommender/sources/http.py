"""The one HTTP client of the product: polite, bounded, and closed to inner networks.

It fetches and nothing else: no cookies, no proxies from the environment, no caching (sources keep
ETag and Last-Modified in their cursor), no judging of content (parsers do that from the bytes).
"""

import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore
import httpx

from recommender import __version__
from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.sources.guard import Forbidden, Resolver, Target, is_allowed, system_resolver, target
from recommender.sources.inflate import ENCODINGS, Damaged, TooLarge, bounded, inflated
from recommender.sources.pacing import ARXIV, Lane, Pacer, Timing
from recommender.sources.wire import CheckedBackend, Deadline, Reach

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
_ACCEPT = "application/atom+xml, application/rss+xml, application/json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one fetch. Times in seconds, sizes in bytes."""

    phase: float = 20.0
    """Longest wait for connecting, or for the next bytes."""
    total: float = 60.0
    """Longest exchange, redirects included, waiting turns excluded."""
    body: int = 15 * 1024 * 1024
    """Largest decoded body."""
    redirects: int = 5
    attempts: int = 3
    backoff: float = 2.0
    """Pause before the second attempt; doubles each time."""
    patience: float = 60.0
    """Longest Retry-After that is waited for; a longer one ends the run of that source."""
    spacing: float = 1.0
    """Pause between requests to one public host; hosts in `allow_hosts` are the reader's own and get none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to fetch and for which source (its name appears in errors)."""

    source: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    lane: Lane | None = None
    """Set by sources whose terms hold wherever the bytes come from; else the host decides."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """More request headers, a key to a library among them: they go to the host of `url` alone."""
    hints: Mapping[int, str] = field(default_factory=dict)
    """What to do about an answer's status, where the source knows better than the client."""

    @property
    def place(self) -> str:
        """Return the full URL."""
        joiner = "&" if "?" in self.url else "?"
        return f"{self.url}{joiner}{urlencode(self.query)}" if self.query else self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A good answer: 200 with the decoded body, or 304 with `not_modified` and no body."""

    status: int
    body: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    """The answer's headers, names in small letters."""


class PoliteClient:
    """Fetches for all sources of a process, one request per lane at a time."""

    def __init__(
        self,
        *,
        contact: str,
        allow_hosts: Collection[str] = (),
        limits: Limits | None = None,
        timing: Timing | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        """`contact` is an address or page where the operator can be reached; it is sent with each request.

        `allow_hosts` lists hosts (`mirror.lan`, `127.0.0.1:8080`) that may be at private addresses.
        """
        self._agent = f"paperroute/{__version__} ({contact})".encode("ascii", "replace").decode("ascii")
        self._reach = Reach(allow_hosts=tuple(allow_hosts), resolve=resolve)
        self._limits = limits or Limits()
        self._timing = timing or Timing()
        self._pacer = Pacer(self._timing)
        self._contact = contact

    def allowing(self, hosts: Collection[str]) -> "PoliteClient":
        """Return a client that may also reach `hosts` and keeps to the same turns."""
        other = PoliteClient(
            contact=self._contact,
            allow_hosts=(*self._reach.allow_hosts, *hosts),
            limits=self._limits,
            timing=self._timing,
            resolve=self._reach.resolve,
        )
        other._pacer = self._pacer
        return other

    def get(self, ask: Ask) -> Fetched:
        """Fetch, retrying what may pass by itself.

        Raises SourceUnavailable (not reached, timed out, 429, 5xx, cut short) and SourceMalformed
        (refused for good, too large, an address that is not fetched). Both name source and URL.
        """
        attempt = 1
        while True:
            try:
                return self._followed(ask)
            except SourceUnavailable as error:
                wait = self._limits.backoff * 2 ** (attempt - 1)
                wait = max(wait, error.retry_after or 0.0)
                if attempt >= self._limits.attempts or wait > self._limits.patience:
                    raise
                attempt += 1
                self._timing.sleep(wait)

    def _followed(self, ask: Ask) -> Fetched:
        """Follow redirects, checking every hop."""
        url = ask.place
        monotonic = self._timing.monotonic
        left = self._limits.total
        for _ in range(self._limits.redirects + 1):
            goal = self._target(ask, url)
            lane = ask.lane or self._lane(goal)
            if (pause := self._pacer.left(lane)) > self._limits.patience:
                reason = f"{goal.host} asked for a pause that lasts {pause:.0f} s more"
                raise SourceUnavailable(ask.source, url, reason, retry_after=pause)
            with self._pacer.turn(lane):
                start = monotonic()
                answer = self._exchange(ask, url, Deadline(at=start + left, monotonic=monotonic))
                left -= monotonic() - start
            if isinstance(answer, Fetched):
                self._pacer.rest(lane, _seconds(answer.headers.get("backoff", "")) or 0.0)
                return answer
            url = self._next_hop(ask, url, answer)
        raise SourceMalformed(ask.source, ask.place, f"redirected more than {self._limits.redirects} times")

    def _next_hop(self, ask: Ask, url: str, location: str) -> str:
        try:
            following = urljoin(url, location)
        except ValueError as error:
            raise SourceMalformed(ask.source, url, f"redirected to {location!r}, which is no URL") from error
        if url.startswith("https:") and following.startswith("http:"):
            raise SourceMalformed(ask.source, url, f"redirected from https to plain http ({following})")
        return following

    def _target(self, ask: Ask, url: str) -> Target:
        try:
            return target(url, self._reach.allow_hosts)
        except Forbidden as error:
            raise SourceMalformed(ask.source, url, str(error)) from error

    def _lane(self, goal: Target) -> Lane:
        if goal.host == ARXIV.name or goal.host.endswith(f".{ARXIV.name}"):
            return ARXIV
        own = is_allowed(goal.host, goal.port, self._reach.allow_hosts)
        return Lane(name=goal.host, seconds=0.0 if own else self._limits.spacing)

    def _exchange(self, ask: Ask, url: str, deadline: Deadline) -> "Fetched | str":
        """Ask once; return the answer, or the place it points to."""
        host = urlsplit(url).hostname
        try:
            with self._answer(url, self._headers(ask, url), deadline) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    return response.headers["location"]
                return self._read(ask, url, response)
        except Forbidden as error:
            raise SourceMalformed(ask.source, url, str(error)) from error
        except httpx.TimeoutException as error:
            raise SourceUnavailable(ask.source, url, f"{host} did not answer in time") from error
        except httpx.ConnectError as error:
            reason = f"could not reach {host} ({error}); is this machine online?"
            raise SourceUnavailable(ask.source, url, reason) from error
        except (httpx.RequestError, httpx.StreamError) as error:
            raise SourceUnavailable(ask.source, url, f"the answer of {host} broke off") from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise SourceMalformed(ask.source, url, "this is not a URL that can be asked") from error

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> Iterator[httpx.Response]:
        """Open one exchange on a connection of its own: a deadline belongs to one exchange."""
        transport = _CheckedTransport(self._tls, CheckedBackend(self._reach, deadline))
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=self._limits.phase) as client,
            client.stream("GET", url, headers=headers, follow_redirects=False) as response,
        ):
            yield response

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)

    def _headers(self, ask: Ask, url: str) -> dict[str, str]:
        headers = {"User-Agent": self._agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        if urlsplit(url)[:2] == urlsplit(ask.url)[:2]:
            headers |= ask.headers
        if ask.etag:
            headers["If-None-Match"] = ask.etag
        if ask.last_modified:
            headers["If-Modified-Since"] = ask.last_modified
        return headers

    def _read(self, ask: Ask, url: str, response: httpx.Response) -> Fetched:
        """Turn a final answer into Fetched or an error."""
        status = response.status_code
        etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
        if status == httpx.codes.NOT_MODIFIED:
            kept = (etag or ask.etag, modified or ask.last_modified)
            return Fetched(
                status=status,
                body=b"",
                url=url,
                etag=kept[0],
                last_modified=kept[1],
                not_modified=True,
                headers=dict(response.headers),
            )
        said = f"answered {status} {response.reason_phrase}".rstrip()
        if status in _PASSING or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SourceUnavailable(ask.source, url, said, retry_after=_retry_after(response.headers))
        if status != httpx.codes.OK:
            hint = ask.hints.get(status, "check the address of this source")
            raise SourceMalformed(ask.source, url, f"{said}; {hint}")
        body, headers = self._body(ask, url, response), dict(response.headers)
        return Fetched(status=status, body=body, url=url, etag=etag, last_modified=modified, headers=headers)

    def _body(self, ask: Ask, url: str, response: httpx.Response) -> bytes:
        """Read and decode the body without ever holding more than the limit."""
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        pieces: Iterator[bytes] = bounded(response.iter_raw(), self._limits.body)
        if packed in ENCODINGS:
            pieces = bounded(inflated(pieces), self._limits.body)
        elif packed not in ("", "identity"):
            raise SourceMalformed(
                ask.source, url, f"the answer is packed as {packed!r}, which was not asked for"
            )
        body = bytearray()
        try:
            for piece in pieces:
                body += piece
        except TooLarge as error:
            megabytes = self._limits.body / (1024 * 1024)
            raise SourceMalformed(ask.source, url, f"the answer is larger than {megabytes:g} MiB") from error
        except Damaged as error:
            raise SourceUnavailable(ask.source, url, str(error)) from error
        return bytes(body)


class _CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport with the engine's public hook for connections filled in."""

    def __init__(self, tls: ssl.SSLContext, backend: CheckedBackend) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_keepalive_connections=0, network_backend=backend
        )


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds a server asks for. A date is measured from the server's own Date header."""
    value = headers.get("retry-after", "").strip()
    if (seconds := _seconds(value)) is not None:
        return seconds
    try:
        return max(
            0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])).total_seconds()
        )
    except (KeyError, ValueError, TypeError):
        return None


def _seconds(value: str) -> float | None:
    """Read a plain number of seconds."""
    value = value.strip()
    return float(value[:9]) if value.isascii() and value.isdigit() else None
