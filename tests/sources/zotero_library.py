"""A library at Zotero that answers as the web API does: versions, keys, items, collections, conditions."""

import json
from collections.abc import Iterator, Mapping
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
        if parts.path in self.script:
            return Replay.next_answer(self, target)
        headers = self.headers[-1]
        if headers.get("zotero-api-key") != KEY or headers.get("zotero-api-version") != "3":
            return Answer(status=403, body=b"Forbidden")
        if not parts.path.startswith(f"{_ROOT}/"):
            return Answer(status=404, body=b"Not found")
        if int(headers.get("if-modified-since-version", "-1")) >= self.version:
            return Answer(status=304, headers=self._headers(0))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._rows(parts.path.removeprefix(f"{_ROOT}/"), query)

    def _rows(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "collections":
            return self._json(list(self.collections.values()), query)
        if path == "items":
            wanted = query["itemKey"].split(",")
            return self._json([self.items[key] for key in wanted if key in self.items], query)
        collection = path.removesuffix("/items/top").removeprefix("collections/")
        if path != "items/top" and collection not in self.collections:
            return Answer(status=404, body=b"Collection not found")
        top = dict(self._top("" if path == "items/top" else collection))
        if query["format"] == "keys":
            return Answer(body="".join(f"{key}\n" for key in top).encode(), headers=self._headers(len(top)))
        since = int(query["since"])
        versions = {key: item["version"] for key, item in top.items() if item["version"] > since}
        return Answer(body=json.dumps(versions).encode(), headers=self._headers(len(versions)))

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
