"""What the forms of the preference page mean. Pure: fields in, edits and faults out.

Every control is named like the field it changes; `had-NAME` has the marks of the value and of the text
that it showed, so that only what a reader touched is an edit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import PydanticCustomError

from recommender.domain.errors import InputError
from recommender.domain.subscribers import Subscriber
from recommender.domain.wishes import Value, interest_field, interest_of
from recommender.services.preferences import Edit, mark_of
from recommender.settings.fields import one_line
from recommender.web.preference_fields import (
    LARGEST,
    LISTS,
    LONGEST_LINE,
    MOST_INTERESTS,
    MOST_LINES,
    PARTS,
    SECTIONS,
    even,
    fault_of,
    text_of,
    value_of,
)
from recommender.web.sheet import Form

NEW = "new"
"""Stands for the key of an interest that is being added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was read: `edits` hold where there are no `faults`; `typed` is what was touched."""

    edits: tuple[Edit, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by the name of the control."""
    typed: Mapping[str, str] = field(default_factory=dict)


def read_section(names: Sequence[str], form: Form) -> Filled:
    """Read the fields `names` of a form."""
    return _read({name: name for name in names}, form)


def read_interest(subscriber: Subscriber, key: str, form: Form) -> Filled:
    """Read the form of an interest; an empty `key` is that of a new one."""
    if not key:
        return _added(subscriber, form)
    shown = [part for part in PARTS if f"had-{part}" in form]
    filled = _read({part: interest_field(key, part) for part in shown}, form)
    faults = dict(filled.faults)
    others = [own.name for own in subscriber.interests if own.key != key]
    if "name" in shown:
        _check_name(others, form.get("name", ""), faults)
    _check_size(form, faults)
    return Filled(edits=filled.edits, faults=faults, typed=filled.typed)


def key_of(subscriber: Subscriber, mark: str) -> str | None:
    """Return the key of the interest that a mark stands for; None where there is none any more."""
    return next((own.key for own in subscriber.interests if mark_of(own.key) == mark), None)


def undo_field(undo: Sequence[Edit]) -> str:
    """Return edits as a hidden field holds them."""
    rows = [[edit.field, edit.value, edit.shown, edit.to_file, edit.place] for edit in undo]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read_undo(subscriber: Subscriber, text: str) -> tuple[Edit, ...]:
    """Read what `undo_field` wrote; raises InputError for anything else, and for what no form could do."""
    try:
        rows = json.loads(text)
        json.dumps(rows, ensure_ascii=False).encode()
        edits = tuple(_edit(*row) for row in rows)
    except (ValueError, TypeError, RecursionError, PydanticCustomError):
        raise InputError("the form does not say what to undo; open the page again") from None
    added = sum(isinstance(edit.value, dict) for edit in edits)
    if len(edits) > MOST_LINES or (added and len(subscriber.interests) + added > MOST_INTERESTS):
        raise InputError("the form takes back more than a page can change")
    return edits


def _edit(name: object, value: Value, shown: object, to_file: object, place: object = None) -> Edit:
    known = isinstance(name, str) and _is_field(name)
    if not (known and isinstance(name, str) and isinstance(to_file, bool)):
        raise TypeError("not an edit")
    if shown is not None and not isinstance(shown, str):
        raise TypeError("not an edit")
    if place is not None and not (type(place) is int and 0 <= place < LARGEST):
        raise TypeError("no place")
    value = None if to_file else _again(name, value)
    return Edit(field=name, value=value, shown=shown, to_file=to_file, place=place)


def _is_field(name: str) -> bool:
    """Tell whether a form can change a field; an address is none of them."""
    place = interest_of(name)
    if place is None:
        return any(name in names for names in SECTIONS.values())
    return bool(place[0]) and len(name) <= 2 * LONGEST_LINE and place[1] in {"", "paused", *PARTS}


