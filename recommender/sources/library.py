"""One entry of a reader's own library, from whatever program, as a paper.

Such papers describe what the reader knows and are never candidates (`library_only`). File paths that
programs leave in their exports are never read.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from recommender.domain.identity import (
    arxiv_id,
    arxiv_version,
    author_key,
    bare_title,
    canonical_id,
    normal_doi,
    title_key,
)
from recommender.domain.papers import Paper, PaperId, PaperPage, Refused
from recommender.sources.text import (
    author_names,
    clean_abstract,
    clean_names,
    clean_title,
    first_link,
    given_first,
    optional,
    with_originals,
)

T = TypeVar("T")
_ISBN = re.compile(r"10\.\d{4,9}/(?:[a-z]+\.?)?97[89](?:-?\d){10}")
"""The DOI of a book. Those of chapters go on: `_3`, `.ch2`, `-5`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEntry:
    """What library formats have in common."""

    place: str
    title: str = ""
    abstract: str = ""
    authors: Sequence[str] = ()
    venue: str = ""
    doi: str = ""
    eprint: str = ""
    """An arXiv id that the format itself marks as one."""
    links: Sequence[str] = ()
    hints: Sequence[str] = ()
    """Texts in which an arXiv id counts if they say arXiv."""
    keywords: Sequence[str] = ()
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The entries of one file: papers, references of entries that have only an id, and what is refused."""

    papers: Sequence[Paper]
    references: Sequence[str]
    """Canonical ids of all entries that name a work, with or without a title, in file order."""
    refused: Sequence[Refused]

    def page(self, place: str, *, bare: bool = False) -> PaperPage:
        """Return the papers as a page; entries that are only an id are refused there, unless `bare`."""
        known = {paper.id for paper in self.papers}
        rest = [PaperId(reference) for reference in self.references if reference not in known]
        if bare:
            papers = [*self.papers, *map(bare_paper, rest)]
            return PaperPage(papers=papers, refused=self.refused, place=place)
        refused = [
            Refused(place=place, reason=f"{reference} has no title; an id alone can be a seed, not a paper")
            for reference in rest
        ]
        return PaperPage(papers=self.papers, refused=[*self.refused, *refused], place=place)


def bare_paper(name: PaperId) -> Paper:
    """Return a paper of which only the id is known; a source that brings it fills in the rest."""
    scheme, value = name.split(":", 1)
    doi = value if scheme == "doi" else None
    link = f"https://arxiv.org/abs/{value}" if scheme == "arxiv" else f"https://doi.org/{value}"
    return Paper(id=name, title=bare_title(name), doi=doi, url=link, library_only=True)


def gathered(entries: Iterable[LibraryEntry], refused: Iterable[Refused] = ()) -> Library:
    """Turn entries into papers and references; those with neither title nor id are refused.

    A DOI that names a whole volume is not an entry's: all chapters of a book would be one paper.
    """
    papers: list[Paper] = []
    references: list[str] = []
    bad = list(refused)
    listed = [(entry, clean_title(entry.title), *_numbers(entry)) for entry in entries]
    volumes = _volumes((doi, title, entry) for entry, title, _, doi in listed if doi)
    for entry, title, number, told in listed:
        doi = None if title and told in volumes else told
        if not title and not number and not doi:
            bad.append(Refused(place=entry.place, reason="it has neither a title nor an arXiv id nor a DOI"))
            continue
        name = canonical_id(title=title, arxiv=number, doi=doi)
        references.append(name)
        if title:
            papers.append(_paper(entry, name_of=(number, doi)))
    return Library(papers=papers, references=tuple(dict.fromkeys(references)), refused=bad)


def _volumes(claims: Iterable[tuple[str, str, LibraryEntry]]) -> frozenset[str]:
    """Return DOIs made of an ISBN, and those that entries of other titles and first authors share."""
    by_doi: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for doi, title, entry in claims:
        author = author_key(given_first(entry.authors[0])) if entry.authors else ""
        by_doi[doi].append((title_key(title), author))
    return frozenset(
        doi
        for doi, works in by_doi.items()
        if _ISBN.fullmatch(doi) or any(_unlike(works[0], other) for other in works[1:])
    )


def _unlike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether title and first author are both told twice and both different."""
    return all(first and second and first != second for first, second in zip(one, other, strict=True))


def attempted(parse: Callable[[str], T], text: str) -> T | None:
    """Return what a third party's parser makes of hostile text, or None where it fails in any way."""
    try:
        return parse(text)
    except Exception:  # noqa: BLE001 which errors they raise is not documented, and none may end an import
        return None


def first_of(fields: Mapping[str, str], *keys: str) -> str:
    """Return the first field that has text."""
    return next((fields[key] for key in keys if fields.get(key)), "")


def _numbers(entry: LibraryEntry) -> tuple[str | None, str | None]:
    """Return (arXiv id, DOI); ids are only taken from where an id belongs."""
    saying_arxiv = [text for text in (*entry.links, *entry.hints) if "arxiv" in text.lower()]
    number = next((found for text in (entry.eprint, *saying_arxiv) if (found := arxiv_id(text))), None)
    doi = normal_doi(entry.doi)
    if doi is None:
        by_link = (normal_doi(link) for link in entry.links if "doi.org/" in link.lower())
        doi = next((found for found in by_link if found), None)
    return number, doi


def _paper(entry: LibraryEntry, *, name_of: tuple[str | None, str | None]) -> Paper:
    number, doi = name_of
    title = clean_title(entry.title)
    fallback = f"https://doi.org/{doi}" if doi else first_link(entry.links)
    paper = Paper(
        id=canonical_id(title=title, arxiv=number, doi=doi),
        title=title,
        abstract=clean_abstract(entry.abstract),
        authors=author_names(given_first(name) for name in entry.authors),
        keywords=clean_names(entry.keywords),
        venue=optional(entry.venue),
        doi=doi,
        url=f"https://arxiv.org/abs/{number}" if number else fallback,
        published=entry.published,
        version=arxiv_version(entry.eprint) if number else None,
        library_only=True,
    )
    return with_originals(paper, title=entry.title, abstract=entry.abstract)
