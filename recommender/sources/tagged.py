"""EndNote (.enw), PubMed (.nbib) and Web of Science (.isi) exports: a tag at the start of each line.

What the tags mean is described by the programs' own manuals; tags that say nothing about a paper are
passed over.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from recommender.sources.library import Library, LibraryEntry, gathered
from recommender.sources.moments import moment
from recommender.sources.text import decode

_REFER = re.compile(r"%([0-9A-Z@!#$&(*+^<>?=\[~]) ?(.*)")
_PUBMED = re.compile(r"([A-Z]{2,4}) *- ?(.*)")
_SCIENCE = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_PUBMED_DOI = re.compile(r"(\S+) \[doi\]")


@dataclass(slots=True)
class _Record:
    """One record: its first line, and by tag its values, each the lines it was written on."""

    line: int
    values: dict[str, list[list[str]]] = field(default_factory=dict)

    def all(self, *tags: str) -> list[str]:
        found = (" ".join(lines).strip() for tag in tags for lines in self.values.get(tag, ()))
        return [value for value in found if value]

    def first(self, *tags: str) -> str:
        return next(iter(self.all(*tags)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How one program writes: what a tagged line looks like, what begins a record, what it means."""

    mark: re.Pattern[str]
    """What a text of this dialect holds at the start of a line."""
    tagged: re.Pattern[str]
    begins: str
    listed: frozenset[str]
    """Tags whose further lines are further values; of other tags they go on with the text."""
    read: Callable[[_Record, str], LibraryEntry]


def is_tagged(text: str) -> bool:
    """Tell whether a text is one of the three."""
    return _dialect(text) is not None


def parse_tagged(body: bytes, *, place: str) -> Library:
    """Read a file of one of the three; records without title and id are refused. Empty where it is none."""
    text = decode(body)
    dialect = _dialect(text)
    records = _records(text, dialect) if dialect else ()
    return gathered(dialect.read(record, f"{place}:{record.line}") for record in records if dialect)


def _dialect(text: str) -> _Dialect | None:
    return next((dialect for dialect in _DIALECTS if dialect.mark.search(text)), None)


def _records(text: str, dialect: _Dialect) -> Iterator[_Record]:
    """Split at the tag that begins a record; lines before the first of them, a heading, are passed over."""
    record: _Record | None = None
    tag = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = dialect.tagged.fullmatch(line)
        if found is None:
            if record and tag in record.values and line.strip():
                _go_on(record.values[tag], line.strip(), listed=tag in dialect.listed)
            continue
        tag, value = found.group(1), (found.group(2) or "").strip()
        if tag == dialect.begins:
            if record:
                yield record
            record = _Record(line=number)
        if record:
            record.values.setdefault(tag, []).append([value])
    if record:
        yield record


def _go_on(values: list[list[str]], more: str, *, listed: bool) -> None:
    if listed:
        values.append([more])
    else:
        values[-1].append(more)


def _refer(record: _Record, place: str) -> LibraryEntry:
    return LibraryEntry(
        place=place,
        title=record.first("T"),
        abstract=record.first("X"),
        authors=record.all("A"),
        venue=record.first("J", "B"),
        doi=record.first("R"),
        links=record.all("U"),
        hints=record.all("J", "O", "Z", "~"),
        keywords=record.all("K"),
        published=moment(_year(record.first("D", "8"))),
    )


def _pubmed(record: _Record, place: str) -> LibraryEntry:
    ids = [found.group(1) for value in record.all("LID", "AID") if (found := _PUBMED_DOI.fullmatch(value))]
    return LibraryEntry(
        place=place,
        title=record.first("TI", "BTI", "CTI").removesuffix("."),
        abstract=record.first("AB", "OAB"),
        authors=record.all("FAU") or record.all("AU"),
        venue=record.first("JT", "TA"),
        doi=next(iter(ids), ""),
        keywords=record.all("OT", "MH"),
        published=moment(_year(record.first("DP"))),
    )


def _science(record: _Record, place: str) -> LibraryEntry:
    authors = record.all("AF") or record.all("AU")
    return LibraryEntry(
        place=place,
        title=record.first("TI"),
        abstract=record.first("AB"),
        authors=[name for value in authors for name in value.split("; ")],
        venue=record.first("SO"),
        doi=record.first("DI"),
        keywords=[word for value in record.all("DE", "ID") for word in value.split("; ")],
        published=moment(_year(record.first("PY"))),
    )


def _year(text: str) -> str:
    found = _YEAR.search(text)
    return found.group() if found else ""


def _marked(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


_DIALECTS = (
    _Dialect(mark=_marked(r"^PMID- ?\d"), tagged=_PUBMED, begins="PMID", listed=frozenset(), read=_pubmed),
    _Dialect(
        mark=_marked(r"^PT [A-Z]\s*$"),
        tagged=_SCIENCE,
        begins="PT",
        listed=frozenset({"AU", "AF"}),
        read=_science,
    ),
    _Dialect(mark=_marked(r"^%0 ?\S"), tagged=_REFER, begins="0", listed=frozenset(), read=_refer),
)
