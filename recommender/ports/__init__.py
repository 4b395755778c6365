"""Protocols of everything impure, as small as their users need.

Arrays have no place here: scorers and fusion are protocols of `ranking.base`. Each protocol has
one conformance test class that every real implementation and every fake passes.
"""

from recommender.ports.counts import Counts
from recommender.ports.holdings import Holdings
from recommender.ports.inbox import Inbound, Mailbox, MailboxSession
from recommender.ports.intake import Intake
from recommender.ports.outbox import Outbox
from recommender.ports.records import Artifacts, Papers, People
from recommender.ports.requests import Requests
from recommender.ports.transactions import Scrubbed, Store, UnitOfWork, WritesTogether
from recommender.ports.twins import Twins
from recommender.ports.world import (
    Cabinet,
    Clock,
    Enricher,
    Executor,
    HasCabinet,
    LooksUp,
    Mailer,
    MailSession,
    Source,
)

__all__ = [
    "Artifacts",
    "Cabinet",
    "Clock",
    "Counts",
    "Enricher",
    "Executor",
    "HasCabinet",
    "Holdings",
    "Inbound",
    "Intake",
    "LooksUp",
    "MailSession",
    "Mailbox",
    "MailboxSession",
    "Mailer",
    "Outbox",
    "Papers",
    "People",
    "Requests",
    "Scrubbed",
    "Source",
    "Store",
    "Twins",
    "UnitOfWork",
    "WritesTogether",
]
