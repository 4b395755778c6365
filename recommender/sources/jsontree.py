"""JSON safely: of a size that is known before a parser spends memory on it.

Three bytes of JSON can take a hundred in memory, so brackets and commas are counted first.
"""

import json
from collections.abc import Mapping

from recommender.domain.errors import SourceMalformed
from recommender.sources.text import decode

LONGEST = 5 * 1024 * 1024
"""Bytes of one answer; the largest honest ones have a tenth of it."""
_COSTS: Mapping[bytes, int] = {b"{": 240, b"[": 96, b",": 64}
"""Bytes in memory that each of these can bring, at the most common."""
_MEMORY = 24 * 1024 * 1024
_DIGITS = 20


def parse_json(body: bytes, *, source: str, place: str, longest: int = LONGEST) -> object:
    """Return what the bytes say, in any encoding; raise SourceMalformed where that is no JSON.

    A number of more than 20 digits and the words NaN and Infinity are None: no count is one of these.
    `longest` is in bytes.
    """
    if len(body) > longest:
        raise SourceMalformed(source, place, f"it is larger than {longest / 1024 / 1024:g} MiB")
    if (fault := excess(body)) is not None:
        raise SourceMalformed(source, place, fault)
    try:
        return json.loads(decode(body).lstrip(), parse_int=_integer, parse_constant=_nothing)
    except RecursionError as error:
        raise SourceMalformed(source, place, "its values are nested too deep; check base_url") from error
    except ValueError as error:
        raise SourceMalformed(source, place, f"this is not JSON ({_short(error)}); check base_url") from error


def excess(body: bytes) -> str | None:
    """Say what of the JSON is beyond all bounds, or None."""
    if sum(body.count(mark) * cost for mark, cost in _COSTS.items()) > _MEMORY:
        return "it holds more values than are read at once"
    return None


def written(value: object) -> bytes:
    """Write a value again, to keep it for a look; raises RecursionError where it is nested too deep."""
    return json.dumps(value, ensure_ascii=True).encode("ascii")


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS else None


def _nothing(_word: str) -> None:
    return None


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
