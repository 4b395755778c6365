r"""A reading list as BibTeX.

Whatever TeX is left after formulas became Unicode is text: no command, brace or line break of a title or a
note reaches the file unescaped.
"""

from collections.abc import Iterable, Iterator

from recommender.digest.plain import plain
from recommender.digest.tex import to_unicode
from recommender.domain.papers import Paper, PaperStatus
from recommender.services.citations import Saved, arxiv_of, citation_key, date_parts, doi_of, name_parts

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
# BibTeX counts braces even behind a backslash, so one without a partner would swallow the rest of the file.
_LONE_BRACES = _BIBTEX | {ord("{"): r"\textbraceleft{}", ord("}"): r"\textbraceright{}"}
_VERBATIM = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20", '"': "%22"})


def to_bibtex(rows: Iterable[Saved]) -> str:
    """Return one `@article` (with a venue) or `@misc` entry a row, UTF-8 text.

    Labels stand among `keywords`, the reader's note in `annote`; a month is BibTeX's own macro.
    """
    return "\n".join(map(_entry, rows))


def _entry(row: Saved) -> str:
    kind = "article" if row.paper.venue else "misc"
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(row) if value)
    return f"@{kind}{{{citation_key(row.paper)},\n{fields}{_month(row.paper)}}}\n"


def _month(paper: Paper) -> str:
    parts = date_parts(paper.published)
    return f"  month = {_MONTHS[parts[1] - 1]},\n" if len(parts) > 1 else ""


def _fields(row: Saved) -> Iterator[tuple[str, str]]:
    paper, arxiv = row.paper, arxiv_of(row.paper)
    yield "title", f"{{{_escaped(paper.title)}}}"
    yield "author", " and ".join(_name(name) for name in paper.authors if to_unicode(name))
    yield "year", str(paper.published.year) if paper.published else ""
    yield "journal", _escaped(paper.venue or "")
    yield "doi", _verbatim(doi_of(paper))
    yield "eprint", _verbatim(arxiv)
    yield "archiveprefix", "arXiv" if arxiv else ""
    yield "primaryclass", _verbatim(paper.categories[0]) if arxiv and paper.categories else ""
    yield "note", "Withdrawn" if paper.status is PaperStatus.WITHDRAWN else ""
    yield "keywords", _text(", ".join(row.keywords))
    yield "abstract", _escaped(paper.abstract)
    yield "annote", "\n".join(map(_text, row.note.splitlines())) if _balanced(row.note) else _text(row.note)
    yield "url", _verbatim(paper.url or "")


def _name(name: str) -> str:
    """Return a name in reading order; protect groups, and put a suffix where BibTeX looks for it."""
    given, family, suffix = name_parts(name)
    if suffix:
        return f"{_text(family)}, {_text(suffix)}, {_text(given)}"
    return f"{_text(given)} {_text(family)}" if given else f"{{{_text(family)}}}"


def _escaped(value: str) -> str:
    return _text(to_unicode(value))


def _text(value: str) -> str:
    text = plain(value)
    return text.translate(_BIBTEX if _balanced(text) else _LONE_BRACES)


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


def _verbatim(value: str) -> str:
    """Escape for fields that styles print as they stand: addresses and ids."""
    return to_unicode(value).translate(_VERBATIM)
