"""Protocol of editions and of the deliveries that carry them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from recommender.domain.editions import (
    Delivery,
    DeliveryState,
    Edition,
    EditionItem,
    LastEdition,
    Settlement,
    Standing,
)
from recommender.domain.papers import PaperId


class Outbox(Protocol):
    """Editions and their deliveries. Laws: put twice is once; a settled delivery is final."""

    def put(self, edition: Edition, *, message_id: str, date: datetime) -> bool:
        """Store an edition, its items and a ready delivery; False and no change if its key exists, or its
        subscriber was erased.
        """
        ...

    def last_editions(self, subscribers: Sequence[int], *, now: datetime) -> Mapping[int, LastEdition]:
        """Return each subscriber's newest edition that was due by `now`; those without are absent.

        What seems due later was made while the clock was wrong and must not stop what is due now.
        """
        ...

    def last_arrivals(self, subscribers: Sequence[int], *, now: datetime) -> Mapping[int, datetime]:
        """Return when each subscriber's newest edition was due that may have arrived, at most `now`."""
        ...

    def has_edition(self, subscriber: int, key: str) -> bool:
        """Tell whether the edition exists."""
        ...

    def edition(self, edition: int) -> Edition | None:
        """Return an edition with its items by row number."""
        ...

    def sent_at(self, edition: int) -> datetime | None:
        """Return when the relay took the mail of an edition; None if it has not, or there is no such mail."""
        ...

    def subjects(self, subscribers: Sequence[int]) -> Mapping[int, frozenset[str]]:
        """Return the subjects that each subscriber's editions had; those without editions are absent."""
        ...

    def told(self, subscribers: Sequence[int], *, since: datetime) -> Mapping[int, Sequence[EditionItem]]:
        """Return the items of changed papers in editions that were made at `since` or later and may have
        arrived, by subscriber; those without are absent.
        """
        ...

    def item(self, item: int) -> tuple[Edition, PaperId] | None:
        """Return the edition and the paper that an edition item belongs to."""
        ...

    def claim(
        self, *, worker: str, now: datetime, lease: timedelta, limit: int, lost: bool = True
    ) -> Sequence[Delivery]:
        """Take ready, deferred-and-due, or lease-expired claimed rows for `worker`, raising their fence.

        A row whose last worker let its lease run out counts a loss and is claimed alone, after all
        others: if it kills whoever touches it, it takes nobody with it. Without `lost` such rows are
        left for later, as a worker must that has rows in hand elsewhere. Leases and waits that reach
        further ahead than any this program gives come from a wrong clock and count as over.
        """
        ...

    def mark_in_doubt(self, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
        """Record that the body is about to go. False (and nothing may be sent) unless the row is still
        claimed with this fence inside its lease and the subscriber may still be mailed at the same
        address; a row whose subscriber may not be mailed becomes suppressed.
        """
        ...

    def settle(self, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
        """Record the end of an attempt; False if the fence is old or the move is not in TRANSITIONS.

        Only `claim` leads to claimed and only `mark_in_doubt` to in_doubt. A row made ready again was not
        tried: its claim does not count as an attempt.
        """
        ...

    def hold_in_doubt(self, *, now: datetime, again: int = 0, retry_at: datetime | None = None) -> int:
        """Turn rows left in doubt by a dead process into held; return how many.

        Rows with at most `again` doubts, this one counted, are deferred until `retry_at` instead.
        """
        ...

    def expire_older(self, subscribers: Sequence[int], *, before: datetime, now: datetime) -> int:
        """Expire ready, deferred and lost rows whose edition was due before `before`; return how many.

        What a person asked to be sent once more is left alone.
        """
        ...

    def retry(self, delivery: int, *, now: datetime) -> Delivery | None:
        """Make a row ready again because a person asked; None unless its state is in RETRIABLE."""
        ...

    def delivery(self, delivery: int) -> Delivery | None:
        """Return a delivery by row number."""
        ...

    def by_message_id(self, message_id: str) -> Delivery | None:
        """Return the delivery whose mail carries this Message-ID, angle brackets included."""
        ...

    def made_for(self, subscriber: int, *, since: datetime) -> Sequence[Delivery]:
        """Return a subscriber's deliveries made after `since`, oldest first."""
        ...

    def failed_since(self, since: datetime) -> Sequence[Delivery]:
        """Return the deliveries that failed at `since` or later, oldest first."""
        ...

    def states(self) -> Mapping[DeliveryState, int]:
        """Return how many deliveries are in each state; states without any are absent."""
        ...

    def standings(
        self, states: Collection[DeliveryState], *, now: datetime, since: datetime
    ) -> Mapping[DeliveryState, Standing]:
        """Return how the deliveries in these states stand, counted by the store; absent without any.

        `due` counts what would be claimed at `now`, `lately` what was settled at `since` or later.
        """
        ...

    def last_reply(self) -> tuple[datetime, str] | None:
        """Return when and how the newest attempt that reached the relay ended, or None."""
        ...

    def deliveries(
        self, state: DeliveryState | None = None, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Delivery]:
        """Return deliveries, newest first; with `before` those of lower ids alone, at most `limit`."""
        ...
