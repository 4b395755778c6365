"""What a mail must still be, whatever templates it was made with: complete, and nothing but a mail.

Everything is asked of the finished HTML and text of a specimen.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from recommender.digest.mail_links import without_body
from recommender.domain.digests import Digest

LARGEST = 90_000
"""Octets of HTML at most; beyond about 102,000 the largest provider cuts."""
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905 words
_REFUSED = frozenset(
    """
    applet audio base button canvas embed form frame frameset iframe img input link math object option picture
    script select source svg textarea track video
    """.split()  # noqa: SIM905 words
)
_LOADING = frozenset("action background data formaction ping poster src srcset".split())  # noqa: SIM905 words
_WAYS = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_LOADS = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What a rendered digest lacks, or has and must not have: in which part of it, in words, with a fix."""

    part: str
    """`paper`, `missed`, `frame` or `foot`: where such a thing is made."""
    message: str
    fix: str


@dataclass(slots=True)
class _Seen:
    """What stands in a page."""

    words: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    """Elements that are closed in the wrong order."""


def inspect_nesting(draft: str) -> Iterator[Shortfall]:
    """Yield what is not closed, or in the wrong order, in HTML as templates made it: later it is mended, but
    not always as it was meant.
    """
    reader = _read(draft)
    yield from (_frame(fault, "close what was opened last first") for fault in reader.seen.crossed)
    if reader.open:
        yield _frame(f"<{reader.open[-1]}> is not closed", f"write </{reader.open[-1]}>")


def inspect_html(page: str, digest: Digest) -> Iterator[Shortfall]:
    """Yield what is wrong with the HTML of `digest`."""
    seen = _read(page).seen
    yield from (_frame(fault, "leave it out") for fault in seen.faults)
    if len(page.encode()) > LARGEST:
        yield _frame(f"the mail is too long: {len(page.encode()):,} octets", f"make it {LARGEST:,} or less")
    yield from _complete(digest, _bare("".join(seen.words)), seen.links.__contains__)


def inspect_text(page: str, digest: Digest) -> Iterator[Shortfall]:
    """Yield what is wrong with the text part of `digest`: prose may be wrapped, links are whole."""
    links = {word for word in page.split() if ":" in word}
    # Of a link by mail the text part has no body: the subject says all.
    yield from _complete(digest, _bare(page), lambda link: link in links or without_body(link) in links)


def _complete(digest: Digest, words: str, linked: Callable[[str], bool]) -> Iterator[Shortfall]:
    """Yield what of a digest is not in its words and links."""
    for paper in digest.papers:
        told = (("title", paper.title), ("reason", paper.reason))
        yield from (_lost("paper", f"paper.{name}", text) for name, text in told if _bare(text) not in words)
        thumbs = (("up", paper.thumbs.up), ("down", paper.thumbs.down), ("save", paper.thumbs.save))
        ways = [("paper.url", paper.url or ""), *((f"paper.thumbs.{name}", way) for name, way in thumbs)]
        yield from (_lost("paper", name, "") for name, way in ways if way and not linked(way))
    for section in digest.sections:
        if _bare(section.heading) not in words:
            yield _lost("foot", "section.heading", section.heading)
    for missed in digest.missed.papers if digest.missed else ():
        if _bare(missed.title) not in words:
            yield _lost("missed", "missed.papers", missed.title)
    footer = digest.footer
    if not linked(footer.unsubscribe):
        yield _lost("foot", "digest.footer.unsubscribe", "")
    if _bare(footer.operator) not in words:
        yield _lost("foot", "digest.footer.operator", footer.operator)


def _lost(part: str, name: str, text: str) -> Shortfall:
    shown = f": “{text[:60]}”" if text else ""
    return Shortfall(part=part, message=f"{name} is missing{shown}", fix=f"print {name} for every digest")


def _frame(message: str, fix: str) -> Shortfall:
    return Shortfall(part="frame", message=message, fix=fix)


def _bare(text: str) -> str:
    """Return text without spaces and capitals: neither wrapping nor a heading in capitals loses a word."""
    return "".join(text.split()).casefold()


class _Reader(HTMLParser):
    """Collects words, links and faults of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = _Seen()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        if tag in _REFUSED:
            self.seen.faults.append(f"<{tag}> has no place in a mail")
        for name, value in attrs:
            self.seen.faults += _attribute_faults(tag, name, value or "")
            if name == "href":
                self.seen.links.add(value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Look whether it closes what was opened last."""
        if tag in _VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag in self.open:
            self.seen.crossed.append(f"</{tag}> comes before </{self.open[-1]}>")
            while self.open.pop() != tag:
                pass
        else:
            self.seen.crossed.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        """Keep what is read; look into styles."""
        if not self.open or self.open[-1] != "style":
            self.seen.words.append(data)
        elif _LOADS.search(data):
            self.seen.faults.append("a style loads something from elsewhere")


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def _attribute_faults(tag: str, name: str, value: str) -> Iterable[str]:
    if name.startswith("on"):
        yield f"{name}= of <{tag}> is a script"
    elif name in _LOADING:
        yield f"{name}= of <{tag}> loads something from elsewhere"
    elif name == "style" and _LOADS.search(value):
        yield f"the style of <{tag}> loads something from elsewhere"
    elif name == "href" and not _WAYS.match(value):
        yield f"a link of <{tag}> leads neither to the web nor to a mailbox"
    elif name == "http-equiv" and value.lower() == "refresh":
        yield "a page that moves on by itself is no mail"
