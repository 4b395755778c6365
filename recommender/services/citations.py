r"""A reading list as BibTeX, RIS or JSON, for reference managers and programs.

Formulas become Unicode first; whatever TeX is left is text: no command, brace or line break of a
title reaches the file unescaped. It does not guess what a record lacks (no month, no pages).
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.digest.tex import to_unicode
from recommender.domain.identity import author_key, title_key
from recommender.domain.papers import Paper

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
_SMALL_WORDS = frozenset(
    {"a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "from", "is", "are"}
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_KEY_HASH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One row of a reading list; `saved_at` is aware UTC."""

    paper: Paper
    saved_at: datetime
    read: bool
    changed: str = ""
    """What happened to the paper since it was saved, in a few words."""


def citation_key(paper: Paper) -> str:
    """Return family name, year, first telling word and a short hash of the id: `meng2022locating-1f3c`.

    ASCII, and the same on every list, because nothing but the paper goes into it.
    """
    author = _ascii(author_key(paper.authors[0])) if paper.authors else ""
    year = str(paper.published.year) if paper.published else ""
    words = (title_key(word) for word in _WORD.findall(paper.title))
    word = next((word for word in words if word and word not in _SMALL_WORDS), "")
    tail = hashlib.sha256(paper.id.encode()).hexdigest()[:_KEY_HASH]
    return f"{author or 'anonymous'}{year}{_ascii(word)}-{tail}"


def to_bibtex(rows: Iterable[Saved]) -> str:
    """Return one `@article` (with a venue) or `@misc` entry a row, UTF-8 text."""
    return "\n".join(_bibtex_entry(row.paper) for row in rows)


def to_ris(rows: Iterable[Saved]) -> str:
    """Return RIS records with CRLF line ends, `JOUR` where there is a venue and `UNPB` elsewhere."""
    return "".join(f"{tag}  - {value}\r\n" for row in rows for tag, value in _ris_lines(row.paper))


def to_json(rows: Iterable[Saved]) -> str:
    """Return a list of flat objects: snake_case names, ids as strings, times ISO 8601 UTC."""
    return json.dumps([flat(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def flat(row: Saved) -> dict[str, str | bool | None]:
    """Return a row as one flat object, as `--json` prints it; authors are joined by semicolons."""
    paper = row.paper
    return {
        "paper": paper.id,
        "title": to_unicode(paper.title),
        "authors": "; ".join(to_unicode(name) for name in paper.authors),
        "url": paper.url,
        "doi": paper.doi,
        "arxiv": _arxiv(paper),
        "venue": paper.venue,
        "published": _instant(paper.published) if paper.published else None,
        "saved_at": _instant(row.saved_at),
        "read": row.read,
        "changed": row.changed or None,
        "citation_key": citation_key(paper),
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _bibtex_entry(paper: Paper) -> str:
    kind = "article" if paper.venue else "misc"
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _bibtex_fields(paper) if value)
    return f"@{kind}{{{citation_key(paper)},\n{fields}}}\n"


def _bibtex_fields(paper: Paper) -> Iterator[tuple[str, str]]:
    arxiv = _arxiv(paper) or ""
    yield "title", f"{{{_escaped(paper.title)}}}"
    yield "author", " and ".join(_bibtex_name(name) for name in paper.authors)
    yield "year", str(paper.published.year) if paper.published else ""
    yield "journal", _escaped(paper.venue or "")
    yield "doi", _verbatim(paper.doi or "")
    yield "eprint", _verbatim(arxiv)
    yield "archiveprefix", "arXiv" if arxiv else ""
    yield "primaryclass", _verbatim(paper.categories[0]) if arxiv and paper.categories else ""
    yield "keywords", _escaped(", ".join(paper.keywords))
    yield "abstract", _escaped(paper.abstract)
    yield "url", _verbatim(paper.url or "")


def _bibtex_name(name: str) -> str:
    """Protect names in which BibTeX would read a separator of its own."""
    escaped = _escaped(name)
    lone = " and " in f" {escaped} ".casefold() or escaped.count(",") > 1
    return f"{{{escaped}}}" if lone else escaped


def _ris_lines(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if paper.venue else "UNPB"
    yield "ID", citation_key(paper)
    optional: Sequence[tuple[str, str | None]] = (
        ("TI", paper.title),
        *(("AU", _ris_name(name)) for name in paper.authors),
        ("PY", str(paper.published.year) if paper.published else None),
        ("DA", paper.published.strftime("%Y/%m/%d") if paper.published else None),
        ("JO", paper.venue),
        ("DO", paper.doi),
        *(("KW", word) for word in (*paper.keywords, *paper.categories)),
        ("AB", paper.abstract),
        ("UR", paper.url),
    )
    yield from ((tag, text) for tag, value in optional if (text := to_unicode(value or "")))
    yield "ER", ""


def _ris_name(name: str) -> str:
    """Return `Family, Given`, which RIS wants."""
    given, _, family = to_unicode(name).rpartition(" ")
    return f"{family}, {given}" if given and "," not in name else to_unicode(name)


def _arxiv(paper: Paper) -> str | None:
    return paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else None


def _escaped(value: str) -> str:
    text = to_unicode(value)
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


def _ascii(value: str) -> str:
    return unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
