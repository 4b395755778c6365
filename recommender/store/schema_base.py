"""What all tables share: constraint names, and the columns that many of them have.

These functions return SQLModel fields; what they are told beyond their names goes to `sqlmodel.Field`.
"""

from typing import Any

from sqlalchemy import ForeignKey, MetaData, Text
from sqlmodel import Field, SQLModel

from recommender.store.types import UTCDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """Owner of the metadata: constraints have names on every database, so migrations can change them."""

    metadata = MetaData(naming_convention=NAMING)


def text(*, nullable: bool = False, **options: Any) -> Any:
    """Hold text of any length."""
    return Field(sa_type=Text, nullable=nullable, **options)


def paper(**options: Any) -> Any:
    """Point to a paper and follow its id."""
    return Field(sa_type=Text, sa_column_args=[ForeignKey("paper.id", onupdate="CASCADE")], **options)


def instant(*, nullable: bool = False, **options: Any) -> Any:
    """Hold an aware instant."""
    return Field(sa_type=UTCDateTime, nullable=nullable, **options)


def owner(target: str, **options: Any) -> Any:
    """Point to a row that takes this one with it when it is erased."""
    return Field(foreign_key=target, ondelete="CASCADE", **options)


def number(**options: Any) -> Any:
    """Declare a row number that is never given twice, because links name it."""
    return Field(default=None, primary_key=True, **options)


NEVER_REUSED = {"sqlite_autoincrement": True}
