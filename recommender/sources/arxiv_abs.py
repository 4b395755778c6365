r"""arXiv's own metadata files (`.abs`): a block of fields between `\\` lines, then the abstract.

One file is one version of one paper; its `Date` lines list the versions there had been by then, each with
the size of its source and flags, of which `I` marks a version whose source was withdrawn.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.domain.identity import normal_doi
from recommender.domain.papers import Paper, PaperPage, PaperStatus
from recommender.sources.arxiv_fields import named, split_names, status_of
from recommender.sources.moments import moment
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    category_codes,
    clean_abstract,
    decode,
    optional,
    with_originals,
)

_START = re.compile(r"(?:-{10,}\s*\n)?\\\\\s*\n(?:arXiv|Paper):", re.IGNORECASE)
_FENCE = re.compile(r"^\\\\[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*(?: \(revised v\d+\))?):[ \t]?(.*)")
_REVISED = re.compile(r"Date \(revised v(\d{1,4})\)")
_SENT = re.compile(r"\((\d+)kb(?:,([A-Z]+))?\)\s*$")
_BRACKETS = re.compile(r"\([^()]*\)")
_NESTED = 8
_JOINED = re.compile(r"\s+(?:and|&)\s+|,\s*and\s+")
_TEAM = re.compile(r"((?:Collaborations?|Team|Group|Consortium)):\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One `Date` line."""

    number: int
    date: str
    withdrawn: bool


def is_abs(start: str) -> bool:
    """Tell whether a text starts as a metadata file does."""
    return _START.match(start) is not None


def parse_abs(body: bytes, *, place: str) -> PaperPage:
    """Read one metadata file; what is no paper is refused with its bytes."""
    sieve = Sieve(place)
    sieve.take(lambda: _paper(decode(body)), lambda: body, where=place)
    return sieve.page()


def _paper(text: str) -> Paper:
    """Turn a file's text into a paper; raise Unusable."""
    _, *parts = _FENCE.split(text)
    if not parts:
        raise Unusable("it has no block of fields")
    fields = _fields(parts[0])
    abstract = parts[1] if len(parts) > 1 else ""
    versions = list(_versions(fields))
    title, comment = fields.get("title", ""), optional(fields.get("comments"))
    paper = replace(
        named(fields.get("arxiv", "") or fields.get("paper", ""), title),
        abstract=clean_abstract(abstract),
        authors=author_names(_people(fields.get("authors", ""))),
        categories=category_codes(fields.get("categories", "").split()),
        comment=comment,
        venue=optional(fields.get("journal-ref")),
        doi=normal_doi(fields.get("doi", "")),
        published=moment(versions[0].date) if versions else None,
        updated=moment(versions[-1].date) if len(versions) > 1 else None,
        version=versions[-1].number if versions else None,
        status=PaperStatus.WITHDRAWN if versions and versions[-1].withdrawn else status_of(comment),
    )
    return with_originals(paper, title=title, abstract=abstract)


def _fields(block: str) -> Mapping[str, str]:
    """Return the fields by their names in small letters; a line that is indented goes on the one above."""
    found: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        if line.startswith((" ", "\t")) and name:
            found[name] = f"{found[name]} {line.strip()}"
        elif match := _FIELD.match(line):
            name = match.group(1).lower()
            found[name] = match.group(2).strip()
    return found


def _versions(fields: Mapping[str, str]) -> Iterator[_Version]:
    """Yield the versions in order."""
    for name, value in fields.items():
        revised = _REVISED.fullmatch(name.capitalize())
        if name == "date" or revised:
            sent = _SENT.search(value)
            gone = sent is not None and (sent.group(1) == "0" or "I" in (sent.group(2) or ""))
            number = int(revised.group(1)) if revised else 1
            yield _Version(number=number, date=_SENT.sub("", value).strip(), withdrawn=gone)


def _people(joined: str) -> Sequence[str]:
    """Return the names without their affiliations; a collaboration before a colon is one of them."""
    plain = joined
    for _ in range(_NESTED):
        fewer = _BRACKETS.sub("", plain)
        if fewer == plain:
            break
        plain = fewer
    return split_names(_TEAM.sub(r"\1, ", _JOINED.sub(", ", plain)))
