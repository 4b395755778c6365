"""Protocols of mail that comes back: the place it is read from, and the record of what it was."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from recommender.domain.inbound import Fetched, InboundKind, InboundMail


class MailboxSession(Protocol):
    """An open inbox. Messages are only looked at until `done` says that one was ours."""

    def fetch(self) -> Iterator[Fetched]:
        """Yield messages that may be ours, oldest first; raise MailboxError.

        Those not marked as read, and the newest of those that are: their owner, or a program, may have
        looked at them before us. What was dealt with is told by its key. A message is yielded once in
        the life of the mailbox object unless `again` asks for it.
        """
        ...

    def done(self, handle: str) -> None:
        """Mark a message as read, once what it says is stored; raise MailboxError."""
        ...

    def again(self, handle: str) -> None:
        """Let a message be yielded again at the next opening: it could not be dealt with."""
        ...


class Mailbox(Protocol):
    """Where mail comes back. Nothing in it is ever deleted."""

    def open(self) -> AbstractContextManager[MailboxSession]:
        """Connect for the length of a `with` block; raise MailboxError."""
        ...


class Inbound(Protocol):
    """The record of mail that came back. Law: a key is recorded once."""

    def record(self, mail: InboundMail) -> bool:
        """Remember a message; False, and no change, if its key is known."""
        ...

    def bounces(self, subscriber: int, *, since: datetime) -> Sequence[InboundMail]:
        """Return a subscriber's bounces, hard and soft, recorded after `since`, oldest first."""
        ...

    def newest(self, kinds: Collection[InboundKind], *, limit: int) -> Sequence[InboundMail]:
        """Return what was recorded last of some kinds, newest first."""
        ...
