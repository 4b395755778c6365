"""Finds what must be unique and is not: names of sources, addresses and ids of subscribers, interests.

Works on the raw values, so that repeats are reported together with every other fault of the files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.domain.errors import Problem
from recommender.settings import fields
from recommender.settings.reading import Document

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Unique:
    """One kind of value that may stand once, with the places where each was first seen."""

    kind: str
    fix: str
    seen: dict[str, tuple[Document, Path]] = field(default_factory=dict)

    def check(self, document: Document, path: Path, value: str, *, same_as: str = "") -> Iterator[Problem]:
        """Yield a problem if `value` was seen before; `same_as` is compared instead where given."""
        compared = (same_as or value).casefold()
        if not compared:
            return
        if compared not in self.seen:
            self.seen[compared] = (document, path)
            return
        earlier, where = self.seen[compared]
        first = f"{earlier.shown}:{earlier.positions.value(where).line}"
        place = document.positions.value(path)
        yield document.problem(place, f"the {self.kind} {value} is already at {first}", self.fix)


def repeated_sources(document: Document) -> Iterator[Problem]:
    """Yield a problem for each source or enricher whose name an earlier one has."""
    names = _Unique("source name", 'give each source its own name, like name = "second"')
    for kind in ("source", "enricher"):
        for number, table in tables(document.data, kind):
            own = _text(table, "name")
            path: Path = (kind, number, "name") if own else (kind, number)
            yield from names.check(document, path, own or _text(table, "type"))


def repeated_people(documents: Iterable[Document]) -> Iterator[Problem]:
    """Yield a problem for each address or id that an earlier subscriber of any of the files has."""
    addresses = _Unique("address", "remove one of the two")
    keys = _Unique("id", "give each subscriber their own id")
    for document in documents:
        for number, subscriber in tables(document.data, "subscriber"):
            path: Path = ("subscriber", number)
            email = _text(subscriber, "email")
            yield from addresses.check(document, (*path, "email"), email, same_as=_address(email))
            yield from keys.check(document, (*path, "id"), _text(subscriber, "id"))
            yield from _interests(document, path, subscriber)


def tables(data: object, key: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield (index, table) of an array of tables, passing over what is none."""
    items = data.get(key) if isinstance(data, Mapping) else None
    for number, item in enumerate(items if isinstance(items, Sequence) else ()):
        if isinstance(item, Mapping):
            yield number, item


def _interests(document: Document, path: Path, subscriber: Mapping[str, object]) -> Iterator[Problem]:
    """Check names, and ids with them: an interest without an id is known by its name."""
    names = _Unique("interest", "give each interest its own name")
    keys = _Unique("interest id", "give each interest its own id")
    for number, interest in tables(subscriber, "interest"):
        here = (*path, "interest", number)
        name, key = _text(interest, "name"), _text(interest, "id")
        repeated = list(names.check(document, (*here, "name"), name))
        if not repeated:
            place = (*here, "id" if key else "name")
            repeated = list(keys.check(document, place, key or name))
        yield from repeated


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""


def _address(text: str) -> str:
    try:
        return fields.address(text)
    except ValueError:
        return text
