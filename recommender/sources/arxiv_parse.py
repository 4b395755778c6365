"""What arXiv sends, as papers: query API answers, announcement feeds, OAI-PMH records.

Titles and abstracts keep their TeX and are plain text: `<think>` in a title is part of the title.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, arxiv_version, canonical_id, normal_doi
from recommender.domain.papers import Cursor, Paper, PaperPage, PaperStatus, Refused
from recommender.sources.moments import moment
from recommender.sources.text import category_codes, clean_abstract, clean_names, clean_title, optional
from recommender.sources.xmltree import parse_xml, text_of

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RECORD = "{http://arxiv.org/OAI/arXiv/}"
_PREFIX = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"^\W*withdrawn\b|\b(?:paper|article|manuscript|submission|preprint|work)\s+(?:(?:has|is|was)\s+)?(?:been\s+)?withdrawn",
    re.IGNORECASE,
)
_ID_MONTH = re.compile(r"[:/](\d\d)(0[1-9]|1[0-2])")
_FIRST_YEAR = 90
"""Two-digit years above are of the last century; arXiv began in 1991."""
_RECENT = timedelta(days=30)
_NAME_ENDINGS = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """One page of a query: its papers, and how many results the whole query has."""

    page: PaperPage
    total: int


class _Unusable(ValueError):
    """One entry cannot become a paper; the message is the reason."""


def parse_query(body: bytes, *, source: str, place: str) -> QueryAnswer:
    """Read an Atom answer of the query API; error entries are refused, no entries is an empty page.

    Raises SourceMalformed where the bytes are not such a feed.
    """
    root = parse_xml(body, source=source, place=place, expected="an Atom feed of arXiv")
    if root.tag != f"{ATOM}feed":
        raise SourceMalformed(source, place, "this is XML, but not an Atom feed of arXiv")
    total = text_of(root, f"{_SEARCH}totalResults").strip()
    papers, refused = _collect(root.findall(f"{ATOM}entry"), _queried, place)
    page = PaperPage(papers=papers, refused=refused, place=place)
    return QueryAnswer(page=page, total=int(total) if total.isdecimal() else len(papers))


def parse_announcements(body: bytes, *, source: str, place: str) -> PaperPage:
    """Read an RSS or Atom announcement feed; the cursor of the page is the day announced (New York's).

    Replacements come with `updated` and without `published`; old ones with an early
    `first_seen`. Raises SourceMalformed.
    """
    root = parse_xml(body, source=source, place=place, expected="an announcement feed of arXiv")
    channel = root.find("channel")
    if root.tag == "rss" and channel is not None:
        entries, built = channel.findall("item"), text_of(channel, "pubDate")
        papers, refused = _collect(entries, _announced_rss, place)
    elif root.tag == f"{ATOM}feed":
        entries, built = root.findall(f"{ATOM}entry"), text_of(root, f"{ATOM}updated")
        papers, refused = _collect(entries, _announced_atom, place)
    else:
        raise SourceMalformed(source, place, "this is XML, but not an announcement feed of arXiv")
    days = [when for paper in papers if (when := paper.updated or paper.published)]
    newest = max(days, default=None) or moment(built)
    cursor = Cursor(position=newest.date().isoformat()) if newest else None
    return PaperPage(papers=papers, refused=refused, place=place, cursor=cursor)


def parse_oai(body: bytes, *, source: str, place: str) -> PaperPage:
    """Read OAI-PMH records in the `arXiv` format. Deleted records are refused; raises SourceMalformed."""
    root = parse_xml(body, source=source, place=place, expected="an OAI-PMH answer of arXiv")
    if root.tag not in (f"{_OAI}OAI-PMH", f"{_OAI}record"):
        raise SourceMalformed(source, place, "this is XML, but not an OAI-PMH answer")
    problem = root.find(f"{_OAI}error")
    if problem is not None and problem.get("code") != "noRecordsMatch":
        raise SourceMalformed(source, place, f"the server says {problem.get('code')}")
    papers, refused = _collect(list(root.iter(f"{_OAI}record")), _harvested, place)
    return PaperPage(papers=papers, refused=refused, place=place)


def is_announcement(root: Element) -> bool:
    """Tell whether a feed's root holds announcements of arXiv rather than a query answer."""
    return next(root.iter(f"{ARXIV}announce_type"), None) is not None


def _collect(
    entries: Sequence[Element], read: Callable[[Element], Paper], place: str
) -> tuple[list[Paper], list[Refused]]:
    papers: list[Paper] = []
    refused: list[Refused] = []
    for number, entry in enumerate(entries, start=1):
        try:
            papers.append(read(entry))
        except _Unusable as error:
            refused.append(Refused(place=f"{place}: entry {number}", reason=str(error)))
    return papers, refused


def _queried(entry: Element) -> Paper:
    """Turn one entry of a query answer into a paper."""
    name = text_of(entry, f"{ATOM}id").strip()
    if "/api/errors" in name:
        raise _Unusable(f"arXiv answers: {clean_title(text_of(entry, f'{ATOM}summary'))}")
    primary = [node.get("term", "") for node in entry.findall(f"{ARXIV}primary_category")]
    others = [node.get("term", "") for node in entry.findall(f"{ATOM}category")]
    comment = optional(text_of(entry, f"{ARXIV}comment"))
    return replace(
        _named(name, text_of(entry, f"{ATOM}title")),
        abstract=clean_abstract(text_of(entry, f"{ATOM}summary")),
        authors=clean_names(text_of(node, f"{ATOM}name") for node in entry.findall(f"{ATOM}author")),
        categories=category_codes([*primary, *others]),
        comment=comment,
        venue=optional(text_of(entry, f"{ARXIV}journal_ref")),
        doi=normal_doi(text_of(entry, f"{ARXIV}doi")),
        published=moment(text_of(entry, f"{ATOM}published")),
        updated=moment(text_of(entry, f"{ATOM}updated")),
        status=_status(comment),
    )


def _announced_rss(item: Element) -> Paper:
    description = text_of(item, "description")
    name = text_of(item, "guid") or text_of(item, "link")
    paper = replace(
        _named(name if arxiv_id(name) else description[:80], text_of(item, "title")),
        authors=clean_names(split_names(text_of(item, f"{_DC}creator"))),
        categories=category_codes([node.text or "" for node in item.findall("category")]),
    )
    return _announced(item, paper, description, moment(text_of(item, "pubDate")))


def _announced_atom(entry: Element) -> Paper:
    description = text_of(entry, f"{ATOM}summary")
    joined = [node.text or "" for node in entry.findall(f"{_DC}creator")]
    named = [text_of(node, f"{ATOM}name") for node in entry.findall(f"{ATOM}author")]
    paper = replace(
        _named(text_of(entry, f"{ATOM}id"), text_of(entry, f"{ATOM}title")),
        authors=clean_names(name for names in (joined or named) for name in split_names(names)),
        categories=category_codes([node.get("term", "") for node in entry.findall(f"{ATOM}category")]),
    )
    when = moment(text_of(entry, f"{ATOM}published")) or moment(text_of(entry, f"{ATOM}updated"))
    return _announced(entry, paper, description, when)


def _announced(item: Element, paper: Paper, description: str, when: datetime | None) -> Paper:
    """Add what both feeds share; what is only revised has `updated` and no `published`.

    A store that never saw the paper takes today for its `first_seen`; so that an old paper does not
    look new for being revised, one from earlier months says when it was public at the latest.
    """
    prefix = _PREFIX.match(description)
    kind = (text_of(item, f"{ARXIV}announce_type") or (prefix.group(1) if prefix else "new")).strip().lower()
    return replace(
        paper,
        abstract=clean_abstract(description[prefix.end() :] if prefix else description),
        venue=optional(text_of(item, f"{ARXIV}journal_reference")),
        doi=normal_doi(text_of(item, f"{ARXIV}DOI")),
        published=when if kind == "new" else None,
        updated=when if kind.startswith("replace") else None,
        first_seen=_long_public(paper, when) if kind.startswith("replace") and when else None,
    )


def _long_public(paper: Paper, when: datetime) -> datetime | None:
    """Return the first day after the month in a paper's arXiv id, if that was over 30 days before `when`."""
    digits = _ID_MONTH.search(paper.id)
    if digits is None:
        return None
    short, month = int(digits.group(1)), int(digits.group(2))
    year = (1900 if short > _FIRST_YEAR else 2000) + short + month // 12
    public = datetime(year, month % 12 + 1, 1, tzinfo=UTC)
    return public if when - public > _RECENT else None


def _harvested(record: Element) -> Paper:
    """Turn an OAI-PMH record into a paper."""
    header = record.find(f"{_OAI}header")
    if header is not None and header.get("status") == "deleted":
        raise _Unusable("the record was deleted at arXiv")
    found = next(record.iter(f"{_RECORD}arXiv"), None)
    if found is None:
        raise _Unusable("the record is not in the `arXiv` format (metadataPrefix=arXiv)")
    comment = optional(text_of(found, f"{_RECORD}comments"))
    return replace(
        _named(text_of(found, f"{_RECORD}id"), text_of(found, f"{_RECORD}title")),
        abstract=clean_abstract(text_of(found, f"{_RECORD}abstract")),
        authors=clean_names(_full_name(author) for author in found.iter(f"{_RECORD}author")),
        categories=category_codes(text_of(found, f"{_RECORD}categories").split()),
        comment=comment,
        venue=optional(text_of(found, f"{_RECORD}journal-ref")),
        doi=normal_doi(text_of(found, f"{_RECORD}doi")),
        published=moment(text_of(found, f"{_RECORD}created")),
        updated=moment(text_of(found, f"{_RECORD}updated")),
        status=_status(comment),
    )


def _named(name: str, title: str) -> Paper:
    """Start a paper from its arXiv id as written (with a version or not); raise _Unusable."""
    number = arxiv_id(name)
    title = clean_title(title)
    if number is None:
        raise _Unusable(f"no arXiv id in {name.strip()[:80]!r}")
    if not title:
        raise _Unusable(f"arXiv:{number} has no title")
    return Paper(
        id=canonical_id(title=title, arxiv=number),
        title=title,
        url=f"https://arxiv.org/abs/{number}",
        version=arxiv_version(name),
    )


def split_names(joined: str) -> Sequence[str]:
    """Split `A. One, B. Two` at commas outside brackets and braces; `Jr.` stays with its name."""
    names: list[str] = []
    depth, start = 0, 0
    for place, letter in enumerate(f"{joined},"):
        depth = max(0, depth + (letter in "({[") - (letter in ")}]"))
        if letter == "," and (depth == 0 or place == len(joined)):
            name = joined[start:place].strip()
            start = place + 1
            if names and name.lower() in _NAME_ENDINGS:
                names[-1] = f"{names[-1]} {name}"
            else:
                names.append(name)
    return names


def _full_name(author: Element) -> str:
    parts = (text_of(author, f"{_RECORD}{part}") for part in ("forenames", "keyname", "suffix"))
    return " ".join(part.strip() for part in parts if part.strip())


def _status(comment: str | None) -> PaperStatus:
    return PaperStatus.WITHDRAWN if comment and _WITHDRAWN.search(comment) else PaperStatus.ACTIVE
