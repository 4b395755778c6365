"""Subscribers and suppressions in SQL; what they did is in `acts`."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from recommender.domain.errors import InputError, UnknownSubscriber
from recommender.domain.feedback import Feedback, SavedPaper, Vote
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import DeclaredSubscriber, Interest, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish
from recommender.store import acts, handover, known, lists, locks, wishes
from recommender.store.rows import declared_row, email_key, interest_rows, read_interest, read_subscriber
from recommender.store.schema import INTEREST, SUBSCRIBER, SUPPRESSION
from recommender.store.statements import chunks, either, run_either, run_many, upsert

_PUBLIC_BYTES = 8
_EMAIL, _REFERENCE = bindparam("email", type_=Text), bindparam("reference", type_=Text)
_FIND = (
    select(SUBSCRIBER)
    .where(
        or_(
            SUBSCRIBER.c.email_key == _EMAIL,
            SUBSCRIBER.c.key == _REFERENCE,
            SUBSCRIBER.c.public_id == _REFERENCE,
        )
    )
    .order_by(case((SUBSCRIBER.c.email_key == _EMAIL, 0), (SUBSCRIBER.c.key == _REFERENCE, 1), else_=2))
)
"""Statements that every page needs are built once: building one takes longer than running it."""
_INTERESTS = tuple(
    select(INTEREST).where(condition).order_by(INTEREST.c.subscriber_id, INTEREST.c.position)
    for condition in either(INTEREST.c.subscriber_id, "subscribers")
)


class SqlPeople:
    """`ports.People` in one transaction."""

    def __init__(self, connection: Connection, random_bytes: Callable[[int], bytes]) -> None:
        """Work inside the transaction of `connection`; `random_bytes(n)` gives unguessable bytes."""
        self._connection = connection
        self._random_bytes = random_bytes

    def all(self) -> Sequence[Subscriber]:
        """Return every subscriber whatever the state, by id."""
        return self._read(select(SUBSCRIBER).order_by(SUBSCRIBER.c.id))

    def find(self, reference: str) -> Subscriber:
        """Return by address (in either case), key or public id, in that order; raise UnknownSubscriber."""
        if not reference:
            raise UnknownSubscriber(reference)
        found = self._read(_FIND, {"email": email_key(reference), "reference": reference})
        if not found:
            raise UnknownSubscriber(reference)
        return found[0]

    def get(self, subscriber: int) -> Subscriber:
        """Return by number; raise UnknownSubscriber."""
        for found in self._read(select(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber)):
            return found
        raise UnknownSubscriber(str(subscriber))

    def hold(self, *subscribers: int) -> None:
        """Let nobody else hold these until the transaction ends; SQLite's holds everything anyway."""
        if self._connection.dialect.name != "sqlite":
            locks.hold(self._connection, subscribers)

    def hold_everybody(self) -> None:
        """Let nobody else hold or add a subscriber until the transaction ends."""
        locks.hold_everybody(self._connection)

    def add(self, declared: DeclaredSubscriber, *, state: SubscriberState, at: datetime) -> Subscriber:
        """Store a new subscriber with interests; raise InputError if the address or key is taken."""
        locks.turn(self._connection, locks.JOINING)
        public_id = urlsafe_b64encode(self._random_bytes(_PUBLIC_BYTES)).rstrip(b"=").decode()
        row = declared_row(declared) | {
            "public_id": public_id,
            "state": state.value,
            "epoch": 0,
            "joined": at,
            "unsubscribed": None,
            "origin": Origin.FILE.value,
            "paused_until": None,
        }
        new = insert(SUBSCRIBER).values(row).returning(SUBSCRIBER.c.id)
        number: int = self._guarded(declared, lambda: self._connection.execute(new).scalar_one())
        run_many(self._connection, insert(INTEREST), interest_rows(number, declared.interests))
        return self._read(select(SUBSCRIBER).where(SUBSCRIBER.c.id == number))[0]

    def change(self, subscriber: int, declared: DeclaredSubscriber) -> None:
        """Replace what is declared; raise UnknownSubscriber, or InputError if the address or key is taken."""
        change = update(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber).values(declared_row(declared))
        if not self._guarded(declared, lambda: self._connection.execute(change).rowcount):
            raise UnknownSubscriber(str(subscriber))
        self._connection.execute(delete(INTEREST).where(INTEREST.c.subscriber_id == subscriber))
        run_many(self._connection, insert(INTEREST), interest_rows(subscriber, declared.interests))

    def set_origin(self, subscriber: int, origin: Origin) -> None:
        """Say where a subscriber is declared."""
        self._set(subscriber, {"origin": origin.value})

    def set_state(
        self, subscriber: int, state: SubscriberState, *, at: datetime, until: datetime | None = None
    ) -> None:
        """Change whether mail may go out; `unsubscribed` is stamped with `at`, and cleared by `active`.

        `until` is kept with a pause alone.
        """
        paused = state is SubscriberState.PAUSED
        values: dict[str, Any] = {"state": state.value, "paused_until": until if paused else None}
        if state is SubscriberState.UNSUBSCRIBED:
            values["unsubscribed"] = at
        elif state is SubscriberState.ACTIVE:
            values["unsubscribed"] = None
        self._set(subscriber, values)

    def wake(self, *, now: datetime) -> int:
        """Make those active whose pause ended at `now` or before; return how many. When it ended is kept."""
        over = (SUBSCRIBER.c.state == SubscriberState.PAUSED.value, SUBSCRIBER.c.paused_until <= now)
        self.hold(*self._connection.execute(select(SUBSCRIBER.c.id).where(*over)).scalars())
        active = {"state": SubscriberState.ACTIVE.value, "unsubscribed": None}
        return self._connection.execute(update(SUBSCRIBER).where(*over).values(active)).rowcount

    def wishes(self, subscribers: Sequence[int]) -> Mapping[int, Sequence[Wish]]:
        """Return what subscribers changed on their page, oldest first; those without wishes are absent."""
        return wishes.wishes(self._connection, subscribers)

    def set_wishes(self, subscriber: int, wanted: Sequence[Wish]) -> None:
        """Replace a subscriber's wishes."""
        wishes.set_wishes(self._connection, subscriber, wanted)

    def raise_epoch(self, subscriber: int) -> None:
        """Void the links a subscriber has."""
        self._set(subscriber, {"epoch": SUBSCRIBER.c.epoch + 1})

    def erase(self, subscriber: int) -> None:
        """Remove a subscriber with all that is theirs; the tables' own references take the rest along.

        The subscriber's row is locked before a worker's mark or after it, never in between
        (`Outbox.mark_in_doubt` locks the same row). Raises UnknownSubscriber.
        """
        gone = delete(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber).returning(SUBSCRIBER.c.email_key)
        row = self._connection.execute(gone).first()
        if row is None:
            raise UnknownSubscriber(str(subscriber))
        handover.forget(self._connection, subscriber)
        self._connection.execute(delete(SUPPRESSION).where(SUPPRESSION.c.email_key == row.email_key))

    def record(self, entries: Sequence[Feedback]) -> int:
        """Append feedback, applying save, unsave and read to the reading list; return how many were new.

        Raises UnknownPaper and UnknownSubscriber; then nothing of this call is recorded.
        """
        return acts.record(self._connection, entries)

    def feedback(self, subscriber: int | None = None) -> Sequence[Feedback]:
        """Return the log, oldest first, of one subscriber or of all."""
        return acts.log(self._connection, subscriber)

    def recent(self, subscriber: int, papers: Iterable[PaperId], *, since: datetime) -> Sequence[Feedback]:
        """Return a subscriber's acts on some papers after `since`, suspect ones too, oldest first."""
        return acts.recent(self._connection, subscriber, papers, since)

    def votes(
        self, subscribers: Sequence[int] | None = None, *, papers: Iterable[PaperId] | None = None
    ) -> Sequence[Vote]:
        """Return standing votes on some papers or on all, by subscriber then time."""
        return acts.votes(self._connection, subscribers, papers)

    def levers(self, subscribers: Sequence[int], *, until: datetime | None = None) -> Sequence[Feedback]:
        """Return the acts that turned the levers which stand, oldest first; those of `until` and before."""
        return acts.levers(self._connection, subscribers, until)

    def last_turned(self, subscriber: int) -> datetime | None:
        """Return when a subscriber last turned a lever, one way or the other, or None."""
        return acts.last_turned(self._connection, subscriber)

    def saved(self, subscriber: int) -> Sequence[tuple[PaperId, datetime, bool]]:
        """Return the reading list: (paper, saved at, read), newest first."""
        return lists.saved(self._connection, subscriber)

    def saved_papers(self, subscriber: int) -> Sequence[SavedPaper]:
        """Return the reading list with labels and notes, newest first."""
        return lists.saved_papers(self._connection, subscriber)

    def reading_lists(
        self, subscribers: Sequence[int]
    ) -> Mapping[int, Sequence[tuple[PaperId, datetime, bool]]]:
        """Return the reading lists, each newest first; empty ones are absent."""
        return known.reading_lists(self._connection, subscribers)

    def known_since(
        self, subscribers: Sequence[int], papers: Iterable[PaperId]
    ) -> Mapping[int, Mapping[PaperId, datetime]]:
        """Return when each subscriber was first shown, voted on, or saved each of some papers."""
        return known.known_since(self._connection, subscribers, papers)

    def seen(self, subscribers: Sequence[int]) -> Mapping[int, frozenset[PaperId]]:
        """Return what each subscriber was shown, voted on, or saved; everybody asked for has an entry."""
        return acts.seen(self._connection, subscribers)

    def suppress(self, email: str, *, reason: str, at: datetime) -> None:
        """Never mail this address again.

        Locks the subscriber's row: a worker about to send either has committed before this, or
        sees the suppression (`Outbox.mark_in_doubt` locks the same row).
        """
        key = email_key(email)
        if key is None:
            raise InputError("an empty address cannot be suppressed; give the subscriber's address")
        held = select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.email_key == key)
        self._connection.execute(held.with_for_update(key_share=True)).all()
        row = {"email_key": key, "reason": reason, "at": at}
        self._connection.execute(upsert(self._connection, SUPPRESSION, ["email_key"]), row)

    def lift(self, email: str) -> None:
        """Take a suppression back."""
        self._connection.execute(delete(SUPPRESSION).where(SUPPRESSION.c.email_key == email_key(email)))

    def suppression(self, email: str) -> str | None:
        """Return why an address, in either case, is not mailed; None where it may be."""
        query = select(SUPPRESSION.c.reason).where(SUPPRESSION.c.email_key == email_key(email))
        reason: str | None = self._connection.execute(query).scalar_one_or_none()
        return reason

    def suppressed(self) -> frozenset[str]:
        """Return the suppressed addresses, lower-cased."""
        return frozenset(self._connection.execute(select(SUPPRESSION.c.email_key)).scalars())

    def suppressions(self) -> Mapping[str, str]:
        """Return why each suppressed address, lower-cased, is not mailed."""
        rows = self._connection.execute(select(SUPPRESSION.c.email_key, SUPPRESSION.c.reason))
        return {row.email_key: row.reason for row in rows}

    def _set(self, subscriber: int, values: Mapping[str, Any]) -> None:
        change = update(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber).values(dict(values))
        if not self._connection.execute(change).rowcount:
            raise UnknownSubscriber(str(subscriber))

    def _read(self, query: Any, values: Mapping[str, Any] | None = None) -> list[Subscriber]:
        rows = self._connection.execute(query, values).all()
        interests = self._interests(row.id for row in rows)
        return [read_subscriber(row, tuple(interests[row.id])) for row in rows]

    def _interests(self, subscribers: Iterable[int]) -> dict[int, list[Interest]]:
        found: dict[int, list[Interest]] = defaultdict(list)
        for part in chunks(subscribers):
            for row in run_either(self._connection, _INTERESTS, "subscribers", part):
                found[row.subscriber_id].append(read_interest(row))
        return found

    def _guarded(self, declared: DeclaredSubscriber, write: Callable[[], int]) -> int:
        """Run a write that may meet a taken address or key, without losing the transaction to it.

        `write` reads its result to the end: a savepoint cannot be released under an open cursor.
        """
        try:
            with self._connection.begin_nested():
                return write()
        except IntegrityError as error:
            known = declared.email or declared.key
            raise InputError(
                f"subscriber {known!r}: another subscriber has this address or id; give a different one"
            ) from error
