"""Protocol of what is counted for whoever runs the installation."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from recommender.domain.feedback import Act
from recommender.domain.inbound import InboundKind
from recommender.domain.requests import LetterState, RequestKind
from recommender.domain.subscribers import SubscriberState


class Counts(Protocol):
    """Numbers over many rows, counted by the store; what there is none of is absent."""

    def acts(self, since: datetime) -> Mapping[tuple[date, Act, bool], int]:
        """Count recorded acts of `since` and later, by UTC day, act and whether they are suspect."""
        ...

    def inbound(self, since: datetime) -> Mapping[InboundKind, int]:
        """Count mail that came back at `since` or later, by kind."""
        ...

    def requests(self, since: datetime) -> Mapping[RequestKind, int]:
        """Count the requests made at `since` or later that are not done, by kind."""
        ...

    def letters(self) -> Mapping[LetterState, int]:
        """Count the letters of requests, by state."""
        ...

    def subscribers(self) -> Mapping[SubscriberState, int]:
        """Count subscribers by state."""
        ...

    def suppressed(self) -> int:
        """Count the addresses that are never mailed."""
        ...
