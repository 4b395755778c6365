"""What may stand together in one list: no near-duplicates, and not too much of one group."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.domain.identity import title_key
from recommender.domain.papers import Paper
from recommender.ranking.base import FloatMatrix
from recommender.ranking.diversity import SAME
from recommender.ranking.groups import Groups
from recommender.ranking.names import Name

_TITLE, _ABSTRACT = 20, 100
"""Letters below which two titles, or two abstracts, may well be the same by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What lists of one pool keep to."""

    sketches: FloatMatrix
    """(n_candidates, d) unit rows."""
    groups: Groups
    same_group: int
    """Most papers of one author in one list; 0 sets no limit."""
    texts: "Texts | None" = None
    """None: not looked at."""


class Texts:
    """What two records of one work share to the letter: a title of some length, an abstract.

    Cosines do not always see this: beside a short abstract the title weighs much.
    """

    __slots__ = ("_known", "_papers")

    def __init__(self, papers: Sequence[Paper]) -> None:
        """Read a paper when it is asked for, once."""
        self._papers = papers
        self._known: dict[int, frozenset[str]] = {}

    def __getitem__(self, place: int) -> frozenset[str]:
        """Return the keys of title and abstract."""
        if place not in self._known:
            paper = self._papers[place]
            keys = (title_key(paper.title), _TITLE), ("".join(paper.abstract.split()).casefold(), _ABSTRACT)
            self._known[place] = frozenset(key for key, least in keys if len(key) >= least)
        return self._known[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The papers of one list so far; without `rules` anything goes with anything."""

    rules: Rules | None
    held: list[int] = field(default_factory=list)
    counts: Counter[Name] = field(default_factory=Counter)
    said: set[str] = field(default_factory=set)
    """Titles and abstracts of what is held."""

    @classmethod
    def of(cls, rules: Rules | None, places: Iterable[int] = ()) -> "Company":
        """Return a list that holds `places` already."""
        company = cls(rules=rules)
        for place in places:
            company.add(place)
        return company

    def add(self, place: int) -> None:
        """Take a paper in, whether or not it is admitted."""
        self.held.append(place)
        if self.rules is not None:
            self.counts.update(self.rules.groups[place])
            self.said.update(() if self.rules.texts is None else self.rules.texts[place])

    def admits(self, place: int) -> bool:
        """Tell whether a paper is new here, unlike all that is held, and not one too many of its group."""
        if place in self.held:
            return False
        if self.rules is None or not self.held:
            return True
        if self._full(self.rules, place):
            return False
        if self.rules.texts is not None and not self.said.isdisjoint(self.rules.texts[place]):
            return False
        return self.nearest(place) <= SAME

    def nearest(self, place: int) -> float:
        """Return the highest cosine with what is held; 0 with nothing."""
        if self.rules is None or not self.held:
            return 0.0
        return float(np.max(self.rules.sketches[self.held] @ self.rules.sketches[place]))

    def _full(self, rules: Rules, place: int) -> bool:
        if not rules.same_group:
            return False
        return any(self.counts[name] >= rules.same_group for name in rules.groups[place])
