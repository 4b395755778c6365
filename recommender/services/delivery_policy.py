"""When a delivery is tried again and when it is no longer worth sending: pure decisions over times.

Knows no store and no relay. Clock jumps are harmless: every answer follows from the instants given.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.domain.editions import (
    LONGEST_LEASE,
    LONGEST_WAIT,
    Delivery,
    DeliveryState,
    Edition,
    Envelope,
)
from recommender.domain.errors import InputError
from recommender.domain.subscribers import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """Numbers of the delivery; the defaults suit a daily digest and a relay nearby."""

    worker: str = "delivery"
    batch: int = 20
    """Rows claimed at once; also how many a killed process can hold back until their lease ends."""
    lease: timedelta = timedelta(minutes=2)
    """How long a claim lasts; a row whose lease has run out is not sent by the old claimant."""
    backoff: timedelta = timedelta(minutes=15)
    """Wait after the first temporary refusal; doubled by every further one."""
    longest_backoff: timedelta = timedelta(hours=8)
    jitter: float = 0.1
    """Share of the wait, up or down, so that refused rows do not return all at once."""
    expire_after: timedelta = timedelta(hours=48)
    relay_rest: timedelta = timedelta(minutes=1)
    """How long nothing is tried after the relay as a whole refused; doubled every further time."""
    longest_relay_rest: timedelta = timedelta(minutes=30)
    connections: int = 1
    """Connections to the relay at once; also the most rows that one death can leave in doubt."""
    per_minute: int = 0
    """Most messages a minute over all connections of this process; 0 sets no limit."""
    doubts_in_a_row: int = 3
    """After so many messages without an answer, one after the other, the relay is left alone for a while."""
    rejections_in_a_row: int = 5
    """After so many messages refused for good, with none taken between them, likewise."""
    retry_in_doubt: int = 0
    """How often a message without an answer is sent once more: 0 risks losing it, 1 risks two copies."""
    poison_losses: int = 3
    """A row on which so many workers in a row died is set aside as failed."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers with which nothing would ever be sent, or everything at once."""
        if self.batch < 1 or self.lease <= timedelta(0) or self.backoff <= timedelta(0):
            raise InputError("delivery needs a batch of at least 1 and a lease and back-off above zero")
        if self.connections < 1 or self.per_minute < 0:
            raise InputError("delivery needs at least 1 connection and a rate of 0 or more a minute")

    @property
    def used_connections(self) -> int:
        """Connections that a limit a minute leaves work for: each has its turn in a quarter of a lease."""
        turns = self.per_minute * self.lease / timedelta(minutes=4)
        return max(1, min(self.connections, int(turns))) if self.per_minute else self.connections

    @property
    def claim_limit(self) -> int:
        """Rows that one connection claims at once: no more than it may send in half a lease."""
        if not self.per_minute:
            return self.batch
        share = self.per_minute * self.lease / timedelta(minutes=2) / self.used_connections
        return max(1, min(self.batch, int(share)))

    def rest(self, refusals: int) -> timedelta:
        """Return how long the relay is left alone after so many refusals in a row."""
        return min(self.relay_rest * (1 << min(max(refusals, 1) - 1, 16)), self.longest_relay_rest)


def next_attempt(policy: DeliveryPolicy, delivery: Delivery, now: datetime) -> datetime:
    """Return when a refused delivery may be tried again: 15 min, 30 min, 1 h, 2 h … from `now`."""
    doublings = min(max(delivery.attempts, 1) - 1, 16)
    wait = min(policy.backoff * (1 << doublings), policy.longest_backoff)
    digest = hashlib.sha256(f"{policy.seed}:{delivery.id}:{delivery.attempts}".encode()).digest()
    lean = int.from_bytes(digest[:8], "big") / 2**63 - 1
    return now + wait * (1 + policy.jitter * lean)


def may_be_stale(policy: DeliveryPolicy, delivery: Delivery, now: datetime) -> bool:
    """Tell from the row alone whether asking for its edition could show it to be expired.

    The Date header is the moment the edition was made, never later than what `expired` counts from.
    """
    return delivery.date is None or now - delivery.date > policy.expire_after


def expired(policy: DeliveryPolicy, delivery: Delivery, edition: Edition | None, now: datetime) -> bool:
    """Tell whether nobody wants this edition any more.

    Counted from the due time or, for one made late but within its grace, from when it was made, or from
    when a person asked for it once more. A row whose edition is gone has nothing to carry.
    """
    if edition is None:
        return True
    start = max(edition.due_at, edition.created_at, delivery.retried_at or edition.created_at)
    return now - start > policy.expire_after


def may_be_mailed(subscriber: Subscriber, suppressed: frozenset[str]) -> bool:
    """Tell whether mail to this subscriber is wanted now."""
    return subscriber.mailable and subscriber.email.lower() not in suppressed


def is_due(delivery: Delivery, now: datetime) -> bool:
    """Tell whether a row would be claimed at `now`; see `ports.Outbox.claim` for a wrong clock's times."""
    if delivery.state is DeliveryState.CLAIMED:
        return delivery.lease_until is not None and _is_over(delivery.lease_until, now, LONGEST_LEASE)
    if delivery.state not in (DeliveryState.READY, DeliveryState.DEFERRED):
        return False
    return delivery.next_attempt_at is None or _is_over(delivery.next_attempt_at, now, LONGEST_WAIT)


def _is_over(until: datetime, now: datetime, longest: timedelta) -> bool:
    """Tell whether a lease or wait has ended; no rule gives one longer than `longest`."""
    return until <= now or until > now + longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A claimed row with the message it stands for."""

    delivery: Delivery
    envelope: Envelope
    message: bytes

    @property
    def sha256(self) -> str:
        """Fingerprint of the message, kept with the row so that a resend can be compared."""
        return hashlib.sha256(self.message).hexdigest()
