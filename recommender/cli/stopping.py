"""What Ctrl-C and SIGTERM do to a command that sends: finish the message in hand, then end."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import typer

_SIGNAL_EXIT = 128
_WORDS = b"\nstopping after the message in hand; once more stops at once\n"


@dataclass(slots=True)
class Stop:
    """Whether a signal asked for the end, and which."""

    number: int = 0

    def asked(self) -> bool:
        """Tell whether to begin nothing more."""
        return self.number != 0

    def leave(self) -> None:
        """Leave with 128 and the signal's number, as a shell tells of a command that a signal ended."""
        if self.number:
            raise typer.Exit(_SIGNAL_EXIT + self.number)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Let the first SIGINT or SIGTERM only ask, and a second one end the process where it stands.

    That costs nothing but the answer of the relay: the row is held by the next start.
    """
    stop = Stop()

    def ask(number: int, _frame: FrameType | None) -> None:
        if stop.number:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.number = number
        # Buffered streams may not be used here: the signal may have come in the middle of a write.
        os.write(2, _WORDS)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
