"""Tables of what readers ask for themselves: wishes of the preference page, requests, letters."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from recommender.store.schema_base import NEVER_REUSED, Base, instant, number, owner, text
from recommender.store.types import Document


class WishRow(Base, table=True):
    """One field that a subscriber changed on the page, and what the file said of it then."""

    __tablename__ = "wish"
    subscriber_id: int = owner("subscriber.id", primary_key=True)
    field: str = text(primary_key=True)
    value: Any = Field(sa_type=Document, nullable=True)
    declared: Any = Field(sa_type=Document, nullable=True)
    at: datetime = instant()


class RequestRow(Base, table=True):
    """What must be confirmed by mail; `email_key` is the address asked for, folded for comparison."""

    __tablename__ = "request"
    __table_args__ = (Index(None, "email_key"), NEVER_REUSED)
    id: int | None = number()
    public_id: str = text(unique=True)
    kind: str = text()
    subscriber_id: int | None = owner("subscriber.id", nullable=True, index=True)
    email: str = text()
    email_key: str | None = text(nullable=True)
    details: dict[str, str] = Field(sa_type=Document)
    at: datetime = instant()
    own_at: datetime | None = instant(nullable=True)
    new_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)


class LetterRow(Base, table=True):
    """One short mail of a request."""

    __tablename__ = "letter"
    __table_args__ = (Index(None, "state", "next_attempt_at"), NEVER_REUSED)
    id: int | None = number()
    request_id: int = owner("request.id", index=True)
    to: str = text()
    at: datetime = instant()
    state: str = text()
    attempts: int
    next_attempt_at: datetime | None = instant(nullable=True)
    reply: str = text()
