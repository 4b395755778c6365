"""Writes what subscribers changed on their pages into the text of a subscribers file.

What comes out was read again and says what it should; who cannot be written so is refused by name,
and their part of the text stays as it was. Nothing is opened here.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from pydantic import ValidationError

from recommender.domain.subscribers import DeclaredSubscriber, Interest
from recommender.domain.wishes import facts_of, interest_of
from recommender.settings.people import SeedReader, SubscribersFile
from recommender.settings.people_text import (
    ARRAY,
    block,
    interest_pairs,
    key_of,
    subscriber_pairs,
    value_of,
)
from recommender.settings.positions import Path
from recommender.settings.repeats import tables
from recommender.settings.sheet import Edit, Sheet, carried_out
from recommender.settings.toml_values import Value

_BOM = b"\xef\xbb\xbf"
_ROUNDS = 20
"""What stands within something else that changes comes a round later."""
_UNSAFE = "the way it is written cannot be changed safely"
Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a file is to say: of some that it declares, by number, and of some it does not name yet."""

    changed: Mapping[int, DeclaredSubscriber] = field(default_factory=dict)
    joined: Sequence[DeclaredSubscriber] = ()

    def people(self) -> list[DeclaredSubscriber]:
        """Return everybody of whom something is wanted."""
        return [*self.changed.values(), *self.joined]

    def halves(self) -> Iterator["Wanted"]:
        """Yield what is wanted of one half of them, and of the other."""
        numbers: list[int | None] = [*self.changed, *(None for _ in self.joined)]
        pairs = [*zip(numbers, self.people(), strict=True)]
        middle = len(pairs) // 2
        for part in (pairs[:middle], pairs[middle:]):
            yield Wanted(
                changed={number: own for number, own in part if number is not None},
                joined=[own for number, own in part if number is None],
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """What could not be written: of whom, why, and what to put there by hand."""

    email: str
    reason: str
    block: str = ""
    """Empty where pasting would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The new content of a file, and what is not in it."""

    content: bytes
    unwritten: tuple[Unwritten, ...] = ()


def rewrite(content: bytes, wanted: Wanted, read_seeds: SeedReader) -> Rewritten:
    """Return the content that says what is wanted; raises ValueError where it is no such file to begin with.

    `read_seeds` turns a `seeds_file` as written into paper references.
    """
    mark = _BOM if content.startswith(_BOM) else b""
    work = _Work(content.removeprefix(_BOM), read_seeds)
    work.write(work.reachable(wanted))
    return Rewritten(content=mark + work.source, unwritten=tuple(work.unwritten))


def declared_in(content: bytes, read_seeds: SeedReader) -> list[DeclaredSubscriber]:
    """Return what a file's content declares; raises ValueError where it declares nothing that can be used."""
    return _Text(content.removeprefix(_BOM), read_seeds).declared


class _Text:
    """A text and what it says, read once."""

    def __init__(self, source: bytes, read_seeds: SeedReader) -> None:
        """Read it; raises ValueError, of which pydantic's ValidationError is one."""
        data = tomllib.loads(source.decode())
        self.source = source
        self.raw = [table for _, table in tables(data, ARRAY)]
        people = SubscribersFile.model_validate(data).subscriber
        self.declared = [table.declare(read_seeds) for table in people]

    @cached_property
    def sheet(self) -> Sheet:
        """Its places, looked for when something is to be changed."""
        return Sheet(self.source)


class _Work:
    """A text on its way, valid at any time."""

    def __init__(self, source: bytes, read_seeds: SeedReader) -> None:
        self.unwritten: list[Unwritten] = []
        self._read_seeds = read_seeds
        self._text = self._read(source)

    @property
    def source(self) -> bytes:
        """The text as it stands now."""
        return self._text.source

    def reachable(self, wanted: Wanted) -> Wanted:
        """Return what is wanted but for what only a library could say, which is refused."""
        raw = self._text.raw
        changed = {}
        for number, declared in wanted.changed.items():
            own = _interests(raw[number])
            interests = tuple(
                self._with_library(declared.email, interest, own.get(interest.key, (0, {}))[1])
                for interest in declared.interests
            )
            changed[number] = replace(declared, interests=interests)
        return Wanted(changed=changed, joined=wanted.joined)

    def write(self, wanted: Wanted) -> None:
        """Write all at once; where that fails, one half and the other, and refuse who is left alone."""
        people = wanted.people()
        reason = self._try(wanted) if people else ""
        if reason and len(people) == 1:
            self.unwritten.append(Unwritten(email=people[0].email, reason=reason, block=block(people[0])))
        elif reason:
            for half in wanted.halves():
                self.write(half)

    def _with_library(self, email: str, interest: Interest, raw: Raw) -> Interest:
        """Return an interest with all examples of its `seeds_file`, as it will be read."""
        more = self._library(raw)
        if missing := [seed for seed in more if seed not in interest.seeds]:
            reason = (
                f"{interest.name}: {', '.join(missing[:3])} stand in {raw['seeds_file']}; take them out there"
            )
            self.unwritten.append(Unwritten(email=email, reason=reason))
        own = _own_seeds(interest, raw, more)
        return replace(interest, seeds=tuple(dict.fromkeys((*own, *more))))

    def _library(self, raw: Raw) -> Sequence[str]:
        name = raw.get("seeds_file")
        return self._read_seeds(name) if isinstance(name, str) and name.strip() else ()

    def _try(self, wanted: Wanted) -> str:
        """Write and read again; return what is wrong, and keep the text as it was then."""
        expected = [wanted.changed.get(number, own) for number, own in enumerate(self._text.declared)]
        expected += wanted.joined
        try:
            text = self._edited(wanted.changed)
            for edit in _additions(text, wanted.joined):
                text = self._read(carried_out(text.source, [edit(text)]))
            _check_names(text.declared)
        except ValidationError as error:
            return "; ".join(str(entry["msg"]) for entry in error.errors(include_url=False)[:3])
        except (ValueError, LookupError):
            return _UNSAFE
        if len(text.declared) != len(expected) or not all(map(_same, text.declared, expected)):
            return _UNSAFE
        self._text = text
        return ""

    def _edited(self, changed: Mapping[int, DeclaredSubscriber]) -> _Text:
        text = self._text
        for _ in range(_ROUNDS):
            edits = [edit for number, own in changed.items() for edit in self._edits(text, number, own)]
            if not edits:
                return text
            text = self._read(carried_out(text.source, edits))
        raise ValueError(_UNSAFE)

    def _edits(self, text: _Text, number: int, wanted: DeclaredSubscriber) -> Iterator[Edit]:
        """Yield what leads from what the text says of a subscriber to what it is to say."""
        before, after = facts_of(text.declared[number]), facts_of(wanted)
        if before == after:
            return
        sheet, own = text.sheet, _interests(text.raw[number])
        new = {interest.key: interest for interest in wanted.interests}
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name):
                continue
            place = interest_of(name)
            if place is None:
                yield sheet.set((ARRAY, number), key_of(name), value_of(name, after[name]))
            elif not place[1] and place[0] not in own:
                yield sheet.add((ARRAY, number, "interest"), interest_pairs(new[place[0]]))
            elif not place[1] and place[0] not in new:
                yield sheet.remove((ARRAY, number, "interest", own[place[0]][0]))
            elif place[1] and place[0] in own and place[0] in new:
                at, table = own[place[0]]
                yield from self._part(
                    sheet, (ARRAY, number, "interest", at), table, (place[1], new[place[0]])
                )

    def _part(self, sheet: Sheet, path: Path, raw: Raw, told: tuple[str, Interest]) -> Iterator[Edit]:
        part, interest = told
        value = value_of(part, getattr(interest, part))
        if part == "seeds":
            value = _own_seeds(interest, raw, self._library(raw))
        yield sheet.set(path, part, value)
        if part == "name" and not str(raw.get("id", "")).strip():
            # An interest without an id is known by its name: the votes would not find it.
            yield sheet.set(path, "id", interest.key)

    def _read(self, source: bytes) -> _Text:
        return _Text(source, self._read_seeds)


