"""A mail server in a process of its own that takes everything: aiosmtpd, nothing kept but the count.

`python -m benchmarks.delivery_sink` prints its port, serves until its standard input ends, and prints
how many messages it accepted.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import UnthreadedController


@dataclass
class Taking:
    """Handler that accepts and counts."""

    accepted: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        self.accepted += 1
        return "250 taken"


@dataclass
class Sink:
    """A running server: its port, and once it has ended what it accepted."""

    port: int
    accepted: int = 0


@contextmanager
def sink() -> Iterator[Sink]:
    """Run the server beside this process for the time of the block."""
    command = [sys.executable, "-m", "benchmarks.delivery_sink"]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the server has no pipes")
        running = Sink(port=int(process.stdout.readline()))
        try:
            yield running
        finally:
            process.stdin.close()
            running.accepted = int(process.stdout.readline() or 0)


def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.new_event_loop()
    handler = Taking()
    controller = UnthreadedController(handler, hostname="127.0.0.1", port=0, loop=loop)
    controller.begin()  # type: ignore[no-untyped-call]  # aiosmtpd's own
    if not isinstance(controller.server, asyncio.Server):
        raise TypeError("the server does not listen")
    print(controller.server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for whoever started it
    loop.run_until_complete(loop.run_in_executor(None, sys.stdin.read))
    controller.end()  # type: ignore[no-untyped-call]  # see above
    print(handler.accepted)  # noqa: T201 - see above


if __name__ == "__main__":
    main()
