"""Deletes what has been kept long enough, in SQL."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from recommender.domain.editions import FINAL_STATES
from recommender.domain.retention import Limits
from recommender.store.schema import DELIVERY, EDITION, INBOUND_MAIL, QUARANTINE, REQUEST
from recommender.store.statements import chunks


def clear(connection: Connection, limits: Limits) -> Mapping[str, int]:
    """Delete what is older than `limits` allow; return how many of each went."""
    return {
        "requests": connection.execute(delete(REQUEST).where(REQUEST.c.at < limits.requests)).rowcount,
        "editions": _editions(connection, limits.editions) if limits.editions else 0,
        "inbound_mails": _inbound(connection, limits.inbound) if limits.inbound else 0,
        "entries": _entries(connection, limits.quarantine) if limits.quarantine else 0,
    }


def _editions(connection: Connection, before: datetime) -> int:
    """Delete editions that are settled and are not their reader's newest; items and deliveries go along.

    They are held from the moment they are found: an operator may send one once more just now.
    """
    newest = select(func.max(EDITION.c.id)).group_by(EDITION.c.subscriber_id)
    settled = DELIVERY.c.state.in_([state.value for state in FINAL_STATES])
    old = select(EDITION.c.id).join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id)
    old = old.where(EDITION.c.created_at < before, EDITION.c.id.not_in(newest), settled)
    numbers = list(connection.execute(old.order_by(EDITION.c.id).with_for_update()).scalars())
    for part in chunks(numbers):
        gone = select(DELIVERY.c.id).where(DELIVERY.c.edition_id.in_(part))
        # That a mail came back is remembered, also when what it was about is not.
        loose = update(INBOUND_MAIL).where(INBOUND_MAIL.c.delivery_id.in_(gone)).values(delivery_id=None)
        connection.execute(loose)
        connection.execute(delete(EDITION).where(EDITION.c.id.in_(part)))
    return len(numbers)


def _inbound(connection: Connection, before: datetime) -> int:
    """Blank what old mail said and whom it was from; that it came is kept, so that it is not read again."""
    telling = or_(
        INBOUND_MAIL.c.detail != "",
        INBOUND_MAIL.c.subscriber_id.is_not(None),
        INBOUND_MAIL.c.delivery_id.is_not(None),
    )
    old = update(INBOUND_MAIL).where(INBOUND_MAIL.c.at < before, telling)
    return connection.execute(old.values(detail="", subscriber_id=None, delivery_id=None)).rowcount


def _entries(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(QUARANTINE).where(QUARANTINE.c.at < before)).rowcount
