"""JSON Feed, versions 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/).

A feed is its first page: `next_url` leads into the archive and is not followed.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, arxiv_version, canonical_id, normal_doi
from recommender.domain.papers import Paper, PaperPage
from recommender.sources.jsontree import LONGEST, excess
from recommender.sources.moments import moment
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    clean_abstract,
    clean_names,
    clean_title,
    decode,
    first_link,
    optional,
    plain_text,
)

_VERSION = "jsonfeed.org/version/"


def looks_like_json(body: bytes) -> bool:
    """Tell by the first character whether a feed can only be a JSON Feed."""
    return decode(body[:200]).lstrip("\ufeff \t\r\n").startswith("{")


def is_json_feed(decoded: object) -> bool:
    """Tell a JSON Feed from other JSON: by its version, or by items where none is named."""
    if not isinstance(decoded, dict) or not isinstance(decoded.get("items"), list):
        return False
    version = decoded.get("version")
    return _VERSION in version if isinstance(version, str) else "feed_url" in decoded


def parse_json_feed(body: bytes, *, place: str, source: str) -> PaperPage:
    """Read a feed; items without a title are refused. Raises SourceMalformed where the bytes are none."""
    fault = f"it is larger than {LONGEST // 1024 // 1024} MiB" if len(body) > LONGEST else excess(body)
    if fault:
        raise SourceMalformed(source, place, fault)
    try:
        decoded = json.loads(decode(body))
    except (ValueError, RecursionError) as error:
        raise SourceMalformed(source, place, "it looks like JSON but cannot be read as JSON") from error
    if not is_json_feed(decoded):
        raise SourceMalformed(source, place, "this is JSON, but not an RSS or Atom feed or a JSON Feed")
    return json_feed(decoded, place=place)


def json_feed(feed: Mapping[str, object], *, place: str) -> PaperPage:
    """Turn a decoded feed into a page."""
    sieve = Sieve(place)
    items = feed.get("items")
    for item in items if isinstance(items, list) else ():
        sieve.take(partial(_paper, item, feed), partial(_bytes, item))
        if sieve.full:
            break
    return sieve.page()


def _paper(item: object, feed: Mapping[str, object]) -> Paper:
    """Turn one item into a paper; raise Unusable without a title."""
    if not isinstance(item, dict):
        raise Unusable("it is no table of values")
    title = clean_title(plain_text(_text(item, "title")))
    if not title:
        raise Unusable("it has no title")
    # An item of a link blog is about another address than its own.
    links = [_text(item, key) for key in ("external_url", "url", "id")]
    number = next((id_ for link in links if "arxiv.org" in link.lower() and (id_ := arxiv_id(link))), None)
    doi = next((found for link in links if (found := normal_doi(link))), None)
    said = _text(item, "content_html") or _text(item, "content_text") or _text(item, "summary")
    return Paper(
        id=canonical_id(title=title, arxiv=number, doi=doi),
        title=title,
        abstract=clean_abstract(plain_text(said)),
        authors=author_names(_authors(item) or _authors(feed)),
        keywords=clean_names(_listed(item.get("tags"))),
        venue=optional(plain_text(_text(feed, "title"))),
        doi=doi,
        url=f"https://arxiv.org/abs/{number}" if number else first_link(links),
        published=moment(item.get("date_published")),
        updated=moment(item.get("date_modified")),
        version=next((part for link in links if number and (part := arxiv_version(link))), None),
    )


def _authors(holder: Mapping[str, object]) -> Sequence[str]:
    """Return the names of `authors`, or of the `author` of version 1.0."""
    listed = [*_listed(holder.get("authors")), holder.get("author")]
    return [plain_text(_text(author, "name")) for author in listed if isinstance(author, dict)]


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(holder: Mapping[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _bytes(item: object) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode("utf-8", "replace")
