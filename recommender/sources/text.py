"""Text hygiene that every parser shares: what may enter a `Paper`, and how long it may be.

Titles and abstracts keep their TeX and are not escaped for HTML: what they say is kept as it is, and
whoever shows it is responsible for showing it safely. Names of authors lose their TeX accents.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

from recommender.domain.papers import Paper
from recommender.sources.accents import untangled
from recommender.sources.characters import UNWANTED, is_plain, readable

TITLE_LIMIT = 1_000
ABSTRACT_LIMIT = 20_000
AUTHORS_LIMIT = 4_000
NAME_LIMIT = 200
_LINK_LIMIT = 2_000
_SLACK = 1_000

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"^%\s*encoding:\s*([\w-]{2,30})", re.IGNORECASE | re.MULTILINE)
_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
_TAG = re.compile(r"<(/?)([a-zA-Z!?][\w:-]*)(?=[\s/>])[^<>]*>")
_SUFFIX = re.compile(r"(?:jr|sr)\.?|ii|iii|iv", re.IGNORECASE)
_SILENT_TAGS = frozenset({"script", "style", "template"})
_BREAKING_TAGS = frozenset({"jats:p", "p", "br", "div", "li", "ul", "ol", "tr", "td", "h1", "h2", "h3", "h4"})


def clean(text: str, limit: int) -> str:
    """Return `text` on one line, composed, its entities decoded, all of it visible, at most `limit` long.

    Doing it twice is doing it once. Of a text many times too long only the start is looked at.
    """
    if len(text) <= limit and is_plain(text) and "&" not in text and "  " not in text:
        return text.strip(" ")
    line = " ".join(readable(text[: 20 * limit + _SLACK]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_title(text: str) -> str:
    """Return a title fit to store (at most 1,000 characters)."""
    return clean(text, TITLE_LIMIT)


def clean_abstract(text: str) -> str:
    """Return an abstract fit to store (at most 20,000 characters, one paragraph)."""
    return clean(text, ABSTRACT_LIMIT)


def optional(text: object, limit: int = TITLE_LIMIT) -> str | None:
    """Return cleaned text, or None where there is none."""
    return (clean(text, limit) or None) if isinstance(text, str) else None


def clean_names(names: Iterable[object], limit: int = NAME_LIMIT) -> tuple[str, ...]:
    """Return cleaned names in order, without those that hold no letter or digit (a lone colon, say)."""
    kept = (clean(name, limit) for name in names if isinstance(name, str))
    return tuple(name for name in kept if any(map(str.isalnum, name)))[:AUTHORS_LIMIT]


def author_names(names: Iterable[object]) -> tuple[str, ...]:
    """Return cleaned names of people and organisations, TeX accents as letters.

    A name torn in two by its source (`Ada`, `One`) stays two: joining them would be a guess.
    """
    return clean_names(untangled(name) for name in names if isinstance(name, str))


def with_originals(paper: Paper, *, title: str, abstract: str) -> Paper:
    """Return the paper with its title and abstract as they were sent, where more than white space changed."""
    sent = (_original(title, paper.title), _original(abstract, paper.abstract))
    return replace(paper, original_title=sent[0], original_abstract=sent[1]) if any(sent) else paper


def _original(sent: str, kept: str) -> str | None:
    start = sent[: 20 * ABSTRACT_LIMIT + _SLACK]  # as much as `clean` looks at
    return None if " ".join(start.split()) == kept else sent[:ABSTRACT_LIMIT] or None


def category_codes(terms: Iterable[object]) -> tuple[str, ...]:
    """Keep arXiv's own codes in order, once each; ACM and MSC codes stand among them."""
    codes = (term.strip() for term in terms if isinstance(term, str))
    return tuple(dict.fromkeys(code for code in codes if _CATEGORY.fullmatch(code)))


def given_first(name: str) -> str:
    """Turn `Family, Given`, `Family, Jr, Given` and `Family, Given, Jr` into reading order; others stay."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if len(parts) == 2:
        return f"{parts[1]} {parts[0]}"
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        return f"{parts[1]} {parts[0]} {parts[2]}"
    return f"{parts[2]} {parts[0]} {parts[1]}" if len(parts) == 3 else name


def safe_link(link: object) -> str | None:
    """Return an absolute http or https link without white space or credentials, or None."""
    if not isinstance(link, str):
        return None
    link = link.strip()
    if len(link) > _LINK_LIMIT or UNWANTED.search(link) or any(map(str.isspace, link)):
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    sound = parts.scheme.lower() in ("http", "https") and parts.hostname and parts.username is None
    return link if sound else None


def first_link(links: Sequence[object]) -> str | None:
    """Return the first safe link, or None."""
    return next((safe for link in links if (safe := safe_link(link))), None)


def decode(body: bytes) -> str:
    r"""Decode bytes of unknown encoding: byte order mark, UTF-8, a `% Encoding:` line, else Windows-1252.

    Never raises; what cannot be decoded becomes U+FFFD. All line ends become `\n`.
    """
    text = _decoded(body)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(body: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    if wide := _wide_encoding(body[:400]):
        return body.decode(wide, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(_declared_encoding(body) or "cp1252", errors="replace")


def _wide_encoding(start: bytes) -> str | None:
    """Guess UTF-16 or UTF-32 without a mark from where the NUL bytes of mostly Latin text stand."""
    if not start or start.count(0) * 3 < len(start):
        return None
    big = start[0::2].count(0) > start[1::2].count(0) or start[:2] == b"\x00\x00"
    width = 32 if start.count(0) * 3 > len(start) * 2 else 16
    return f"utf-{width}-{'be' if big else 'le'}"


def _declared_encoding(body: bytes) -> str | None:
    declared = _DECLARED.search(body[:2_000])
    if declared is None:
        return None
    try:
        name = codecs.lookup(declared.group(1).decode("ascii")).name
    except (LookupError, UnicodeDecodeError):
        return None
    return None if name == "utf-8" else name


def plain_text(markup: str) -> str:
    """Return the words of an HTML fragment; scripts and styles are dropped with their content.

    One pass over the text, in time proportional to its length: html.parser takes hours over some
    hostile fragments. A `<` that opens no tag is text.
    """
    words: list[str] = []
    silent = ""
    end = 0
    uncommented = _without_comments(markup)
    for tag in _TAG.finditer(uncommented):
        words.append("" if silent else uncommented[end : tag.start()])
        end = tag.end()
        closes, name = tag.group(1), tag.group(2).lower()
        if name in _SILENT_TAGS and silent in ("", name):
            silent = "" if closes else name
        if name in _BREAKING_TAGS:
            words.append(" ")
    words.append("" if silent else uncommented[end:])
    return unescape("".join(words))


def _without_comments(markup: str) -> str:
    first, *rest = markup.split("<!--")
    return first + "".join(part.split("-->", 1)[-1] for part in rest)
