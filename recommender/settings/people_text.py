"""Subscribers in the words of their file: which key a field has, and how its value is written."""

from collections.abc import Mapping
from typing import cast

from recommender.domain.subscribers import WEEKDAYS, DeclaredSubscriber, Interest
from recommender.domain.wishes import facts_of, interest_facts, interest_of
from recommender.settings.toml_values import Value, line, written

ARRAY = "subscriber"


def key_of(field: str) -> str:
    """Return the key that a field (see `domain.wishes`) stands under; `interest` for one as a whole."""
    place = interest_of(field)
    if place is not None:
        return place[1] or "interest"
    return "when_empty" if field == "send_empty" else field


def value_of(field: str, value: object) -> Value:
    """Return what stands there for a value of a field that is no interest as a whole."""
    if field == "floor":
        return "auto" if value is None else cast("float", value)
    if field == "on":
        return WEEKDAYS[int(str(value))]
    if field == "send_empty":
        return "send" if value else "skip"
    return cast("Value", value)


def shown(field: str, value: object) -> str | None:
    """Return a value of a field as the file has it; of an interest as a whole its name, or None."""
    place = interest_of(field)
    if place and not place[1]:
        return written(str(value.get("name", ""))) if isinstance(value, Mapping) else None
    return written(value_of(field, value))


def subscriber_pairs(declared: DeclaredSubscriber) -> dict[str, Value]:
    """Return what a subscriber's table has to say, without interests: all that is not as it comes."""
    plain = facts_of(DeclaredSubscriber(email=""))
    found: dict[str, Value] = {"id": declared.key} if declared.key else {}
    for field, value in facts_of(declared).items():
        if interest_of(field) is None and value != plain[field]:
            found[key_of(field)] = value_of(field, value)
    if declared.paused:
        found["paused"] = True
    return found | ({"locked": list(declared.locked)} if declared.locked else {})


def interest_pairs(interest: Interest) -> dict[str, Value]:
    """Return what an interest's table has to say: its name, and all that is not as it comes."""
    plain = interest_facts(Interest(name=interest.name))
    found: dict[str, Value] = {"name": interest.name}
    if interest.key and interest.key != interest.name:
        found["id"] = interest.key
    more = interest_facts(interest)
    return found | {part: value_of(part, value) for part, value in more.items() if value != plain[part]}


def block(declared: DeclaredSubscriber) -> str:
    """Return a subscriber's tables, to be put into a file."""
    lines = [f"[[{ARRAY}]]", *(line(key, value) for key, value in subscriber_pairs(declared).items())]
    for interest in declared.interests:
        pairs = interest_pairs(interest)
        lines += ["", f"[[{ARRAY}.interest]]", *(line(key, value) for key, value in pairs.items())]
    return "\n".join(lines) + "\n"
