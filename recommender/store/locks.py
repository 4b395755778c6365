"""What PostgreSQL must be told so that what was read still holds when it is written.

SQLite has one writer at a time, so there a write transaction holds everything and nothing here does anything.
Locks are taken in one order: asking or joining, subscribers by number, requests, papers. A confirmation that
adds somebody takes its request first, and then holds no subscriber.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, text

from recommender.domain.papers import PaperId
from recommender.store.schema import PAPER, SUBSCRIBER
from recommender.store.statements import chunks

JOINING = 0x4A6F696E
"""Number of the lock of who adds subscribers."""
ASKING = 0x41736B73
"""Number of the lock of who counts requests before adding one."""
_SUBSCRIBERS = select(SUBSCRIBER.c.id).order_by(SUBSCRIBER.c.id).with_for_update(key_share=True)
"""As an update locks them: rows that only point to a subscriber may be written meanwhile."""
_SOME = _SUBSCRIBERS.where(SUBSCRIBER.c.id.in_(bindparam("subscribers", expanding=True)))


def hold(connection: Connection, subscribers: Iterable[int]) -> list[int]:
    """Hold some subscribers until the transaction ends; return those that exist, also on SQLite."""
    found: list[int] = []
    for part in chunks(sorted(subscribers)):
        found += connection.execute(_SOME, {"subscribers": part}).scalars()
    return found


def hold_everybody(connection: Connection) -> None:
    """Hold all subscribers, and let nobody be added, until the transaction ends."""
    if _is_shared(connection):
        turn(connection, JOINING)
        connection.execute(_SUBSCRIBERS).all()


def hold_papers(connection: Connection, papers: Iterable[PaperId]) -> None:
    """Let nobody write anything that points to some papers until the transaction ends."""
    if _is_shared(connection):
        for part in chunks(sorted(papers)):
            rows = select(PAPER.c.id).where(PAPER.c.id.in_(part)).order_by(PAPER.c.id)
            connection.execute(rows.with_for_update()).all()


def turn(connection: Connection, number: int) -> None:
    """Wait until nobody else has the lock of this number, and have it until the transaction ends."""
    if _is_shared(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": number})


def _is_shared(connection: Connection) -> bool:
    """Tell whether others may write in the midst of this transaction."""
    return connection.dialect.name == "postgresql"
