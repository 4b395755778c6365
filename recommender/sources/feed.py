"""Any other RSS or Atom feed, read by feedparser from bytes that were fetched and capped before.

Feeds of the open web lie about encodings and put HTML into titles; what comes out is plain text,
and links are http or https or absent. Feeds with a DOCTYPE are refused unread.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError, ParserCreate  # nosec: it only counts depth, entities are refused before

import feedparser

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, arxiv_version, canonical_id, normal_doi
from recommender.domain.papers import Cursor, Paper, PaperPage, Refused
from recommender.ports import Clock
from recommender.ports.options import Example, FeedUrl, SourceOptions, WebUrl
from recommender.sources.asking import Ask
from recommender.sources.kinds import Client, SourceKind
from recommender.sources.moments import moment
from recommender.sources.text import (
    clean_abstract,
    clean_names,
    clean_title,
    first_link,
    optional,
    plain_text,
)

_ENTRIES = 10_000
_DEPTH = 64
_SOURCE = "feed"
_DECLARATION = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_DOI_KEYS = ("prism_doi", "dc_identifier", "doi", "id", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions(SourceOptions):
    """Any RSS or Atom feed of papers."""

    url: Annotated[FeedUrl, Example('"https://example.org/feed.xml"')]
    """Address of the feed itself, not of the page that links to it."""
    base_url: WebUrl = ""
    """Server to ask instead of that of the address (a mirror, a replay)."""


class FeedSource:
    """One feed at one address."""

    def __init__(self, options: FeedOptions, client: Client, clock: Clock) -> None:
        """Ask nothing yet."""
        self._name = options.name
        self._client = client
        self._clock = clock
        self._url = _moved(options.url, options.base_url)

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield the feed as one page; an unchanged feed is an empty page with the old cursor.

        Raises SourceUnavailable and SourceMalformed.
        """
        ask = Ask(source=self._name, url=self._url)
        if since:
            ask = replace(ask, etag=since.etag, last_modified=since.last_modified)
        answer = self._client.get(ask)
        if answer.not_modified and since:
            yield PaperPage(papers=(), place=self._url, cursor=since)
            return
        page = parse_feed(answer.body, source=self._name, place=self._url)
        newest = max((paper.published for paper in page.papers if paper.published), default=None)
        position = newest.isoformat() if newest else (since.position if since else "")
        cursor = Cursor(position=position, etag=answer.etag, last_modified=answer.last_modified)
        yield replace(page, cursor=cursor)


def _moved(url: str, base_url: str) -> str:
    """Return the address at another server, if one is named."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{base_url}{parts.path}{query}" if base_url else url


def parse_feed(body: bytes, *, place: str, source: str = _SOURCE) -> PaperPage:
    """Read a feed of any dialect; entries without a title are refused.

    Raises SourceMalformed where the bytes are no feed, or one that is not safe to read.
    """
    _check(body, source, place)
    try:
        parsed = feedparser.parse(body, sanitize_html=True, resolve_relative_uris=False)
    except Exception as error:  # a third party's parser on hostile bytes: any failure means "no feed"
        raise SourceMalformed(
            source, place, f"this cannot be read as a feed ({type(error).__name__})"
        ) from error
    if not parsed.get("version") and not parsed.entries:
        raise SourceMalformed(source, place, "this is not an RSS or Atom feed")
    papers: list[Paper] = []
    refused: list[Refused] = []
    for number, entry in enumerate(parsed.entries[:_ENTRIES], start=1):
        paper = _paper(entry, parsed.feed)
        if paper:
            papers.append(paper)
        else:
            refused.append(Refused(place=f"{place}: entry {number}", reason="it has no title"))
    return PaperPage(papers=papers, refused=refused, place=place)


def _check(body: bytes, source: str, place: str) -> None:
    """Refuse what must not reach the parser; UTF-16 and UTF-32 are looked through by dropping NULs."""
    narrow = body.replace(b"\x00", b"")
    if not narrow.strip():
        raise SourceMalformed(source, place, "this is empty, not a feed")
    if _WEB_PAGE.search(narrow[:2_000]):
        raise SourceMalformed(
            source, place, "this is a web page, not a feed; use the address of the feed itself"
        )
    if _DECLARATION.search(narrow):
        raise SourceMalformed(source, place, "it declares a document type or entities, which is not read")
    if _depth(narrow) > _DEPTH:
        raise SourceMalformed(source, place, f"its elements are nested deeper than {_DEPTH}")


def _depth(narrow: bytes) -> int:
    """Return how deep the elements go, as far as the XML is sound; stops counting past the limit."""
    deepest = depth = 0

    def opened(_tag: str, _attributes: Mapping[str, str]) -> None:
        nonlocal deepest, depth
        depth += 1
        deepest = max(deepest, depth)
        if deepest > _DEPTH:
            raise RecursionError

    def closed(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser = ParserCreate("utf-8")
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(narrow, True)
    except (ExpatError, RecursionError, ValueError):
        return deepest
    return deepest


def _paper(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Paper | None:
    """Turn one entry into a paper, or None without a title."""
    title = clean_title(plain_text(_string(entry, "title")))
    if not title:
        return None
    link = first_link([entry.get("link"), *(item.get("href") for item in entry.get("links", ()))])
    names = [_string(entry, key) for key in ("id", "link")]
    number = next(
        (found for name in names if "arxiv.org" in name.lower() and (found := arxiv_id(name))), None
    )
    doi = next((found for key in _DOI_KEYS if (found := normal_doi(_string(entry, key)))), None)
    stamp = _string(entry, "published") or _string(entry, "updated")
    return Paper(
        id=canonical_id(title=title, arxiv=number, doi=doi),
        title=title,
        abstract=clean_abstract(plain_text(_string(entry, "summary") or _content(entry))),
        authors=clean_names(_authors(entry)),
        keywords=clean_names(tag.get("term") for tag in entry.get("tags", ())),
        venue=optional(plain_text(_string(feed, "title"))),
        doi=doi,
        url=f"https://arxiv.org/abs/{number}" if number else link,
        published=moment(stamp),
        version=next((part for name in names if number and (part := arxiv_version(name))), None),
    )


def _authors(entry: Mapping[str, Any]) -> Sequence[str]:
    named = [plain_text(_string(author, "name")) for author in entry.get("authors", ())]
    return [name.strip() for joined in named for name in joined.split(";" if ";" in joined else "\n")]


def _content(entry: Mapping[str, Any]) -> str:
    return next((_string(part, "value") for part in entry.get("content", ())), "")


def _string(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


KIND = SourceKind("feed", FeedOptions, FeedSource)
