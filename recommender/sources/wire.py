"""The connections under the HTTP client: only to checked addresses, and never beyond a deadline.

httpx bounds each read but not their sum; a server that sends a byte a second, in headers or body,
would hold it for hours. Here every read and write gets at most what is left of the whole allowance.
"""

import ssl
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore  # the engine of httpx, whose public hook for connections this is

from recommender.sources.guard import Resolver, checked_addresses

_TRIED = 8
"""Addresses of one name that are tried; all of them are checked."""
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment on the monotonic clock after which nothing is waited for."""

    at: float
    monotonic: Callable[[], float]

    def left(self, timeout: float | None, late: type[Exception]) -> float:
        """Return the shorter of `timeout` and what is left, in seconds; raise `late` when nothing is."""
        left = self.at - self.monotonic()
        if left <= 0:
            raise late("the whole answer took too long")
        return left if timeout is None else min(timeout, left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where connections may go."""

    allow_hosts: Collection[str]
    resolve: Resolver


class CheckedBackend(httpcore.NetworkBackend):
    """Opens TCP connections to addresses that passed the guard."""

    def __init__(self, reach: Reach, deadline: Deadline) -> None:
        """Use one backend for one exchange."""
        self._reach = reach
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve and check `host`, then try its addresses in turn.

        Raises guard.Forbidden, httpcore.ConnectError or httpcore.ConnectTimeout.
        """
        try:
            addresses = checked_addresses(host, port, self._reach.allow_hosts, self._reach.resolve)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} was not found") from error
        problem: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses[:_TRIED]:
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return BoundedStream(stream, self._deadline)
        raise problem


class BoundedStream(httpcore.NetworkStream):
    """A stream whose reads and writes all end by one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        """Wrap an open stream."""
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come, at most `max_bytes`."""
        return self._stream.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`."""
        self._stream.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Continue under TLS with the same deadline; the name checked is the one in the URL."""
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Pass on what the engine asks about the socket."""
        return self._stream.get_extra_info(info)
