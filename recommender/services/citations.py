"""A reading list on its way out: one row, its citation key, what every format says of it, and flat JSON.

Formulas become Unicode first. It does not guess what a record lacks (no pages, no day that nobody told).
BibTeX, RIS and CSL-JSON are modules of their own.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.digest.tex import to_unicode
from recommender.domain.feedback import folded
from recommender.domain.identity import author_key, title_key
from recommender.domain.papers import Paper

_SMALL_WORDS = frozenset(
    {"a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "from", "is", "are"}
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_KEY_HASH = 4
_SUFFIX = re.compile(r"[\s,]+((?:jr|sr)\.?|ii|iii|iv)$", re.IGNORECASE)
_GROUP = re.compile(
    r"\band\b|&|\b(?:collaboration|consortium|team|group|lab|laboratory|project|initiative|community)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One row of a reading list; times are aware UTC."""

    paper: Paper
    saved_at: datetime
    read: bool
    labels: tuple[str, ...] = ()
    note: str = ""
    changed: str = ""
    """What happened to the paper since it was saved, in a few words."""
    changed_at: datetime | None = None
    """When the last of it happened."""

    @property
    def keywords(self) -> tuple[str, ...]:
        """The reader's labels, then the paper's own keywords, each once."""
        words: dict[str, str] = {}
        for word in (*self.labels, *map(to_unicode, self.paper.keywords)):
            words.setdefault(folded(word), word)
        return tuple(word for word in words.values() if word)


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


def date_parts(moment: datetime | None) -> tuple[int, ...]:
    """Return year, month and day as far as they were told; nothing without a date.

    A paper keeps an instant. Sources that know a year or a month alone give the first instant of it, so
    midnight UTC on a first of January says the year, and on the first of another month that month.
    """
    if moment is None:
        return ()
    day = moment.astimezone(UTC)
    if day.day > 1 or day.timetz().replace(tzinfo=None) != datetime.min.time():
        return (day.year, day.month, day.day)
    return (day.year, day.month) if day.month > 1 else (day.year,)


def name_parts(name: str) -> tuple[str, str, str]:
    """Return given names, family name and suffix of an author in reading order, as far as they can be told.

    `Family, Given` is read as that; a group and a name of one word are all family name.
    """
    whole = to_unicode(name)
    if _GROUP.search(whole):
        return "", whole, ""
    suffix, rest = _SUFFIX.search(whole), _SUFFIX.sub("", whole)
    if rest.count(",") == 1:
        family, given = (part.strip() for part in rest.split(","))
    else:
        given, _, family = rest.rpartition(" ")
    if not given or not family or "," in given:
        return "", whole, ""
    return given, family, suffix[1] if suffix else ""


def arxiv_of(paper: Paper) -> str:
    """Return the arXiv id of a paper, or an empty string."""
    return paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else ""


def doi_of(paper: Paper) -> str:
    """Return the DOI of a paper, that of its id where it names no other, or an empty string."""
    return paper.doi or (paper.id.removeprefix("doi:") if paper.id.startswith("doi:") else "")


def to_json(rows: Iterable[Saved]) -> str:
    """Return a list of flat objects: snake_case names, ids as strings, times ISO 8601 UTC."""
    return json.dumps([flat(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def flat(row: Saved) -> dict[str, str | bool | None]:
    """Return a row as one flat object, as `--json` prints it; authors and labels are joined by semicolons."""
    paper = row.paper
    return {
        "paper": paper.id,
        "title": to_unicode(paper.title),
        "authors": "; ".join(to_unicode(name) for name in paper.authors),
        "url": paper.url,
        "doi": paper.doi,
        "arxiv": arxiv_of(paper) or None,
        "venue": paper.venue,
        "published": _instant(paper.published) if paper.published else None,
        "saved_at": _instant(row.saved_at),
        "read": row.read,
        "labels": "; ".join(row.labels),
        "note": row.note,
        "changed": row.changed or None,
        "citation_key": citation_key(paper),
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _ascii(value: str) -> str:
    return unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
