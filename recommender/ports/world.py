"""Protocols of the world outside: time, work, papers coming in, mail going out."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from recommender.domain.editions import Envelope
from recommender.domain.papers import Cursor, PaperPage

T = TypeVar("T")
R = TypeVar("R")


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        ...


class Executor(Protocol):
    """Runs a function over shards; results come in the order of the shards."""

    def map(self, task: Callable[[T], R], shards: Iterable[T]) -> Iterator[R]:
        """Yield `task(shard)` for each shard."""
        ...


class Source(Protocol):
    """Where papers come from."""

    @property
    def name(self) -> str:
        """Name in configuration, reports and `source_state`."""
        ...

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield pages after `since`; raise SourceUnavailable or SourceMalformed."""
        ...


class MailSession(Protocol):
    """An open way to the relay; one message at a time."""

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Hand over `message` and return the relay's reply.

        `on_in_doubt` is called once, after the relay is ready for the body and before a byte of it is
        sent; if it answers False the message is abandoned and MailDeferred raised.
        Raises MailDeferred, MailRejected or MailInDoubt.
        """
        ...

    def close(self) -> None:
        """Say goodbye; never raises for a connection that is gone."""
        ...


class Mailer(Protocol):
    """Opens mail sessions."""

    def open(self) -> MailSession:
        """Connect; raise MailDeferred(relay=True) when the relay cannot be reached."""
        ...
