"""The one exception that validators of this package raise: a message, a fix, and where it points.

Deliberately not part of the domain: pydantic collects these and `problems` turns each into a `Problem`.
"""

from pydantic_core import PydanticCustomError

KIND = "paperroute"


def fault(message: str, fix: str, *, at: str = "") -> PydanticCustomError:
    """Build an error for a validator to raise; `at` names the key that is to blame.

    A key of a table inside is written with dots: `mail.feedback`.
    """
    return PydanticCustomError(KIND, "{text}", {"text": message, "fix": fix, "at": at})


def shown(value: object, *, limit: int = 60) -> str:
    """Return a value as a person may see it: text quoted on one line and cut, containers by their kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(str(value)) if isinstance(value, str) else str(value)[: limit + 1]
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= limit else f"{text[:limit]}…"