def _additions(text: _Text, joined: Sequence[DeclaredSubscriber]) -> Iterator[Callable[[_Text], Edit]]:
    """Yield what adds those who joined: tables at the end, or in an array one after the other."""
    if joined and not text.sheet.holds((ARRAY,)):
        yield lambda now: now.sheet.append("\n".join(map(block, joined)))
        return
    for number, own in enumerate(joined, start=len(text.raw)):
        yield partial(_addition, (ARRAY,), subscriber_pairs(own))
        for interest in own.interests:
            yield partial(_addition, (ARRAY, number, "interest"), interest_pairs(interest))


def _addition(array: Path, pairs: Mapping[str, Value], text: _Text) -> Edit:
    return text.sheet.add(array, pairs)


def _interests(raw: Raw) -> dict[str, tuple[int, Raw]]:
    """Return number and table of each interest, by key."""
    return {
        str(table.get("id", "")).strip() or str(table.get("name", "")).strip(): (number, table)
        for number, table in tables(raw, "interest")
    }


def _own_seeds(interest: Interest, raw: Raw, library: Sequence[str]) -> list[str]:
    """Return the examples that stand in the file itself."""
    written = raw.get("seeds")
    own = [str(seed).strip() for seed in written] if isinstance(written, list) else []
    return [seed for seed in interest.seeds if seed in own or seed not in library]


def _check_names(people: Sequence[DeclaredSubscriber]) -> None:
    """Raise ValueError where two interests of one subscriber, or two subscribers, could not be told apart."""
    for person in people:
        keys = [interest.key.casefold() for interest in person.interests]
        names = [interest.name.casefold() for interest in person.interests]
        if len({*keys}) < len(keys) or len({*names}) < len(names):
            raise ValueError("two interests with one name")
    addresses = [person.email.casefold() for person in people]
    if len({*addresses}) < len(addresses):
        raise ValueError("two subscribers with one address")


def _same(one: DeclaredSubscriber, other: DeclaredSubscriber) -> bool:
    """Compare but for the order of interests."""
    return facts_of(one) == facts_of(other) and replace(one, interests=()) == replace(other, interests=())
