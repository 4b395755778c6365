"""The moves of a delivery between its states, each one guarded statement.

Every condition stands in the UPDATE itself, so that two workers, or one that was long asleep, can
never both succeed. On SQLite the write transaction has the whole store; on PostgreSQL row locks do it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from recommender.domain.editions import (
    NEVER_ARRIVED,
    RETRIABLE,
    TRANSITIONS,
    Delivery,
    DeliveryState,
    Settlement,
    Standing,
)
from recommender.domain.subscribers import SubscriberState
from recommender.store.rows import read_delivery
from recommender.store.schema import DELIVERY, EDITION, SUBSCRIBER, SUPPRESSION
from recommender.store.statements import chunks
from recommender.store.types import UTCDateTime

_NOT_MAILABLE = "not sent: no longer subscribed"
_DIED = "held: the process died before the relay answered"
_AGAIN = "in doubt: the process died before the relay answered; to be sent once more"
_OLDER = "a newer edition is due"
_LONGEST_WAIT = timedelta(hours=12)
_LONGEST_LEASE = timedelta(hours=1)
"""Nothing waits or leases as long; a time further ahead was written by a wrong clock. Below a day, so that
a clock that was a day ahead costs no edition its day."""


def deliveries(connection: Connection, state: DeliveryState | None) -> Sequence[Delivery]:
    """Return deliveries in a state, or all, newest first."""
    query = _joined().order_by(DELIVERY.c.id.desc())
    if state is not None:
        query = query.where(DELIVERY.c.state == state.value)
    return [read_delivery(row) for row in connection.execute(query)]


def claim(
    connection: Connection, *, worker: str, now: datetime, until: datetime, limit: int
) -> Sequence[Delivery]:
    """Take due rows, oldest first, in one statement; rows that another worker is taking are passed over.

    Rows that were lost before are left to `claim_lost`.
    """
    fresh = and_(_due(now), DELIVERY.c.losses == 0)
    return _take(connection, fresh, limit, {"worker": worker, "lease_until": until})


def claim_lost(connection: Connection, *, worker: str, now: datetime, until: datetime) -> Sequence[Delivery]:
    """Take one row, the one that was lost least often."""
    return _take(connection, or_(_due(now), _lost(now)), 1, {"worker": worker, "lease_until": until})


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
    rows = connection.execute(_joined().where(DELIVERY.c.id.in_(taken)).order_by(DELIVERY.c.id))
    return [read_delivery(row) for row in rows]


def mark_in_doubt(connection: Connection, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
    """See `ports.Outbox.mark_in_doubt`; the subscriber's row is locked first, as `People.suppress` does."""
    lock, doubt, stop = _mark_statements()
    which = {"number": delivery.id, "token": delivery.fence, "moment": now, "reader": delivery.subscriber}
    connection.execute(lock, which).all()
    if connection.execute(doubt, which | {"address": delivery.email, "fingerprint": body_sha256}).rowcount:
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
    ended: dict[str, Any] = {"settled_at": bindparam("moment"), "lease_until": None}
    stop = {"state": DeliveryState.SUPPRESSED, "reply": _NOT_MAILABLE, **ended}
    return (
        select(SUBSCRIBER.c.id).where(reader).with_for_update(read=True),
        update(DELIVERY).where(ours, _mailable(), same).values(doubt),
        update(DELIVERY).where(ours, ~_mailable()).values(stop),
    )


def settle(connection: Connection, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
    """See `ports.Outbox.settle`: the states from which the move is allowed are part of the condition.

    A row given back untried gets back the attempt that its claim counted.
    """
    sources = [source.value for source, targets in TRANSITIONS.items() if settlement.state in targets]
    if settlement.state in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT):
        return False
    values: dict[str, Any] = {
        "state": settlement.state.value,
        "reply": settlement.reply,
        "next_attempt_at": settlement.next_attempt_at,
        "lease_until": None,
        "settled_at": now,
        "losses": 0,
        "doubts": DELIVERY.c.doubts + int(settlement.doubt),
    }
    if settlement.state is DeliveryState.READY:
        values["attempts"] = DELIVERY.c.attempts - 1
    if settlement.body_sha256 is not None:
        values["body_sha256"] = settlement.body_sha256
    current = (
        DELIVERY.c.id == delivery.id,
        DELIVERY.c.fence == delivery.fence,
        DELIVERY.c.state.in_(sources),
    )
    return connection.execute(update(DELIVERY).where(*current).values(values)).rowcount == 1


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
        waiting = or_(DELIVERY.c.state.in_([DeliveryState.READY, DeliveryState.DEFERRED]), _lost(now))
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
    return delivery(connection, number) if done else None


def delivery(connection: Connection, number: int) -> Delivery | None:
    """Return a delivery by row number."""
    row = connection.execute(_joined().where(DELIVERY.c.id == number)).first()
    return read_delivery(row) if row else None


def by_message_id(connection: Connection, message_id: str) -> Delivery | None:
    """Return the delivery whose mail carries this Message-ID."""
    row = connection.execute(_joined().where(DELIVERY.c.message_id == message_id)).first()
    return read_delivery(row) if row else None


def made_for(connection: Connection, subscriber: int, since: datetime) -> Sequence[Delivery]:
    """Return a subscriber's deliveries made after `since`, oldest first."""
    query = _joined().where(EDITION.c.subscriber_id == subscriber, DELIVERY.c.date_header > since)
    return [read_delivery(row) for row in connection.execute(query.order_by(DELIVERY.c.id))]


def failed_since(connection: Connection, since: datetime) -> Sequence[Delivery]:
    """Return the deliveries that failed at `since` or later, oldest first."""
    failed = and_(DELIVERY.c.state == DeliveryState.FAILED, DELIVERY.c.settled_at >= since)
    return [read_delivery(row) for row in connection.execute(_joined().where(failed).order_by(DELIVERY.c.id))]


def states(connection: Connection) -> dict[DeliveryState, int]:
    """Count deliveries by state."""
    query = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
    return {DeliveryState(state): count for state, count in connection.execute(query)}


def standings(
    connection: Connection, wanted: Collection[DeliveryState], *, now: datetime, since: datetime
) -> dict[DeliveryState, Standing]:
    """See `ports.Outbox.standings`."""
    due = func.sum(case((or_(_due(now), _lost(now)), 1), else_=0)).label("due")
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


def _due(now: datetime) -> ColumnElement[bool]:
    """Tell that a row waits for nothing but a worker; a wait no rule gives came from a wrong clock."""
    wait = DELIVERY.c.next_attempt_at
    waiting = DELIVERY.c.state.in_([DeliveryState.READY, DeliveryState.DEFERRED])
    return and_(waiting, or_(wait.is_(None), wait <= now, wait > now + _LONGEST_WAIT))


def _lost(now: datetime) -> ColumnElement[bool]:
    """Tell that a row's worker has let its lease run out, or took it by a wrong clock."""
    lease = DELIVERY.c.lease_until
    return and_(DELIVERY.c.state == DeliveryState.CLAIMED, or_(lease <= now, lease > now + _LONGEST_LEASE))


def may_have_arrived() -> ColumnElement[bool]:
    """Tell, inside a statement, that a delivery's reader may have the mail.

    So it is with every row that was once left in doubt, whatever became of a further try.
    """
    never = [state.value for state in NEVER_ARRIVED]
    return or_(DELIVERY.c.state.not_in(never), DELIVERY.c.doubts > 0)


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
