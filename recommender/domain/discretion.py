"""Mail addresses taken out of words that are kept, shown or logged."""

import re

MASK = "(address)"

_QUOTED = r'"(?:[^"\\\r\n]|\\.){1,200}"'
_ATOM = r"(?<![^\s<>()\[\]\",;:@])[^\s<>()\[\]\",;:@]+"
_LITERAL = r"\[[^\]\s]{1,200}\]"
_DOMAIN = r"[^\s<>()\[\]\",;:@]+"
# An atom begins after a delimiter and nowhere else, so that a long word costs one look and not one a letter.
_ADDRESS = re.compile(f"(?:{_QUOTED}|{_ATOM})@(?:{_LITERAL}|{_DOMAIN})")


def masked(words: str) -> str:
    """Return words with a mark in place of each address, quoted local parts and address literals too."""
    return _ADDRESS.sub(MASK, words)
