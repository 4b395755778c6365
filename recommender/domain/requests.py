"""What somebody asked for that must be confirmed by a mail first, and the letters that ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CONFIRM_WITHIN = timedelta(hours=48)
"""After that a request is void; somebody who still wants it asks again."""
FORGET_AFTER = timedelta(days=7)
"""What was never confirmed is deleted then."""


class RequestKind(StrEnum):
    """What was asked for."""

    JOIN = "join"
    """To become a subscriber."""
    ADDRESS = "address"
    """Mail to another address; both ends confirm."""
    EXPORT = "export"
    """All that is held about a subscriber."""
    ERASE = "erase"
    """That nothing is held any more."""
    LINKS = "links"
    """A fresh way to the preferences; nothing is confirmed, the letter itself is what was asked for."""


class End(StrEnum):
    """Who has to confirm, and where a letter goes: the address mail goes to now, or the one asked for."""

    OWN = "own"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as stored."""

    public_id: str
    """Random, stands for the request in links."""
    kind: RequestKind
    at: datetime
    subscriber: int | None = None
    """Who asked; None for somebody who is none yet."""
    email: str = ""
    """The address asked for; empty where none is."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What else was filled in, for somebody who joins."""
    confirmed: Mapping[End, datetime] = field(default_factory=dict)
    done_at: datetime | None = None
    id: int = 0

    def open(self, now: datetime) -> bool:
        """Tell whether it can still be confirmed."""
        return self.done_at is None and now <= self.at + CONFIRM_WITHIN


class LetterState(StrEnum):
    """Where a letter stands. One that may have gone out is `sent`: who got none asks again."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One short mail that a request needs; its text is made from these rows when it is sent."""

    request: Request
    to: End
    email: str
    """The address it goes to, as it is now."""
    at: datetime
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    reply: str = ""
    id: int = 0