def _again(name: str, value: Value) -> Value:
    """Check a value as if it had been typed; ValueError where it cannot have been."""
    key, part = interest_of(name) or ("", name)
    if not part:
        return None if value is None else _whole(key, value)
    if part == "paused":
        if not isinstance(value, bool):
            raise ValueError("neither yes nor no")
        return value
    again = value_of(part, text_of(value))
    if part == "about" and isinstance(value, str) and " ".join(value.split()) == again:
        return one_line(value)  # a file's sentence may have other blanks than a form sends
    if mark_of(again) != mark_of(value) or (interest_of(name) and part == "name" and not again):
        raise ValueError("not as a form has it")
    return again


def _whole(key: str, value: Value) -> Value:
    if not isinstance(value, dict) or not value.keys() <= {"paused", *PARTS} or not value.get("name"):
        raise ValueError("no interest")
    one_line(key)
    return {part: _again(interest_field(key, part), own) for part, own in value.items()}


def _read(names: Mapping[str, str], form: Form) -> Filled:
    """Read controls by name, each for its field."""
    edits: list[Edit] = []
    faults: dict[str, str] = {}
    typed: dict[str, str] = {}
    for control, name in names.items():
        had = form.get(f"had-{control}")
        if control not in form or had is None:
            continue
        value_shown, _, text_shown = had.partition("-")
        if mark_of(even(form[control])) == text_shown:
            continue
        typed[control] = form[control]
        try:
            value = value_of(control, form[control])
        except (PydanticCustomError, ValueError) as error:
            faults[control] = fault_of(error)
        else:
            if mark_of(value) != value_shown:
                edits.append(Edit(field=name, value=value, shown=value_shown))
    return Filled(edits=tuple(edits), faults=faults, typed=typed)


def _added(subscriber: Subscriber, form: Form) -> Filled:
    shown = {part: part for part in PARTS if part in form}
    blank = {f"had-{part}": "" for part in shown}
    filled = _read(shown, {**form, **blank})
    faults = dict(filled.faults)
    _check_name([own.name for own in subscriber.interests], form.get("name", ""), faults)
    _check_size(form, faults)
    if len(subscriber.interests) >= MOST_INTERESTS:
        faults.setdefault("name", f"there are {MOST_INTERESTS} interests already; take one away first.")
    whole: dict[str, Value] = {edit.field: edit.value for edit in filled.edits}
    if not faults and not any(
        value for part, value in whole.items() if part not in {"name", "weight", "mute"}
    ):
        faults["about"] = "say what to look for, here or in words, authors, categories or papers below."
    if faults:
        return Filled(faults=faults, typed=filled.typed)
    key = _free_key(str(whole["name"]), {own.key.casefold() for own in subscriber.interests})
    filler: dict[str, Value] = {"about": "", "weight": 1.0, "paused": False, **{part: [] for part in LISTS}}
    edit = Edit(field=interest_field(key), value={**filler, **whole}, shown=mark_of(None))
    return Filled(edits=(edit,), typed=filled.typed)


def _free_key(name: str, taken: set[str]) -> str:
    numbers = iter(range(2, len(taken) + 3))
    key = name
    while key.casefold() in taken:
        key = f"{name} {next(numbers)}"
    return key


def _check_name(others: Sequence[str], name: str, faults: dict[str, str]) -> None:
    if not name.strip():
        faults.setdefault("name", "give it a name; it is the heading in your digest.")
    if name.strip().casefold() in {other.casefold() for other in others}:
        faults.setdefault("name", "another of your interests has this name.")


def _check_size(form: Form, faults: dict[str, str]) -> None:
    size = {part: len(form.get(part, "").encode("utf-8", "replace")) for part in PARTS}
    if sum(size.values()) > LARGEST and not faults:
        longest = max(size, key=lambda part: size[part])
        faults[longest] = f"the interest has {sum(size.values()):,} octets of text; {LARGEST:,} are the most."


def quick(key: str, act: str) -> Sequence[Edit]:
    """Return the edit of a button beside an interest: pause, resume or remove."""
    if act == "remove":
        return [Edit(field=interest_field(key))]
    return [Edit(field=interest_field(key, "paused"), value=act == "pause")]
