"""What SpamAssassin says of messages, by its local rules alone: no network, no state."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_STATUS = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+).*? tests=(.*?) autolearn=", re.MULTILINE)
_MARK = re.compile(r"^X-Sample: (.*)$", re.MULTILINE)
_FROM = "From digest@example.org "
_FOLD = re.compile(r"\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score and the rules it is the sum of."""

    score: float
    rules: tuple[str, ...]


def judge(messages: Mapping[str, bytes]) -> dict[str, Verdict]:
    """Return the verdict on each message, in one run; `spamassassin` must be there."""
    program = shutil.which("spamassassin")
    if program is None:
        raise FileNotFoundError("spamassassin")
    with tempfile.TemporaryDirectory() as home:
        box = Path(home, "box")
        box.write_bytes(b"".join(_boxed(name, message) for name, message in messages.items()))
        done = subprocess.run(
            [program, "--local", "--prefspath=/dev/null", "--cf=report_safe 0", "--mbox", str(box)],
            capture_output=True,
            check=True,
            env={"HOME": home, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
    told = done.stdout.decode("utf-8", "replace").split(f"\n{_FROM}")
    found = dict(_read(head) for head in told)
    if found.keys() != messages.keys():
        raise RuntimeError(f"{len(found)} verdicts on {len(messages)} messages")
    return found


def _boxed(name: str, message: bytes) -> bytes:
    """Return a message as a mailbox holds it, marked with its name: verdicts come in no order."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
    return f"{_FROM}Fri Jan 30 06:30:00 2026\nX-Sample: {name}\n".encode() + lines + b"\n"


def _read(message: str) -> tuple[str, Verdict]:
    head = _FOLD.sub("", message.partition("\n\n")[0])
    name, status = _MARK.search(head), _STATUS.search(head)
    if name is None or status is None:
        raise RuntimeError(f"no verdict in: {head[:200]}")
    return name[1], Verdict(float(status[1]), tuple(status[2].replace("\t", "").split(",")))
