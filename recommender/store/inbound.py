"""The record of mail that came back, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from recommender.domain.inbound import BOUNCES, InboundKind, InboundMail
from recommender.store.schema import INBOUND_MAIL, SUBSCRIBER
from recommender.store.statements import insert_or_skip, run_many


class SqlInbound:
    """`ports.Inbound` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def record(self, mail: InboundMail) -> bool:
        """Remember a message; False, and no change, if its key is known.

        Locks the subscriber's row first, as `People.suppress` does later in the same transaction: the
        reference alone takes a weaker lock, and two that hold it would wait for each other.
        """
        if mail.subscriber is not None:
            held = select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.id == mail.subscriber)
            self._connection.execute(held.with_for_update(key_share=True)).all()
        row = {
            "key": mail.key,
            "at": mail.at,
            "kind": mail.kind.value,
            "subscriber_id": mail.subscriber,
            "delivery_id": mail.delivery,
            "detail": mail.detail,
        }
        return run_many(self._connection, insert_or_skip(self._connection, INBOUND_MAIL), [row]) == 1

    def bounces(self, subscriber: int, *, since: datetime) -> Sequence[InboundMail]:
        """Return a subscriber's bounces, hard and soft, recorded after `since`, oldest first."""
        table = INBOUND_MAIL.c
        query = select(INBOUND_MAIL).where(table.subscriber_id == subscriber, table.at > since)
        query = query.where(table.kind.in_([kind.value for kind in BOUNCES])).order_by(table.at, table.key)
        return [_read(row) for row in self._connection.execute(query)]

    def newest(self, kinds: Collection[InboundKind], *, limit: int) -> Sequence[InboundMail]:
        """Return what was recorded last of some kinds, newest first."""
        table = INBOUND_MAIL.c
        query = select(INBOUND_MAIL).where(table.kind.in_([kind.value for kind in kinds]))
        query = query.order_by(table.at.desc(), table.key).limit(limit)
        return [_read(row) for row in self._connection.execute(query)]


def _read(row: Row[Any]) -> InboundMail:
    return InboundMail(
        key=row.key,
        at=row.at,
        kind=InboundKind(row.kind),
        subscriber=row.subscriber_id,
        delivery=row.delivery_id,
        detail=row.detail,
    )
