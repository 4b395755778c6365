"""Protocol of what is held about one reader, whichever tables that is in."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from recommender.domain.retention import Limits

Row = Mapping[str, object]
"""A stored row as JSON has it: times ISO 8601 in UTC, lists as lists, names of columns as keys."""


class Holdings(Protocol):
    """Rows as they are stored, found by following every reference to a subscriber."""

    def of(self, subscriber: int) -> Mapping[str, Sequence[Row]]:
        """Return every row that belongs to a subscriber, directly or through another row, by table.

        The subscriber's own is in it; tables without such rows are there and empty. Rows stand in the order
        of their keys.
        """
        ...

    def asked_for(self, addresses: Collection[str]) -> Sequence[Row]:
        """Return the requests that name one of these addresses, in either case, whoever made them."""
        ...

    def suppressions(self, addresses: Collection[str]) -> Sequence[Row]:
        """Return why these addresses, in either case, or traces, are not mailed."""
        ...

    def acts_set_aside(self, subscriber: int) -> Sequence[Row]:
        """Return acts of a subscriber that are kept only to part folded papers again."""
        ...

    def forget(self, words: Collection[str]) -> int:
        """Delete requests, suppressions and refused entries that name one of these; return how many.

        Words are addresses and public ids, in either case. What a source said of its last failure goes too
        if it names one.
        """
        ...

    def forget_sources(self, sources: Collection[str]) -> int:
        """Delete what is remembered of sources that are one reader's own; return how many rows."""
        ...

    def mentions(self, words: Collection[str]) -> Mapping[str, int]:
        """Count the rows of each table whose texts name one of these words; tables without are absent."""
        ...

    def clear(self, limits: Limits) -> Mapping[str, int]:
        """Delete what is older than `limits` allow; return how many editions, mails and entries went.

        Of mail that came back only what it said goes, and whom it was from. Editions that are still to be
        sent, or of which nobody knows whether they were, stay, and so does each reader's newest.
        """
        ...
