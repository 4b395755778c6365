"""Subscribers files in every style that TOML has for them, drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from recommender.domain.subscribers import Cadence, DeclaredSubscriber, Every, Interest
from recommender.settings.people_text import interest_pairs, subscriber_pairs
from recommender.settings.toml_values import Value, written

T = TypeVar("T")
TEXTS = st.sampled_from(
    ["", "a", 'Zoë\'s "own"', "b\\c", "tab and # hash", "日本", "[x] = {y}, z", "it''s", "'''", '"""', "a]b"]
)
WORDS = st.lists(TEXTS.filter(bool), max_size=4, unique=True).map(tuple)
NAMES = ["A", "b c", "Ä/ö", '"q"', "x.y"]


@st.composite
def interests(draw: st.DrawFn) -> tuple[Interest, ...]:
    """Draw interests, some known by an id."""
    keys = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    return tuple(
        Interest(
            key=key,
            name=draw(st.sampled_from([key, f"{key} 2"])),
            about=draw(TEXTS),
            keywords=draw(WORDS),
            mute=draw(WORDS),
            seeds=draw(WORDS),
            weight=draw(st.sampled_from([1.0, 2.5, 100.0])),
            paused=draw(st.booleans()),
        )
        for key in keys
    )


@st.composite
def people(draw: st.DrawFn, number: int) -> DeclaredSubscriber:
    """Draw what may be said of one subscriber."""
    return DeclaredSubscriber(
        email=f"{draw(st.sampled_from(['ana', 'ben']))}{number}@example.org",
        name=draw(TEXTS),
        cadence=Cadence(
            every=draw(st.sampled_from(Every)),
            on=draw(st.integers(0, 6)),
            at=draw(st.sampled_from([time(7, 30), time(18, 5)])),
            zone=draw(st.sampled_from(["UTC", "Europe/Berlin"])),
        ),
        papers=draw(st.integers(1, 50)),
        floor=draw(st.sampled_from([None, 0.0, 0.25])),
        send_empty=draw(st.booleans()),
        share=draw(st.booleans()),
        interests=draw(interests()),
    )


@dataclass(frozen=True, kw_only=True)
class Odd:
    """A file, what it says, and its subscribers' own parts of it."""

    text: str
    declared: tuple[DeclaredSubscriber, ...]
    parts: tuple[str, ...]
    """Where each has tables of their own; empty where all stand in one array."""


@st.composite
def files(draw: st.DrawFn) -> Odd:
    """Draw a file of one to three subscribers."""
    declared = []
    for number in range(draw(st.integers(1, 3))):
        own = draw(people(number))
        keyed = replace(own, key=f"id{number}" if draw(st.booleans()) else None)
        locked = draw(st.sampled_from([(), ("papers", "at")]))
        declared.append(replace(keyed, locked=locked, paused=draw(st.booleans())))
    pen = _Pen(Random(draw(st.integers(0, 2**32))))
    if draw(st.integers(0, 3)) == 0:
        rows = [pen.inline(_pairs(own) | {"interest": own.interests}) for own in declared]
        parts: list[str] = []
        text = f"{pen.comment()}subscriber = {pen.array(rows)}{pen.tail()}\n"
    else:
        parts = [pen.subscriber(own) for own in declared]
        text = pen.comment() + "".join(parts)
        if draw(st.booleans()):
            text = text.rstrip("\n")
            parts[-1] = parts[-1].rstrip("\n")
    if draw(st.booleans()):
        text, parts = text.replace("\n", "\r\n"), [part.replace("\n", "\r\n") for part in parts]
    return Odd(text=text, declared=tuple(declared), parts=tuple(parts))


def _pairs(own: DeclaredSubscriber) -> dict[str, object]:
    return dict(subscriber_pairs(own))


class _Pen:
    """Writes in a style of its own at every stroke."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._notes = 0

    def subscriber(self, own: DeclaredSubscriber) -> str:
        """Write tables of one subscriber."""
        pairs = _pairs(own)
        separate = self._random.random() < 0.7
        if not separate:
            pairs["interest"] = own.interests
        text = self._header("subscriber") + self._table(pairs)
        for interest in own.interests if separate else ():
            text += self._header("subscriber", "interest") + self._table(dict(interest_pairs(interest)))
        return text + self.comment()

    def inline(self, values: Mapping[str, object]) -> str:
        """Write an inline table."""
        pairs = [
            f"{self._key(key)}{self._gap()}={self._gap()}{self._value(value)}"
            for key, value in values.items()
        ]
        gap = self._gap()
        shuffled = self._random.sample(pairs, len(pairs))
        return f"{{{gap}{', '.join(shuffled)}{gap}}}"

    def array(self, rows: Sequence[str]) -> str:
        """Write an array, on one line or on several with comments."""
        if self._coin():
            end = "," if rows and self._coin() else ""
            gap = self._gap()
            return f"[{gap}{', '.join(rows)}{end}{gap}]"
        text = f"[{self.tail()}\n"
        for number, row in enumerate(rows):
            comma = "," if number < len(rows) - 1 or self._coin() else ""
            text += f"{self.comment()}  {row}{comma}{self.tail()}\n"
        return f"{text}{self.comment()}]"

    def comment(self) -> str:
        """Write a comment line, a blank line, both or nothing."""
        return self._one("", "", "\n", self._note() + "\n", f"\n  {self._note()}\n\n")

    def tail(self) -> str:
        """Write a comment behind something, or nothing."""
        return self._one("", "", f" {self._note()}")

    def _header(self, *names: str) -> str:
        gap = self._gap()
        quoted = [self._key(name) for name in names]
        return f"{self._one('', '  ')}[[{gap}{f'{gap}.{gap}'.join(quoted)}{gap}]]{self.tail()}\n"

    def _table(self, values: Mapping[str, object]) -> str:
        indent = self._one("", "  ", "\t")
        lines = [
            f"{self.comment()}{indent}{self._pair(key, value)}{self.tail()}\n"
            for key, value in values.items()
        ]
        return "".join(self._random.sample(lines, len(lines)))

    def _pair(self, key: str, value: object) -> str:
        return f"{self._key(key)}{self._gap()}={self._gap()}{self._value(value)}"

    def _value(self, value: object) -> str:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool | int | float):
            plain = written(value)
            return self._one(plain, f"+{plain}") if not isinstance(value, bool) else plain
        rows = value if isinstance(value, list | tuple) else ()
        return self.array(
            [self.inline(_values(row)) if isinstance(row, Interest) else self._text(str(row)) for row in rows]
        )

    def _text(self, text: str) -> str:
        ways = [written(text), f'"""{written(text)[1:-1]}"""', f'"""\\\n   {written(text)[1:-1]}"""']
        if "'" not in text:
            ways += [f"'{text}'", f"'''{text}'''"]
        return self._one(*ways)

    def _key(self, key: str) -> str:
        return self._one(key, key, f'"{key}"', f"'{key}'")

    def _coin(self) -> bool:
        return self._random.random() < 0.5

    def _gap(self) -> str:
        return self._one(" ", "", "  ")

    def _note(self) -> str:
        self._notes += 1
        return f"# note {self._notes} = [\"'"

    def _one(self, *ways: T) -> T:
        return self._random.choice(ways)


def _values(interest: Interest) -> dict[str, Value]:
    return interest_pairs(interest)
