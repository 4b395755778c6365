"""The moves of a delivery between its states, each one guarded statement.

Every condition stands in the UPDATE itself, so that two workers, or one that was long asleep, can
never both succeed. On SQLite the write transaction has the whole store; on PostgreSQL row locks do it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)

from recommender.domain.editions import (
    RETRIABLE,
    TRANSITIONS,
    Delivery,
    DeliveryState,
    Settlement,
    address_hash,
)
from recommender.domain.subscribers import SubscriberState
from recommender.store import ledger
from recommender.store.edition_rows import read_delivery
from recommender.store.schema import DELIVERY, EDITION, SUBSCRIBER, SUPPRESSION
from recommender.store.statements import chunks

_NOT_MAILABLE = "not sent: no longer subscribed"
_DIED = "held: the process died before the relay answered"
_AGAIN = "in doubt: the process died before the relay answered; to be sent once more"
_OLDER = "a newer edition is due"


def claim(
    connection: Connection, *, worker: str, now: datetime, until: datetime, limit: int
) -> Sequence[Delivery]:
    """Take due rows, oldest first, in one statement; rows that another worker is taking are passed over.

    Rows that were lost before are left to `claim_lost`.
    """
    fresh = and_(ledger.is_due(now), DELIVERY.c.losses == 0)
    return _take(connection, fresh, limit, {"worker": worker, "lease_until": until})


def claim_lost(connection: Connection, *, worker: str, now: datetime, until: datetime) -> Sequence[Delivery]:
    """Take one row, the one that was lost least often."""
    return _take(
        connection, or_(ledger.is_due(now), ledger.is_lost(now)), 1, {"worker": worker, "lease_until": until}
    )


def _take(
    connection: Connection, which: ColumnElement[bool], limit: int, values: dict[str, Any]
) -> Sequence[Delivery]:
    picked = select(DELIVERY.c.id).where(which).order_by(DELIVERY.c.losses, DELIVERY.c.id).limit(limit)
    chosen = picked.with_for_update(skip_locked=True).cte("chosen")
    lost = case((DELIVERY.c.state == DeliveryState.CLAIMED, 1), else_=0)
    take = (
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(select(chosen.c.id)))
        .values(
            **values,
            state=DeliveryState.CLAIMED,
            fence=DELIVERY.c.fence + 1,
            attempts=DELIVERY.c.attempts + 1,
            losses=DELIVERY.c.losses + lost,
            next_attempt_at=None,
        )
        .returning(DELIVERY.c.id)
    )
    taken = list(connection.execute(take).scalars())
    if not taken:
        return []
    rows = connection.execute(ledger.joined().where(DELIVERY.c.id.in_(taken)).order_by(DELIVERY.c.id))
    return [read_delivery(row) for row in rows]


def mark_in_doubt(connection: Connection, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
    """See `ports.Outbox.mark_in_doubt`; the subscriber's row is locked first, as `People.suppress` does."""
    lock, doubt, stop = _mark_statements()
    which = {"number": delivery.id, "token": delivery.fence, "moment": now, "reader": delivery.subscriber}
    connection.execute(lock, which).all()
    mark = {"address": delivery.email, "hash": address_hash(delivery.email), "fingerprint": body_sha256}
    if connection.execute(doubt, which | mark).rowcount:
        return True
    connection.execute(stop, which)
    return False


@cache
def _mark_statements() -> tuple[Select[Any], Update, Update]:
    """Return what a mark executes: lock, mark, suppress. Made once, for every message waits for it."""
    ours = and_(
        DELIVERY.c.id == bindparam("number"),
        DELIVERY.c.state == DeliveryState.CLAIMED,
        DELIVERY.c.fence == bindparam("token"),
        DELIVERY.c.lease_until > bindparam("moment"),
    )
    reader = SUBSCRIBER.c.id == bindparam("reader")
    same = exists().where(reader, SUBSCRIBER.c.email == bindparam("address"))
    doubt = {"state": DeliveryState.IN_DOUBT, "body_sha256": bindparam("fingerprint")}
    doubt["address_hash"] = bindparam("hash")
    ended: dict[str, Any] = {"settled_at": bindparam("moment"), "lease_until": None}
    stop = {"state": DeliveryState.SUPPRESSED, "reply": _NOT_MAILABLE, **ended}
    return (
        select(SUBSCRIBER.c.id).where(reader).with_for_update(read=True),
        update(DELIVERY).where(ours, _mailable(), same).values(doubt),
        update(DELIVERY).where(ours, ~_mailable()).values(stop),
    )


