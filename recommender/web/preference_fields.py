"""The single fields of the preference page: names, limits, texts, and what a text means. Pure.

Values are checked by the functions that check the files.
"""

from collections.abc import Callable, Mapping

from pydantic_core import PydanticCustomError

from recommender.domain.subscribers import After, Every
from recommender.domain.wishes import Value
from recommender.services.preferences import mark_of
from recommender.settings.fields import category, clock_time, one_line, zone_name
from recommender.settings.locales import locale_name

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "when": ("every", "on", "at", "zone", "after"),
    "size": ("papers", "floor", "send_empty"),
    "manner": ("name", "locale", "share"),
}
"""Forms of the page and the fields of each."""
PARTS = ("name", "about", "keywords", "mute", "authors", "categories", "seeds", "weight")
LISTS = frozenset({"keywords", "mute", "authors", "categories", "seeds"})
MOST_INTERESTS = 30
MOST_LINES = 100
LONGEST_LINE = 200
LARGEST = 12_288
"""Octets of all that one interest says: three times as many, as a browser sends them, are one request."""
_LONGEST = {"name": 100, "about": 2000}


def text_of(value: Value) -> str:
    """Return a value as its control shows it: lists one a line, yes or no, `auto` for no number."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def had_of(value: Value) -> str:
    """Return what the hidden field beside a control says: marks of the value and of the text shown."""
    return f"{mark_of(value)}-{mark_of(even(text_of(value)))}"


def fits(value: Value) -> bool:
    """Tell whether a form can hold a value: what a file has may be longer than a page sends."""
    text = text_of(value)
    return len(text.splitlines()) <= MOST_LINES and len(text.encode("utf-8", "replace")) <= LARGEST


def even(text: str) -> str:
    """Return text as it was before a browser sent it: one kind of line end, no space around."""
    return "\n".join(text.splitlines()).strip()


def value_of(control: str, text: str) -> Value:
    """Return what a text means; raises ValueError that says what is wrong, see `fault_of`."""
    if control in LISTS:
        return _lines(control, text)
    return _CHECKS[control](text)


def _lines(control: str, text: str) -> list[str]:
    found = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > MOST_LINES:
        raise ValueError(f"{len(found)} lines; {MOST_LINES} are the most")
    for line in found:
        one_line(line)
        if len(line) > LONGEST_LINE:
            raise ValueError(f"a line has {len(line)} characters; {LONGEST_LINE} are the most")
        if control == "categories":
            category(line)
    return found


def _line(control: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        text = one_line(" ".join(text.split()) if control == "about" else text)
        if len(text) > _LONGEST[control]:
            raise ValueError(f"{len(text)} characters; {_LONGEST[control]} are the most")
        return text

    return check


def _number(least: float, most: float, *, whole: bool = False) -> Callable[[str], int | float]:
    def check(text: str) -> int | float:
        bounds = f"write a {'whole ' if whole else ''}number from {least:g} to {most:g}"
        try:
            number = float(text.strip().replace(",", "."))
        except ValueError:
            raise ValueError(bounds) from None
        if not least <= number <= most or (whole and number != int(number)):
            raise ValueError(bounds)
        return int(number) if whole else number

    return check


def _one_of(choices: Mapping[str, Value]) -> Callable[[str], Value]:
    def check(text: str) -> Value:
        if text not in choices:
            raise ValueError("choose one of the list")
        return choices[text]

    return check


_CHECKS: Mapping[str, Callable[[str], Value]] = {
    "every": _one_of({every.value: every.value for every in Every}),
    "on": _one_of({str(day): day for day in range(7)}),
    "at": lambda text: clock_time(one_line(text)),
    "zone": lambda text: zone_name(one_line(text)),
    "after": _one_of({after.value: after.value for after in After}),
    "papers": _number(1, 50, whole=True),
    "floor": lambda text: None if text == "auto" else _number(0, 1)(text),
    "send_empty": _one_of({"yes": True, "no": False}),
    "share": _one_of({"yes": True, "no": False}),
    "locale": lambda text: locale_name(one_line(text)),
    "name": _line("name"),
    "about": _line("about"),
    "weight": _number(0.01, 100),
}


def fault_of(error: Exception) -> str:
    """Return what is wrong and how to mend it, as the file's checks say it."""
    context = error.context if isinstance(error, PydanticCustomError) else None
    text = f"{context['text']}; {context['fix']}" if context else str(error)
    return text if text.endswith(("?", ".")) else f"{text}."
