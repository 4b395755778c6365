"""RIS files, which almost every reference manager and library can write."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import rispy  # type: ignore[import-untyped]  # no type information is published

from recommender.domain.papers import Refused
from recommender.sources.library import Library, LibraryEntry, attempted, gathered
from recommender.sources.moments import moment
from recommender.sources.text import decode

_START = re.compile(r"^\s*TY {1,2}- ?", re.MULTILINE)
_END = re.compile(r"^\s*ER {1,2}-.*$", re.MULTILINE)
_TITLES = ("title", "primary_title", "translated_title", "short_title")
_VENUES = ("journal_name", "secondary_title", "alternate_title3", "alternate_title1")
_YEARS = ("year", "publication_year")
_NAMED = re.compile(r"\s*(?:<p>\s*)?(?:comment:\s*)?arxiv\s*[:.]", re.IGNORECASE)
"""How a note begins that is an arXiv id; one that merely speaks of another paper does not."""


def is_ris(text: str) -> bool:
    """Tell whether a text has at least one entry."""
    return _START.search(text) is not None


def parse_ris(body: bytes, *, place: str) -> Library:
    """Read a RIS file entry by entry, so that a broken one is refused alone."""
    text = decode(body)
    starts = [match.start() for match in _START.finditer(text)]
    entries: list[LibraryEntry] = []
    refused: list[Refused] = []
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        where = f"{place}:{text.count(chr(10), 0, begin) + 1}"
        fields = _fields(text[begin:end])
        if fields is None:
            refused.append(Refused(place=where, reason="the entry is not valid RIS"))
        else:
            entries.append(_read(fields, where))
    return gathered(entries, refused)


def _fields(chunk: str) -> Mapping[str, object] | None:
    """Parse one entry; a missing end line is supplied."""
    lines = _END.split(chunk.strip(), maxsplit=1)[0].strip()
    found = attempted(partial(rispy.loads, skip_unknown_tags=True), f"{lines}\nER  - \n")
    return found[0] if found else None


def _read(fields: Mapping[str, object], place: str) -> LibraryEntry:
    authors = _texts(fields, "authors", "first_authors")
    links = _texts(fields, "urls")
    return LibraryEntry(
        place=place,
        title=_text(fields, *_TITLES),
        abstract=_text(fields, "abstract", "notes_abstract"),
        authors=authors,
        venue=_text(fields, *_VENUES),
        doi=_text(fields, "doi"),
        eprint=_eprint(fields),
        links=links,
        hints=[*_named(fields), *_texts(fields, "number"), _text(fields, *_VENUES)],
        keywords=_texts(fields, "keywords"),
        published=_published(fields),
    )


def _published(fields: Mapping[str, object]) -> datetime | None:
    """Return the date, which says more than the year, unless it is of another one."""
    told = moment(_text(fields, *_YEARS).strip("/"))
    day = moment(_text(fields, "date").strip("/"))
    return day if told is None or (day and day.year == told.year) else told


def _eprint(fields: Mapping[str, object]) -> str:
    """Return the accession number where it is that of arXiv."""
    number = _text(fields, "accession_number")
    return number if "arxiv" in f"{number} {_text(fields, 'name_of_database')}".lower() else ""


def _named(fields: Mapping[str, object]) -> list[str]:
    return [text for text in _texts(fields, "note", "notes") if _NAMED.match(text)]


def _texts(fields: Mapping[str, object], *keys: str) -> list[str]:
    """Return all texts under the keys, whether single or listed."""
    found: list[str] = []
    for key in keys:
        value = fields.get(key)
        found.extend(
            item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)
        )
    return found


def _text(fields: Mapping[str, object], *keys: str) -> str:
    return next((text for text in _texts(fields, *keys) if text.strip()), "")
