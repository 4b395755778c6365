"""Names of papers for who cannot see which paper a button stands under: short, and no two the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from recommender.digest.plain import shorten
from recommender.domain.digests import Digest, DigestPaper

_LENGTHS = (30, 60, 400)


def named(digest: Digest) -> Digest:
    """Return the digest with a name for each paper: the beginning of its title that no other paper shares.

    Where two titles are the same, number and title.
    """
    names = short_names(digest.papers)
    sections = [
        replace(section, papers=tuple(replace(paper, name=names[paper.number]) for paper in section.papers))
        for section in digest.sections
    ]
    return replace(digest, sections=tuple(sections))


def short_names(papers: Sequence[DigestPaper]) -> Mapping[int, str]:
    """Return names by number."""
    names: dict[int, str] = {}
    for length in _LENGTHS:
        cut = {paper.number: shorten(paper.title, length) for paper in papers}
        shared = Counter(cut.values())
        for number, name in cut.items():
            if shared[name] == 1:
                names.setdefault(number, name)
    return {paper.number: names.get(paper.number) or f"{paper.number}. {paper.title}" for paper in papers}
