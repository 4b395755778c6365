"""The one HTTP client of the product: polite, bounded, and closed to inner networks.

It fetches and nothing else: no cookies, no proxies from the environment, no caching (sources keep
ETag and Last-Modified in their cursor), no judging of content (parsers do that from the bytes).
"""

import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from recommender import __version__
from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.sources.asking import Ask, Fetched, Limits, retry_after, seconds, validator
from recommender.sources.guard import Forbidden, Resolver, Target, is_allowed, system_resolver, target
from recommender.sources.inflate import ENCODINGS, Bomb, Damaged, TooLarge, bounded, unpacked
from recommender.sources.lanes import PATIENCE, LaneBusy
from recommender.sources.pacing import ARXIV, Lane, LaneClosed, Pacer, Timing
from recommender.sources.wire import CheckedBackend, Deadline, Reach

__all__ = ["Ask", "Fetched", "Limits", "PoliteClient"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
_THROTTLED = frozenset({403, 429})
_REFUSED = "the host refuses this client; asking on within hours makes it worse"
_ACCEPT = "application/atom+xml, application/rss+xml, application/json, application/xml;q=0.9, */*;q=0.5"


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
        (refused for good, too large, an address that is not fetched). Both name source and URL, and
        are `throttled` where the host wants to be left alone: 429, or a 403 that no hint explains.
        """
        attempt = 1
        while True:
            try:
                return self._followed(ask)
            except SourceUnavailable as error:
                wait = self._limits.backoff * 2 ** (attempt - 1)
                wait = max(wait, error.retry_after or 0.0)
                last = attempt >= self._limits.attempts or wait > self._limits.patience
                if last or (ask.body is not None and not _unheard(error)):
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
            try:
                with self._pacer.turn(lane, patience=self._limits.patience):
                    start = monotonic()
                    answer = self._exchange(ask, url, Deadline(at=start + left, monotonic=monotonic))
                    left -= monotonic() - start
            except (LaneClosed, LaneBusy) as closed:
                raise self._left_alone(ask, url, lane, closed) from closed
            except SourceError as error:
                self._pacer.rest(lane, error.retry_after or 0.0)
                if (pause := self._pacer.left(lane)) > self._limits.patience and error.throttled:
                    raise self._at_rest(lane, error, pause) from error
                raise
            if isinstance(answer, Fetched):
                self._pacer.rest(lane, seconds(answer.headers.get("backoff", "")) or 0.0)
                return answer
            url = self._next_hop(ask, url, answer)
        raise SourceMalformed(ask.source, ask.place, f"redirected more than {self._limits.redirects} times")

    def _left_alone(self, ask: Ask, url: str, lane: Lane, closed: LaneClosed | LaneBusy) -> SourceUnavailable:
        """Say why nothing was asked."""
        if isinstance(closed, LaneBusy):
            reason = f"another process is still asking {lane.name}"
            return SourceUnavailable(ask.source, url, reason, retry_after=PATIENCE)
        reason = f"{lane.name} wants a pause; it is left alone {self._pacer.until(closed.seconds)}"
        return SourceUnavailable(ask.source, url, reason, retry_after=closed.seconds, throttled=True)

    def _at_rest(self, lane: Lane, error: SourceError, pause: float) -> SourceError:
        """Say until when nobody asks a host that wants to be left alone."""
        reason = f"{error.reason}; {lane.name} is left alone {self._pacer.until(pause)}"
        return type(error)(error.source, error.place, reason, retry_after=pause, throttled=True)

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
            with self._answer(ask, url, deadline) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    if ask.body is not None:
                        raise SourceMalformed(ask.source, url, "a redirect of what was sent is not followed")
                    return ask.discreet(response.headers["location"])
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
    def _answer(self, ask: Ask, url: str, deadline: Deadline) -> Iterator[httpx.Response]:
        """Open one exchange on a connection of its own: a deadline belongs to one exchange."""
        transport = _CheckedTransport(_tls(), CheckedBackend(self._reach, deadline))
        method = "GET" if ask.body is None else "POST"
        headers, goal = self._headers(ask, url), ask.sent(url)
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=self._limits.phase) as client,
            client.stream(
                method, goal, content=ask.body, headers=headers, follow_redirects=False
            ) as response,
        ):
            yield response

    def _headers(self, ask: Ask, url: str) -> dict[str, str]:
        headers = {"User-Agent": self._agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        if ask.is_at_home(url):
            headers |= ask.headers
        if ask.body is not None:
            headers["Content-Type"] = ask.content_type
        if etag := validator(ask.etag):
            headers["If-None-Match"] = etag
        if modified := validator(ask.last_modified):
            headers["If-Modified-Since"] = modified
        return headers

    def _read(self, ask: Ask, url: str, response: httpx.Response) -> Fetched:
        """Turn a final answer into Fetched or an error."""
        status = response.status_code
        etag, modified = map(validator, (response.headers.get("etag"), response.headers.get("last-modified")))
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
        wish, throttled = retry_after(response.headers), status in _THROTTLED and status not in ask.hints
        if status in _PASSING or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SourceUnavailable(ask.source, url, said, retry_after=wish, throttled=throttled)
        if status != httpx.codes.OK and status not in ask.accepted:
            hint = ask.hints.get(status, _REFUSED if throttled else "check the address of this source")
            raise SourceMalformed(ask.source, url, f"{said}; {hint}", retry_after=wish, throttled=throttled)
        body, headers = self._body(ask, url, response), dict(response.headers)
        return Fetched(status=status, body=body, url=url, etag=etag, last_modified=modified, headers=headers)

    def _body(self, ask: Ask, url: str, response: httpx.Response) -> bytes:
        """Read and decode the body without ever holding more than the limit."""
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        pieces: Iterator[bytes] = bounded(response.iter_raw(), self._limits.body)
        if packed in ENCODINGS:
            pieces = bounded(unpacked(pieces), self._limits.body)
        elif packed not in ("", "identity"):
            raise SourceMalformed(
                ask.source, url, f"the answer is packed as {packed!r}, which was not asked for"
            )
        body = BytesIO()  # hands its bytes out without a second copy
        try:
            for piece in pieces:
                body.write(piece)
        except Bomb as error:
            raise SourceMalformed(ask.source, url, str(error)) from error
        except TooLarge as error:
            megabytes = self._limits.body / (1024 * 1024)
            raise SourceMalformed(ask.source, url, f"the answer is larger than {megabytes:g} MiB") from error
        except Damaged as error:
            raise SourceUnavailable(ask.source, url, str(error)) from error
        return body.getvalue()


@cache
def _tls() -> ssl.SSLContext:
    """Read the certificates once in a process: it takes longer than many an exchange."""
    return httpx.create_ssl_context(trust_env=False)


class _CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport with the engine's public hook for connections filled in."""

    def __init__(self, tls: ssl.SSLContext, backend: CheckedBackend) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_keepalive_connections=0, network_backend=backend
        )


def _unheard(error: SourceUnavailable) -> bool:
    """Tell whether a failed question was surely not acted on: not delivered, or answered by a refusal."""
    cause = error.__cause__
    return cause is None or isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout)
