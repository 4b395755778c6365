"""Finds the place of each sighting among the papers at hand, in memory.

The shelf holds the rows of the store that a batch could mean; what changed is read off it
afterwards. No SQL here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from recommender.domain.identity import aliases, canonical_id, same_work, title_key
from recommender.domain.papers import Paper, PaperId
from recommender.store.fold import merge, rank

Name = tuple[str, str]
"""An alias: (scheme, value)."""


class Outcome(Enum):
    """What a sighting did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(slots=True, eq=False)
class Entry:
    """One paper on the shelf. `stored` is its id in the database, None for a new one."""

    paper: Paper
    stored: PaperId | None = None
    before: Paper | None = None
    merged_into: "Entry | None" = None

    @property
    def place(self) -> "Entry":
        """The entry that speaks for this one now."""
        return self.merged_into.place if self.merged_into else self


def names_of(sighting: Paper) -> tuple[Name, ...]:
    """Return the names that prove identity: arXiv id and DOI, or for a paper without ids title and text.

    A title alone proves nothing; title with abstract recognises the same listing entry again
    even after a better source has rewritten the stored abstract.
    """
    strong = tuple(name for name in aliases(sighting) if name[0] != "title")
    return strong or (_scheme_and_value(fingerprint(sighting)),)


def fingerprint(sighting: Paper) -> PaperId:
    """Return a title id salted with the abstract, or with the authors where there is none."""
    salt = sighting.abstract or "; ".join(sighting.authors) or "-"
    return canonical_id(title=sighting.title, salt=salt)


class Shelf:
    """Papers by name and by title key; `put` folds one sighting after the other."""

    def __init__(self, entries: Iterable[Entry], names: Iterable[tuple[Name, PaperId]]) -> None:
        """Take the stored entries and the stored names that point to them."""
        self.entries = list(entries)
        by_id = {entry.paper.id: entry for entry in self.entries}
        self._names = {name: by_id[paper] for name, paper in names if paper in by_id}
        self._titles: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._file(entry)
        self.new_names: dict[Name, Entry] = {}
        self.lost: list[tuple[PaperId, PaperId]] = []
        """Stored rows that turned out to be another's, as (lost id, kept id), both as stored."""

    def put(self, sighting: Paper) -> tuple[Entry, Outcome]:
        """Fold a sighting into the entry it means, or into a new one."""
        found = self._find(sighting)
        if not found:
            entry = Entry(paper=self._with_free_id(sighting))
            self.entries.append(entry)
            outcome = Outcome.ADDED
        else:
            entry = min(found, key=lambda one: (one.stored is None, rank(one.paper.id)))
            before = entry.paper
            for other in found:
                self._absorb(entry, other)
            entry.paper = merge(entry.paper, sighting)
            outcome = Outcome.UNCHANGED if entry.paper == before else Outcome.CHANGED
        self._file(entry)
        self._name(entry, sighting)
        return entry, outcome

    def _find(self, sighting: Paper) -> list[Entry]:
        """Return every entry that is this work: by name, then by title."""
        found = [hit for name in names_of(sighting) if (hit := self._named(name, sighting))]
        twins = (entry.place for entry in self._titles.get(title_key(sighting.title), ()))
        found += [entry for entry in twins if entry not in found and same_work(entry.paper, sighting)]
        return list(dict.fromkeys(found))

    def _named(self, name: Name, sighting: Paper) -> Entry | None:
        """Follow a name, but do not believe a DOI that two arXiv papers of different titles share."""
        entry = self._names[name].place if name in self._names else None
        if entry is None or name[0] != "doi" or sighting.id == f"doi:{name[1]}":
            return entry
        disputed = rank(entry.paper.id) == rank(sighting.id) == 0 and entry.paper.id != sighting.id
        own = self._names.get(_scheme_and_value(sighting.id))
        if not disputed or (own and own.place is entry) or same_work(entry.paper, sighting):
            return entry
        return None

    def _absorb(self, entry: Entry, other: Entry) -> None:
        if other is entry:
            return
        entry.paper = merge(entry.paper, other.paper)
        other.merged_into = entry
        if other.stored and entry.stored:
            self.lost.append((other.stored, entry.stored))

    def _with_free_id(self, sighting: Paper) -> Paper:
        """Salt a title id that another work with the same title already has."""
        if _scheme_and_value(sighting.id) not in self._names:
            return sighting
        return replace(sighting, id=fingerprint(sighting))

    def _file(self, entry: Entry) -> None:
        key = title_key(entry.paper.title)
        same = self._titles.setdefault(key, []) if key else []
        if entry not in same:
            same.append(entry)

    def _name(self, entry: Entry, sighting: Paper) -> None:
        """Give the entry all names of the sighting that are still free."""
        for name in (_scheme_and_value(sighting.id), _scheme_and_value(entry.paper.id), *names_of(sighting)):
            if name not in self._names:
                self._names[name] = self.new_names[name] = entry


def _scheme_and_value(paper: PaperId) -> Name:
    scheme, _, value = paper.partition(":")
    return scheme, value
