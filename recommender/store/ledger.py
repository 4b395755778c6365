"""What the outbox holds, asked: deliveries by number, name and state, how they stand, and what is due.

Nothing is changed here; the moves between states are in `moves`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from recommender.domain.editions import (
    LONGEST_LEASE,
    LONGEST_WAIT,
    NEVER_ARRIVED,
    Delivery,
    DeliveryState,
    Standing,
)
from recommender.store.edition_rows import read_delivery
from recommender.store.schema import DELIVERY, EDITION, SUBSCRIBER
from recommender.store.types import UTCDateTime


def deliveries(
    connection: Connection, state: DeliveryState | None, *, before: int | None, limit: int | None
) -> Sequence[Delivery]:
    """See `ports.Outbox.deliveries`."""
    query = joined().order_by(DELIVERY.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(DELIVERY.c.state == state.value)
    if before is not None:
        query = query.where(DELIVERY.c.id < before)
    return [read_delivery(row) for row in connection.execute(query)]


def delivery(connection: Connection, number: int) -> Delivery | None:
    """Return a delivery by row number."""
    row = connection.execute(joined().where(DELIVERY.c.id == number)).first()
    return read_delivery(row) if row else None


def by_message_id(connection: Connection, message_id: str) -> Delivery | None:
    """Return the delivery whose mail carries this Message-ID."""
    row = connection.execute(joined().where(DELIVERY.c.message_id == message_id)).first()
    return read_delivery(row) if row else None


def made_for(connection: Connection, subscriber: int, since: datetime) -> Sequence[Delivery]:
    """Return a subscriber's deliveries made after `since`, oldest first."""
    query = joined().where(EDITION.c.subscriber_id == subscriber, DELIVERY.c.date_header > since)
    return [read_delivery(row) for row in connection.execute(query.order_by(DELIVERY.c.id))]


def failed_since(connection: Connection, since: datetime) -> Sequence[Delivery]:
    """Return the deliveries that failed at `since` or later, oldest first."""
    failed = and_(DELIVERY.c.state == DeliveryState.FAILED, DELIVERY.c.settled_at >= since)
    return [read_delivery(row) for row in connection.execute(joined().where(failed).order_by(DELIVERY.c.id))]


def states(connection: Connection) -> dict[DeliveryState, int]:
    """Count deliveries by state."""
    query = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
    return {DeliveryState(state): count for state, count in connection.execute(query)}


def standings(
    connection: Connection, wanted: Collection[DeliveryState], *, now: datetime, since: datetime
) -> dict[DeliveryState, Standing]:
    """See `ports.Outbox.standings`."""
    due = func.sum(case((or_(is_due(now), is_lost(now)), 1), else_=0)).label("due")
    lately = func.sum(case((DELIVERY.c.settled_at >= since, 1), else_=0)).label("lately")
    oldest = func.min(DELIVERY.c.date_header, type_=UTCDateTime).label("oldest")
    query = select(DELIVERY.c.state, func.count().label("number"), due, lately, oldest)
    rows = connection.execute(query.where(DELIVERY.c.state.in_(wanted)).group_by(DELIVERY.c.state))
    return {
        DeliveryState(row.state): Standing(
            count=row.number, due=row.due, lately=row.lately, oldest=row.oldest
        )
        for row in rows
    }


def last_reply(connection: Connection) -> tuple[datetime, str] | None:
    """See `ports.Outbox.last_reply`."""
    answered = [DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.HELD]
    query = select(DELIVERY.c.settled_at, DELIVERY.c.reply).where(DELIVERY.c.state.in_(answered))
    query = query.where(DELIVERY.c.settled_at.is_not(None), DELIVERY.c.reply != "")
    row = connection.execute(query.order_by(DELIVERY.c.settled_at.desc()).limit(1)).first()
    return (row.settled_at, row.reply) if row else None


def is_due(now: datetime) -> ColumnElement[bool]:
    """Tell that a row waits for nothing but a worker; a wait no rule gives came from a wrong clock."""
    wait = DELIVERY.c.next_attempt_at
    waiting = DELIVERY.c.state.in_([DeliveryState.READY, DeliveryState.DEFERRED])
    return and_(waiting, or_(wait.is_(None), wait <= now, wait > now + LONGEST_WAIT))


def is_lost(now: datetime) -> ColumnElement[bool]:
    """Tell that a row's worker has let its lease run out, or took it by a wrong clock."""
    lease = DELIVERY.c.lease_until
    return and_(DELIVERY.c.state == DeliveryState.CLAIMED, or_(lease <= now, lease > now + LONGEST_LEASE))


def may_have_arrived() -> ColumnElement[bool]:
    """Tell, inside a statement, that a delivery's reader may have the mail.

    So it is with every row that was once left in doubt, whatever became of a further try.
    """
    never = [state.value for state in NEVER_ARRIVED]
    return or_(DELIVERY.c.state.not_in(never), DELIVERY.c.doubts > 0)


def joined() -> Any:
    """Select deliveries with the edition and the subscriber's present address."""
    return (
        select(DELIVERY, EDITION.c.subscriber_id, EDITION.c.key.label("edition_key"), SUBSCRIBER.c.email)
        .join(EDITION, EDITION.c.id == DELIVERY.c.edition_id)
        .join(SUBSCRIBER, SUBSCRIBER.c.id == EDITION.c.subscriber_id)
    )
