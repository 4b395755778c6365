"""The API of bioRxiv as it is described, on loopback."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.sources.replay import Answer, Replay

ROW: Mapping[str, object] = {
    "doi": "10.1101/2026.04.20.123456",
    "title": "A <i>small</i> protein",
    "authors": "One, A. B.; Two, C.; ",
    "author_corresponding": "Ada One",
    "author_corresponding_institution": "Institute",
    "date": "2026-4-21",
    "version": "1",
    "type": "new results",
    "license": "cc_by",
    "category": "cell biology",
    "jatsxml": "https://www.biorxiv.org/content/early/2026/04/21/2026.04.20.123456.source.xml",
    "abstract": "<jats:p>We look at p &lt; 0.05.</jats:p><jats:p>It is small.</jats:p>",
    "published": "NA",
    "server": "bioRxiv",
}


def said(*rows: Mapping[str, object], total: object = None, cursor: object = 0, status: str = "ok") -> bytes:
    """Return an answer of the API."""
    counted = {"interval": "x", "cursor": cursor, "count": len(rows), "total": len(rows)}
    message = {"status": status, **(counted if rows or total is not None else {})}
    if total is not None:
        message["total"] = total
    return json.dumps({"messages": [message], "collection": list(rows)}).encode()


def row(**changed: object) -> dict[str, object]:
    """Return a row with some values changed."""
    return {**ROW, **changed}


def numbered(count: int, day: str = "2026-04-21") -> list[dict[str, object]]:
    """Return rows of as many preprints."""
    return [row(doi=f"10.1101/2026.04.20.{n:06}", title=f"Preprint {n}", date=day) for n in range(count)]


class Server(Replay):
    """Serves rows by their day, a page at a time."""

    def __init__(self, rows: Sequence[dict[str, Any]], *, page: int = 30, words: bool = False) -> None:
        """`words` writes numbers as text."""
        super().__init__()
        self.rows = list(rows)
        self.page = page
        self.words = words
        self.more = 0
        self.endless = False

    def next_answer(self, target: str) -> Answer:
        """Answer `/details/server/from/to/cursor` and `/details/server/prefix/suffix/na`."""
        _, _, _, first, last, cursor = urlsplit(target).path.split("/")
        if cursor == "na":
            found = [row for row in self.rows if row["doi"] == f"{first}/{last}"]
            return Answer(body=said(*found) if found else said(status="no posts found"))
        if self.endless:
            return Answer(body=said(ROW, total=10**9))
        listed = [row for row in self.rows if first <= row["date"] <= last]
        start = int(cursor)
        page = listed[start : start + self.page]
        if not page:
            return Answer(body=said(status="no posts found"))
        total: object = len(listed) + self.more
        return Answer(
            body=said(
                *page, total=str(total) if self.words else total, cursor=str(start) if self.words else start
            )
        )
