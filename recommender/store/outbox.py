"""Editions and the list of their deliveries in SQL; the moves between states are in `moves`."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, func, insert, select

from recommender.domain.editions import (
    Delivery,
    DeliveryState,
    Edition,
    EditionItem,
    LastEdition,
    Section,
    Settlement,
    Slot,
    Standing,
)
from recommender.domain.papers import PaperId
from recommender.store import ledger, moves
from recommender.store.edition_rows import edition_row, item_row, read_edition, read_item
from recommender.store.names import canonical
from recommender.store.schema import DELIVERY, EDITION, EDITION_ITEM, SUBSCRIBER
from recommender.store.statements import chunks, insert_or_skip, run_many
from recommender.store.types import UTCDateTime

_EDITION_OF = (
    select(EDITION)
    .join(EDITION_ITEM, EDITION_ITEM.c.edition_id == EDITION.c.id)
    .where(EDITION_ITEM.c.id == bindparam("item", type_=Integer))
)
_EDITION = select(EDITION).where(EDITION.c.id == bindparam("edition", type_=Integer))
_ITEMS = (
    select(EDITION_ITEM)
    .where(EDITION_ITEM.c.edition_id == bindparam("edition", type_=Integer))
    .order_by(EDITION_ITEM.c.position, EDITION_ITEM.c.id)
)
_SENT_AT = select(DELIVERY.c.settled_at).where(
    DELIVERY.c.edition_id == bindparam("edition", type_=Integer), DELIVERY.c.state == DeliveryState.SENT.value
)


class SqlOutbox:
    """`ports.Outbox` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def put(self, edition: Edition, *, message_id: str, date: datetime) -> bool:
        """Store an edition, its items and a ready delivery; False and no change if its key exists.

        Nor is there one for a subscriber who was erased meanwhile; the row is locked, so that it is there
        as long as what points to it is written. Raises UnknownPaper for an item whose paper is not in the
        store.
        """
        held = select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.id == edition.subscriber)
        if self._connection.execute(held.with_for_update(read=True, key_share=True)).first() is None:
            return False
        papers = canonical(self._connection, (item.paper for item in edition.items))
        new = edition_row(edition)
        stored = insert_or_skip(self._connection, EDITION).values(new).returning(EDITION.c.id)
        number: int | None = self._connection.execute(stored).scalar()
        if number is None:
            return False
        rows = [item_row(number, item) | {"paper_id": papers[item.paper]} for item in edition.items]
        run_many(self._connection, insert(EDITION_ITEM), rows)
        ready = {
            "edition_id": number,
            "state": DeliveryState.READY.value,
            "attempts": 0,
            "fence": 0,
            "losses": 0,
            "doubts": 0,
        }
        ready |= {"message_id": message_id, "date_header": date, "reply": ""}
        self._connection.execute(insert(DELIVERY), ready)
        return True

    def last_editions(self, subscribers: Sequence[int], *, now: datetime) -> dict[int, LastEdition]:
        """Return each subscriber's newest edition that was due by `now`; those without are absent."""
        found: dict[int, LastEdition] = {}
        age = func.row_number().over(
            partition_by=EDITION.c.subscriber_id, order_by=[EDITION.c.due_at.desc(), EDITION.c.id.desc()]
        )
        joined = select(EDITION, DELIVERY.c.state, DELIVERY.c.doubts, age.label("age"))
        joined = joined.join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id).where(EDITION.c.due_at <= now)
        for part in chunks(subscribers):
            aged = joined.where(EDITION.c.subscriber_id.in_(part)).subquery()
            for row in self._connection.execute(select(aged).where(aged.c.age == 1)):
                slot = Slot(key=row.key, due_at=row.due_at)
                found[row.subscriber_id] = LastEdition(
                    id=row.id, slot=slot, state=DeliveryState(row.state), doubts=row.doubts
                )
        return found

    def last_arrivals(self, subscribers: Sequence[int], *, now: datetime) -> dict[int, datetime]:
        """Return the due time of each subscriber's newest edition that may have arrived, at most `now`."""
        found: dict[int, datetime] = {}
        newest = (
            select(EDITION.c.subscriber_id, func.max(EDITION.c.due_at, type_=UTCDateTime).label("due_at"))
            .join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id)
            .where(EDITION.c.due_at <= now)
            .where(ledger.may_have_arrived())
            .group_by(EDITION.c.subscriber_id)
        )
        for part in chunks(subscribers):
            for row in self._connection.execute(newest.where(EDITION.c.subscriber_id.in_(part))):
                found[row.subscriber_id] = row.due_at
        return found

    def has_edition(self, subscriber: int, key: str) -> bool:
        """Tell whether the edition exists."""
        query = select(EDITION.c.id).where(EDITION.c.subscriber_id == subscriber, EDITION.c.key == key)
        return self._connection.execute(query).first() is not None

    def edition(self, edition: int) -> Edition | None:
        """Return an edition with its items, by position, or None."""
        row = self._connection.execute(_EDITION, {"edition": edition}).first()
        if row is None:
            return None
        items = self._connection.execute(_ITEMS, {"edition": edition})
        return read_edition(row, tuple(read_item(item) for item in items))

    def sent_at(self, edition: int) -> datetime | None:
        """Return when the relay took the mail of an edition; None if it has not, or there is no such mail."""
        return self._connection.execute(_SENT_AT, {"edition": edition}).scalar_one_or_none()

    def subjects(self, subscribers: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return the subjects that each subscriber's editions had; those without editions are absent."""
        found: dict[int, set[str]] = defaultdict(set)
        for part in chunks(subscribers):
            query = select(EDITION.c.subscriber_id, EDITION.c.subject)
            for row in self._connection.execute(query.where(EDITION.c.subscriber_id.in_(part))):
                found[row.subscriber_id].add(row.subject)
        return {subscriber: frozenset(subjects) for subscriber, subjects in found.items()}

    def told(self, subscribers: Sequence[int], *, since: datetime) -> dict[int, list[EditionItem]]:
        """Return the items of changed papers in editions made since then that may have arrived."""
        found: dict[int, list[EditionItem]] = defaultdict(list)
        query = (
            select(EDITION_ITEM, EDITION.c.subscriber_id)
            .join(EDITION, EDITION.c.id == EDITION_ITEM.c.edition_id)
            .join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id)
            .where(EDITION_ITEM.c.section == Section.CHANGED.value, EDITION.c.created_at >= since)
            .where(ledger.may_have_arrived())
            .order_by(EDITION_ITEM.c.id)
        )
        for part in chunks(subscribers):
            for row in self._connection.execute(query.where(EDITION.c.subscriber_id.in_(part))):
                found[row.subscriber_id].append(read_item(row))
        return dict(found)

    def item(self, item: int) -> tuple[Edition, PaperId] | None:
        """Return the edition and the paper that an edition item belongs to, or None."""
        row = self._connection.execute(_EDITION_OF, {"item": item}).first()
        if row is None:
            return None
        items = self._connection.execute(_ITEMS, {"edition": row.id})
        edition = read_edition(row, tuple(read_item(own) for own in items))
        return edition, next(own.paper for own in edition.items if own.id == item)

    def claim(
        self, *, worker: str, now: datetime, lease: timedelta, limit: int, lost: bool = True
    ) -> Sequence[Delivery]:
        """Take ready, deferred-and-due, or lease-expired claimed rows for `worker`, raising their fence."""
        until = now + lease
        fresh = moves.claim(self._connection, worker=worker, now=now, until=until, limit=limit)
        if fresh or not lost:
            return fresh
        return moves.claim_lost(self._connection, worker=worker, now=now, until=until)

    def mark_in_doubt(self, delivery: Delivery, *, now: datetime, body_sha256: str) -> bool:
        """Record that the body is about to go; False, and nothing may be sent, if it may not.

        A row that is still this worker's, but whose subscriber may no longer be mailed, becomes
        `suppressed`.
        """
        return moves.mark_in_doubt(self._connection, delivery, now=now, body_sha256=body_sha256)

    def settle(self, delivery: Delivery, settlement: Settlement, *, now: datetime) -> bool:
        """Record the end of an attempt; False if the fence is old or the move is not in TRANSITIONS.

        `claimed` and `in_doubt` are no ends: `claim` and `mark_in_doubt` alone lead there.
        """
        return moves.settle(self._connection, delivery, settlement, now=now)

    def hold_in_doubt(self, *, now: datetime, again: int = 0, retry_at: datetime | None = None) -> int:
        """Turn rows left in doubt by a dead process into held; return how many.

        Rows with at most `again` doubts, this one counted, are deferred until `retry_at` instead.
        """
        return moves.hold_in_doubt(self._connection, now=now, again=again, retry_at=retry_at)

    def expire_older(self, subscribers: Sequence[int], *, before: datetime, now: datetime) -> int:
        """Expire rows still waiting whose edition was due before `before`; return how many."""
        return moves.expire_older(self._connection, subscribers, before=before, now=now)

    def retry(self, delivery: int, *, now: datetime) -> Delivery | None:
        """Make a row ready again because a person asked; None unless its state is in RETRIABLE."""
        return moves.retry(self._connection, delivery, now=now)

    def delivery(self, delivery: int) -> Delivery | None:
        """Return a delivery by row number."""
        return ledger.delivery(self._connection, delivery)

    def by_message_id(self, message_id: str) -> Delivery | None:
        """Return the delivery whose mail carries this Message-ID, angle brackets included."""
        return ledger.by_message_id(self._connection, message_id)

    def made_for(self, subscriber: int, *, since: datetime) -> Sequence[Delivery]:
        """Return a subscriber's deliveries made after `since`, oldest first."""
        return ledger.made_for(self._connection, subscriber, since)

    def failed_since(self, since: datetime) -> Sequence[Delivery]:
        """Return the deliveries that failed at `since` or later, oldest first."""
        return ledger.failed_since(self._connection, since)

    def states(self) -> dict[DeliveryState, int]:
        """Return how many deliveries are in each state; states without any are absent."""
        return ledger.states(self._connection)

    def standings(
        self, states: Collection[DeliveryState], *, now: datetime, since: datetime
    ) -> dict[DeliveryState, Standing]:
        """Return how the deliveries in these states stand; states without any are absent."""
        return ledger.standings(self._connection, states, now=now, since=since)

    def last_reply(self) -> tuple[datetime, str] | None:
        """Return when and how the newest attempt ended, or None."""
        return ledger.last_reply(self._connection)

    def deliveries(
        self, state: DeliveryState | None = None, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Delivery]:
        """Return deliveries, newest first; with `before` those of lower ids alone, at most `limit`."""
        return ledger.deliveries(self._connection, state, before=before, limit=limit)
