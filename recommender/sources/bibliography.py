"""A reader's library in any format, and what works it refers to.

Formats: BibTeX, RIS, EndNote, PubMed, Web of Science, Zotero and CSL JSON, and plain lists with one id,
DOI or link a line.
"""

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import parse_reference
from recommender.domain.papers import PaperPage, Refused
from recommender.sources.bibtex import is_bibtex, parse_bibtex
from recommender.sources.library import Library
from recommender.sources.ris import is_ris, parse_ris
from recommender.sources.tagged import is_tagged, parse_tagged
from recommender.sources.text import clean, decode
from recommender.sources.zotero import parse_library_json

_SOURCE = "bibliography"
_FORMATS = "BibTeX, RIS, EndNote, PubMed, Web of Science, Zotero JSON and CSL JSON"
_SHOWN = 60
_LONGEST_LINE = 300


def parse_bibliography(body: bytes, *, place: str, bare: bool = False) -> PaperPage:
    """Read the papers of a library file; all are `library_only`.

    With `bare` an id without a title is a paper too. Raises SourceMalformed where the bytes are no
    library, or else a list of ids (which have no titles).
    """
    library = _library(body, place)
    if library is None and lists_ids(body):
        if bare:
            return _list_of_ids(body, place).page(place, bare=True)
        use = "use it as seeds_file of an interest, or with --for and --as"
        raise SourceMalformed(_SOURCE, place, f"this is a list of ids without titles; {use}")
    if library is None:
        raise SourceMalformed(_SOURCE, place, f"this is no library; what can be read: {_FORMATS}")
    page = library.page(place, bare=bare)
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


def _list_of_ids(body: bytes, place: str) -> Library:
    """Return the ids of a plain list; a title key means something to one store only and names no paper."""
    references, refused = parse_references(body, place)
    named = [name for name in references if not name.startswith("title:")]
    unknown = [
        Refused(place=place, reason=f"{clean(name, _SHOWN)!r} is no id that others know")
        for name in references
        if name.startswith("title:")
    ]
    return Library(papers=(), references=named, refused=[*refused, *unknown])


def _library(body: bytes, place: str) -> Library | None:
    """Parse by content; None where it is no library format."""
    text = decode(body)
    start = text.lstrip()[:1]
    if start and start in "[{":
        return parse_library_json(text.encode("utf-8", "replace"), place=place)
    if is_ris(text):
        return parse_ris(body, place=place)
    if is_bibtex(text):
        return parse_bibtex(body, place=place)
    return parse_tagged(body, place=place) if is_tagged(text) else None


def is_bibliography(body: bytes) -> bool:
    """Tell whether bytes are a library in one of the formats that are no JSON, or a list of ids."""
    text = decode(body)
    return is_ris(text) or is_bibtex(text) or is_tagged(text) or lists_ids(body)


def lists_ids(body: bytes) -> bool:
    """Tell whether bytes are a plain list of ids: most of its lines are short and name a paper."""
    lines = [line for line in decode(body).splitlines() if line.strip() and not line.strip().startswith("#")]
    named = [line for line in lines[:20] if len(line) <= _LONGEST_LINE and parse_reference(line)]
    return bool(lines) and len(named) * 2 > len(lines[:20])
