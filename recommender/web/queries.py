"""The query of a request, as the pages read it."""

from collections.abc import Mapping

from starlette.requests import Request

from recommender.digest.plain import plain
from recommender.domain.errors import InputError

Fields = Mapping[str, str]
"""Fields of a query; of a repeated one the last counts."""
_DIGITS = 20


def fields_of(request: Request) -> Fields:
    """Return the fields of a request's query."""
    return dict(request.query_params)


def line_of(asked: Fields, name: str) -> str:
    """Return a field without anything unseen in it."""
    return plain(asked.get(name, ""))


def number_of(asked: Fields, name: str, *, usual: int, most: int, least: int = 1) -> int:
    """Return a whole number of `least` to `most`, `usual` where there is none; raises InputError."""
    text = asked.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < _DIGITS and least <= int(text) <= most):
        raise InputError(f"{name} is a whole number from {least} to {most}")
    return int(text)
