"""A reader's library in any format, and what works it refers to.

Formats: BibTeX, RIS, Zotero and CSL JSON, and plain lists with one id, DOI or link a line.
"""

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import parse_reference
from recommender.domain.papers import PaperPage, Refused
from recommender.sources.bibtex import is_bibtex, parse_bibtex
from recommender.sources.library import Library
from recommender.sources.ris import is_ris, parse_ris
from recommender.sources.text import clean, decode
from recommender.sources.zotero import parse_library_json

_SOURCE = "bibliography"
_SHOWN = 60


def parse_bibliography(body: bytes, *, place: str) -> PaperPage:
    """Read the papers of a library file; all are `library_only`.

    Raises SourceMalformed where the bytes are no library, or a list of ids (which have no titles).
    """
    library = _library(body, place)
    if library is None and lists_ids(body):
        reason = "this is a list of ids without titles; use it as seeds_file of an interest"
        raise SourceMalformed(_SOURCE, place, reason)
    if library is None:
        reason = "this is no library; BibTeX, RIS, Zotero JSON and CSL JSON can be read"
        raise SourceMalformed(_SOURCE, place, reason)
    page = library.page(place)
    if not page.papers and not page.refused:
        raise SourceMalformed(_SOURCE, place, "this library has no entries")
    return page


def parse_references(body: bytes, place: str) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
    """Return the canonical ids that a library or a plain list names, in order, and what is refused.

    In a plain list `#` starts a comment. Raises SourceMalformed only for JSON that is no library.
    """
    library = _library(body, place)
    if library is not None:
        return tuple(library.references), tuple(library.refused)
    references: list[str] = []
    refused: list[Refused] = []
    for number, line in enumerate(decode(body).splitlines(), start=1):
        words = clean(line.split("#", 1)[0] if not line.strip().startswith("http") else line, 1_000)
        if not words:
            continue
        if found := parse_reference(words):
            references.append(":".join(found))
        else:
            reason = f"{words[:_SHOWN]!r} is no arXiv id, DOI or link to a paper"
            refused.append(Refused(place=f"{place}:{number}", reason=reason))
    return tuple(dict.fromkeys(references)), tuple(refused)


def _library(body: bytes, place: str) -> Library | None:
    """Parse by content; None where it is no library format."""
    text = decode(body)
    start = text.lstrip()[:1]
    if start and start in "[{":
        return parse_library_json(text.encode("utf-8", "replace"), place=place)
    if is_ris(text):
        return parse_ris(body, place=place)
    return parse_bibtex(body, place=place) if is_bibtex(text) else None


def lists_ids(body: bytes) -> bool:
    """Tell whether bytes are a plain list of ids."""
    lines = [line for line in decode(body).splitlines() if line.strip() and not line.strip().startswith("#")]
    return bool(lines) and all(parse_reference(line) for line in lines[:20])
