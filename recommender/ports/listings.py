"""Protocol of lists of papers that anybody may see."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from recommender.domain.listings import Listing
from recommender.domain.papers import Paper, PaperId


class Listings(Protocol):
    """Papers as pages list them. Papers that came only from a reader's library are in none of these."""

    def newest(self, listing: Listing) -> Sequence[Paper]:
        """Return the papers of a listing, withdrawn ones too, newest first."""
        ...

    def per_day(self, listing: Listing) -> Sequence[tuple[date, int]]:
        """Count what `newest` would list without its place, by day (UTC) of first sighting, newest first.

        Days without papers are absent; at most `limit` days.
        """
        ...

    def per_category(self, listing: Listing) -> Sequence[tuple[str, int]]:
        """Count what `newest` would list without its place, by category, most papers first.

        A paper counts in each of its categories; at most `limit` of them.
        """
        ...

    def with_all(self, words: Sequence[str], *, limit: int) -> Sequence[Paper]:
        """Return papers that hold every word in title, abstract or authors, as part of a word too.

        Those with more of the words in the title first, then newest first. Letters match in either case,
        signs only themselves. No words, no papers.
        """
        ...

    def names(self, paper: PaperId) -> Sequence[str]:
        """Return every name `scheme:value` that resolves to a canonical id, itself included, sorted."""
        ...
