"""What arXiv sends, as papers: query API answers, announcement feeds, OAI-PMH records.

Titles and abstracts keep their TeX and are plain text: `<think>` in a title is part of the title.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from xml.etree.ElementTree import Element

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, normal_doi
from recommender.domain.papers import Announced, Cursor, Paper, PaperId, PaperPage, Refused
from recommender.sources.arxiv_fields import (
    long_public,
    named,
    paper_id,
    split_names,
    status_of,
)
from recommender.sources.moments import moment
from recommender.sources.sieve import PassedOver, Sieve, Unusable
from recommender.sources.text import (
    author_names,
    category_codes,
    clean_abstract,
    clean_title,
    optional,
    with_originals,
)
from recommender.sources.xmltree import Readers, read_entries, text_of

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RECORD = "{http://arxiv.org/OAI/arXiv/}"
_PREFIX = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """One page of a query: its papers, and how many results the whole query has."""

    page: PaperPage
    total: int
    error: str = ""
    """What arXiv says where it sends an error dressed as an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestAnswer:
    """One answer of OAI-PMH: its papers, and how to go on."""

    page: PaperPage
    datestamps: Sequence[date | None]
    """When each paper's record was changed last, in the order of the papers."""
    deleted: Sequence[PaperId] = ()
    token: str = ""
    """Asks for the next part of the list; empty where there is none."""
    error: str = ""
    """The protocol's own word for what is wrong, like `badResumptionToken`."""


def parse_query(body: bytes, *, source: str, place: str) -> QueryAnswer:
    """Read an Atom answer of the query API; error entries are refused, no entries is an empty page.

    Raises SourceMalformed where the bytes are not such a feed.
    """
    errors: list[str] = []

    def queried(entry: Element) -> Paper:
        if _is_error(entry):
            errors.append(clean_title(text_of(entry, f"{ATOM}summary")) or "an error")
        return _queried(entry)

    sieve = Sieve(place)
    readers = {f"{ATOM}entry": queried}
    root = read_entries(body, sieve, readers, source=source, expected="an Atom feed of arXiv")
    if root.tag != f"{ATOM}feed":
        raise SourceMalformed(source, place, "this is XML, but not an Atom feed of arXiv")
    total = text_of(root, f"{_SEARCH}totalResults").strip()[:9]
    return QueryAnswer(
        page=sieve.page(),
        total=int(total) if total.isdecimal() else len(sieve.papers),
        error=errors[0] if errors else "",
    )


def parse_announcements(body: bytes, *, source: str, place: str) -> PaperPage:
    """Read an RSS or Atom announcement feed; the cursor of the page is the day announced (New York's).

    Replacements come with `updated` and without `published`; old ones with an early
    `first_seen`. `announced` names the papers of all items, refused ones too. Raises SourceMalformed.
    """
    days: list[datetime | None] = []
    ids: list[PaperId] = []

    def noted(entry: Element, when: datetime | None) -> datetime | None:
        days.append(when)
        ids.extend(found for found in [paper_id(_feed_name(entry))] if found)
        return when

    readers: Readers = {
        "item": lambda item: _announced_rss(item, noted(item, moment(text_of(item, "pubDate")))),
        f"{ATOM}entry": lambda entry: _announced_atom(entry, noted(entry, _atom_day(entry))),
    }
    sieve = Sieve(place)
    root = read_entries(body, sieve, readers, source=source, expected="an announcement feed of arXiv")
    if root.tag == "rss" and root.find("channel") is not None:
        built = text_of(root, "channel/pubDate")
    elif root.tag == f"{ATOM}feed":
        built = text_of(root, f"{ATOM}updated")
    else:
        raise SourceMalformed(source, place, "this is XML, but not an announcement feed of arXiv")
    newest = max((day for day in days if day), default=None) or moment(built)
    return replace(
        sieve.page(),
        cursor=Cursor(position=newest.date().isoformat()) if newest else None,
        announced=[Announced(day=newest.date(), papers=ids)] if newest and ids else [],
    )


