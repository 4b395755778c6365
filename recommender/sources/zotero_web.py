"""A reader's library at Zotero, read again and again by its version number.

Web API v3 (https://www.zotero.org/support/dev/web_api/v3/syncing): the versions of what changed since the
last version seen, then those items by key, and the keys of all items to see what has gone. A library in
which nothing changed costs one request. What is written there is the business of `zotero_cabinet`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Cursor, Holding, LibraryNews, Paper, PaperPage, Refused
from recommender.sources.asking import Ask, Fetched
from recommender.sources.jsontree import parse_json
from recommender.sources.kinds import Client
from recommender.sources.library import gathered
from recommender.sources.moments import day_of, midnight, moment
from recommender.sources.text import clean, decode
from recommender.sources.zotero import item_entry
from recommender.sources.zotero_cabinet import ZoteroCabinet, is_ours
from recommender.sources.zotero_place import ZoteroLibrary

__all__ = ["ZoteroLibrary", "ZoteroSource"]

_ASKED = 50
"""Items that one request may name."""
_PAGE = 500
"""Items of one page: each page reads the reader's log once."""
_COLLECTIONS = 100
_MOST_COLLECTIONS = 5_000
_NAME = 200
_KEY = re.compile(r"[A-Z0-9]{8}")
_HINTS = {
    403: "check api_key of this source: it must be allowed to read this library",
    404: "check library and collection of this source",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where to go on: a version of the library, and the day from which items count."""

    version: int = 0
    day: datetime | None = None


class ZoteroSource:
    """New, changed and vanished items of one library, as papers and as news of the library."""

    def __init__(self, name: str, client: Client, library: ZoteroLibrary) -> None:
        """Ask nothing yet."""
        self._name = name
        self._client = client
        self._library = library
        self._root = library.root
        part = f"/collections/{library.collection}" if library.collection else ""
        self._top = f"{self._root}{part}/items/top"

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._name

    @property
    def cabinet(self) -> ZoteroCabinet | None:
        """What takes in the papers that the reader saves, if the library is to have them."""
        library = self._library
        return ZoteroCabinet(self._name, self._client, library) if library.save_to else None

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield what changed after the version in `since`; the last page alone has the next cursor.

        A date as the position reads everything and counts items added since then. Raises
        SourceUnavailable and SourceMalformed.
        """
        start = self._start(since)
        more = {"If-Modified-Since-Version": str(start.version)} if start.version else {}
        query = {"format": "versions", "since": str(start.version)}
        answer = self._get(self._top, query, more)
        if answer.not_modified:
            yield PaperPage(papers=(), cursor=since, place=self._top)
            return
        keys, version = self._changed(answer), self._version(answer)
        present = frozenset(keys) if not start.version else self._keys()
        names = self._collections() if keys and self._library.collections_are_interests else {}
        for first in range(0, len(keys), _PAGE):
            yield self._page(keys[first : first + _PAGE], names, start.day)
        yield PaperPage(
            papers=(),
            cursor=Cursor(position=f"{version} {self._library.mark}"),
            place=self._top,
            library=self._news((), present),
        )

    def _start(self, since: Cursor | None) -> _Start:
        """Read a cursor; one that was made for another library, or by nobody, means the start."""
        position = since.position if since else ""
        version, _, mark = position.partition(" ")
        if mark == self._library.mark and version.isascii() and version.isdigit():
            return _Start(version=int(version))
        day = day_of(position)
        return _Start(day=midnight(day) if day else None)

    def _page(self, keys: Sequence[str], names: Mapping[str, str], day: datetime | None) -> PaperPage:
        """Fetch items by key; an item that is no work is passed over, one that is useless refused."""
        papers: list[Paper] = []
        holdings: list[Holding] = []
        refused: list[Refused] = []
        for first in range(0, len(keys), _ASKED):
            asked = keys[first : first + _ASKED]
            query = {"itemKey": ",".join(asked), "format": "json", "limit": str(_ASKED)}
            rows = self._rows(self._get(f"{self._root}/items", query))
            for item in (row for row in rows if row.get("key") in asked):
                data = _table(item.get("data"))
                added = moment(data.get("dateAdded"))
                entry = item_entry(item, f"{self._root}/items/{_text(item, 'key')}")
                if entry is None or (day and added and added < day):
                    continue
                found = gathered([entry]).page(entry.place, bare=True)
                refused += found.refused
                papers += found.papers
                holdings += [
                    Holding(
                        key=_text(item, "key"),
                        paper=paper.id,
                        added=added,
                        collections=_named(data, names),
                        ours=is_ours(data, self._library),
                    )
                    for paper in found.papers
                ]
        return PaperPage(papers=papers, refused=refused, place=self._top, library=self._news(holdings, None))

    def _news(self, holdings: Sequence[Holding], present: frozenset[str] | None) -> LibraryNews:
        reader, library = self._library.reader, self._library.name
        return LibraryNews(reader=reader, library=f"zotero:{library}", holdings=holdings, present=present)

    def _keys(self) -> frozenset[str]:
        """Return the keys of all items there are; what is not among them was deleted or moved away.

        Votes are taken back by this list, so an answer that is not surely one is refused.
        """
        answer = self._get(self._top, {"format": "keys"})
        keys = decode(answer.body).split()
        if not all(map(_KEY.fullmatch, keys)):
            raise self._malformed(answer, "the answer is no list of keys; check base_url")
        if answer.headers.get("total-results", str(len(keys))) != str(len(keys)):
            raise self._malformed(answer, "the list of keys is not complete; it is read again next time")
        return frozenset(keys)

    def _collections(self) -> Mapping[str, str]:
        """Return the names of the library's collections by key."""
        names: dict[str, str] = {}
        for start in range(0, _MOST_COLLECTIONS, _COLLECTIONS):
            query = {"format": "json", "limit": str(_COLLECTIONS), "start": str(start)}
            rows = self._rows(self._get(f"{self._root}/collections", query))
            names |= {_text(row, "key"): clean(_text(_table(row.get("data")), "name"), _NAME) for row in rows}
            if len(rows) < _COLLECTIONS:
                break
        return names

    def _get(self, url: str, query: Mapping[str, str], more: Mapping[str, str] | None = None) -> Fetched:
        headers = {**self._library.headers, **(more or {})}
        return self._client.get(Ask(source=self._name, url=url, query=query, headers=headers, hints=_HINTS))

    def _version(self, answer: Fetched) -> int:
        """Return the library's version at the time of an answer."""
        version = answer.headers.get("last-modified-version", "")
        if not (version.isascii() and version.isdigit()):
            raise self._malformed(answer, "the answer names no version of the library; check base_url")
        return int(version)

    def _changed(self, answer: Fetched) -> Sequence[str]:
        """Return the keys of items that changed."""
        decoded = self._decoded(answer)
        if not isinstance(decoded, dict) or not all(map(_KEY.fullmatch, decoded)):
            raise self._malformed(answer, "the answer is no list of versions; check base_url")
        return list(decoded)

    def _rows(self, answer: Fetched) -> Sequence[Mapping[str, object]]:
        decoded = self._decoded(answer)
        if not isinstance(decoded, list):
            raise self._malformed(answer, "the answer is no list of items; check base_url")
        return [row for row in decoded if isinstance(row, dict)]

    def _decoded(self, answer: Fetched) -> object:
        return parse_json(answer.body, source=self._name, place=answer.url)

    def _malformed(self, answer: Fetched, reason: str) -> SourceMalformed:
        return SourceMalformed(self._name, answer.url, reason)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _named(data: Mapping[str, object], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the collections that an item is in, as far as they are known."""
    keys = data.get("collections")
    listed = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    return tuple(names[key] for key in listed if key in names)
