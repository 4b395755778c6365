"""XML into a tree, safely: no DOCTYPE, no entities, no depth that exhausts anything.

Only for formats that promise well-formed XML (arXiv's); feeds of unknown origin go to `feed`.
"""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recommender.domain.errors import SourceMalformed

_DEPTH = 64


def parse_xml(body: bytes, *, source: str, place: str, expected: str) -> Element:
    """Return the root element; raise SourceMalformed naming what was `expected` instead."""
    parser = DefusedXMLParser(target=_ShallowBuilder(), forbid_dtd=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as error:
        reason = f"it declares a document type or entities, which {expected} never does"
        raise SourceMalformed(source, place, reason) from error
    except (ParseError, ValueError, LookupError) as error:
        reason = f"{_first_words(body)}, not {expected} ({error})"
        raise SourceMalformed(source, place, reason) from error
    if not isinstance(root, Element):
        raise SourceMalformed(source, place, f"it is empty, not {expected}")
    return root


def text_of(parent: Element, path: str) -> str:
    """Return all text under the first child at `path`, or an empty string."""
    found = parent.find(path)
    return "" if found is None else "".join(found.itertext())


def _first_words(body: bytes) -> str:
    if not body.strip():
        return "it is empty"
    start = body[:500].lstrip().lower()
    return "it is a web page" if start.startswith((b"<!doctype html", b"<html")) else "it cannot be read"


class _ShallowBuilder(TreeBuilder):
    """Builds a tree of bounded depth."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _DEPTH:
            raise ValueError(f"elements are nested deeper than {_DEPTH}")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
