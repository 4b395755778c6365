"""Parts of abstracts, cut where a reader would pause. No summarising: the authors' own words.

Inside this package a text may hold `JOINER` where a formula has a space, so that whoever cuts or marks
keeps formulas whole; `shown` takes them out.
"""

import re
from collections.abc import Sequence

from recommender.digest.plain import shorten
from recommender.digest.tex import to_unicode

LIMIT = 320
JOINER = "\ufdd0"
"""A noncharacter: cleaning takes it from every text, so what is found was put there."""
_LONGEST_SENTENCE = 600
_ENOUGH = 3
"""With less than this part (1 in 3) of the limit in whole sentences, the next is cut, not left out."""
_SLACK = 1.15
"""A text this little over the limit is shown whole: cutting a few words helps nobody."""
_SOURCE = 4
"""So many times the limit of raw text is looked at; TeX shrinks, but not that much."""
_USUAL = (
    r"(?:The|This|These|Those|It|We|Our|In|However|To|A|An|Here|For|By|While|Unlike|Although|Moreover|Most"
    r"|Existing|Furthermore|Additionally|Specifically|Finally|Results|Experiments|Extensive)\b"
)
"""How sentences often begin."""
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]*[^\s\"“‘(\[])"
    # One abstract in a hundred lacks a space somewhere.
    rf"|(?<=[a-z][a-z)\]][.!?])(?={_USUAL})"
)
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|vs|cf|resp|approx|w\.r\.t|a\.k\.a|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Prof|St)\.)$"
)
_WHOLE_WORD = re.compile(r"\b[a-z]{6,}[.!?]$")
"""No abbreviation: ends a sentence though the next one begins with a name in small letters."""
_DOUBTFUL_END = re.compile(r"\b(?:etc|[A-Z])\.$")
"""Ends a sentence only where a usual beginning of one follows."""
_BEGINNING = re.compile(_USUAL)
_NUMBER = re.compile(r"\(?(?:[0-9]|i{1,3}|iv|v|[a-e])[.)]")
_HEADING = 7
"""An item's heading has at most so many words, its number counted: `2) Slicing.` is no sentence by itself."""


def sentences(text: str) -> list[str]:
    """Return the sentences of an abstract in plain Unicode, each on one line; none is empty.

    One of more than 600 characters ends at a word, in `…`.
    """
    return [shown(_clip(sentence, _LONGEST_SENTENCE)) for sentence in joined_sentences(text)]


def excerpt(abstract: str, limit: int = LIMIT) -> str:
    """Return the first sentences of an abstract that fit into about `limit` characters.

    Where the first sentence alone is longer, it is cut at the end of a word and ends in `…`. A
    formula counts as one word.
    """
    return shown(beginning(abstract, limit))


def rest(abstract: str, sentence: str, limit: int = LIMIT) -> str:
    """Return what is shown of an abstract beside its key sentence, about `limit` characters.

    From the beginning, without the sentence; `…` where something is left out. An abstract that does not
    hold the sentence gives an ordinary excerpt.
    """
    return shown(beside(abstract, sentence, limit)[1])


def beside(abstract: str, sentence: str, limit: int = LIMIT) -> tuple[str, str]:
    """Return the key sentence and the rest, both with joiners; see `rest`."""
    told = joined_sentences(abstract)
    place = next((at for at, own in enumerate(told) if _same(own, sentence)), None)
    if place is None:
        return sentence, beginning(abstract, limit)
    return _clip(told[place], _LONGEST_SENTENCE), _around(told, place, limit)


def beginning(abstract: str, limit: int) -> str:
    """Return `excerpt` with joiners."""
    text = to_unicode(shorten(abstract.lstrip(), _SOURCE * limit), joiner=JOINER)
    if len(text) <= limit * _SLACK:
        return text
    kept = ""
    for sentence in _split(text):
        if len(kept) + len(sentence) + 1 > limit:
            break
        kept = f"{kept} {sentence}".strip()
    if len(kept) * _ENOUGH < limit and len(kept) < len(text):
        kept = _clip(text, limit)
    return kept


def joined_sentences(abstract: str) -> list[str]:
    """Return `sentences` with joiners."""
    return [sentence for sentence in _split(to_unicode(abstract, joiner=JOINER)) if sentence]


def shown(text: str) -> str:
    """Return `text` without joiners."""
    return text.replace(JOINER, " ")


def _same(own: str, sentence: str) -> bool:
    """Tell whether a sentence of the abstract is the one that `sentences` gave."""
    return shown(_clip(own, _LONGEST_SENTENCE)) == sentence


def _around(told: Sequence[str], place: int, limit: int) -> str:
    """Return the sentences before and after the one at `place` as they fit, `…` where some are missing."""
    before, after = " ".join(told[:place]), " ".join(told[place + 1 :])
    if len(before) + len(after) <= limit * _SLACK:
        return f"{before} … {after}" if before and after else before or after
    kept: list[str] = []
    used = 0
    for at, sentence in enumerate(told):
        if at == place:
            kept += ["…"] if kept else []
            continue
        if used + len(sentence) + 1 > limit:
            break
        kept.append(sentence)
        used += len(sentence) + 1
    else:
        return " ".join(kept)
    if used * _ENOUGH < limit:
        return " ".join([*kept, _clip(sentence, limit - used)])
    return " ".join(kept if kept[-1] == "…" else [*kept, "…"])


def _clip(text: str, limit: int) -> str:
    """Cut like `shorten`, but step back to before a formula rather than into one."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    last = head.rfind(" ")
    # The formula may begin before the cut and have its first space behind it.
    if JOINER in text[last + 1 :].split(" ", 1)[0]:
        return head[: max(last, 0)].rstrip(" ,;:.–—-([") + "…"
    return shorten(text, limit)


def _split(text: str) -> list[str]:
    """Split after full stops that end sentences: not after abbreviations, initials and numbered headings."""
    told = [""]
    start = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start : match.end()].strip()
        start = match.end()
        told[-1] = f"{told[-1]} {piece}".strip()
        heading = told[-1] == piece and _is_heading(piece)
        if _ends(piece, text[start : start + 20]) and not heading:
            told.append("")
    told[-1] = f"{told[-1]} {text[start:]}".strip()
    return told


def _ends(piece: str, following: str) -> bool:
    """Tell whether a sentence ends with `piece`, which ends in a full stop, when `following` comes next."""
    if _NO_END.search(piece) or (following[:1].islower() and not _WHOLE_WORD.search(piece)):
        return False
    return not _DOUBTFUL_END.search(piece) or _BEGINNING.match(following) is not None


def _is_heading(text: str) -> bool:
    return _NUMBER.match(text) is not None and len(text.split()) <= _HEADING
