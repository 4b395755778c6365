"""A real mail server in a process of its own; it writes down what it takes before it says so.

Run as a program it prints its port, then serves until it is killed or its standard input ends. One line
of its log is the recipient, the Message-ID and the SHA-256 of the bytes, in one write to a file opened
for appending: what is in the log may have been answered, and what was answered is in the log.

An address may ask for trouble by how it begins: `rcpt-451`, `rcpt-550`, `dot-451`, `dot-550` are refused
with that code at that place.
"""

import asyncio
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from smtplib import SMTP
from typing import Any

import aiosmtpd.smtp

_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Taken:
    """One message the server took."""

    recipient: str
    message_id: str
    sha256: str


@dataclass(slots=True)
class MailServer:
    """A running server seen from outside: its port, its log."""

    port: int
    log: Path
    process: "subprocess.Popen[str]" = field(repr=False)

    def sync(self) -> None:
        """Return when the server has dealt with everything that had reached it."""
        for _ in range(2):
            with SMTP("127.0.0.1", self.port, "localhost") as connection:
                connection.noop()

    def taken(self, mark: str) -> list[Taken]:
        """Return what was taken for addresses that contain `mark`, in order."""
        lines = (line.split(" ") for line in self.log.read_text(encoding="ascii").splitlines())
        return [Taken(*parts) for parts in lines if mark in parts[0]]


@contextmanager
def mail_server(folder: Path, *, seconds: float = 0.0) -> Iterator[MailServer]:
    """Run a server for the time of the block; it waits `seconds` between the log and the answer."""
    log = folder / "taken.log"
    log.touch()
    command = [sys.executable, "-m", "tests.faults.mailserver", str(log), str(seconds)]
    with (
        (folder / "server.err").open("w") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield MailServer(int(process.stdout.readline()), log, process)
        finally:
            process.kill()


class _Handler:
    """aiosmtpd's hooks."""

    def __init__(self, log: Path, seconds: float) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND)
        self._seconds = seconds

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Refuse an address that asks for it."""
        if address.startswith("rcpt-"):
            return f"{address[5:8]} as you like"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - see above
        """Write a message down, then take it."""
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("dot-"):
            return f"{recipient[4:7]} as you like"
        found = _MESSAGE_ID.search(envelope.content)
        named = found[1].decode("ascii") if found else "<none>"
        line = f"{recipient} {named} {hashlib.sha256(envelope.content).hexdigest()}\n"
        os.write(self._log, line.encode("ascii"))
        if self._seconds:
            await asyncio.sleep(self._seconds)
        return "250 queued as 4711"


async def _serve(log: Path, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    handler = _Handler(log, seconds)
    server = await loop.create_server(lambda: aiosmtpd.smtp.SMTP(handler, loop=loop), "127.0.0.1", 0)
    # Nobody writes to it: it is readable when whoever started this process is gone.
    loop.add_reader(0, os._exit, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
