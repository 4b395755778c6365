"""A reading list as RIS, which nearly every reference manager reads."""

from collections.abc import Iterable, Iterator, Sequence

from recommender.digest.plain import plain
from recommender.digest.tex import to_unicode
from recommender.domain.papers import Paper, PaperStatus
from recommender.services.citations import Saved, arxiv_of, citation_key, date_parts, doi_of, name_parts

_PARTS = 3


def to_ris(rows: Iterable[Saved]) -> str:
    """Return RIS records with CRLF line ends, `JOUR` where there is a venue and `UNPB` elsewhere.

    Labels stand among the keywords (`KW`), the reader's note in `N1` on one line; an arXiv id is an
    accession number (`AN`).
    """
    return "".join(f"{tag}  - {value}\r\n" for row in rows for tag, value in _lines(row))


def _lines(row: Saved) -> Iterator[tuple[str, str]]:
    paper, arxiv = row.paper, arxiv_of(row.paper)
    yield "TY", "JOUR" if paper.venue else "UNPB"
    yield "ID", citation_key(paper)
    optional: Sequence[tuple[str, str | None]] = (
        ("TI", paper.title),
        *(("AU", _name(name)) for name in paper.authors),
        ("PY", str(paper.published.year) if paper.published else None),
        ("DA", _day(paper)),
        ("JO", paper.venue),
        ("DO", doi_of(paper)),
        ("DB", "arXiv" if arxiv else None),
        ("AN", f"arXiv:{arxiv}" if arxiv else None),
    )
    later: Sequence[tuple[str, str | None]] = (
        ("AB", paper.abstract),
        ("UR", paper.url),
    )
    yield from _filled(optional)
    yield from (("KW", plain(word)) for word in (*row.keywords, *paper.categories))
    yield from _filled(later)
    if paper.status is PaperStatus.WITHDRAWN:
        yield "N1", "Withdrawn"
    if note := plain(row.note):
        yield "N1", note
    yield "ER", ""


def _filled(fields: Sequence[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    yield from ((tag, text) for tag, value in fields if (text := to_unicode(value or "")))


def _day(paper: Paper) -> str | None:
    """Return `YYYY/MM/DD/`, without a day that was not told; a year alone is in `PY`."""
    parts = date_parts(paper.published)
    if len(parts) == _PARTS:
        return "{:04d}/{:02d}/{:02d}".format(*parts)
    return "{:04d}/{:02d}".format(*parts) if len(parts) > 1 else None


def _name(name: str) -> str:
    """Return `Family, Given, Suffix`, which RIS wants; groups stay as they are."""
    given, family, suffix = name_parts(name)
    return ", ".join(part for part in (family, given, suffix) if part)
