"""What subscribers changed on their preference page, beside what the file says of them.

A wish holds for one field until the file says something else there than it said when the wish was made; then
the file has the last word. What is locked in the file cannot be wished for. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time

from recommender.domain.subscribers import After, Cadence, DeclaredSubscriber, Every, Interest

Value = None | bool | int | float | str | list[str] | dict[str, "Value"]
"""What a wish is about, as JSON has it."""
Facts = dict[str, Value]
"""A declaration, field by field; interests are `interest//KEY` as a whole and `interest/PART/KEY`."""

_INTEREST = "interest/"
_PARTS = tuple(field.name for field in fields(Interest) if field.name != "key")
_LISTS = frozenset({"keywords", "mute", "authors", "categories", "seeds"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One field as its subscriber wants it."""

    field: str
    value: Value
    """None where an interest was removed."""
    declared: Value
    """What the file said then; None where it has no such interest."""
    at: datetime


def facts_of(declared: DeclaredSubscriber) -> Facts:
    """Return a declaration field by field; `paused` and `locked` are none of a subscriber's wishes."""
    cadence = declared.cadence
    facts: Facts = {
        "email": declared.email,
        "name": declared.name,
        "every": cadence.every.value,
        "on": cadence.on,
        "at": f"{cadence.at:%H:%M}",
        "zone": cadence.zone,
        "after": cadence.after.value,
        "papers": declared.papers,
        "floor": declared.floor,
        "send_empty": declared.send_empty,
        "share": declared.share,
        "locale": declared.locale,
    }
    for interest in declared.interests:
        whole = interest_facts(interest)
        facts[interest_field(interest.key)] = whole
        facts |= {interest_field(interest.key, part): value for part, value in whole.items()}
    return facts


def interest_facts(interest: Interest) -> dict[str, Value]:
    """Return an interest field by field, without its key."""
    found: dict[str, Value] = {}
    for name in _PARTS:
        value = getattr(interest, name)
        found[name] = list(value) if name in _LISTS else value
    return found


def apply(
    declared: DeclaredSubscriber, wishes: Iterable[Wish]
) -> tuple[DeclaredSubscriber, tuple[Wish, ...]]:
    """Return a declaration as its subscriber wants it, and the wishes that still hold."""
    facts = facts_of(declared)
    locked = frozenset(declared.locked)
    holding = tuple(
        wish
        for wish in wishes
        if lock_of(wish.field) not in locked and facts.get(wish.field) == wish.declared
    )
    return changed(declared, {wish.field: wish.value for wish in holding}), holding


def changed(declared: DeclaredSubscriber, changes: Mapping[str, Value]) -> DeclaredSubscriber:
    """Return a declaration with some fields as `changes` say, in their order; an interest of None goes."""
    facts = facts_of(declared)
    interests = {interest.key: interest_facts(interest) for interest in declared.interests}
    for field, value in changes.items():
        place = interest_of(field)
        if place is None:
            facts[field] = value
        elif place[1]:
            interests.setdefault(place[0], {})[place[1]] = value
        elif isinstance(value, dict):
            interests[place[0]] = dict(value)
        else:
            interests.pop(place[0], None)
    return _declaration(declared, facts, [_interest(key, own) for key, own in interests.items()])


def declared_before(wanted: DeclaredSubscriber, wishes: Iterable[Wish]) -> DeclaredSubscriber:
    """Return what the file says of a subscriber, from how they are stored and the wishes in that."""
    return changed(wanted, {wish.field: wish.declared for wish in wishes})


def wishes_of(
    declared: DeclaredSubscriber, wanted: DeclaredSubscriber, *, held: Iterable[Wish] = (), at: datetime
) -> tuple[Wish, ...]:
    """Return the wishes that lead from what the file says to what is wanted.

    Those of `held` that say the same keep their time; an interest is one wish where it is added or removed.
    """
    before, after = facts_of(declared), facts_of(wanted)
    known = {wish.field: wish for wish in held}
    found: list[Wish] = []
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old == new or _told_otherwise(field, before, after):
            continue
        wish = Wish(field=field, value=new, declared=old, at=at)
        same = known.get(field)
        keep = same is not None and (same.value, same.declared) == (new, old)
        found.append(same if keep and same else wish)
    return tuple(found)


def lock_of(field: str) -> str:
    """Return the name under which `locked` in the file speaks of a field."""
    if field.startswith(_INTEREST):
        return "interests"
    return "when_empty" if field == "send_empty" else field


def interest_field(key: str, part: str = "") -> str:
    """Return the name of the field that a part of an interest is, or the whole; keys may hold slashes."""
    return f"{_INTEREST}{part}/{key}"


def interest_of(field: str) -> tuple[str, str] | None:
    """Return the key of the interest that a field belongs to and its part, empty for the whole; or None."""
    if not field.startswith(_INTEREST):
        return None
    part, _, key = field.removeprefix(_INTEREST).partition("/")
    return key, part


def _told_otherwise(field: str, before: Facts, after: Facts) -> bool:
    """Tell whether another wish says it: parts of what comes or goes as a whole, a whole told in parts."""
    place = interest_of(field)
    if place is None:
        return False
    key, part = place
    both = interest_field(key) in before and interest_field(key) in after
    return both is not bool(part)


def _declaration(
    declared: DeclaredSubscriber, facts: Mapping[str, Value], interests: Sequence[Interest]
) -> DeclaredSubscriber:
    floor = facts["floor"]
    return DeclaredSubscriber(
        email=str(facts["email"]),
        key=declared.key,
        name=str(facts["name"]),
        cadence=Cadence(
            every=Every(str(facts["every"])),
            on=int(str(facts["on"])),
            at=time.fromisoformat(str(facts["at"])),
            zone=str(facts["zone"]),
            after=After(str(facts["after"])),
        ),
        papers=int(str(facts["papers"])),
        floor=None if floor is None else float(str(floor)),
        send_empty=bool(facts["send_empty"]),
        paused=declared.paused,
        share=bool(facts["share"]),
        locale=str(facts["locale"]),
        locked=declared.locked,
        interests=tuple(interests),
    )


def _interest(key: str, own: Mapping[str, Value]) -> Interest:
    lists = {name: _texts(own.get(name)) for name in _LISTS}
    return Interest(
        key=key,
        name=str(own.get("name") or key),
        about=str(own.get("about") or ""),
        weight=float(str(own.get("weight") or 1.0)),
        paused=bool(own.get("paused")),
        **lists,
    )


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()
