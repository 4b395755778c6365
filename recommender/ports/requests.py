"""Protocol of what must be confirmed by mail, and of the letters that ask for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from recommender.domain.requests import End, Letter, LetterState, Request, RequestKind


class Requests(Protocol):
    """Requests and their letters. They go when their subscriber is erased."""

    def hold(self) -> None:
        """Let nobody else count requests until this transaction ends, so that one more is one more."""
        ...

    def add(self, request: Request, letters: Sequence[End]) -> Request:
        """Store a request with a waiting letter to each of these ends; return it with its number.

        Raises UnknownSubscriber.
        """
        ...

    def find(self, public_id: str) -> Request | None:
        """Return a request by what stands for it in links."""
        ...

    def confirm(self, request: int, end: End, *, at: datetime) -> Request:
        """Note that one end confirmed, the first time; return the request as it then stands."""
        ...

    def finish(self, request: int, *, at: datetime, subscriber: int | None = None) -> bool:
        """Note that what was asked for is done; False, and no change, if it was before.

        `subscriber` is who came of it; from then on the request is theirs.
        """
        ...

    def since(self, since: datetime, *, kind: RequestKind, email: str = "", subscriber: int = 0) -> int:
        """Count the requests of a kind made after `since` for an address, in either case, or a subscriber."""
        ...

    def of(self, subscriber: int) -> Sequence[Request]:
        """Return a subscriber's requests, oldest first."""
        ...

    def letters(self, *, now: datetime, limit: int) -> Sequence[Letter]:
        """Return waiting letters whose time has come, oldest first."""
        ...

    def mark(
        self, letter: int, state: LetterState, *, reply: str = "", next_attempt_at: datetime | None = None
    ) -> bool:
        """Set where a waiting letter stands, counting an attempt; False, and no change, if it is not waiting.

        A letter that is marked sent before its body goes can be made waiting again with `wait`.
        """
        ...

    def wait(self, letter: int, *, next_attempt_at: datetime, reply: str) -> None:
        """Make a letter wait that surely did not go out, though it was marked as sent."""
        ...
