"""What somebody who searches typed, as words to look for. Pure."""

import re
from dataclasses import dataclass

from recommender.digest.plain import plain

WORDS = 16
"""Words looked for, at most."""
LENGTH = 1000
"""Characters read, at most."""
_PART = re.compile(r'["“”„]([^"“”„]+)["“”„]|(\S+)')
_EDGES = "\"“”„.,;:!?()[]{}<>'’‘`"
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
        "the",
        "their",
        "they",
        "this",
        "to",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
    ]
)
"""Words that every text has; they are left out where others are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question put to the store."""

    text: str
    """What was typed, on one line, nothing unseen in it, cut at `LENGTH`."""
    words: tuple[str, ...]
    """What to find, letter for letter; what stood in quotation marks is one of them."""
    cut: bool
    """Whether something was left out because it was too much."""

    @classmethod
    def read(cls, typed: str) -> "Query":
        """Read what was typed; an empty or blank text has no words."""
        whole = plain(typed)
        text = whole[:LENGTH]
        found = (quoted.strip() or single.strip(_EDGES) for quoted, single in _PART.findall(text))
        parts = list(dict.fromkeys(part for part in found if part))
        telling = [part for part in parts if part.casefold() not in _EMPTY] or parts
        return cls(text=text, words=tuple(telling[:WORDS]), cut=len(whole) > LENGTH or len(telling) > WORDS)
