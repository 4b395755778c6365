"""XML safely: no DOCTYPE, no entities, no depth or size that exhausts anything, one entry at a time.

Only for formats that promise well-formed XML (arXiv's); feeds of unknown origin go to `feed`.
"""

from collections.abc import Callable, Collection, Mapping
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Paper
from recommender.sources.markup import excess, narrowed
from recommender.sources.sieve import Sieve

_DEPTH = 64
_LARGEST_ENTRY = 2 * 1024 * 1024
_ELEMENTS = 50_000
"""Most elements in one entry, and in all that is not an entry."""
_PIECE = 64 * 1024
Readers = Mapping[str, Callable[[Element], Paper]]


def read_entries(body: bytes, sieve: Sieve, readers: Readers, *, source: str, expected: str) -> Element:
    """Give each outermost element whose tag is in `readers` to its reader, through the sieve.

    Returns the root without those entries; of a document that fills the sieve, what was read till then.
    Raises SourceMalformed naming what was `expected` instead.
    """
    if fault := excess(narrowed(body)):
        raise SourceMalformed(source, sieve.place, fault)
    try:
        root = _read(body, sieve, readers)
    except DefusedXmlException as error:
        reason = f"it declares a document type or entities, which {expected} never does"
        raise SourceMalformed(source, sieve.place, reason) from error
    except (ParseError, ValueError, LookupError) as error:
        reason = f"{_first_words(body)}, not {expected} ({error})"
        raise SourceMalformed(source, sieve.place, reason) from error
    if root is None:
        raise SourceMalformed(source, sieve.place, f"it is empty, not {expected}")
    return root


def _read(body: bytes, sieve: Sieve, readers: Readers) -> Element | None:
    """Run the parser over the bytes until they end or the sieve is full."""
    builder = _EntryBuilder(frozenset(readers))
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)

    def taken(entry: Element, start: int, end: int) -> None:
        sieve.take(lambda: readers[entry.tag](entry), lambda: _cut(body, start, end))
        if sieve.full:
            raise _Enough

    builder.attach(taken, lambda: parser.parser.CurrentByteIndex)
    try:
        for start in range(0, len(body), _PIECE):
            parser.feed(body[start : start + _PIECE])
        parser.close()
    except _Enough:
        pass
    return builder.root


def text_of(parent: Element, path: str) -> str:
    """Return all text under the first child at `path`, or an empty string."""
    found = parent.find(path)
    return "" if found is None else "".join(found.itertext())


def _cut(body: bytes, start: int, end: int) -> bytes:
    """Return an entry's bytes; `end` is where its closing tag starts."""
    closed = body.find(b">", end) + 1
    return body[start : closed or end]


def _first_words(body: bytes) -> str:
    if not body.strip():
        return "it is empty"
    start = body[:500].lstrip().lower()
    return "it is a web page" if start.startswith((b"<!doctype html", b"<html")) else "it cannot be read"


class _Enough(Exception):
    """The sieve takes no more."""


class _EntryBuilder(TreeBuilder):
    """Builds a tree of bounded depth and hands its entries over as they close."""

    def __init__(self, tags: Collection[str]) -> None:
        super().__init__()
        self.root: Element | None = None
        self._tags = tags
        self._open: list[Element] = []
        self._entry = 0
        """Depth at which the open entry stands; 0 outside of entries."""
        self._start = 0
        self._elements = 0
        self._outside = 0
        self._taken: Callable[[Element, int, int], None] = lambda _entry, _start, _end: None
        self._index: Callable[[], int] = lambda: 0

    def attach(self, taken: Callable[[Element, int, int], None], index: Callable[[], int]) -> None:
        """Set whom to give an entry with its start and the start of its closing tag, in bytes."""
        self._taken, self._index = taken, index

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        element = super().start(tag, attrs)
        self._open.append(element)
        if self.root is None:
            self.root = element
        if len(self._open) > _DEPTH:
            raise ValueError(f"elements are nested deeper than {_DEPTH}")
        self._elements += 1
        if self._elements > _ELEMENTS:
            raise ValueError(f"one part of it has more than {_ELEMENTS:,} elements")
        if not self._entry and tag in self._tags:
            self._entry, self._start = len(self._open), self._index()
            self._outside, self._elements = self._elements, 0
        elif self._entry and self._index() - self._start > _LARGEST_ENTRY:
            raise ValueError("one entry of it is larger than 2 MiB")
        return element

    def end(self, tag: str, /) -> Element:
        element = super().end(tag)
        depth = len(self._open)
        self._open.pop()
        if depth == self._entry:
            self._entry, self._elements = 0, self._outside
            self._taken(element, self._start, self._index())
            if self._open:
                self._open[-1].remove(element)
        return element
