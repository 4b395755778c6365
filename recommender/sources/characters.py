"""Which characters a text may hold: composed, visible, and not written as HTML entities.

For texts that are plain text already. Tags are none of its business: `<think>` is a word like others.
"""

import re
import unicodedata
from html import unescape
from html.entities import name2codepoint

# Control characters except those that str.split takes for white space, lone surrogates, characters
# without width (those that join letters in Persian or emoji stay), marks and overrides of direction
# (they can make a title read as another one), tag characters (text that only programs see), non-characters.
UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    "\U0001fffe\U0001ffff\U0010fffe\U0010ffff]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});")
_KNOWN = frozenset(name2codepoint) | {"apos"}
"""The names of HTML 4. HTML 5 has two thousand more, `&in;` and `&it;` among them."""
_ROUNDS = 8
"""How often a text may have been encoded over; nobody does it more than three times by mistake."""


def readable(text: str) -> str:
    """Return `text` composed (NFC), without unwanted characters, its complete and known entities decoded.

    `&amp;lt;` is `<`, however often it was encoded, so doing it twice is doing it once; `AT&T;` and
    `&lt` stay. A text that never comes to an end of it loses its ampersands.
    """
    for _ in range(_ROUNDS):
        text = _composed(text)
        decoded = _ENTITY.sub(_character, text) if "&" in text else text
        if decoded == text:
            return text
        text = decoded
    return _composed(text.replace("&", ""))


def is_plain(text: str) -> bool:
    """Tell whether a text is printable ASCII: then it holds nothing unwanted and is composed.

    Most texts are, and asking so is ten times as fast as looking for what is unwanted.
    """
    return text.isascii() and text.isprintable()


def _composed(text: str) -> str:
    if is_plain(text.replace("\n", " ")):
        return text
    return unicodedata.normalize("NFC", UNWANTED.sub("", text))


def _character(match: re.Match[str]) -> str:
    """Return what an entity stands for; nothing for a number that is no character."""
    written = match[0]
    if written[1] != "#":
        return unescape(written) if written[1:-1] in _KNOWN else written
    character = unescape(written)
    return "" if character == "\ufffd" else character
