"""A message as its reader has it: headers, text part, page, and what stands under each title of the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from xml.etree.ElementTree import Element

from tests.faults.reception import sound, split

_BLOCKS = frozenset({"p", "div", "td", "tr", "table", "h1", "h2", "h3", "li", "ul", "br"})
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paper of the page: its heading, and the part of the page around it that has no other heading."""

    heading: Element
    part: Element

    @property
    def title(self) -> str:
        """The heading on one line."""
        return " ".join("".join(self.heading.itertext()).split())

    @property
    def text(self) -> str:
        """Everything shown, on one line."""
        return " ".join("".join(_words(self.part)).split())

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [link.get("href") or "" for link in self.part.iter("a")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One message, taken apart; made only of markup that a digest may have."""

    headers: dict[str, str]
    text: str
    page: str
    tree: Element
    blocks: tuple[Block, ...]

    def block(self, title: str) -> Block:
        """Return the one paper whose heading begins with `title`."""
        (found,) = (block for block in self.blocks if block.title.startswith(title))
        return found

    @property
    def prose(self) -> str:
        """The text part on one line."""
        return " ".join(self.text.split())

    @property
    def links(self) -> list[str]:
        """Every link of the page."""
        return [link.get("href") or "" for link in self.tree.iter("a")]


def read(message: bytes) -> Sheet:
    """Take a message apart; an assertion says what of it no digest may be."""
    fields, parts = split(message)
    parsed = message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    text, page = (part.decode().replace("\r\n", "\n") for part in parts)
    assert not _BIDI.search(text)
    assert not _BIDI.search(page)
    tree = sound(page)
    headers = {name: str(parsed[name]) for name, _ in fields}
    assert len(headers) == len(fields)
    return Sheet(headers=headers, text=text, page=page, tree=tree, blocks=tuple(_blocks(tree)))


def _blocks(tree: Element) -> list[Block]:
    """Return the papers in reading order; each has an `h2`, and the largest part with no other is its own."""
    part: dict[Element, Element] = {}
    for element in tree.iter():
        headings = list(element.iter("h2"))
        if len(headings) == 1:
            part.setdefault(headings[0], element)
    return [Block(heading=heading, part=part[heading]) for heading in tree.iter("h2")]


def _words(element: Element) -> Iterator[str]:
    """Yield what is read of an element, with blanks where a line begins."""
    tag: object = element.tag
    if isinstance(tag, str):
        yield (" " if tag in _BLOCKS else "") + (element.text or "")
        for child in element:
            yield from _words(child)
            yield (" " if child.tag in _BLOCKS else "") + (child.tail or "")