def settle(connection: Connection, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
    """See `ports.Outbox.settle`: the states from which the move is allowed are part of the condition.

    A row given back untried gets back the attempt that its claim counted, and keeps what was known of it.
    """
    if settlement.state in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT):
        return False
    values: dict[str, Any] = {
        "number": delivery.id,
        "token": delivery.fence,
        "next_attempt_at": settlement.next_attempt_at,
        "settled_at": now,
        "doubt": int(settlement.doubt),
    }
    if settlement.state is not DeliveryState.READY:
        values["reply"] = settlement.reply
    if settlement.state is DeliveryState.FAILED:
        # A recipient may be refused before the mark, which says it too.
        values["hash"] = address_hash(delivery.email)
    return connection.execute(_settle_statement(settlement.state), values).rowcount == 1


@cache
def _settle_statement(state: DeliveryState) -> Update:
    """Return what a settlement executes; made once for each state, for every message waits for it."""
    values: dict[str, Any] = {name: bindparam(name) for name in ("next_attempt_at", "settled_at")}
    values |= {"state": state.value, "lease_until": None}
    values["doubts"] = DELIVERY.c.doubts + bindparam("doubt", type_=Integer)
    if state is DeliveryState.READY:
        values["attempts"] = DELIVERY.c.attempts - 1
    else:
        values |= {"reply": bindparam("reply"), "losses": 0}
    if state is DeliveryState.FAILED:
        values["address_hash"] = bindparam("hash")
    sources = [source.value for source, targets in TRANSITIONS.items() if state in targets]
    current = and_(
        DELIVERY.c.id == bindparam("number"),
        DELIVERY.c.fence == bindparam("token"),
        DELIVERY.c.state.in_(sources),
    )
    return update(DELIVERY).where(current).values(values)


def hold_in_doubt(connection: Connection, *, now: datetime, again: int, retry_at: datetime | None) -> int:
    """Hold every row in doubt, presumed accepted, but for those that may be sent once more."""
    left = update(DELIVERY).where(DELIVERY.c.state == DeliveryState.IN_DOUBT)
    ended = {"lease_until": None, "settled_at": now, "doubts": DELIVERY.c.doubts + 1}
    later = ended | {"state": DeliveryState.DEFERRED, "reply": _AGAIN, "next_attempt_at": retry_at}
    connection.execute(left.where(DELIVERY.c.doubts < again).values(later))
    held = ended | {"state": DeliveryState.HELD, "reply": _DIED}
    return connection.execute(left.values(held)).rowcount


def expire_older(
    connection: Connection, subscribers: Sequence[int], *, before: datetime, now: datetime
) -> int:
    """See `ports.Outbox.expire_older`; a claimed row is left to its worker while the lease lasts."""
    expired = {"state": DeliveryState.EXPIRED, "reply": _OLDER, "next_attempt_at": None, "settled_at": now}
    count = 0
    for part in chunks(subscribers):
        older = select(EDITION.c.id).where(EDITION.c.subscriber_id.in_(part), EDITION.c.due_at < before)
        waiting = or_(
            DELIVERY.c.state.in_([DeliveryState.READY, DeliveryState.DEFERRED]), ledger.is_lost(now)
        )
        # What a person asked to be sent once more is theirs to decide.
        which = and_(waiting, DELIVERY.c.retried_at.is_(None), DELIVERY.c.edition_id.in_(older))
        count += connection.execute(update(DELIVERY).where(which).values(expired)).rowcount
    return count


def retry(connection: Connection, number: int, *, now: datetime) -> Delivery | None:
    """See `ports.Outbox.retry`; the fence stays, for the next claim raises it."""
    again: dict[str, Any] = {"state": DeliveryState.READY, "retried_at": now, "settled_at": None}
    again |= {"next_attempt_at": None, "losses": 0}
    which = and_(DELIVERY.c.id == number, DELIVERY.c.state.in_([state.value for state in RETRIABLE]))
    done = connection.execute(update(DELIVERY).where(which).values(again)).rowcount
    return ledger.delivery(connection, number) if done else None


def _mailable() -> ColumnElement[bool]:
    """Tell, inside the statement, that a delivery's subscriber is active and not suppressed."""
    suppressed = exists().where(SUPPRESSION.c.email_key == SUBSCRIBER.c.email_key).correlate(SUBSCRIBER)
    return (
        exists()
        .where(EDITION.c.id == DELIVERY.c.edition_id, SUBSCRIBER.c.id == EDITION.c.subscriber_id)
        .where(SUBSCRIBER.c.state == SubscriberState.ACTIVE, ~suppressed)
        .correlate(DELIVERY)
    )
