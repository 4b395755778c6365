"""The moves of a delivery between its states, each one guarded statement.

Every condition stands in the UPDATE itself, so that two workers, or one that was long asleep, can
never both succeed. On SQLite the write transaction has the whole store; on PostgreSQL row locks do it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from recommender.domain.editions import TRANSITIONS, Delivery, DeliveryState, Settlement
from recommender.domain.subscribers import SubscriberState
from recommender.store.rows import read_delivery
from recommender.store.schema import DELIVERY, EDITION, SUBSCRIBER, SUPPRESSION

_NOT_MAILABLE = "not sent: no longer subscribed"
_DIED = "held: the process died before the relay answered"


def deliveries(connection: Connection, state: DeliveryState | None) -> Sequence[Delivery]:
    """Return deliveries in a state, or all, newest first."""
    query = _joined().order_by(DELIVERY.c.id.desc())
    if state is not None:
        query = query.where(DELIVERY.c.state == state.value)
    return [read_delivery(row) for row in connection.execute(query)]


def claim(
    connection: Connection, *, worker: str, now: datetime, until: datetime, limit: int
) -> Sequence[Delivery]:
    """Take due rows, oldest first, in one statement; rows that another worker is taking are passed over."""
    wait = DELIVERY.c.next_attempt_at
    due = or_(
        and_(
            DELIVERY.c.state.in_([DeliveryState.READY, DeliveryState.DEFERRED]),
            wait.is_(None) | (wait <= now),
        ),
        and_(DELIVERY.c.state == DeliveryState.CLAIMED, DELIVERY.c.lease_until <= now),
    )
    picked = select(DELIVERY.c.id).where(due).order_by(DELIVERY.c.id).limit(limit)
    chosen = picked.with_for_update(skip_locked=True).cte("chosen")
    take = (
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(select(chosen.c.id)))
        .values(
            state=DeliveryState.CLAIMED,
            worker=worker,
            lease_until=until,
            fence=DELIVERY.c.fence + 1,
            attempts=DELIVERY.c.attempts + 1,
            next_attempt_at=None,
        )
        .returning(DELIVERY.c.id)
    )
    taken = list(connection.execute(take).scalars())
    rows = connection.execute(_joined().where(DELIVERY.c.id.in_(taken)).order_by(DELIVERY.c.id))
    return [read_delivery(row) for row in rows]


def mark_in_doubt(connection: Connection, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
    """See `ports.Outbox.mark_in_doubt`; the subscriber's row is locked first, as `People.suppress` does."""
    locked = select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.id == delivery.subscriber)
    connection.execute(locked.with_for_update(read=True)).all()
    ours = and_(
        DELIVERY.c.id == delivery.id,
        DELIVERY.c.state == DeliveryState.CLAIMED,
        DELIVERY.c.fence == delivery.fence,
        DELIVERY.c.lease_until > now,
    )
    doubt = update(DELIVERY).where(ours, _mailable())
    if connection.execute(doubt.values(state=DeliveryState.IN_DOUBT, body_sha256=body_sha256)).rowcount:
        return True
    stop = {"state": DeliveryState.SUPPRESSED, "reply": _NOT_MAILABLE, "settled_at": now, "lease_until": None}
    connection.execute(update(DELIVERY).where(ours, ~_mailable()).values(stop))
    return False


def settle(connection: Connection, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
    """See `ports.Outbox.settle`: the states from which the move is allowed are part of the condition."""
    sources = [source.value for source, targets in TRANSITIONS.items() if settlement.state in targets]
    if settlement.state in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT):
        return False
    values: dict[str, Any] = {
        "state": settlement.state.value,
        "reply": settlement.reply,
        "next_attempt_at": settlement.next_attempt_at,
        "lease_until": None,
        "settled_at": now,
    }
    if settlement.body_sha256 is not None:
        values["body_sha256"] = settlement.body_sha256
    current = (
        DELIVERY.c.id == delivery.id,
        DELIVERY.c.fence == delivery.fence,
        DELIVERY.c.state.in_(sources),
    )
    return connection.execute(update(DELIVERY).where(*current).values(values)).rowcount == 1


def hold_in_doubt(connection: Connection, *, now: datetime) -> int:
    """Hold every row in doubt: presumed accepted, and listed until somebody decides."""
    left = update(DELIVERY).where(DELIVERY.c.state == DeliveryState.IN_DOUBT)
    held = {"state": DeliveryState.HELD, "reply": _DIED, "lease_until": None, "settled_at": now}
    return connection.execute(left.values(held)).rowcount


def _mailable() -> ColumnElement[bool]:
    """Tell, inside the statement, that a delivery's subscriber is active and not suppressed."""
    suppressed = exists().where(SUPPRESSION.c.email_key == SUBSCRIBER.c.email_key).correlate(SUBSCRIBER)
    return (
        exists()
        .where(EDITION.c.id == DELIVERY.c.edition_id, SUBSCRIBER.c.id == EDITION.c.subscriber_id)
        .where(SUBSCRIBER.c.state == SubscriberState.ACTIVE, ~suppressed)
        .correlate(DELIVERY)
    )


def _joined() -> Any:
    """Select deliveries with the edition and the subscriber's present address."""
    return (
        select(DELIVERY, EDITION.c.subscriber_id, EDITION.c.key.label("edition_key"), SUBSCRIBER.c.email)
        .join(EDITION, EDITION.c.id == DELIVERY.c.edition_id)
        .join(SUBSCRIBER, SUBSCRIBER.c.id == EDITION.c.subscriber_id)
    )
