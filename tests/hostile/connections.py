"""Counts the connections that this process really opens, whoever opens them.

Python tells an audit hook of every connect. Hooks cannot be taken away again, so there is one, which
listens only inside `watched`; there it also keeps the test from leaving the machine.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Watch:
    """Addresses that were connected to, as (host, port)."""

    opened: list[tuple[str, int]] = field(default_factory=list)

    def beside(self, *hosts: str) -> list[tuple[str, int]]:
        """Return the connections to anything but some `address:port`."""
        return [(host, port) for host, port in self.opened if f"{host}:{port}" not in hosts]


_watches: list[Watch] = []


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not _watches or not isinstance(arguments[1], tuple):
        return
    host, port = str(arguments[1][0]), int(arguments[1][1])
    for watch in _watches:
        watch.opened.append((host, port))
    if not host.startswith("127."):
        raise ConnectionRefusedError(111, "tests stay on this machine")


@contextmanager
def watched() -> Iterator[Watch]:
    """Record connects for the block; those that leave loopback are refused after being recorded."""
    watch = Watch()
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


sys.addaudithook(_heard)
