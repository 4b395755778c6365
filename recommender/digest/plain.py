"""Text from strangers made harmless for display and for mail headers.

Takes away what nobody can see: control characters, bidirectional overrides, zero-width spaces,
lone surrogates, private-use characters, and code points that are no characters. Escaping for HTML is
the renderer's business, not done here.
"""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000f0000-\U0010ffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000))
    + "]"
)
_SPACES = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_WORD_END = re.compile(r"[\s\u00a0]+\S*$")
_NAME_SPECIALS = re.compile(r"[\"(),:;<>@\[\\\]]+")


def plain(text: str) -> str:
    """Return `text` on one line, single-spaced, without characters that hide or reorder others.

    Joiners that scripts and emoji need (U+200C, U+200D) stay.
    """
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def shorten(text: str, limit: int) -> str:
    """Return `text` cut to at most `limit` characters, at the end of a word where one is near."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    words = cut if text[limit - 1].isspace() else _WORD_END.sub("", cut)
    kept = words if len(words) >= limit // 2 else cut
    return kept.rstrip(" ,;:.–—-([") + "…"


def interest_name(name: str) -> str:
    """Return what an interest is called in a mail; readers may give it a paragraph."""
    return shorten(plain(name), 80)


def header_text(text: str) -> str:
    """Return `text` fit for an unstructured header value.

    `=?` starts an encoded word, and some Pythons decode one from a plain value and let an encoded
    newline through as a new header (python/cpython#121650), so the pair is set apart.
    """
    return plain(text).replace("=?", "= ?")


def display_name(text: str, limit: int = 60) -> str:
    """Return `text` fit for the name part of an address, without anything that would need quotes."""
    return shorten(plain(_NAME_SPECIALS.sub(" ", header_text(text))), limit)
