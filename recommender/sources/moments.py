"""Reads the dates that sources write; never the clock.

What cannot be read gives None: a paper without a date is better than a refused paper.
"""

import re
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DATE = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})")
_LOOSE_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?")
_NOON = time(12, tzinfo=UTC)
_EARLIEST = 1800
_LATEST = 2999


def moment(text: object) -> datetime | None:
    """Read ISO 8601, RFC 5322, or a loose date (`2024`, `2024-3`, `2024/03/01`) as aware UTC, or None."""
    if not isinstance(text, str) or not (text := text.strip()):
        return None
    return _iso(text) or _mail(text) or _loose(text)


def day_of(text: object) -> date | None:
    """Read `YYYY-MM-DD` strictly, or None."""
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    """Return 00:00 UTC of a day."""
    return datetime.combine(day, time(tzinfo=UTC))


def noon(day: date) -> datetime:
    """Return 12:00 UTC of a day."""
    return datetime.combine(day, _NOON)


def english_date(text: str) -> datetime | None:
    """Read `Sep 11, 2023` as 00:00 UTC whatever the locale, or None."""
    match = _ENGLISH_DATE.fullmatch(text.strip())
    if match is None or match.group(1).lower() not in _MONTHS:
        return None
    return _built(match.group(3), str(month_number(match.group(1))), match.group(2))


def month_number(name: str) -> int | None:
    """Return 1..12 for an English month name or its first three letters, or None."""
    start = name.strip().lower()[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else None


def _iso(text: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _loose(text: str) -> datetime | None:
    match = _LOOSE_DATE.match(text)
    return _built(match.group(1), match.group(2) or "1", match.group(3) or "1") if match else None


def _built(year: str, month: str, day: str) -> datetime | None:
    try:
        return _utc(datetime(int(year), int(month), int(day), tzinfo=UTC))
    except ValueError:
        return None


def _utc(when: datetime) -> datetime | None:
    """Make aware UTC (no zone means UTC); years that no paper has are unreadable."""
    if not _EARLIEST <= when.year <= _LATEST:
        return None
    moved = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return moved if _EARLIEST <= moved.year <= _LATEST else None
