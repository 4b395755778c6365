"""Requests and letters in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.requests import End, Letter, LetterState, Request, RequestKind
from recommender.store import locks
from recommender.store.rows import email_key
from recommender.store.schema import LETTER, REQUEST, SUBSCRIBER

_CONFIRMED = {End.OWN: "own_at", End.NEW: "new_at"}


class SqlRequests:
    """`ports.Requests` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def hold(self) -> None:
        """Let nobody else who asks for this go on until the transaction ends."""
        locks.turn(self._connection, locks.ASKING)

    def add(self, request: Request, letters: Sequence[End]) -> Request:
        """Store a request with its waiting letters; raise UnknownSubscriber."""
        new = insert(REQUEST).values(_row(request)).returning(REQUEST.c.id)
        try:
            with self._connection.begin_nested():
                number: int = self._connection.execute(new).scalar_one()
        except IntegrityError as error:
            raise UnknownSubscriber(str(request.subscriber)) from error
        for end in letters:
            row = {"request_id": number, "to": end.value, "at": request.at, "attempts": 0, "reply": ""}
            self._connection.execute(insert(LETTER).values(row | {"state": LetterState.WAITING.value}))
        return self._get(number)

    def find(self, public_id: str) -> Request | None:
        """Return a request by what stands for it in links."""
        row = self._connection.execute(select(REQUEST).where(REQUEST.c.public_id == public_id)).first()
        return _read(row) if row else None

    def confirm(self, request: int, end: End, *, at: datetime) -> Request:
        """Note that one end confirmed, the first time; return the request as it then stands."""
        column = REQUEST.c[_CONFIRMED[end]]
        first = update(REQUEST).where(REQUEST.c.id == request, column.is_(None))
        self._connection.execute(first.values({column.name: at}))
        return self._get(request)

    def finish(self, request: int, *, at: datetime, subscriber: int | None = None) -> bool:
        """Note that what was asked for is done, and who came of it; False if it was before."""
        first = update(REQUEST).where(REQUEST.c.id == request, REQUEST.c.done_at.is_(None))
        owner = {} if subscriber is None else {"subscriber_id": subscriber}
        return self._connection.execute(first.values(done_at=at, **owner)).rowcount == 1

    def since(self, since: datetime, *, kind: RequestKind, email: str = "", subscriber: int = 0) -> int:
        """Count the requests of a kind made after `since` for an address or a subscriber."""
        query = select(func.count()).select_from(REQUEST)
        query = query.where(REQUEST.c.at > since, REQUEST.c.kind == kind.value)
        if email:
            query = query.where(REQUEST.c.email_key == email_key(email))
        if subscriber:
            query = query.where(REQUEST.c.subscriber_id == subscriber)
        count: int = self._connection.execute(query).scalar_one()
        return count

    def of(self, subscriber: int) -> Sequence[Request]:
        """Return a subscriber's requests, oldest first."""
        query = select(REQUEST).where(REQUEST.c.subscriber_id == subscriber)
        return [_read(row) for row in self._connection.execute(query.order_by(REQUEST.c.at, REQUEST.c.id))]

    def letters(self, *, now: datetime, limit: int) -> Sequence[Letter]:
        """Return waiting letters whose time has come, oldest first."""
        wait = LETTER.c.next_attempt_at
        query = select(LETTER).where(LETTER.c.state == LetterState.WAITING.value)
        query = query.where(or_(wait.is_(None), wait <= now)).order_by(LETTER.c.id).limit(limit)
        return [self._letter(row) for row in self._connection.execute(query).all()]

    def mark(
        self, letter: int, state: LetterState, *, reply: str = "", next_attempt_at: datetime | None = None
    ) -> bool:
        """Set where a waiting letter stands, counting an attempt; False, and no change, if it is not."""
        waiting = LETTER.c.state == LetterState.WAITING.value
        change = update(LETTER).where(LETTER.c.id == letter, waiting)
        values = {"state": state.value, "reply": reply, "next_attempt_at": next_attempt_at}
        return self._connection.execute(change.values(attempts=LETTER.c.attempts + 1, **values)).rowcount == 1

    def wait(self, letter: int, *, next_attempt_at: datetime, reply: str) -> None:
        """Make a letter wait that surely did not go out, though it was marked as sent."""
        values = {"state": LetterState.WAITING.value, "next_attempt_at": next_attempt_at, "reply": reply}
        self._connection.execute(update(LETTER).where(LETTER.c.id == letter).values(values))

    def _get(self, number: int) -> Request:
        return _read(self._connection.execute(select(REQUEST).where(REQUEST.c.id == number)).one())

    def _letter(self, row: Row[Any]) -> Letter:
        request = self._get(row.request_id)
        end = End(row.to)
        own = select(SUBSCRIBER.c.email).where(SUBSCRIBER.c.id == request.subscriber)
        email = request.email if end is End.NEW else self._connection.execute(own).scalar_one_or_none()
        return Letter(
            id=row.id,
            request=request,
            to=end,
            email=email or "",
            at=row.at,
            state=LetterState(row.state),
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
            reply=row.reply,
        )


def _row(request: Request) -> dict[str, Any]:
    return {
        "public_id": request.public_id,
        "kind": request.kind.value,
        "subscriber_id": request.subscriber,
        "email": request.email,
        "email_key": email_key(request.email),
        "details": dict(request.details),
        "at": request.at,
        "own_at": request.confirmed.get(End.OWN),
        "new_at": request.confirmed.get(End.NEW),
        "done_at": request.done_at,
    }


def _read(row: Row[Any]) -> Request:
    confirmed = {end: getattr(row, name) for end, name in _CONFIRMED.items()}
    return Request(
        id=row.id,
        public_id=row.public_id,
        kind=RequestKind(row.kind),
        at=row.at,
        subscriber=row.subscriber_id,
        email=row.email,
        details=row.details,
        confirmed={end: at for end, at in confirmed.items() if at is not None},
        done_at=row.done_at,
    )