def parse_oai(body: bytes, *, source: str, place: str) -> PaperPage:
    """Read OAI-PMH records in the `arXiv` format. Deleted records are refused; raises SourceMalformed."""
    answer = parse_harvest(body, source=source, place=place)
    if answer.error:
        raise SourceMalformed(source, place, f"the server says {answer.error}")
    gone = [
        Refused(place=f"{place}: {paper}", reason="the record was deleted at arXiv")
        for paper in answer.deleted
    ]
    return replace(answer.page, refused=[*answer.page.refused, *gone])


def parse_harvest(body: bytes, *, source: str, place: str) -> HarvestAnswer:
    """Read one answer to ListRecords or GetRecord; no records is an empty page.

    Raises SourceMalformed where the bytes are no such answer.
    """
    stamps: dict[PaperId, date | None] = {}
    deleted: list[PaperId] = []

    def harvested(record: Element) -> Paper:
        if _is_deleted(record):
            deleted.append(_deleted_id(record))
            raise PassedOver
        return _harvested(record, stamps)

    sieve = Sieve(place)
    readers = {f"{_OAI}record": harvested}
    root = read_entries(body, sieve, readers, source=source, expected="an OAI-PMH answer of arXiv")
    if root.tag not in (f"{_OAI}OAI-PMH", f"{_OAI}record"):
        raise SourceMalformed(source, place, "this is XML, but not an OAI-PMH answer")
    if not _tells_records(root):
        raise SourceMalformed(source, place, "this OAI-PMH answer is to another question than for records")
    if sieve.full:  # the token that goes on stands behind the records
        raise SourceMalformed(source, place, "it holds more records than are read at once")
    problem = root.find(f"{_OAI}error")
    code = (problem.get("code") or "an error") if problem is not None else ""
    return HarvestAnswer(
        page=sieve.page(),
        datestamps=[stamps[paper.id] for paper in sieve.papers],
        deleted=deleted,
        token=text_of(root, f"*/{_OAI}resumptionToken").strip(),
        error="" if code == "noRecordsMatch" else code,
    )


def _tells_records(root: Element) -> bool:
    """Tell an answer that may hold records, or says why it does not, from a list of sets or formats."""
    parts = {f"{_OAI}{name}" for name in ("ListRecords", "GetRecord", "error")}
    return root.tag == f"{_OAI}record" or any(part.tag in parts for part in root)


def _is_error(entry: Element) -> bool:
    return "/api/errors" in text_of(entry, f"{ATOM}id")


def _queried(entry: Element) -> Paper:
    """Turn one entry of a query answer into a paper."""
    if _is_error(entry):
        raise Unusable(f"arXiv answers: {clean_title(text_of(entry, f'{ATOM}summary'))}")
    primary = [node.get("term", "") for node in entry.findall(f"{ARXIV}primary_category")]
    others = [node.get("term", "") for node in entry.findall(f"{ATOM}category")]
    comment = optional(text_of(entry, f"{ARXIV}comment"))
    title, abstract = text_of(entry, f"{ATOM}title"), text_of(entry, f"{ATOM}summary")
    paper = replace(
        named(text_of(entry, f"{ATOM}id").strip(), title),
        abstract=clean_abstract(abstract),
        authors=author_names(text_of(node, f"{ATOM}name") for node in entry.findall(f"{ATOM}author")),
        categories=category_codes([*primary, *others]),
        comment=comment,
        venue=optional(text_of(entry, f"{ARXIV}journal_ref")),
        doi=normal_doi(text_of(entry, f"{ARXIV}doi")),
        published=moment(text_of(entry, f"{ATOM}published")),
        updated=moment(text_of(entry, f"{ATOM}updated")),
        status=status_of(comment),
    )
    return with_originals(paper, title=title, abstract=abstract)


def _feed_name(entry: Element) -> str:
    """Return where a feed's item says which paper it is of."""
    description = text_of(entry, "description") or text_of(entry, f"{ATOM}summary")
    names = (text_of(entry, "guid"), text_of(entry, f"{ATOM}id"), text_of(entry, "link"), description[:80])
    return next((name for name in names if arxiv_id(name)), description[:80])


