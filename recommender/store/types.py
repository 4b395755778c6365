"""Column types that behave the same on SQLite and PostgreSQL.

Only conversion happens here; no rule about what a value means.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

_ISO_LENGTH = 32


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out, ordered as time is ordered.

    SQLite has no type for it and would drop the zone, so there it is text of fixed width
    (`2026-01-30T12:00:00.000000+00:00`), which sorts as the instants do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use text on SQLite and `timestamptz` elsewhere."""
        text = dialect.name == "sqlite"
        return dialect.type_descriptor(String(_ISO_LENGTH) if text else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert to UTC; raise ValueError for a naive value, whose instant nobody knows."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value.isoformat()} cannot be stored; attach its zone first")
        instant = value.astimezone(UTC)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        instant: datetime = datetime.fromisoformat(value) if dialect.name == "sqlite" else value
        return instant.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """Lists and objects as JSON (`jsonb` on PostgreSQL); replaced as a whole, never changed in place."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use `jsonb` where there is one."""
        binary = dialect.name == "postgresql"
        return dialect.type_descriptor(JSONB(none_as_null=True) if binary else JSON(none_as_null=True))


class Texts(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts as a JSON list."""

    impl = Document
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        """Store a list; nothing is an empty list."""
        del dialect
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        """Return a tuple."""
        del dialect
        return tuple(value or ())
