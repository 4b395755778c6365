"""A message as its reader has it: headers, text part, page, and what stands under each title of the page."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from xml.etree.ElementTree import Element

from tests.faults.reception import sound, split

_BLOCKS = frozenset({"p", "div", "td", "tr", "table", "h1", "h2", "h3", "li", "ul", "br"})
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Block:
    """One paper of the page: its heading, and all the text and links from there to the next."""

    heading: Element
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading on one line."""
        return " ".join("".join(self.heading.itertext()).split())

    @property
    def text(self) -> str:
        """Everything shown, on one line."""
        return " ".join("".join(self.words).split())


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
    """Return the papers in reading order; each has an `h2`."""
    found: list[Block] = []
    body = tree.find("body")
    assert body is not None
    _walk(body, found)
    return found


def _walk(element: Element, found: list[Block]) -> None:
    tag: object = element.tag
    if not isinstance(tag, str):
        return
    if tag == "h2":
        found.append(Block(heading=element))
    own = found[-1] if found else None
    if own:
        own.words.append((" " if tag in _BLOCKS else "") + (element.text or ""))
        own.links += [element.get("href") or ""] if tag == "a" else []
    for child in element:
        _walk(child, found)
        if found:
            found[-1].words.append((" " if child.tag in _BLOCKS else "") + (child.tail or ""))
