"""Protocols of the world outside: time, work, papers coming in, mail going out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

from recommender.domain.editions import Envelope
from recommender.domain.filing import FilingPage
from recommender.domain.papers import Cursor, Paper, PaperId, PaperPage

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


@runtime_checkable
class LooksUp(Protocol):
    """A source that can be asked for single papers: what it announced and did not bring is fetched so."""

    def look_up(self, papers: Sequence[PaperId]) -> Iterator[PaperPage]:
        """Yield pages with the papers of these ids; those the source does not know are absent.

        Raises SourceUnavailable or SourceMalformed.
        """
        ...


class Cabinet(Protocol):
    """A reader's own library that takes in what the reader saves."""

    @property
    def reader(self) -> str:
        """Address or id of the subscriber."""
        ...

    @property
    def library(self) -> str:
        """Name of the library, the same as in its news."""
        ...

    def file(self, papers: Sequence[Paper]) -> Iterator[FilingPage]:
        """Yield what came of each request: papers that are in the library now, and those it refused.

        A paper that is there already is not put there again, not even after a crash between a request
        and the noting of its answer. Raises SourceUnavailable or SourceMalformed.
        """
        ...


@runtime_checkable
class HasCabinet(Protocol):
    """A source that is a reader's own library, which may take in what the reader saves."""

    @property
    def cabinet(self) -> Cabinet | None:
        """What takes papers in, or None where none are wanted there."""
        ...


class Enricher(Protocol):
    """Who knows more about papers that are stored already: citations, venue, published version."""

    @property
    def name(self) -> str:
        """Name in configuration, reports and `enriched`."""
        ...

    @property
    def batch(self) -> int:
        """Papers that one question to it may name."""
        ...

    def enrich(self, papers: Sequence[Paper]) -> Iterator[PaperPage]:
        """Yield pages with those papers it knows, completed, and their signals; others are absent.

        A paper comes back under the id it was asked by, with what was gained and without its texts.
        Raises SourceUnavailable or SourceMalformed.
        """
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
