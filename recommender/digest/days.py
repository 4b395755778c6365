"""A day with its weekday and without its year, in as many locales as CLDR's patterns allow."""

import re
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import DateTimePattern, format_date, parse_pattern

_WHOLE, _SHORT, _DATE = "MMMMEEEEd", "MMMMEd", "MMMMd"
"""Skeletons: what is wanted, the same with a short weekday, and without any."""
_PIECES = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']")
_FIELD = re.compile(r"[A-Za-z]+")
_WEEKDAY = re.compile(r"E+|c+")
_WORDLESS = re.compile(r"[^\w']*")
"""What may part a weekday from a date: a word there may belong to the year."""


@lru_cache(maxsize=512)
def day_without_year(day: date, locale: str) -> str:
    """Return `Friday 30 January`, with the year where no pattern of the locale can be had without it.

    `locale` is written with hyphens. Raises babel.UnknownLocaleError for one that CLDR does not know.
    """
    own = Locale.parse(locale, sep="-")
    pattern = _pattern(own)
    return str(pattern.apply(day, own) if pattern else format_date(day, "full", locale=own))


def _pattern(locale: Locale) -> DateTimePattern | None:
    known = {name: str(locale.datetime_skeletons[name]) for name in _skeletons(locale)}
    if _WHOLE in known:
        return parse_pattern(known[_WHOLE])
    # A pattern found by its skeleton may have its fields widened (UTS 35, "Matching Skeletons").
    text = (
        _widened(known[_SHORT]) if _SHORT in known else _cut(str(locale.date_formats["full"]), known[_DATE])
    )
    return parse_pattern(text) if text else None


def _skeletons(locale: Locale) -> list[str]:
    return [name for name in (_WHOLE, _SHORT, _DATE) if name in locale.datetime_skeletons]


def _widened(pattern: str) -> str:
    """Return a pattern with its weekday written out."""
    return "".join(piece[0] * 4 if _WEEKDAY.fullmatch(piece) else piece for piece in _pieces(pattern))


def _cut(full: str, short: str) -> str:
    """Return the date of `short` with the weekday of `full` before or behind it, as it stands there.

    Empty where it stands elsewhere, where something else than signs parts the two, or where the month is
    another: then the two are not made of one grammar.
    """
    pieces, date_ = _pieces(full), _pieces(short)
    if _month(pieces) != _month(date_):
        return ""
    if _WEEKDAY.fullmatch(pieces[0]):
        gap = _until_field(pieces[1:]).removesuffix(_until_field(date_))
        return pieces[0] + gap + short if _WORDLESS.fullmatch(gap) else ""
    if _WEEKDAY.fullmatch(pieces[-1]):
        gap = _after_field(pieces[:-1]).removeprefix(_after_field(date_))
        return short + gap + pieces[-1] if _WORDLESS.fullmatch(gap) else ""
    return ""


def _pieces(pattern: str) -> list[str]:
    return [match.group() for match in _PIECES.finditer(pattern)]


def _month(pieces: list[str]) -> str:
    return next((piece for piece in pieces if piece[0] in "ML"), "")


def _until_field(pieces: list[str]) -> str:
    """Return what stands before the first field."""
    first = next((at for at, piece in enumerate(pieces) if _FIELD.fullmatch(piece)), len(pieces))
    return "".join(pieces[:first])


def _after_field(pieces: list[str]) -> str:
    """Return what stands behind the last field."""
    last = next((at for at in range(len(pieces), 0, -1) if _FIELD.fullmatch(pieces[at - 1])), 0)
    return "".join(pieces[last:])
