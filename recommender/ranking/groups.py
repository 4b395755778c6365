"""Which papers come from one group: they share an author whose name is one person's.

A common name stands on papers by many people. It gives itself away by its co-authors: a group's papers
share them, namesakes' papers do not.
"""

from collections.abc import Sequence
from functools import cached_property

from recommender.domain.papers import Paper
from recommender.ranking.names import Name, parse

_NAMESAKES = 4
"""A name on fewer papers than this is taken for one person's."""
_TOGETHER = 0.5
"""Least part of a name's papers that co-authors link to one another, if it is one person's."""


class Groups:
    """The authors of some papers whose names are taken for one person's; only those link papers.

    Names are compared as folded by `names.parse`, spelling by spelling; a name of one word is no person's.
    """

    def __init__(self, papers: Sequence[Paper]) -> None:
        """Keep the papers; nothing is read before it is asked for."""
        self._papers = papers

    def __getitem__(self, place: int) -> frozenset[Name]:
        """Return the linking authors of the paper at `place`."""
        return self._links[place]

    @cached_property
    def _links(self) -> list[frozenset[Name]]:
        authors = [_persons(paper) for paper in self._papers]
        places: dict[Name, list[int]] = {}
        for place, own in enumerate(authors):
            for name in own:
                places.setdefault(name, []).append(place)
        common = {name for name, own in places.items() if _is_common(name, [authors[at] for at in own])}
        return [own - common for own in authors]


def _persons(paper: Paper) -> frozenset[Name]:
    return frozenset(name for written in paper.authors if (name := parse(written)).given)


def _is_common(name: Name, bylines: Sequence[frozenset[Name]]) -> bool:
    """Tell whether the papers of a name hang together too little to be one person's."""
    if len(bylines) < _NAMESAKES:
        return False
    circles: list[tuple[set[Name], int]] = []
    for own in bylines:
        near = [circle for circle in circles if not circle[0].isdisjoint(own - {name})]
        apart = [circle for circle in circles if circle[0].isdisjoint(own - {name})]
        joined = set(own - {name}).union(*(others for others, _ in near))
        circles = [*apart, (joined, 1 + sum(papers for _, papers in near))]
    return max(papers for _, papers in circles) < _TOGETHER * len(bylines)
