"""Which papers of one list belong together: parts of one work, a group's papers on one subject.

Decided from titles and authors alone. Two papers that no author wrote both of are never of one group.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from recommender.digest.tex import to_unicode
from recommender.domain.papers import Paper

_AUTHORS = 60
"""Names compared of each paper: a group's lists of thousands begin alike."""
_SHARED = 2
_SHARED_PART = 0.2
"""Of the shorter list of authors: two names out of hundreds may be two other people."""
_ALIKE = 0.5
"""Least share of the words of two titles that are the same, where first authors are the same."""
_NAME_WORDS = 2
_LONGEST_FAMILY = 3
_PART = re.compile(r"[\s,:;.(–—-]*\b(?:part|volume|paper)\s+(?:[ivx]+|\d+)\b\)?", re.IGNORECASE)
_NUMERAL = re.compile(r"\s+(?:[IVX]+|\d{1,2})(?=\s*(?:$|[:.–—]))")
_WORD = re.compile(r"\w+")
_FAMILY = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    ("a", "an", "and", "for", "from", "in", "of", "on", "or", "the", "to", "via", "with", "using", "by")
)


def led_by(papers: Sequence[Paper]) -> list[int | None]:
    """Return for each paper the place of the one that leads its group, if it stands right behind that group.

    None for leaders and for papers that stand alone.
    """
    if len(papers) <= 1:
        return [None] * len(papers)
    marks = [_Marks(paper) for paper in papers]
    found: list[int | None] = []
    leader = 0
    for place, own in enumerate(marks):
        joins = place > 0 and own.goes_with(marks[leader])
        found.append(leader if joins else None)
        leader = leader if joins else place
    return found


def together(papers: Sequence[Paper]) -> list[int]:
    """Return the places of `papers` in an order in which each group stands behind its first paper."""
    marks = [_Marks(paper) for paper in papers]
    groups: list[list[int]] = []
    for place, own in enumerate(marks):
        group = next((group for group in groups if own.goes_with(marks[group[0]])), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return [place for group in groups for place in group]


class _Marks:
    """What of a paper is compared; its title is read only where an author is shared."""

    def __init__(self, paper: Paper) -> None:
        names = [to_unicode(name).casefold() for name in paper.authors[:_AUTHORS]]
        whole = [name for name in names if len(name.split()) >= _NAME_WORDS]
        self.authors = frozenset(whole)
        self.total = max(len(whole), min(paper.author_count or 0, _AUTHORS))
        self.first = names[0] if whole and names[0] == whole[0] else ""
        self._written = paper.title

    @cached_property
    def title(self) -> str:
        """In plain Unicode."""
        return to_unicode(self._written)

    def goes_with(self, other: "_Marks") -> bool:
        """Tell whether two papers are by the same people on the same thing; the same both ways."""
        shared = len(self.authors & other.authors)
        if not shared:
            return False
        if shared >= max(_SHARED, _SHARED_PART * min(self.total, other.total)):
            return True
        if any(of(self.title) and of(self.title) == of(other.title) for of in (_stem, _family)):
            return True
        mine, theirs = _words(self.title), _words(other.title)
        alike = len(mine & theirs) / max(len(mine | theirs), 1)
        return bool(self.first) and self.first == other.first and alike >= _ALIKE


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.casefold())) - _COMMON


def _stem(title: str) -> str:
    """Return a title without its part: equal for `A Study, Part I` and `A Study, Part II`, else empty."""
    for pattern in (_PART, _NUMERAL):
        if match := pattern.search(title):
            return " ".join(_WORD.findall(title[: match.start()].casefold()))
    return ""


def _family(title: str) -> str:
    """Return what a model is called without its number: `qwen` of `Qwen2.5-VL Technical Report`, else empty.

    Only a title that opens with a made-up name, one with a digit or capitals inside, has one.
    """
    head = title.partition(":")[0] if ":" in title else title.partition(" Technical Report")[0]
    first, *rest = head.split() or [""]
    made_up = any(char.isdigit() or char.isupper() for char in first[1:])
    match = _FAMILY.match(first)
    return match[0].casefold() if match and made_up and len(rest) < _LONGEST_FAMILY else ""
