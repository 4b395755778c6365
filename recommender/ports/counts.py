"""Protocol of what is counted for whoever runs the installation."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from recommender.domain.feedback import Act
from recommender.domain.inbound import InboundKind
from recommender.domain.subscribers import SubscriberState


class Counts(Protocol):
    """Numbers over many rows, counted by the store; what there is none of is absent."""

    def acts(self, since: datetime) -> Mapping[tuple[date, Act, bool], int]:
        """Count recorded acts of `since` and later, by UTC day, act and whether they are suspect."""
        ...

    def inbound(self, since: datetime) -> Mapping[InboundKind, int]:
        """Count mail that came back at `since` or later, by kind."""
        ...

    def subscribers(self) -> Mapping[SubscriberState, int]:
        """Count subscribers by state."""
        ...

    def suppressed(self) -> int:
        """Count the addresses that are never mailed."""
        ...
