"""Editions, their items, and the deliveries that carry them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from recommender.domain.papers import PaperId


class Section(StrEnum):
    """Where in a digest a recommendation stands."""

    INTEREST = "interest"
    TRENDING = "trending"
    DIFFERENT = "different"
    READING_LIST = "reading_list"
    CHANGED = "changed"
    """Something happened to a paper that the reader knows: no recommendation."""


KNOWN = frozenset({Section.READING_LIST, Section.CHANGED})
"""Sections of papers that their reader knows: reminders and news, no recommendations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One due time of a cadence: the edition key and the instant, aware UTC."""

    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one scorer had to say for a recommendation.

    `share` is its part of the fused score (0..1); the rest is what a sentence can be made of.
    """

    scorer: str
    share: float
    terms: tuple[str, ...] = ()
    paper: PaperId | None = None
    author: str | None = None
    count: int | None = None
    wanted: tuple[str, ...] = ()
    """Those of `terms` that the interest is about, by its words or by many of its likes: muting one would
    silence it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A candidate with its final score, its place and its evidence, before words are found for it."""

    paper: PaperId
    section: Section
    interest: str
    score: float
    match: float
    """0..1: share of background papers that fit the interest less well; means the same on every day."""
    evidence: tuple[Evidence, ...] = ()
    propensity: float | None = None
    """Chance that exploration had of choosing it; None where nothing was left to chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """The knob that would have kept a paper away: `mute`, `follow` or `less`, with its value."""

    act: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestStanding:
    """How one interest of a subscriber stood when an edition was made."""

    interest: str
    """Its key."""
    name: str = ""
    fitting: int = 0
    """Candidates that reached the floor and fitted no other interest better, chosen or not."""
    left: int = 0
    """How many of them stand in no section of the edition."""
    capped: bool = False
    """Everything that was looked at closely fitted: there may be more."""
    days: tuple[int, ...] = ()
    """How many papers of each day fitted, those that were seen before too; oldest first, the last 24 hours
    at the end."""
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionItem:
    """One paper of one edition with the reason as it will be read."""

    paper: PaperId
    section: Section
    interest: str
    position: int
    score: float
    match: float
    reason: str
    lever: Lever | None = None
    evidence: tuple[Evidence, ...] = ()
    propensity: float | None = None
    sentence: str = ""
    """The sentence of the abstract that tells most, for this interest; plain Unicode, may be empty."""
    id: int = 0
    """Row number once stored; 0 before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A cadence slot of one subscriber with its items. Unique by (subscriber, key)."""

    subscriber: int
    key: str
    created_at: datetime
    due_at: datetime
    considered: int
    """Candidates that its reader had not been shown, voted on or saved."""
    items: tuple[EditionItem, ...] = ()
    missed: int | None = None
    """Row number of an earlier edition that may not have arrived, announced in this one."""
    sources: str = ""
    """How the sources stood when it was made, in a sentence for its reader; empty: say nothing."""
    subject: str = ""
    """Subject of its mail, unlike that of any earlier edition of this reader; empty in old rows."""
    standings: tuple[InterestStanding, ...] = ()
    """How the reader's interests stood, in their order; empty in old rows."""
    id: int = 0


class DeliveryState(StrEnum):
    """Where a delivery stands. `sent`, `failed`, `expired` and `suppressed` are final."""

    READY = "ready"
    CLAIMED = "claimed"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    HELD = "held"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


LONGEST_WAIT = timedelta(hours=12)
LONGEST_LEASE = timedelta(hours=1)
"""Nothing waits or leases as long; a time further ahead was written by a wrong clock. Below a day, so that
a clock that was a day ahead costs no edition its day."""

FINAL_STATES = frozenset(
    {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED}
)

TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.READY: frozenset({DeliveryState.CLAIMED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED}),
    DeliveryState.CLAIMED: frozenset(
        {
            DeliveryState.READY,
            DeliveryState.IN_DOUBT,
            DeliveryState.DEFERRED,
            DeliveryState.FAILED,
            DeliveryState.EXPIRED,
            DeliveryState.SUPPRESSED,
        }
    ),
    DeliveryState.IN_DOUBT: frozenset(
        {DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.HELD}
    ),
    DeliveryState.DEFERRED: frozenset(
        {DeliveryState.CLAIMED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED, DeliveryState.SENT}
    ),
    DeliveryState.HELD: frozenset({DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED}),
}
"""The moves the outbox allows by itself; a state that is no key here is final for it.

A row that another start-up has held, or deferred for its one resend, still takes the late answer of the
relay from the worker that waits for it (same fence). A person's `retry` is outside this table.
"""

NEVER_ARRIVED = frozenset({DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED})
"""States of an edition that its reader has not seen; its papers may be recommended again.

Certain only of a row without doubts: one that was in doubt once may have arrived then."""

WAITING = frozenset({DeliveryState.READY, DeliveryState.DEFERRED, DeliveryState.CLAIMED})
"""States of a row that is still to be sent."""

RETRIABLE = frozenset(
    {DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.EXPIRED}
)
"""States from which a person may send a row once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The row that carries an edition to its 250 OK."""

    id: int
    edition: int
    subscriber: int
    email: str
    edition_key: str
    state: DeliveryState
    attempts: int = 0
    fence: int = 0
    """Raised by every claim; a worker with an old fence can change nothing."""
    lease_until: datetime | None = None
    message_id: str = ""
    date: datetime | None = None
    """The Date header."""
    body_sha256: str | None = None
    next_attempt_at: datetime | None = None
    reply: str = ""
    losses: int = 0
    """How many workers in a row let their lease on it run out: died, as far as anybody knows."""
    doubts: int = 0
    """How many attempts ended without an answer after the message."""
    retried_at: datetime | None = None
    """When a person asked for it to be sent once more."""
    sent_to: str = ""
    """`address_hash` of the address that it was last offered to the relay for; empty before that."""

    @property
    def to_present_address(self) -> bool:
        """Whether it was offered for the address that its reader has now."""
        return self.sent_to == address_hash(self.email)


def address_hash(email: str) -> str:
    """Return 64 hexadecimal digits that stand for an address, in whatever case: SHA-256, not keyed.

    It tells whether two mails went to one address without keeping an address that a reader gave up.
    """
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastEdition:
    """The newest edition of a subscriber: its row number, its slot, and how its delivery stands."""

    id: int
    slot: Slot
    state: DeliveryState
    doubts: int = 0

    @property
    def doubtful(self) -> bool:
        """Whether its reader may have it and may not: no answer came, and no other try arrived since."""
        open_end = self.state in (DeliveryState.IN_DOUBT, DeliveryState.HELD)
        return open_end or (self.doubts > 0 and self.state in NEVER_ARRIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the deliveries in one state stand: how many, how many of them are due or were settled lately, and
    when the oldest one's edition was made.
    """

    count: int
    due: int
    lately: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How one attempt ended."""

    state: DeliveryState
    reply: str = ""
    next_attempt_at: datetime | None = None
    doubt: bool = False
    """The attempt ended without an answer after the message; counted on the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """SMTP envelope of one message; `stem` names it where it is written to a folder."""

    mail_from: str
    rcpt_to: str
    stem: str
