"""Protocols of what is kept: papers, people, artifacts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from recommender.domain.feedback import Feedback, SavedPaper, Vote
from recommender.domain.papers import Folded, Paper, PaperId, Signal, SourceState
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish
from recommender.ports.listings import Listings


class Papers(Listings, Protocol):
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

    def signals(
        self, since: datetime, until: datetime, papers: Iterable[PaperId] | None = None
    ) -> Sequence[Signal]:
        """Return snapshots taken in (since, until], of some papers or of all, oldest first."""
        ...

    def thin_signals(self, *, now: datetime) -> int:
        """Take away snapshots that tell nothing any more (`domain.snapshots`); return how many."""
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

    def get(self, subscriber: int) -> Subscriber:
        """Return by number; raise UnknownSubscriber."""
        ...

    def hold(self, *subscribers: int) -> None:
        """Keep some subscribers to this transaction until it ends: whoever holds one of them waits.

        To be called before anything is read that is to hold still when it is written. Numbers of nobody
        count for nothing.
        """
        ...

    def hold_everybody(self) -> None:
        """Do the same for all subscribers, and let nobody be added meanwhile."""
        ...

    def add(self, declared: DeclaredSubscriber, *, state: SubscriberState, at: datetime) -> Subscriber:
        """Store a new subscriber with interests, of origin `file`."""
        ...

    def set_origin(self, subscriber: int, origin: Origin) -> None:
        """Say where a subscriber is declared; raise UnknownSubscriber."""
        ...

    def change(self, subscriber: int, declared: DeclaredSubscriber) -> None:
        """Replace what is declared of a subscriber; votes and saved papers stay."""
        ...

    def set_state(
        self, subscriber: int, state: SubscriberState, *, at: datetime, until: datetime | None = None
    ) -> None:
        """Change whether mail may go out; `unsubscribed` is stamped with `at`, a pause ends at `until`."""
        ...

    def wake(self, *, now: datetime) -> int:
        """Make those active whose pause ended at `now` or before; return how many.

        `paused_until` stays: no edition of the pause is made up for.
        """
        ...

    def wishes(self, subscribers: Sequence[int]) -> Mapping[int, Sequence[Wish]]:
        """Return what subscribers changed on their page, oldest first; those without wishes are absent."""
        ...

    def set_wishes(self, subscriber: int, wanted: Sequence[Wish]) -> None:
        """Replace a subscriber's wishes; what is declared of them is not touched."""
        ...

    def raise_epoch(self, subscriber: int) -> None:
        """Void the links a subscriber has; raise UnknownSubscriber."""
        ...

    def erase(self, subscriber: int) -> None:
        """Remove a subscriber with all that is theirs: votes, reading list, editions, deliveries.

        A suppression of the address goes too. Raises UnknownSubscriber.
        """
        ...

    def record(self, entries: Sequence[Feedback]) -> int:
        """Append feedback in order, applying save and unsave to the reading list; an entry equal to a
        stored one in (subscriber, paper, act, at, value) is skipped. Return how many were new.
        """
        ...

    def feedback(self, subscriber: int | None = None) -> Sequence[Feedback]:
        """Return the log, oldest first, of one subscriber or of all."""
        ...

    def recent(self, subscriber: int, papers: Iterable[PaperId], *, since: datetime) -> Sequence[Feedback]:
        """Return a subscriber's acts on some papers after `since`, suspect ones too, oldest first."""
        ...

    def votes(
        self, subscribers: Sequence[int] | None = None, *, papers: Iterable[PaperId] | None = None
    ) -> Sequence[Vote]:
        """Return standing votes on some papers or on all, by subscriber then time."""
        ...

    def levers(self, subscribers: Sequence[int], *, until: datetime | None = None) -> Sequence[Feedback]:
        """Return the acts that turned the levers which stand, oldest first; those of `until` and before."""
        ...

    def last_turned(self, subscriber: int) -> datetime | None:
        """Return when a subscriber last turned a lever, one way or the other, or None."""
        ...

    def saved(self, subscriber: int) -> Sequence[tuple[PaperId, datetime, bool]]:
        """Return the reading list: (paper, saved at, read), newest first."""
        ...

    def saved_papers(self, subscriber: int) -> Sequence[SavedPaper]:
        """Return the reading list with labels and notes, newest first."""
        ...

    def reading_lists(
        self, subscribers: Sequence[int]
    ) -> Mapping[int, Sequence[tuple[PaperId, datetime, bool]]]:
        """Return what `saved` does for each subscriber; those with an empty list are absent."""
        ...

    def known_since(
        self, subscribers: Sequence[int], papers: Iterable[PaperId]
    ) -> Mapping[int, Mapping[PaperId, datetime]]:
        """Return when each subscriber was first shown, voted on, or saved each of some papers, where they
        did; an edition counts if it may have arrived.
        """
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

    def suppression(self, email: str) -> str | None:
        """Return why an address, in either case, is not mailed; None where it may be."""
        ...

    def suppressed(self) -> frozenset[str]:
        """Return the suppressed addresses, lower-cased."""
        ...

    def suppressions(self) -> Mapping[str, str]:
        """Return why each suppressed address, lower-cased, is not mailed."""
        ...


class Artifacts(Protocol):
    """Which fitted recommenders there are; the files themselves are `ranking.artifacts`' business."""

    def record(self, name: str, *, created_at: datetime, sha256: str, papers: int) -> None:
        """Remember a new artifact folder."""
        ...

    def names(self) -> Sequence[tuple[str, datetime]]:
        """Return (folder name, created at), newest first."""
        ...

    def replace(self, name: str, again: str, *, sha256: str) -> None:
        """Put another folder in the place of one: as old, of as many papers. Unknown names change nothing."""
        ...

    def drop(self, name: str) -> None:
        """Remember a folder no more."""
        ...
