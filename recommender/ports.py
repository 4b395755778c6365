"""Protocols of everything impure, as small as their users need.

Arrays have no place here: scorers and fusion are protocols of `ranking.base`. Each protocol has
one conformance test class that every real implementation and every fake passes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from recommender.domain.editions import Delivery, DeliveryState, Edition, Envelope, Settlement, Slot
from recommender.domain.feedback import Feedback, Vote
from recommender.domain.papers import Cursor, Folded, Paper, PaperId, PaperPage, Signal, SourceState
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState

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


class Papers(Protocol):
    """Papers in the store."""

    def fold(self, papers: Sequence[Paper], *, seen_at: datetime) -> Folded:
        """Merge a batch into the store by identity; `seen_at` is `first_seen` where a paper has none."""
        ...

    def resolve(self, references: Iterable[str]) -> Mapping[str, PaperId]:
        """Map what people type (id, alias, arXiv id, DOI, URL) to canonical ids; unknown ones are absent."""
        ...

    def get(self, ids: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the papers that exist among canonical `ids`."""
        ...

    def fresh(self, since: datetime, until: datetime) -> Sequence[Paper]:
        """Return active papers first seen in (since, until], not library-only, by first_seen then id."""
        ...

    def containing(self, words: Sequence[str], *, limit: int) -> Sequence[Paper]:
        """Return papers whose title, abstract or authors contain any of the words, most words first."""
        ...

    def all(self) -> Iterator[Paper]:
        """Yield every paper, by id, without loading all at once."""
        ...

    def count(self) -> int:
        """Return how many papers there are."""
        ...

    def add_signals(self, signals: Sequence[Signal]) -> int:
        """Append attention snapshots of known papers (resolved through aliases); return how many were new."""
        ...

    def signals(self, since: datetime, until: datetime) -> Sequence[Signal]:
        """Return snapshots taken in (since, until]."""
        ...

    def source_states(self) -> Mapping[str, SourceState]:
        """Return what is remembered of each source."""
        ...

    def save_source_state(self, state: SourceState) -> None:
        """Remember a source's cursor and health."""
        ...


class People(Protocol):
    """Subscribers, feedback, saved papers, and who must never be mailed."""

    def all(self) -> Sequence[Subscriber]:
        """Return every subscriber whatever the state, by id."""
        ...

    def find(self, reference: str) -> Subscriber:
        """Return by address, key or public id; raise UnknownSubscriber."""
        ...

    def add(self, declared: DeclaredSubscriber, *, state: SubscriberState, at: datetime) -> Subscriber:
        """Store a new subscriber with interests."""
        ...

    def change(self, subscriber: int, declared: DeclaredSubscriber) -> None:
        """Replace what is declared of a subscriber; votes and saved papers stay."""
        ...

    def set_state(self, subscriber: int, state: SubscriberState, *, at: datetime) -> None:
        """Change whether mail may go out; `unsubscribed` is stamped with `at`."""
        ...

    def record(self, entries: Sequence[Feedback]) -> int:
        """Append feedback in order, applying save and unsave to the reading list; an entry equal to a
        stored one in (subscriber, paper, act, at) is skipped. Return how many were new.
        """
        ...

    def feedback(self, subscriber: int | None = None) -> Sequence[Feedback]:
        """Return the log, oldest first, of one subscriber or of all."""
        ...

    def votes(self, subscribers: Sequence[int] | None = None) -> Sequence[Vote]:
        """Return standing votes, by subscriber then time."""
        ...

    def saved(self, subscriber: int) -> Sequence[tuple[PaperId, datetime, bool]]:
        """Return the reading list: (paper, saved at, read), newest first."""
        ...

    def seen(self, subscribers: Sequence[int]) -> Mapping[int, frozenset[PaperId]]:
        """Return what each subscriber was shown in an edition, voted on, or saved."""
        ...

    def suppress(self, email: str, *, reason: str, at: datetime) -> None:
        """Never mail this address again, whatever the file says."""
        ...

    def lift(self, email: str) -> None:
        """Take a suppression back (undo of an unsubscribe)."""
        ...

    def suppressed(self) -> frozenset[str]:
        """Return the suppressed addresses, lower-cased."""
        ...


class Outbox(Protocol):
    """Editions and their deliveries. Laws: put twice is once; a settled delivery is final."""

    def put(self, edition: Edition, *, message_id: str, date: datetime) -> bool:
        """Store an edition, its items and a ready delivery; False and no change if its key exists."""
        ...

    def last_slots(self, subscribers: Sequence[int]) -> Mapping[int, Slot]:
        """Return the slot of each subscriber's newest edition; those without one are absent."""
        ...

    def has_edition(self, subscriber: int, key: str) -> bool:
        """Tell whether the edition exists."""
        ...

    def edition(self, edition: int) -> Edition | None:
        """Return an edition with its items by row number."""
        ...

    def item(self, item: int) -> tuple[Edition, PaperId] | None:
        """Return the edition and the paper that an edition item belongs to."""
        ...

    def claim(self, *, worker: str, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Take ready, deferred-and-due, or lease-expired claimed rows for `worker`, raising their fence."""
        ...

    def mark_in_doubt(self, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
        """Record that the body is about to go. False (and nothing may be sent) unless the row is still
        claimed with this fence inside its lease and the subscriber may still be mailed; a row whose
        subscriber may not becomes suppressed.
        """
        ...

    def settle(self, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
        """Record the end of an attempt; False if the fence is old or the move is not in TRANSITIONS.

        Only `claim` leads to claimed and only `mark_in_doubt` to in_doubt.
        """
        ...

    def hold_in_doubt(self, *, now: datetime) -> int:
        """Turn rows left in doubt by a dead process into held; return how many."""
        ...

    def deliveries(self, state: DeliveryState | None = None) -> Sequence[Delivery]:
        """Return deliveries, newest first."""
        ...


class Artifacts(Protocol):
    """Which fitted recommenders there are; the files themselves are `ranking.artifacts`' business."""

    def record(self, name: str, *, created_at: datetime, sha256: str, papers: int) -> None:
        """Remember a new artifact folder."""
        ...

    def names(self) -> Sequence[tuple[str, datetime]]:
        """Return (folder name, created at), newest first."""
        ...


class UnitOfWork(Protocol):
    """One transaction: committed at the end of the `with` block, rolled back on any exception."""

    @property
    def papers(self) -> Papers:
        """Papers in this transaction."""
        ...

    @property
    def people(self) -> People:
        """People in this transaction."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Editions and deliveries in this transaction."""
        ...

    @property
    def artifacts(self) -> Artifacts:
        """The register of artifacts in this transaction."""
        ...


class Store(Protocol):
    """Opens transactions."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction that only reads."""
        ...

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction that may write (`BEGIN IMMEDIATE` on SQLite)."""
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
