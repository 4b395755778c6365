"""Protocols of transactions on the store."""

from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from recommender.ports.counts import Counts
from recommender.ports.holdings import Holdings
from recommender.ports.inbox import Inbound
from recommender.ports.intake import Intake
from recommender.ports.outbox import Outbox
from recommender.ports.records import Artifacts, Papers, People
from recommender.ports.requests import Requests
from recommender.ports.twins import Twins


class UnitOfWork(Protocol):
    """One transaction: committed at the end of the `with` block, rolled back on any exception."""

    @property
    def papers(self) -> Papers:
        """Papers in this transaction."""
        ...

    @property
    def people(self) -> People:
        """People in this transaction."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Editions and deliveries in this transaction."""
        ...

    @property
    def inbound(self) -> Inbound:
        """Mail that came back, in this transaction."""
        ...

    @property
    def requests(self) -> Requests:
        """What must be confirmed by mail, in this transaction."""
        ...

    @property
    def intake(self) -> Intake:
        """The books of ingestion in this transaction."""
        ...

    @property
    def twins(self) -> Twins:
        """Which records are one paper, in this transaction."""
        ...

    @property
    def artifacts(self) -> Artifacts:
        """The register of artifacts in this transaction."""
        ...

    @property
    def counts(self) -> Counts:
        """Numbers over many rows, in this transaction."""
        ...

    @property
    def holdings(self) -> Holdings:
        """What is held about one reader, in this transaction."""
        ...


@runtime_checkable
class WritesTogether(Protocol):
    """A store that keeps what one thread writes in several transactions by one commit."""

    def together(self) -> AbstractContextManager[None]:
        """Let this thread open writing transactions one after another, kept at the end of the block.

        One that fails is dropped alone. Raises StoreUnavailable at the end where nothing could be kept.
        """
        ...


class Store(Protocol):
    """Opens transactions."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction that only reads."""
        ...

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction that may write (`BEGIN IMMEDIATE` on SQLite)."""
        ...


class Scrubbed(Store, Protocol):
    """A store whose files can be made to hold nothing but its rows."""

    def scrub(self) -> bool:
        """Leave nothing in the files of what was deleted; False if somebody's long reading kept it from it.

        Raises StoreUnavailable.
        """
        ...
