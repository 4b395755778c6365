"""What must have become of every row when a sender dies at a given place: the table behind the named kills.

A life is a list of places. Between two of them nothing changes that outlives the process, except where
the table says so; what holds at a place is what the last change before it left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fate:
    """The states of one row: when the sender has died, after the next start, when all is done.

    `end` is None where it is that of its kind of row. `taken` says whether the server has it by then.
    """

    at_death: str
    after_start: str
    end: str | None
    taken: bool = False


READY = Fate("ready", "ready", None)
STALE = Fate("ready", "expired", "expired")
CLAIMED = Fate("claimed", "claimed", None)
DEFERRED = Fate("deferred", "deferred", None)
UNSENT = Fate("in_doubt", "held", "held")
TAKEN = Fate("in_doubt", "held", "held", taken=True)
AGAIN = Fate("in_doubt", "deferred", None)
SENT = Fate("sent", "sent", "sent", taken=True)
FAILED = Fate("failed", "failed", "failed")
HELD = Fate("held", "held", "held")
EXPIRED = Fate("expired", "expired", "expired")

ENDS = {
    "reader": "sent",
    "rcpt-451": "expired",
    "rcpt-550": "failed",
    "dot-451": "expired",
    "dot-550": "failed",
}
"""How a row for each kind of address ends when nobody dies; 451 is for ever here, until the row is stale."""

ROW_AT = {
    "mark: after COMMIT": UNSENT,
    # All of the message is with the system: it arrives, though its sender is dead.
    "body: sent": TAKEN,
    "settle sent: after COMMIT": SENT,
    "settle failed: after COMMIT": FAILED,
    "settle deferred: after COMMIT": DEFERRED,
    "settle expired: after COMMIT": EXPIRED,
}
"""Changes of the row in hand."""

ALL_AT = {
    "claim: after COMMIT": {READY: CLAIMED},
    "give back: after COMMIT": {CLAIMED: READY},
    "recover: after COMMIT": {UNSENT: HELD, AGAIN: DEFERRED},
}
"""Changes of all rows."""

BEGINS = frozenset({"render: before BEGIN", "settle expired: before BEGIN"})
"""Places at which the next row is taken in hand."""


def fates(kinds: Sequence[str], start: Fate, places: Sequence[str]) -> list[Fate]:
    """Return the fate of each row for a death at the last of `places`."""
    rows = [start] * len(kinds)
    hand = -1
    for place in places:
        hand += place in BEGINS
        if place in ROW_AT:
            # Rows that are too old are gone through from the newest on.
            rows[-1 - hand if place.startswith("settle expired") else hand] = ROW_AT[place]
        rows = [ALL_AT.get(place, {}).get(row, row) for row in rows]
    return [_of_kind(kind, row) for kind, row in zip(kinds, rows, strict=True)]


def copies(kind: str, fate: Fate) -> int:
    """Return how many copies the server has of a row when all is done."""
    return int(fate.taken or (fate.end == "sent" and ENDS[kind] == "sent"))


def _of_kind(kind: str, fate: Fate) -> Fate:
    """Fill in what depends on the kind of address: its end, and that the server refuses some."""
    return replace(fate, end=fate.end or ENDS[kind], taken=fate.taken and ENDS[kind] == "sent")
