"""Any other feed: RSS and Atom, read by feedparser from bytes that were fetched and capped before, or JSON.

Feeds of the open web lie about encodings and put HTML into titles; what comes out is plain text,
and links are http or https or absent. Feeds with a DOCTYPE are refused unread.

A feed that is read for the first time often brings the archive of years. What it says is older than 30 days
was first seen on its own day, so it can be found and does not fill the next digest. Later every entry that
is new in the feed is new, whatever its date.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Any
from urllib.parse import urlsplit

from recommender.domain.discretion import keyless
from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, arxiv_version, canonical_id, normal_doi
from recommender.domain.papers import NEWS, Cursor, Outlook, Paper, PaperPage
from recommender.ports import Clock
from recommender.ports.options import Example, FeedUrl, SourceOptions, WebUrl
from recommender.sources.asking import Ask
from recommender.sources.autodiscovery import feed_of
from recommender.sources.feed_bytes import FeedBytes, checked
from recommender.sources.json_feed import looks_like_json, parse_json_feed
from recommender.sources.kinds import Client, SourceKind
from recommender.sources.moments import moment
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    clean_abstract,
    clean_names,
    clean_title,
    first_link,
    optional,
    plain_text,
    with_originals,
)

_SOURCE = "feed"
_DOI_KEYS = ("prism_doi", "dc_identifier", "doi", "id", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions(SourceOptions):
    """Any RSS, Atom or JSON feed of papers."""

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
        self._place = keyless(self._url)
        self._mark = sha256(self._url.encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield the feed as one page; an unchanged feed is an empty page with the old cursor.

        Raises SourceUnavailable and SourceMalformed, the latter too where no entry can be used.
        """
        ask = Ask(source=self._name, url=self._url)
        if since and not since.position.endswith(f" {self._mark}"):
            since = None  # the cursor of another feed, or a date that a person named
        if since:
            ask = replace(ask, etag=since.etag, last_modified=since.last_modified)
        answer = self._client.get(ask)
        if answer.not_modified and since:
            yield PaperPage(papers=(), place=self._place, cursor=since)
            return
        page = parse_feed(answer.body, source=self._name, place=self._place)
        if page.refused and not page.papers:
            yield page  # without a cursor: these bytes are to be read again, also if they stay as they are
            reason = (
                f"none of its {len(page.refused):,} entries can be used; the first: {page.refused[0].reason}"
            )
            raise SourceMalformed(self._name, self._place, reason)
        newest = max((paper.published for paper in page.papers if paper.published), default=None)
        position = f"{newest.isoformat() if newest else '-'} {self._mark}"
        cursor = Cursor(position=position, etag=answer.etag, last_modified=answer.last_modified)
        # A feed that had nothing dated yet may bring its archive now.
        known = since and not since.position.startswith("- ")
        papers = page.papers if known else _aged(page.papers, self._clock.now())
        outlook = None if page.papers else Outlook(quiet="the feed has no entries")
        yield replace(page, papers=papers, cursor=cursor, outlook=outlook)


def _aged(papers: Sequence[Paper], now: datetime) -> Sequence[Paper]:
    """Let papers of an archive be first seen on the day they say they are of."""
    return [
        replace(paper, first_seen=paper.published)
        if paper.published and now - paper.published > NEWS
        else paper
        for paper in papers
    ]


