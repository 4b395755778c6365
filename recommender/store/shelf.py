"""Finds the place of each sighting among the papers at hand, in memory.

The shelf holds the rows of the store that a batch could mean; what changed is read off it
afterwards. No SQL here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from recommender.domain.identity import are_strangers, canonical_id, same_work, title_key
from recommender.domain.papers import Paper, PaperId
from recommender.store.entries import (
    BY_DOI,
    BY_HAND,
    BY_NAME,
    BY_TITLE,
    Entry,
    Fold,
    Name,
    is_strong,
    strong_names,
)
from recommender.store.fold import rank

Apart = frozenset[frozenset[PaperId]]
"""Pairs of ids that a person said are two works."""


class Outcome(Enum):
    """What a sighting did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Lost:
    """A stored row that turned out to be another's; `fold` remembers both apart."""

    stored: PaperId
    kept: Entry
    fold: Fold | None


def names_of(sighting: Paper) -> tuple[Name, ...]:
    """Return the names that prove identity: arXiv id and DOI, or for a paper without ids title and text.

    A title alone proves nothing; title with abstract recognises the same listing entry again
    even after a better source has rewritten the stored abstract.
    """
    return strong_names(sighting) or (_scheme_and_value(fingerprint(sighting)),)


def fingerprint(sighting: Paper) -> PaperId:
    """Return a title id salted with the abstract, or with the authors where there is none."""
    salt = sighting.abstract or "; ".join(sighting.authors) or "-"
    return canonical_id(title=sighting.title, salt=salt)


class Shelf:
    """Papers by name and by title key; `put` folds one sighting after the other."""

    def __init__(
        self,
        entries: Iterable[Entry],
        names: Iterable[tuple[Name, PaperId]],
        apart: Apart = frozenset(),
    ) -> None:
        """Take the stored entries, the stored names that point to them, and what must stay apart."""
        self.entries = list(entries)
        by_id = {entry.paper.id: entry for entry in self.entries}
        self._names = {name: by_id[paper] for name, paper in names if paper in by_id}
        self._apart = apart
        self._titles: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._file(entry)
        self.new_names: dict[Name, Entry] = {}
        self.lost: list[Lost] = []

    def put(self, sighting: Paper) -> tuple[Entry, Outcome]:
        """Fold a sighting into the entry it means, or into a new one."""
        found = self._find(sighting)
        if not found:
            entry = Entry(paper=self._with_free_id(sighting))
            self.entries.append(entry)
            outcome = Outcome.ADDED
        else:
            entry, before = self._fold(sighting, found)
            outcome = Outcome.UNCHANGED if entry.paper == before else Outcome.CHANGED
        self._file(entry)
        self._name(entry, sighting)
        return entry, outcome

    def join(self, kept: Entry, other: Entry) -> None:
        """Make two entries one because a person says so."""
        self._absorb(kept, other, BY_HAND)
        self._file(kept)

    def _fold(self, sighting: Paper, found: dict[Entry, str]) -> tuple[Entry, Paper]:
        """Make what was found one entry with the sighting in it; return it and what it said before."""
        entry = min(found, key=lambda one: (one.stored is None, rank(one.paper.id)))
        before = entry.paper
        by_text = BY_NAME not in found.values() and is_strong(sighting) and is_strong(entry.paper)
        if len(found) == 1 and self._is_claimed_by(entry, sighting):
            entry.take_other(sighting, BY_DOI)
            return entry, before
        if by_text and rank(sighting.id) < rank(entry.paper.id):
            # The better id gets a row of its own, so that all that stood at the other can go back there.
            entry = Entry(paper=sighting)
            self.entries.append(entry)
        for other, why in found.items():
            if other is not entry and not self._are_apart(entry.ids, other.ids):
                self._absorb(entry, other, why if why != BY_NAME else found.get(entry, why))
        if not by_text:
            entry.take(sighting)
        elif sighting.id not in entry.ids:
            entry.take_other(sighting, BY_TITLE)
        return entry, before

    def _is_claimed_by(self, entry: Entry, sighting: Paper) -> bool:
        """Tell whether a DOI was claimed before its own record came; it may be undone."""
        first = sighting.id.startswith("doi:") and sighting.id not in entry.ids
        return first and rank(entry.paper.id) <= rank(sighting.id) and are_strangers(entry.paper, sighting)

    def _find(self, sighting: Paper) -> dict[Entry, str]:
        """Return every entry that is this work, by name, then by title, and how it was found."""
        hits = (self._named(name, sighting) for name in names_of(sighting))
        found = {hit: BY_NAME for hit in hits if hit}
        for one in self._titles.get(title_key(sighting.title), ()):
            twin = one.place
            if twin not in found and same_work(twin.paper, sighting):
                found[twin] = BY_TITLE
        if found and self._apart:
            own = self._own(sighting)
            known = own.ids | {sighting.id} if own else {sighting.id}
            return {
                one: why for one, why in found.items() if one is own or not self._are_apart(known, one.ids)
            }
        return found

    def _named(self, name: Name, sighting: Paper) -> Entry | None:
        """Follow a name, but do not believe a DOI that two arXiv papers of different titles share.

        Nor one that a paper claims which has nothing in common with the record of that DOI.
        """
        entry = self._names[name].place if name in self._names else None
        if entry is None or name[0] != "doi" or sighting.id == f"doi:{name[1]}":
            return entry
        disputed = rank(entry.paper.id) == rank(sighting.id) == 0 and entry.paper.id != sighting.id
        disputed = disputed or (entry.paper.id == f"doi:{name[1]}" and are_strangers(entry.paper, sighting))
        own = self._names.get(_scheme_and_value(sighting.id))
        if not disputed or (own and own.place is entry) or same_work(entry.paper, sighting):
            return entry
        return None

    def _own(self, sighting: Paper) -> Entry | None:
        """Return the entry that has this record already; an id that is only a title does not tell."""
        entry = self._names.get(names_of(sighting)[0])
        return entry.place if entry else None

    def _are_apart(self, some: set[PaperId], others: set[PaperId]) -> bool:
        """Tell whether a person said that one of some papers is not one of the others."""
        return bool(self._apart) and any(
            frozenset((one, other)) in self._apart for one in some for other in others
        )

    def _absorb(self, entry: Entry, other: Entry, why: str) -> None:
        fold = entry.absorb(other, why)
        if other.stored:
            self.lost.append(Lost(other.stored, entry, fold))

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
