"""A warm process that forks senders, so that a life costs milliseconds and not an interpreter's start.

It has imported everything, holds no store and no connection, and runs no threads. It is spoken to in
lines of JSON: `begin` a life (and send it signals so long after its start), wait `until` it has ended or
stopped, send a `signal`. Everything a life says of itself comes through a pipe that outlives it.
"""

import dataclasses
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from tests.faults.command import Command, obey, warm
from tests.faults.life import Life, live

_PATIENCE = 60.0
_GLANCE = 0.001
_ROOM = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a life ended, or that it has stopped for now; `status` is negative for a signal.

    `seconds` is how long after its last signal that was.
    """

    stopped: bool
    status: int
    seconds: float
    said: list[dict[str, Any]]

    @property
    def killed(self) -> bool:
        """Tell whether it died of SIGKILL."""
        return not self.stopped and self.status == -signal.SIGKILL

    @property
    def result(self) -> dict[str, Any]:
        """Return what a life that came to its end returned; AssertionError with its words if it did not."""
        last = self.said[-1] if self.said else {}
        assert self.status == 0, f"a sender ended with {self.status}: {last}"
        assert "result" in last, f"a sender ended without a result: {last}"
        result: dict[str, Any] = last["result"]
        return result

    @property
    def place(self) -> str:
        """Return where it killed or stopped itself."""
        return next((line["place"] for line in self.said if "place" in line), "")


class Nursery:
    """The warm process, seen from the tests."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Speak to `process`."""
        self._process = process

    def begin(self, life: Life | Command, *, signals: Sequence[tuple[float, int]] = ()) -> int:
        """Start a life, or a command, and return its process id.

        Each of `signals` is sent so many seconds after the life has everything in place, the command
        has been forked.
        """
        kind = "life" if isinstance(life, Life) else "command"
        told = {"do": "begin", kind: dataclasses.asdict(life), "signals": list(signals)}
        return int(self._ask(told)["pid"])

    def until(self, pid: int, *, stopped: bool = False) -> Ended:
        """Wait for the end of a life, or for its stop."""
        return Ended(**self._ask({"do": "until", "pid": pid, "stopped": stopped}))

    def run(self, life: Life | Command, *, kill_after: float | None = None) -> Ended:
        """Run a life to its end, or kill it so many seconds after it has begun."""
        signals = [] if kill_after is None else [(kill_after, signal.SIGKILL)]
        return self.until(self.begin(life, signals=signals))

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a life."""
        self._ask({"do": "signal", "pid": pid, "number": number})

    def _ask(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Run a warm process for the time of the block."""
    command = [sys.executable, "-m", "tests.faults.nursery"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(_PATIENCE)


class _Children:
    """What the warm process knows of the lives it gave."""

    def __init__(self) -> None:
        self._pipes: dict[int, int] = {}
        self._said: dict[int, bytes] = {}
        self._signalled: dict[int, float] = {}

    def begin(self, told: dict[str, Any]) -> dict[str, Any]:
        """Fork; wait until the child says that it has everything, then send it its signals."""
        if "command" in told:
            warm()
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _ROOM)
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            _be(told, writer)
        os.close(writer)
        self._pipes[pid] = reader
        self._said[pid] = os.read(reader, 1 << 16)
        began = time.monotonic()
        for after, number in told["signals"]:
            time.sleep(max(0.0, began + after - time.monotonic()))
            self.signal(pid, number)
        return {"pid": pid}

    def signal(self, pid: int, number: int) -> None:
        """Send a signal; an ended child that nobody has waited for takes it in silence."""
        self._signalled[pid] = time.monotonic()
        os.kill(pid, number)

    def end(self) -> None:
        """Kill who is left, asleep or not: a test that failed in between waits for nobody."""
        for pid in self._pipes:
            os.kill(pid, signal.SIGKILL)

    def until(self, told: dict[str, Any]) -> dict[str, Any]:
        """Wait for the end, or a stop; a life that takes for ever is killed, which shows."""
        pid = told["pid"]
        options = os.WNOHANG | (os.WUNTRACED if told["stopped"] else 0)
        patience = time.monotonic() + _PATIENCE
        while (found := os.waitpid(pid, options))[0] == 0:
            if time.monotonic() > patience:
                os.kill(pid, signal.SIGKILL)
                options = 0
            time.sleep(_GLANCE)
        seconds = time.monotonic() - self._signalled.get(pid, time.monotonic())
        stopped = os.WIFSTOPPED(found[1])
        said = [json.loads(line) for line in self._hear(pid, ended=not stopped).splitlines()]
        status = 0 if stopped else os.waitstatus_to_exitcode(found[1])
        return {"stopped": stopped, "status": status, "seconds": seconds, "said": said}

    def _hear(self, pid: int, *, ended: bool) -> bytes:
        """Return all that a life has said."""
        os.set_blocking(self._pipes[pid], False)
        try:
            while part := os.read(self._pipes[pid], 1 << 16):
                self._said[pid] += part
        except BlockingIOError:
            pass
        if ended:
            os.close(self._pipes.pop(pid))
            return self._said.pop(pid)
        return self._said[pid]


def _be(told: dict[str, Any], writer: int) -> NoReturn:
    """Be the child: live, tell, and leave without the parent's clean-up."""

    def tell(**what: object) -> None:
        os.write(writer, json.dumps(what).encode() + b"\n")

    try:
        if "command" in told:
            tell(started=True)
            obey(Command(**told["command"]))
        result = live(Life(**told["life"]), lambda: tell(started=True), lambda place: tell(place=place))
        tell(result=result)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a child that got out of here would be a second nursery
        tell(error=traceback.format_exc())
        os._exit(70)


def _main() -> None:
    children = _Children()
    try:
        _obey(children)
    finally:
        children.end()


def _obey(children: _Children) -> None:
    for line in sys.stdin:
        told = json.loads(line)
        if told["do"] == "begin":
            answer = children.begin(told)
        elif told["do"] == "until":
            answer = children.until(told)
        else:
            children.signal(told["pid"], told["number"])
            answer = {}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