def _moved(url: str, base_url: str) -> str:
    """Return the address at another server, if one is named."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{base_url}{parts.path}{query}" if base_url else url


def parse_feed(body: bytes, *, place: str, source: str = _SOURCE) -> PaperPage:
    """Read a feed of any dialect; entries without a title are refused.

    Raises SourceMalformed where the bytes are no feed, or one that is not safe to read; of a web page it
    names the feed that the page links to.
    """
    if looks_like_json(body):
        return parse_json_feed(body, place=place, source=source)
    try:
        feed = checked(body, source, place)
    except SourceMalformed as error:
        if address := feed_of(body, place):
            raise SourceMalformed(source, place, f"{error.reason}: {address}") from error
        raise
    from recommender.sources import feedparser_guard  # noqa: PLC0415 each command knows the kinds, few read

    try:
        # In a stream, because feedparser takes bytes that are a path for the name of a file to open. Its
        # own cleaning of HTML takes hours over some fragments, and `plain_text` leaves no HTML anyway.
        parsed = feedparser_guard.parse(BytesIO(feed.body), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # a third party's parser on hostile bytes: any failure means "no feed"
        raise SourceMalformed(
            source, place, f"this cannot be read as a feed ({type(error).__name__})"
        ) from error
    if not parsed.get("version") and not parsed.entries:
        raise SourceMalformed(source, place, "this is not an RSS or Atom feed")
    sieve = Sieve(place)
    written = _Written(feed, len(parsed.entries))
    for number, entry in enumerate(parsed.entries):
        sieve.take(partial(_paper, entry, parsed.feed), partial(written.entry, number, entry))
        if sieve.full:
            break
    page = sieve.page()
    return replace(page, refused=[*page.refused, *feed.left])


class _Written:
    """The entries' own bytes, looked for only where one is wanted."""

    def __init__(self, feed: FeedBytes, entries: int) -> None:
        self._feed = feed
        self._entries = entries

    @cached_property
    def _bytes(self) -> Sequence[bytes]:
        found = self._feed.entries()
        return found if len(found) == self._entries else ()

    def entry(self, number: int, parsed: object) -> bytes:
        """Return an entry as it was sent, or as it was understood where it cannot be found."""
        return self._bytes[number] if self._bytes else repr(parsed).encode("ascii", "backslashreplace")


def _paper(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Paper:
    """Turn one entry into a paper; raise Unusable without a title."""
    sent, told = _string(entry, "title"), _string(entry, "summary") or _content(entry)
    title = clean_title(plain_text(sent))
    if not title:
        raise Unusable("it has no title")
    link = first_link([entry.get("link"), *(item.get("href") for item in entry.get("links", ()))])
    names = [_string(entry, key) for key in ("id", "link")]
    number = next(
        (found for name in names if "arxiv.org" in name.lower() and (found := arxiv_id(name))), None
    )
    doi = next((found for key in _DOI_KEYS if (found := normal_doi(_string(entry, key)))), None)
    paper = Paper(
        id=canonical_id(title=title, arxiv=number, doi=doi),
        title=title,
        abstract=clean_abstract(plain_text(told)),
        authors=author_names(_authors(entry)),
        keywords=clean_names(tag.get("term") for tag in entry.get("tags", ())),
        venue=optional(plain_text(_string(feed, "title"))),
        doi=doi,
        url=f"https://arxiv.org/abs/{number}" if number else link,
        published=_published(entry),
        version=next((part for name in names if number and (part := arxiv_version(name))), None),
    )
    return with_originals(paper, title=sent, abstract=told)


def _published(entry: Mapping[str, Any]) -> datetime | None:
    """Return when a paper came out: a list of old papers says so itself (PRISM), its entries may be of today.

    A day of publication that is still to come is that of a printed issue.
    """
    stamp = moment(_string(entry, "published") or _string(dict(entry), "updated"))
    told = moment(_string(entry, "prism_publicationdate"))
    return min(told, stamp) if told and stamp else stamp or told


def _authors(entry: Mapping[str, Any]) -> Sequence[str]:
    named = [plain_text(_string(author, "name")) for author in entry.get("authors", ())]
    return [name.strip() for joined in named for name in joined.split(";" if ";" in joined else "\n")]


def _content(entry: Mapping[str, Any]) -> str:
    return next((_string(part, "value") for part in entry.get("content", ())), "")


def _string(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


KIND = SourceKind("feed", FeedOptions, FeedSource)
