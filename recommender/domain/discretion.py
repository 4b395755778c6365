"""Mail addresses and keys taken out of words that are kept, shown or logged."""

import re

MASK = "(address)"
_KEY = re.compile(
    r"([?&](?!resumptiontoken=)[\w.-]{0,40}(?:key|token|auth|secret|password|sig|signature)=)[^&#\s\"'<>]+",
    re.IGNORECASE,
)
"""A part of a URL that lets whoever reads it in; OAI-PMH's token only goes on with a list."""

_QUOTED = r'"(?:[^"\\\r\n]|\\.){1,200}"'
_ATOM = r"(?<![^\s<>()\[\]\",;:@])[^\s<>()\[\]\",;:@]+"
_LITERAL = r"\[[^\]\s]{1,200}\]"
_DOMAIN = r"[^\s<>()\[\]\",;:@]+"
# An atom begins after a delimiter and nowhere else, so that a long word costs one look and not one a letter.
_ADDRESS = re.compile(f"(?:{_QUOTED}|{_ATOM})@(?:{_LITERAL}|{_DOMAIN})")


def masked(words: str) -> str:
    """Return words with a mark in place of each address, quoted local parts and address literals too."""
    return _ADDRESS.sub(MASK, words)


def shielded(email: str) -> str:
    """Return an address its owner recognises and a stranger cannot use: `a•••@e•••.org`."""
    local, _, domain = email.rpartition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{top}" if name else f"{local[:1]}•••@•••"


def keyless(words: str) -> str:
    """Return words with the keys and tokens cut out of the URLs in them."""
    return _KEY.sub(r"\1…", words) if "=" in words else words
