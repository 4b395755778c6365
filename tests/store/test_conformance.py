"""The SQL store keeps the promises of the ports on SQLite and on PostgreSQL."""

from tests.conformance.counts import CountsConformance
from tests.conformance.inbound import InboundConformance
from tests.conformance.intake import IntakeConformance
from tests.conformance.known import KnownConformance
from tests.conformance.levers import LeversConformance
from tests.conformance.listings import ListingsConformance
from tests.conformance.outbox import OutboxConformance
from tests.conformance.outbox_moves import OutboxMovesConformance
from tests.conformance.papers import PapersConformance
from tests.conformance.people import PeopleConformance
from tests.conformance.readers import ReadersConformance
from tests.conformance.recent import RecentConformance
from tests.conformance.requests import RequestsConformance
from tests.conformance.store import StoreConformance
from tests.conformance.twins import TwinsConformance


class TestSqlPapers(PapersConformance):
    """Papers in SQL."""


class TestSqlListings(ListingsConformance):
    """Lists of papers in SQL."""


class TestSqlPeople(PeopleConformance):
    """People in SQL."""


class TestSqlReaders(ReadersConformance):
    """What readers decide themselves, in SQL."""


class TestSqlRequests(RequestsConformance):
    """What must be confirmed by mail, in SQL."""


class TestSqlKnown(KnownConformance):
    """What readers know, in SQL."""


class TestSqlLevers(LeversConformance):
    """Levers in SQL."""


class TestSqlRecent(RecentConformance):
    """A few papers of one reader, in SQL."""


class TestSqlOutbox(OutboxConformance):
    """The outbox in SQL."""


class TestSqlOutboxMoves(OutboxMovesConformance):
    """The outbox in SQL, when something goes wrong."""


class TestSqlStore(StoreConformance):
    """Transactions in SQL."""


class TestSqlInbound(InboundConformance):
    """Mail that came back, in SQL."""


class TestSqlCounts(CountsConformance):
    """Numbers over many rows, in SQL."""


class TestSqlIntake(IntakeConformance):
    """The books of ingestion, in SQL."""


class TestSqlTwins(TwinsConformance):
    """Which records are one paper, in SQL."""
