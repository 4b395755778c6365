"""The JSON of bioRxiv's API: one row for each version of a preprint.

`https://api.biorxiv.org/details/…` as described at https://api.biorxiv.org/. Numbers come as numbers or as
text, dates sometimes without zeros, pages with 30 or 100 rows.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import canonical_id, normal_doi
from recommender.domain.papers import NEWS, Paper, PaperPage, PaperStatus
from recommender.sources.jsontree import parse_json
from recommender.sources.moments import moment
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    clean_abstract,
    clean_names,
    clean_title,
    given_first,
    plain_text,
    with_originals,
)

_NOTHING = "no posts found"
_MOST = 1_000
"""Rows of one answer that are read; the API sends a hundred at most."""
_DAY_IN_DOI = re.compile(r"10\.\d{4,9}/(\d{4})\.(\d{2})\.(\d{2})\.")
_DATED_DOIS = datetime(2019, 12, 11, tzinfo=UTC)
"""DOIs have their day in them since then; those without one are older."""
_WITHDRAWN = re.compile(
    r"^\W*withdrawn\b|\b(?:manuscript|preprint|paper|article)\s+(?:has\s+been|was)\s+withdrawn"
    r"|\bwithdrawn\s+(?:this|their|the)\s+(?:manuscript|preprint|paper|article)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page as the server counts."""

    place: str
    rows: Sequence[Mapping[str, object]]
    total: int
    """Rows of all pages together, as the server says; 0 where it does not."""

    @property
    def keys(self) -> set[tuple[str, int]]:
        """Return DOI and version of each row."""
        return {(_text(row, "doi").lower(), _number(row.get("version"))) for row in self.rows}

    def page(self, wanted: frozenset[str]) -> PaperPage:
        """Return the papers of some categories (folded names; all where there are none).

        Of several versions of one preprint the highest is kept.
        """
        sieve = Sieve(self.place)
        rows = [row for row in self.rows if not wanted or _category(row).casefold() in wanted]
        newest = {
            _text(row, "doi").lower(): row
            for row in sorted(rows, key=lambda row: _number(row.get("version")))
            if _text(row, "doi")
        }
        for row in rows:
            if newest.get(_text(row, "doi").lower(), row) is row:
                sieve.take(partial(_paper, row), partial(_bytes, row))
        return sieve.page()


def parse_details(body: bytes, *, source: str, place: str) -> Answer:
    """Read an answer; raise SourceMalformed where it is none."""
    decoded = parse_json(body, source=source, place=place)
    messages = decoded.get("messages") if isinstance(decoded, dict) else None
    said = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(decoded, dict) or not isinstance(said, dict):
        raise SourceMalformed(source, place, "the answer has no messages; check base_url")
    status = _text(said, "status")
    listed = decoded.get("collection")
    rows = [row for row in listed[:_MOST] if isinstance(row, dict)] if isinstance(listed, list) else []
    if status.lower() not in ("ok", _NOTHING) and not rows:
        raise SourceMalformed(source, place, f"the server says: {status[:100] or 'nothing'}")
    return Answer(place=place, rows=rows, total=_number(said.get("total")))


def is_details(decoded: object) -> bool:
    """Tell the API's answers from other JSON."""
    return isinstance(decoded, dict) and {"messages", "collection"} <= set(decoded)


def posted_on(paper: Paper) -> date | None:
    """Return the day on which this version was listed."""
    when = paper.updated or paper.published
    return when.date() if when else None


def _paper(row: Mapping[str, object]) -> Paper:
    """Turn a row into a paper; raise Unusable without DOI or title."""
    doi, sent = normal_doi(_text(row, "doi")), _text(row, "title")
    title, told = clean_title(plain_text(sent)), _text(row, "abstract")
    if doi is None or not title:
        raise Unusable("it has no DOI" if doi is None else "it has no title")
    version, when = _number(row.get("version")) or 1, moment(row.get("date"))
    abstract = clean_abstract(plain_text(told))
    server = "medrxiv" if "medrxiv" in _text(row, "server").lower() else "biorxiv"
    elsewhere = normal_doi(_text(row, "published"))
    paper = Paper(
        id=canonical_id(title=title, doi=doi),
        title=title,
        abstract=abstract,
        authors=author_names(given_first(name) for name in _text(row, "authors").split(";")),
        keywords=clean_names([_category(row)]),
        # The id is the preprint's own DOI; this is that of the published work, which others call it by.
        doi=elsewhere if elsewhere != doi else None,
        url=f"https://www.{server}.org/content/{doi}v{version}",
        published=when if version == 1 else None,
        updated=when if version > 1 else None,
        first_seen=_long_public(doi, when) if version > 1 and when else None,
        version=version,
        status=PaperStatus.WITHDRAWN if _is_withdrawn(title, abstract) else PaperStatus.ACTIVE,
    )
    return with_originals(paper, title=sent, abstract=told)


def _long_public(doi: str, when: datetime) -> datetime | None:
    """Return since when a preprint is public at the least, if that was over 30 days before `when`."""
    found = _DAY_IN_DOI.match(doi)
    own = moment("-".join(found.groups())) if found else _DATED_DOIS
    return own if own and when - own > NEWS else None


def _is_withdrawn(title: str, abstract: str) -> bool:
    """Tell by the words that stand in place of a withdrawn preprint's abstract."""
    return bool(_WITHDRAWN.search(title) or (len(abstract) < 600 and _WITHDRAWN.search(abstract)))


def _category(row: Mapping[str, object]) -> str:
    return _text(row, "category").replace("_", " ")


def _bytes(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _number(value: object) -> int:
    """Read a count that may be written as text; 0 where there is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) and 0 <= value < 1 << 31 else 0


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""
