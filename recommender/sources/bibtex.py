"""BibTeX and BibLaTeX files, with the faults that programs and hands put into them.

It does not resolve `crossref` and does not validate entry types: a title and an id are enough.
"""

import logging
import re
from collections.abc import Iterator, Sequence

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry
from pylatexenc.latex2text import LatexNodes2Text

from recommender.domain.papers import Refused
from recommender.sources.library import Library, LibraryEntry, attempted, first_of, gathered
from recommender.sources.moments import moment, month_number
from recommender.sources.text import decode

_KEYLESS = re.compile(r"@(?!string|preamble|comment)(\w+)\s*([{(])\s*(?=[A-Za-z_-]+\s*=)", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_BRACES = str.maketrans("", "", "{}")
_LONE_BRACES = ((r"\textbraceleft{}", r"\{"), (r"\textbraceright{}", r"\}"))
_LINK = re.compile(r"https?://[^\s{}\"\\]+")
_LATEX_LIMIT = 20_000


def is_bibtex(text: str) -> bool:
    """Tell whether a text has at least one entry."""
    return _ENTRY.search(text) is not None


def parse_bibtex(body: bytes, *, place: str) -> Library:
    """Read a BibTeX file; entries without title and id, and blocks that cannot be read, are refused."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # refused entries say it in our words
    text = _KEYLESS.sub(r"@\1\2unnamed,", decode(body))
    library = attempted(parse_string, text)
    if library is None:
        return gathered((), [Refused(place=place, reason="it cannot be read as BibTeX")])
    blocks = library.blocks
    entries = [entry for block in blocks if (entry := _entry_in(block))]
    unread = [
        Refused(place=f"{place}:{(block.start_line or 0) + 1}", reason="the entry is not valid BibTeX")
        for block in blocks
        if "Failed" in type(block).__name__
    ]
    return gathered((_read(entry, place) for entry in entries), unread)


def _entry_in(block: Block | None) -> Entry | None:
    """Return the entry of a block; a repeated key or field does not make it worthless."""
    while isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
        block = block.ignore_error_block
    return block if isinstance(block, Entry) else None


def _read(entry: Entry, place: str) -> LibraryEntry:
    fields: dict[str, str] = {}
    for field in entry.fields:
        fields.setdefault(field.key.lower(), _unwrapped(str(field.value)))
    kind = first_of(fields, "archiveprefix", "eprinttype").lower()
    eprint = fields.get("eprint", "")
    hints = [fields.get(key, "") for key in ("journal", "note", "howpublished", "number", "eprint")]
    links = [fields.get("url", ""), *_LINK.findall(fields.get("howpublished", ""))]
    return LibraryEntry(
        place=f"{place}:{(entry.start_line or 0) + 1}",
        title=_plain(fields.get("title", "")),
        abstract=_plain(fields.get("abstract", "")),
        authors=[_plain(name) for name in _split_names(fields.get("author", "")) if name != "others"],
        venue=_plain(first_of(fields, "journal", "journaltitle", "booktitle")),
        doi=fields.get("doi", "").replace("\\_", "_").translate(_BRACES),
        eprint=eprint if kind in ("", "arxiv") else "",
        links=[link.replace("\\_", "_").replace("\\%", "%") for link in links if link],
        hints=hints,
        keywords=[word.strip() for word in re.split(r"[,;]", _plain(fields.get("keywords", "")))],
        published=moment(_date(fields)),
    )


def _date(fields: dict[str, str]) -> str:
    """Return the date as ISO text as far as it is known."""
    if fields.get("date"):
        return fields["date"]
    year, month = fields.get("year", "").strip("{} "), fields.get("month", "").strip("{} ")
    number = int(month) if month.isdecimal() and len(month) <= 2 else month_number(month)
    return f"{year}-{number:02d}-01" if number and 1 <= number <= 12 else year


def _unwrapped(value: str) -> str:
    """Take off quotes or one pair of braces left by blocks that the parser did not finish."""
    value = value.strip()
    if len(value) >= 2 and (value[0], value[-1]) in (('"', '"'), ("{", "}")) and _encloses(value):
        return value[1:-1]
    return value


def _encloses(value: str) -> bool:
    """Tell whether the first brace of a value closes only at its end."""
    depth = 0
    for place, letter in enumerate(value):
        depth += (letter == "{") - (letter == "}")
        if depth == 0 and value[0] == "{" and place < len(value) - 1:
            return False
    return True


def _split_names(joined: str) -> Sequence[str]:
    """Split at `and` outside braces."""
    return list(_names(re.split(r"(\{|\}|\s+and\s+)", joined)))


def _names(parts: Sequence[str]) -> Iterator[str]:
    name, depth = "", 0
    for part in parts:
        depth = max(0, depth + (part == "{") - (part == "}"))
        if depth == 0 and part.strip() == "and":
            yield name.strip()
            name = ""
        else:
            name += part
    yield name.strip()


def _plain(text: str) -> str:
    """Turn TeX accents and escapes into characters; formulas stay as they are written."""
    for name, brace in _LONE_BRACES:
        text = text.replace(name, brace)
    if "\\" not in text or len(text) > _LATEX_LIMIT:
        return text.translate(_BRACES) if "$" not in text else text
    converter = LatexNodes2Text(math_mode="verbatim", keep_comments=False, strict_latex_spaces=False)
    bare = text.translate(_BRACES)
    words = attempted(converter.latex_to_text, _BARE_PERCENT.sub(r"\\%", text)) or ""
    return words if _letters(words) * 2 >= _letters(_COMMAND.sub("", bare)) else bare


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
