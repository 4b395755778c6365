"""Protocols of what is kept about sources: what they announced, what was set aside, what was asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from recommender.domain.events import PaperEvent
from recommender.domain.intake import Coverage, Quarantined
from recommender.domain.papers import Announced, Paper, PaperId, Refused


class Intake(Protocol):
    """The books of ingestion."""

    def announce(self, source: str, announced: Sequence[Announced]) -> None:
        """Note which papers a source said there are; noting one twice is noting it once."""
        ...

    def missing(self, source: str, since: date) -> Sequence[PaperId]:
        """Return papers announced on or after `since` that the store does not have under any name."""
        ...

    def coverage(self, source: str, since: date) -> Sequence[Coverage]:
        """Return how many were announced and are missing on each day from `since` on, oldest first."""
        ...

    def quarantine(self, source: str, refused: Sequence[Refused], *, at: datetime) -> Sequence[Refused]:
        """Keep the bytes of refused entries that have some; return those that had come before.

        The same bytes from the same source are one row with a count; each source's oldest rows go when
        there are more than 1,000, and bytes beyond 64 KiB of one entry are cut off.
        """
        ...

    def set_aside(self) -> Mapping[str, int]:
        """Count what is set aside, by source."""
        ...

    def quarantined(self, source: str | None = None) -> Sequence[Quarantined]:
        """Return what is set aside, newest first."""
        ...

    def unasked(
        self, enricher: str, *, published_since: datetime, asked_before: datetime, limit: int
    ) -> Sequence[Paper]:
        """Return papers first seen since then that this enricher was not asked about since `asked_before`.

        Newest first; papers of a reader's own library are left out.
        """
        ...

    def note_asked(
        self, enricher: str, papers: Iterable[PaperId], found: Iterable[PaperId], *, at: datetime
    ) -> None:
        """Note that an enricher was asked about papers, and which of them it knew."""
        ...

    def add_events(self, events: Sequence[PaperEvent]) -> None:
        """Append what happened to papers."""
        ...

    def events(
        self, since: datetime, until: datetime, papers: Iterable[PaperId] | None = None
    ) -> Sequence[PaperEvent]:
        """Return what happened in (since, until], oldest first, to some papers or to all."""
        ...
