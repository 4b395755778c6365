"""Numbers over many rows, in SQL."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, cast, func, select, type_coerce

from recommender.domain.feedback import Act
from recommender.domain.inbound import InboundKind
from recommender.domain.requests import LetterState, RequestKind
from recommender.domain.subscribers import SubscriberState
from recommender.store.schema import FEEDBACK, INBOUND_MAIL, LETTER, REQUEST, SUBSCRIBER, SUPPRESSION

_DAY_LENGTH = 10


class SqlCounts:
    """`ports.Counts` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def acts(self, since: datetime) -> Mapping[tuple[date, Act, bool], int]:
        """Count recorded acts of `since` and later, by UTC day, act and whether they are suspect."""
        day = self._day(FEEDBACK.c.at).label("day")
        query = select(day, FEEDBACK.c.act, FEEDBACK.c.suspect, func.count().label("number"))
        query = query.where(FEEDBACK.c.at >= since).group_by(day, FEEDBACK.c.act, FEEDBACK.c.suspect)
        return {
            (date.fromisoformat(row.day), Act(row.act), bool(row.suspect)): row.number
            for row in self._connection.execute(query)
        }

    def inbound(self, since: datetime) -> Mapping[InboundKind, int]:
        """Count mail that came back at `since` or later, by kind."""
        query = select(INBOUND_MAIL.c.kind, func.count()).where(INBOUND_MAIL.c.at >= since)
        rows = self._connection.execute(query.group_by(INBOUND_MAIL.c.kind))
        return {InboundKind(kind): number for kind, number in rows}

    def requests(self, since: datetime) -> Mapping[RequestKind, int]:
        """Count the requests made at `since` or later that are not done, by kind."""
        query = select(REQUEST.c.kind, func.count()).group_by(REQUEST.c.kind)
        query = query.where(REQUEST.c.at >= since, REQUEST.c.done_at.is_(None))
        return {RequestKind(kind): number for kind, number in self._connection.execute(query)}

    def letters(self) -> Mapping[LetterState, int]:
        """Count the letters of requests, by state."""
        query = select(LETTER.c.state, func.count()).group_by(LETTER.c.state)
        return {LetterState(state): number for state, number in self._connection.execute(query)}

    def subscribers(self) -> Mapping[SubscriberState, int]:
        """Count subscribers by state."""
        query = select(SUBSCRIBER.c.state, func.count()).group_by(SUBSCRIBER.c.state)
        return {SubscriberState(state): number for state, number in self._connection.execute(query)}

    def suppressed(self) -> int:
        """Count the addresses that are never mailed."""
        return self._connection.execute(select(func.count()).select_from(SUPPRESSION)).scalar_one()

    def _day(self, instant: ColumnElement[Any]) -> ColumnElement[str]:
        """Return the UTC date of an instant as ten characters: the start of the text that SQLite keeps."""
        if self._connection.dialect.name == "sqlite":
            return func.substr(type_coerce(instant, String), 1, _DAY_LENGTH)
        return cast(func.date(func.timezone("UTC", instant)), String)
