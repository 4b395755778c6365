"""Protocols of what a reader leaves outside the store: files of mail, files of settings that name them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol


class WrittenMail(Protocol):
    """Messages that were written to a folder instead of being sent, each with its parts beside it."""

    def of(
        self, addresses: Collection[str], *, stems: Collection[str] = (), others: Collection[str] = ()
    ) -> Sequence[str]:
        """Return the stems of the messages to these addresses, and of those of `stems` to none of `others`.

        Addresses in either case.
        """
        ...

    def remove(self, stems: Collection[str]) -> int:
        """Delete the files of messages, and what a crash left half written; return how many files."""
        ...

    def older(self, before: datetime) -> Sequence[str]:
        """Return the stems of the messages written before that time."""
        ...


class Naming(Protocol):
    """Finds words in the files of the configuration."""

    def __call__(self, words: Collection[str]) -> Sequence[str]:
        """Return the places, `file:line`, at which one of these addresses or ids stands."""
        ...
