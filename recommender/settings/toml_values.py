"""Writes values as TOML has them."""

import re
from collections.abc import Mapping, Sequence

Value = bool | int | float | str | Sequence[str]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_FIRST_PRINTED, _DELETE = " ", "\x7f"


def written(value: Value) -> str:
    """Return a value as it stands after `key =`, on one line; text always in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    return f"[{', '.join(written(entry) for entry in value)}]"


def inline(values: Mapping[str, Value]) -> str:
    """Return an inline table."""
    return f"{{{', '.join(line(key, value) for key, value in values.items())}}}"


def line(key: str, value: Value) -> str:
    """Return `key = value`."""
    return f"{key if _BARE.fullmatch(key) else written(key)} = {written(value)}"


def _character(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{ord(char):04X}" if char < _FIRST_PRINTED or char == _DELETE else char
