"""A library at Zotero that answers as the web API does: versions, keys, items, collections, conditions."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from recommender.sources.http import PoliteClient
from recommender.sources.zotero_web import ZoteroLibrary, ZoteroSource
from tests.sources.replay import Answer, Replay

READER = "ana@example.org"
KEY = "Pq7secretsecret"
_ROOT = "/users/123"
_MOST = 100
_MOST_WRITTEN = 50
_COMMON = {"key", "version", "itemType", "title", "creators", "abstractNote", "date", "DOI", "url"}
_COMMON |= {"extra", "tags", "collections", "relations"}
_FIELDS = {
    "journalArticle": _COMMON | {"publicationTitle"},
    "preprint": _COMMON | {"repository", "archiveID"},
}
"""Of the fields that Zotero's schema has for a type, those that a test may send."""
_WRITTEN = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")


@dataclass(slots=True)
class ZoteroReplay(Replay):
    """One user's library, changed by the test; every change makes a new version of it."""

    version: int = 0
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    first: list[Answer] = field(default_factory=list)
    """Answers that are given before the library's own."""
    more: dict[str, str] = field(default_factory=dict)
    """Headers of every answer."""
    may_write: bool = True
    """What the key allows."""
    torn: bool = False
    """Lose the answers to what is written, after it was done."""
    blind: bool = False
    """Find nothing by its title, as an index that lags."""
    refused: frozenset[str] = frozenset()
    """Titles of items that are not taken."""

    def add(self, key: str, **data: object) -> None:
        """Put an item of one kind or another into the library."""
        self.version += 1
        fields = {
            "key": key,
            "version": self.version,
            "itemType": "journalArticle",
            "title": f"On the subject of {key}",
            "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "One"}],
            "abstractNote": "",
            "DOI": "",
            "url": "",
            "extra": "",
            "tags": [],
            "collections": [],
            "relations": {},
            "dateAdded": "2026-04-20T02:13:13Z",
            "dateModified": "2026-04-20T02:13:32Z",
        }
        self.put({"key": key, "version": self.version, "meta": {}, "data": fields | data})

    def put(self, item: dict[str, Any]) -> None:
        """Put an item as the API has it."""
        self.items[item["key"]] = item
        self.version = max(self.version, item["version"])

    def change(self, key: str, **data: object) -> None:
        """Change fields of an item; `deleted=1` throws it away."""
        self.version += 1
        item = self.items[key]
        item["version"] = item["data"]["version"] = self.version
        item["data"] |= data

    def delete(self, key: str) -> None:
        """Delete an item for good."""
        self.version += 1
        del self.items[key]

    def name_collection(self, key: str, name: str) -> None:
        """Make a collection."""
        self.version += 1
        data = {"key": key, "version": self.version, "name": name, "parentCollection": False}
        self.collections[key] = {"key": key, "version": self.version, "data": data}

    def next_answer(self, target: str) -> Answer:
        """Answer as the server would, or as scripted."""
        parts = urlsplit(target)
        if self.first:
            return self.first.pop(0)
        headers = self.headers[-1]
        if parts.path in self.script:
            return Replay.next_answer(self, target)
        if headers.get("zotero-api-key") != KEY or headers.get("zotero-api-version") != "3":
            return Answer(status=403, body=b"Forbidden")
        if not parts.path.startswith(f"{_ROOT}/"):
            return Answer(status=404, body=b"Not found")
        if "content-type" in headers:
            return self._write(json.loads(self.sent[-1]))
        return self._rows(parts.path.removeprefix(f"{_ROOT}/"), parts.query)

    def _rows(self, path: str, asked: str) -> Answer:
        if int(self.headers[-1].get("if-modified-since-version", "-1")) >= self.version:
            return Answer(status=304, headers=self._headers(0))
        query = {name: values[0] for name, values in parse_qs(asked).items()}
        if path == "collections":
            return self._json(list(self.collections.values()), query)
        if path == "items":
            wanted = query["itemKey"].split(",")
            return self._json([self.items[key] for key in wanted if key in self.items], query)
        return self._top_rows(path, query)

    def _top_rows(self, path: str, query: Mapping[str, str]) -> Answer:
        collection = path.removesuffix("/items/top").removeprefix("collections/")
        if path != "items/top" and collection not in self.collections:
            return Answer(status=404, body=b"Collection not found")
        top = dict(self._top("" if path == "items/top" else collection))
        if "q" in query:
            return self._json([] if self.blind else list(self._titled(top.values(), query["q"])), query)
        if query["format"] == "keys":
            return Answer(body="".join(f"{key}\n" for key in top).encode(), headers=self._headers(len(top)))
        since = int(query["since"])
        versions = {key: item["version"] for key, item in top.items() if item["version"] > since}
        return Answer(body=json.dumps(versions).encode(), headers=self._headers(len(versions)))

    def _titled(self, items: Iterable[dict[str, Any]], phrase: str) -> Iterator[dict[str, Any]]:
        return (item for item in items if phrase.casefold() in item["data"].get("title", "").casefold())

    def _write(self, items: list[dict[str, Any]]) -> Answer:
        """Make items, one by one, as the server does; each has its own end."""
        if not self.may_write:
            return Answer(status=403, body=b"Write access denied")
        if len(items) > _MOST_WRITTEN:
            return Answer(status=413)
        told: dict[str, dict[str, object]] = {"success": {}, "successful": {}, "unchanged": {}, "failed": {}}
        for place, item in enumerate(items):
            if fault := self._fault(item):
                told["failed"][str(place)] = {"key": item["key"], "code": fault[0], "message": fault[1]}
                continue
            self.version += 1
            data = item | {"version": self.version, "dateAdded": "2026-04-27T00:00:00Z"}
            self.put({"key": item["key"], "version": self.version, "meta": {}, "data": data})
            told["success"][str(place)] = item["key"]
            told["successful"][str(place)] = self.items[item["key"]]
        if self.torn:
            return Answer(raw=lambda wire: wire.flush())
        return Answer(body=json.dumps(told).encode(), headers=self._headers(0))

    def _fault(self, item: Mapping[str, Any]) -> tuple[int, str] | None:
        """Say what is wrong with an item that is to be made."""
        unknown = set(item) - _FIELDS.get(item["itemType"], set())
        if unknown or not _WRITTEN.fullmatch(item["key"]) or item["title"] in self.refused:
            return 400, f"Invalid property '{''.join(unknown)}'"
        if item["key"] in self.items:
            if "version" not in item:
                return 428, "Item version not provided"
            return 412, "Item has been modified since specified version (expected 0)"
        missing = [key for key in item["collections"] if key not in self.collections]
        return (409, f"Collection {missing[0]} not found") if missing else None

    def _top(self, collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, item in self.items.items():
            data = item["data"]
            inside = not collection or collection in data.get("collections", ())
            if inside and not data.get("deleted") and "parentItem" not in data:
                yield key, item

    def _json(self, rows: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        start, limit = int(query.get("start", "0")), int(query.get("limit", "25"))
        page = rows[start : start + min(limit, _MOST)]
        return Answer(body=json.dumps(page).encode(), headers=self._headers(len(rows)))

    def _headers(self, total: int) -> Mapping[str, str]:
        return {
            "Last-Modified-Version": str(self.version),
            "Total-Results": str(total),
            "Zotero-API-Version": "3",
            **self.more,
        }

    def source(self, client: PoliteClient, **options: Any) -> ZoteroSource:
        """Return a source that reads this library for Ana."""
        library = {"reader": READER, "library": "users/123", "api_key": KEY, "base_url": self.url("")}
        return ZoteroSource("zotero", client, ZoteroLibrary(**(library | options)))
