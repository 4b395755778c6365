"""The beginning of an abstract, cut where a reader would pause. No summarising: the authors' own words."""

import re

from recommender.digest.plain import shorten
from recommender.digest.tex import to_unicode

LIMIT = 320
_ENOUGH = 3
"""With less than this part (1 in 3) of the limit in whole sentences, the next is cut, not left out."""
_SLACK = 1.15
"""A text this little over the limit is shown whole: cutting a few words helps nobody."""
_SOURCE = 4
"""So many times the limit of raw text is looked at; TeX shrinks, but not that much."""
_JOINER = "\ufdd0"
"""A noncharacter: cleaning takes it from every text, so what is found was put there."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]*[^\s\"“‘(\[])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|etc|vs|cf|resp|approx|w\.r\.t|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Prof|St|[A-Z])\.)$"
)


def excerpt(abstract: str, limit: int = LIMIT) -> str:
    """Return the first sentences of an abstract that fit into about `limit` characters.

    Where the first sentence alone is longer, it is cut at the end of a word and ends in `…`. A
    formula counts as one word.
    """
    text = to_unicode(shorten(abstract.lstrip(), _SOURCE * limit), joiner=_JOINER)
    if len(text) <= limit * _SLACK:
        return text.replace(_JOINER, " ")
    kept = ""
    for sentence in _sentences(text):
        if len(kept) + len(sentence) + 1 > limit:
            break
        kept = f"{kept} {sentence}".strip()
    if len(kept) * _ENOUGH < limit and len(kept) < len(text):
        kept = _at_word_end(text, limit)
    return kept.replace(_JOINER, " ")


def _at_word_end(text: str, limit: int) -> str:
    """Cut like `shorten`, but step back to before a formula rather than into one."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    last = head.rfind(" ")
    if _JOINER in head[last + 1 :] and last > 0:
        return head[:last].rstrip(" ,;:.–—-([") + "…"
    return shorten(text, limit)


def _sentences(text: str) -> list[str]:
    """Split after full stops that end sentences: not after abbreviations and initials."""
    sentences = [""]
    start = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start : match.end()].strip()
        start = match.end()
        sentences[-1] = f"{sentences[-1]} {piece}".strip()
        follows = text[start : start + 1]
        if not _NO_END.search(piece) and not follows.islower():
            sentences.append("")
    sentences[-1] = f"{sentences[-1]} {text[start:]}".strip()
    return sentences