def _announced_rss(item: Element, when: datetime | None) -> Paper:
    title = text_of(item, "title")
    paper = replace(
        named(_feed_name(item), title),
        authors=author_names(split_names(text_of(item, f"{_DC}creator"))),
        categories=category_codes([node.text or "" for node in item.findall("category")]),
    )
    return _announced(item, paper, (title, text_of(item, "description")), when)


def _announced_atom(entry: Element, when: datetime | None) -> Paper:
    title = text_of(entry, f"{ATOM}title")
    joined = [node.text or "" for node in entry.findall(f"{_DC}creator")]
    people = [text_of(node, f"{ATOM}name") for node in entry.findall(f"{ATOM}author")]
    paper = replace(
        named(_feed_name(entry), title),
        authors=author_names(name for names in (joined or people) for name in split_names(names)),
        categories=category_codes([node.get("term", "") for node in entry.findall(f"{ATOM}category")]),
    )
    return _announced(entry, paper, (title, text_of(entry, f"{ATOM}summary")), when)


def _atom_day(entry: Element) -> datetime | None:
    return moment(text_of(entry, f"{ATOM}published")) or moment(text_of(entry, f"{ATOM}updated"))


def _announced(item: Element, paper: Paper, sent: tuple[str, str], when: datetime | None) -> Paper:
    """Add what both feeds share; what is only revised has `updated` and no `published`.

    A store that never saw the paper takes today for its `first_seen`; so that an old paper does not
    look new for being revised, one from earlier months says when it was public at the latest. A paper
    that is cross-listed today is new to the readers of that list however old it is.
    """
    title, description = sent
    prefix = _PREFIX.match(description)
    kind = (text_of(item, f"{ARXIV}announce_type") or (prefix.group(1) if prefix else "new")).strip().lower()
    abstract = description[prefix.end() :] if prefix else description
    known = replace(
        paper,
        abstract=clean_abstract(abstract),
        venue=optional(text_of(item, f"{ARXIV}journal_reference")),
        doi=normal_doi(text_of(item, f"{ARXIV}DOI")),
        published=when if kind == "new" else None,
        updated=when if kind.startswith("replace") else None,
        first_seen=long_public(paper.id, when) if kind.startswith("replace") and when else None,
    )
    return with_originals(known, title=title, abstract=abstract)


def _is_deleted(record: Element) -> bool:
    header = record.find(f"{_OAI}header")
    return header is not None and header.get("status") == "deleted"


def _deleted_id(record: Element) -> PaperId:
    name = text_of(record, f"{_OAI}header/{_OAI}identifier").strip()
    return paper_id(name) or PaperId(f"arxiv:{name.rpartition(':')[2][:40]}")


def _harvested(record: Element, stamps: dict[PaperId, date | None]) -> Paper:
    """Turn an OAI-PMH record into a paper, and note its datestamp."""
    found = next(record.iter(f"{_RECORD}arXiv"), None)
    if found is None:
        raise Unusable("the record is not in the `arXiv` format (metadataPrefix=arXiv)")
    comment = optional(text_of(found, f"{_RECORD}comments"))
    title, abstract = text_of(found, f"{_RECORD}title"), text_of(found, f"{_RECORD}abstract")
    paper = replace(
        named(text_of(found, f"{_RECORD}id"), title),
        abstract=clean_abstract(abstract),
        authors=author_names(_full_name(author) for author in found.iter(f"{_RECORD}author")),
        categories=category_codes(text_of(found, f"{_RECORD}categories").split()),
        comment=comment,
        venue=optional(text_of(found, f"{_RECORD}journal-ref")),
        doi=normal_doi(text_of(found, f"{_RECORD}doi")),
        published=moment(text_of(found, f"{_RECORD}created")),
        updated=moment(text_of(found, f"{_RECORD}updated")),
        status=status_of(comment),
    )
    stamp = moment(text_of(record, f"{_OAI}header/{_OAI}datestamp"))
    stamps[paper.id] = stamp.date() if stamp else None
    return with_originals(paper, title=title, abstract=abstract)


def _full_name(author: Element) -> str:
    parts = (text_of(author, f"{_RECORD}{part}") for part in ("forenames", "keyname", "suffix"))
    return " ".join(part.strip() for part in parts if part.strip())
