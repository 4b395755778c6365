"""One bad entry among a hundred: every field of a source with every kind of poison in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

TEXTS: Mapping[str, str] = {
    "nothing": "",
    "space": " \t\n ",
    "100 KB": "word " * 20_000,
    "one long word": "w" * 100_000,
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200f",
    "zero width": "\u200bze\u200dro\u2060\ufeff",
    "tags of Unicode": "x" + "".join(map(chr, range(0xE0000, 0xE0020))),
    "combining": "a" + "\u0301" * 5_000,
    "lines": "one\u2028two\u2029three\x85four\nfive",
    "a template": "{{ 7 * 7 }} {% raise %} {# x #} ${7*7} <%= 1 %>",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "entities": "&lt;script&gt; &#0; &#xD800; &#x202e; &amp;amp;amp;",
    "encoded word": "=?utf-8?q?=0D=0ABcc:_eve@example.org?=",
    "header": "x\r\nBcc: eve@example.org",
    "a link": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "SQL": "'; DROP TABLE paper; --",
    "a path": "../../../../etc/passwd",
    "a format": "%s%s%n {0} {x!r}",
    "TeX": "$" * 2_001 + "\\" * 501 + "{" * 501,
    "non-characters": "\ufdd0\U0001fffe",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 50,
}
"""What well-formed XML can carry."""
RAW: Mapping[str, object] = {
    "NUL": "a\0b",
    "controls": "".join(map(chr, range(32))),
    "surrogate": "\ud800x\udfff",
    "delete": "\x7f\x80\x9f",
    "null": None,
    "true": True,
    "negative": -1,
    "huge": 10**30,
    "large": 2**40,
    "fraction": 0.5,
    "list": ["x"],
    "list of lists": [[[[]]]],
    "list of nulls": [None] * 50,
    "object": {"x": {"y": "z"}},
    "50,000 items": ["x"] * 50_000,
}
"""What JSON can carry besides."""
_JSON_FIELDS = (
    "id", "title", "summary", "authors", "author", "upvotes", "publishedAt", "ai_keywords", "ai_summary",
    "githubRepo", "githubStars", "organization", "submittedOnDailyAt", "submittedOnDailyBy", "paper",
    "numComments",
)  # fmt: skip
_XML_FIELDS = (
    "id", "title", "summary", "published", "updated", "name", "comment", "journal_ref", "doi", "category",
)  # fmt: skip
_AROUND = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A body of a hundred entries, one of them bad."""

    name: str
    reader: str
    body: bytes


def doses() -> Sequence[Dose]:
    """Return all pairs of field and kind; the bad entry's number is its own."""
    numbers = iter(range(50_000, 99_000))
    made = [
        Dose(name=f"{field}: {kind}", reader="daily", body=_daily(next(numbers), field, value))
        for field in _JSON_FIELDS
        for kind, value in {**TEXTS, **RAW}.items()
    ]
    made += [
        Dose(name=f"{field}: {kind}", reader="query", body=_query(next(numbers), field, value))
        for field in _XML_FIELDS
        for kind, value in TEXTS.items()
    ]
    made += [
        Dose(name=f"{field}: {kind}", reader="feed", body=_feed(next(numbers), field, value))
        for field in ("title", "description", "author", "link", "guid", "pubDate", "category")
        for kind, value in TEXTS.items()
    ]
    return made


def _row(number: int, field: str = "", value: object = None) -> dict[str, object]:
    """Return a row of daily papers, with one value exchanged."""
    inner: dict[str, object] = {
        "id": f"2604.{number:05}",
        "title": f"A sound title {number}",
        "summary": "It says what it does.",
        "authors": [{"name": "Ada One"}, {"name": "Bo Two"}],
        "upvotes": 3,
        "publishedAt": "2026-04-27T10:00:00.000Z",
    }
    row: dict[str, object] = {"paper": inner, "numComments": 1}
    if field == "author":
        inner["authors"] = [{"name": value, "hidden": value}, value]
    elif field in row:
        row[field] = value
    elif field:
        inner[field] = value
    return row


def _daily(number: int, field: str, value: object) -> bytes:
    rows = [_row(place) for place in range(_AROUND)]
    rows.insert(50, _row(number, field, value))
    return json.dumps(rows).encode()


def _query(number: int, field: str, value: str) -> bytes:
    entries = [_entry(place) for place in range(_AROUND)]
    entries.insert(50, _entry(number, {field: "".join(filter(_is_xml, value))}))
    head = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    return f"{head}{''.join(entries)}</feed>".encode("utf-8", "replace")


def _entry(number: int, bad: Mapping[str, str] | None = None) -> str:
    text = {
        "id": f"http://arxiv.org/abs/2604.{number:05}v1",
        "title": f"A sound title {number}",
        "summary": "It says what it does.",
        "published": "2026-04-27T10:00:00Z",
        "updated": "2026-04-27T10:00:00Z",
        "name": "Ada One",
        "category": "cs.CL",
        **(bad or {}),
    }
    plain = "".join(f"<{key}>{escape(text[key])}</{key}>" for key in ("id", "title", "summary", "published"))
    more = "".join(
        f"<arxiv:{key}>{escape(text[key])}</arxiv:{key}>"
        for key in ("comment", "journal_ref", "doi")
        if key in text
    )
    term = escape(text["category"], {'"': "&quot;", "\n": "&#10;"})
    return (
        f"<entry>{plain}{more}<updated>{escape(text['updated'])}</updated><author><name>{escape(text['name'])}"
        f'</name></author><category term="{term}"/></entry>'
    )


def _feed(number: int, field: str, value: str) -> bytes:
    items = [_item(place) for place in range(_AROUND)]
    items.insert(50, _item(number, {field: "".join(filter(_is_xml, value))}))
    return f'<rss version="2.0"><channel><title>J</title>{"".join(items)}</channel></rss>'.encode()


def _item(number: int, bad: Mapping[str, str] | None = None) -> str:
    text = {
        "title": f"A sound title {number}",
        "guid": f"https://example.org/{number}",
        "description": "It says what it does.",
        **(bad or {}),
    }
    return f"<item>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in text.items())}</item>"


def _is_xml(letter: str) -> bool:
    """Tell what XML 1.0 allows at all."""
    return letter in "\t\n\r" or (
        letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff"
    )
