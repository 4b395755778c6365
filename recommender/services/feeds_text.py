"""A reader's feed as Atom (RFC 4287) and as JSON Feed (version 1.1).

Text of papers is data: it is escaped, freed of what XML cannot hold and of what turns letters around, and
markup in it is shown as it is written.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from xml.sax.saxutils import quoteattr

from recommender.digest.plain import plain
from recommender.digest.render import web_url
from recommender.digest.tex import to_unicode
from recommender.domain.papers import Paper
from recommender.services.citations import arxiv_of, date_parts, doi_of
from recommender.services.feeds import FeedEntry, ReaderFeed

ATOM_TYPE = "application/atom+xml"
JSON_TYPE = "application/feed+json"
_AUTHORS = 100
"""Names of a paper that a feed tells."""
_SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
)
_WITHDRAWN = "withdrawn"


def to_atom(feed: ReaderFeed, *, address: str, by: str) -> str:
    """Return the feed as Atom; `address` is its own, `by` names who made it."""
    lines = (
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<feed {_SPACES}>",
        _text("id", feed.id),
        _text("title", f"{feed.title} · {by}"),
        _text("updated", _instant(feed.updated)),
        f"<author>{_text('name', by)}</author>",
        f'<link rel="self" type="{ATOM_TYPE}" href={_attribute(address)}/>',
        *(line for entry in feed.entries for line in _atom_entry(entry)),
        "</feed>",
    )
    return "\n".join(lines) + "\n"


def to_json_feed(feed: ReaderFeed, *, address: str, by: str) -> str:
    """Return the feed as JSON Feed; arguments as for `to_atom`."""
    told: Mapping[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{feed.title} · {plain(by)}",
        "feed_url": address,
        "authors": [{"name": plain(by)}],
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _atom_entry(entry: FeedEntry) -> Iterator[str]:
    paper = entry.paper
    yield "<entry>"
    yield _text("id", entry.id)
    yield _text("title", _title(paper))
    yield _text("updated", _instant(entry.updated))
    yield _text("published", _instant(entry.published))
    for name in _authors(paper):
        yield f"<author>{_text('name', name)}</author>"
    if url := _url(paper):
        yield f'<link rel="alternate" href={_attribute(url)}/>'
    for tag in _tags(entry):
        yield f"<category term={_attribute(tag)}/>"
    if doi := doi_of(paper):
        yield _text("dc:identifier", f"doi:{doi}")
    if day := "-".join(f"{part:02d}" for part in date_parts(paper.published)):
        yield _text("prism:publicationDate", day)
    if abstract := to_unicode(paper.abstract):
        yield _text("summary", abstract)
    body = "".join(f"<p>{escape(text)}</p>" for text in (*entry.words, abstract) if text)
    yield f'<content type="html">{escape(plain(body or escape(_title(paper))), quote=False)}</content>'
    yield "</entry>"


def _item(entry: FeedEntry) -> Mapping[str, object]:
    """Return one item: its text is the abstract alone, what else is to be said stands in its summary.

    That a paper was withdrawn is said in both.
    """
    paper = entry.paper
    abstract, words = to_unicode(paper.abstract), " ".join(map(plain, entry.words))
    text = f"{plain(entry.words[0])} {abstract}".strip() if entry.withdrawn else abstract
    doi, url = doi_of(paper), _url(paper)
    elsewhere = f"https://doi.org/{doi}" if doi and not arxiv_of(paper) and "doi.org" not in url else ""
    told: Mapping[str, object] = {
        "id": entry.id,
        "url": url,
        "external_url": web_url(elsewhere),
        "title": _title(paper),
        "content_text": text or words or _title(paper),
        "summary": words,
        "date_published": _instant(entry.published),
        "date_modified": _instant(entry.updated),
        "authors": [{"name": name} for name in _authors(paper)],
        "tags": _tags(entry),
    }
    return {name: value for name, value in told.items() if value}


def _title(paper: Paper) -> str:
    return to_unicode(paper.title) or plain(paper.id)


def _authors(paper: Paper) -> Sequence[str]:
    return [name for name in map(to_unicode, paper.authors[:_AUTHORS]) if name]


def _tags(entry: FeedEntry) -> list[str]:
    told = (*map(plain, entry.tags), *((_WITHDRAWN,) if entry.withdrawn else ()))
    return [tag for tag in dict.fromkeys(told) if tag]


def _url(paper: Paper) -> str:
    """Return where the paper is read: its page, else where its id leads."""
    doi = doi_of(paper)
    arxiv = f"https://arxiv.org/abs/{arxiv_of(paper)}" if arxiv_of(paper) else ""
    return web_url(paper.url) or web_url(arxiv) or web_url(f"https://doi.org/{doi}" if doi else "")


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(plain(text), quote=False)}</{name}>"


def _attribute(text: str) -> str:
    return quoteattr(plain(text))


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
