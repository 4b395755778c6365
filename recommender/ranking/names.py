"""When two written names may be one person: same family name, given names that do not contradict.

`Kevin Meng`, `Meng, Kevin`, `K. Meng` and `Kevin X. Meng` agree; `Karl Meng` does not, and a family
name alone agrees with nobody. A name of one word (an organisation) agrees with itself only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from recommender.ranking.text import words


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A person's name: folded family name and given names or initials."""

    family: str
    given: tuple[str, ...] = ()


def parse(written: str) -> Name:
    """Read `Given Family` or `Family, Given`; the last word is the family name."""
    if "," in written:
        family, _, given = written.partition(",")
        return Name("".join(words(family)), words(given))
    *first, last = words(written) or ("",)
    return Name(last, tuple(first))


def agree(one: Name, other: Name) -> bool:
    """Tell whether two names may be one person."""
    if one.family != other.family or not one.family:
        return False
    if not one.given or not other.given:
        return one.given == other.given
    pairs = zip_longest(one.given, other.given)
    return all(left is None or right is None or _meet(left, right) for left, right in pairs)


def _meet(one: str, other: str) -> bool:
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


class Bylines:
    """The authors of some papers, to be looked up by name."""

    def __init__(self, authors: Iterable[Sequence[str]]) -> None:
        """Take the author lists in the order of the papers."""
        self._places: dict[tuple[str, str], dict[Name, list[int]]] = {}
        self._firsts: dict[tuple[str, str], set[str]] = {}
        names: dict[str, Name] = {}
        for place, own in enumerate(authors):
            for written in own:
                name = names.get(written) or names.setdefault(written, parse(written))
                first = name.given[0] if name.given else ""
                self._places.setdefault((name.family, first), {}).setdefault(name, []).append(place)
                self._firsts.setdefault(_shelf(name), set()).add(first)

    def papers(self, name: Name) -> list[int]:
        """Return the places of the papers with an author who may be `name`, in order."""
        if not name.family:
            return []
        first = name.given[0] if name.given else ""
        # A full first name meets itself and its initial; looking at all of a family is slow for common ones.
        firsts = {first, first[:1]} if len(first) > 1 else self._firsts.get(_shelf(name), set())
        found: set[int] = set()
        for own_first in firsts:
            for own, places in self._places.get((name.family, own_first), {}).items():
                if agree(name, own):
                    found.update(places)
        return sorted(found)


class NameSet:
    """Some names, to be asked whether one of them may be a given person."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Take the names."""
        self._shelves: dict[tuple[str, str], list[Name]] = {}
        for name in names:
            self._shelves.setdefault(_shelf(name), []).append(name)

    def first(self, authors: Iterable[str]) -> str | None:
        """Return the first of some written names that may be one of the set."""
        for written in authors:
            name = parse(written)
            if any(agree(name, own) for own in self._shelves.get(_shelf(name), ())):
                return written
        return None


def _shelf(name: Name) -> tuple[str, str]:
    """Return what agreeing names have in common: the family name and the first initial."""
    return name.family, name.given[0][0] if name.given else ""
