"""Sets off the terms that speak for a paper where its text has them.

A term is set off as a whole word or phrase, in the singular and the plural, never as a part of a longer
word or of a formula. Marked or not, the pieces of a text joined are the text.
"""

from collections.abc import Iterable, Iterator, Sequence

from recommender.digest.excerpt import JOINER, shown
from recommender.digest.plain import plain
from recommender.digest.tex import to_unicode
from recommender.domain.digests import Span
from recommender.domain.editions import Evidence

MOST = 6
"""Marks in one paper: with more, none stands out."""
_EACH = 2
"""Marks of one term in one paper."""
_NAMING = ("keywords", "content")
"""Scorers whose terms are words of the paper; keywords are the reader's own and come first."""
_LONGEST = 80
_OPENING = "([{“‘\"'«"
_CLOSING = ".,;:!?)]}”’\"'»"
_DASH = "—"
_SPACED = str.maketrans("-\u2010\u2011", "   ")
"""A hyphen between a term's words is as good as a space."""


def terms_of(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the terms that speak for a paper, in plain Unicode, each once."""
    named = (term for name in _NAMING for own in evidence if own.scorer == name for term in own.terms)
    return tuple(dict.fromkeys(text for term in named if (text := plain(to_unicode(term)))))


def highlight(texts: Sequence[str], terms: Iterable[str], *, most: int = MOST) -> list[tuple[Span, ...]]:
    """Return each of `texts` as spans, the terms in them marked: at most `most` marks in all texts together.

    Where terms overlap the longest wins. Texts may hold joiners; the spans have spaces in their place. An
    empty text has no spans.
    """
    useful = {_even(term) for term in terms if 1 < len(term) <= _LONGEST and JOINER not in term}
    ordered = sorted((term for term in useful if len(term.strip()) > 1), key=lambda term: (-len(term), term))
    left = dict.fromkeys(ordered, _EACH)
    marked = []
    for text in texts:
        kept: list[tuple[int, int]] = []
        for start, end, term in _found(text, ordered):
            if left[term] and len(kept) < most:
                left[term] -= 1
                kept.append((start, end))
        most -= len(kept)
        marked.append(_spans(text, kept))
    return marked


def _found(text: str, terms: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return where terms stand, in the order of the text; a place belongs to the first of `terms` there."""
    even, taken = _even(text), bytearray(len(text))
    found = []
    for term in terms:
        for form in _forms(term):
            for start in _places(even, form):
                end = start + len(form)
                if not any(taken[start:end]) and _stands_alone(text, start, end):
                    taken[start:end] = b"\x01" * len(form)
                    found.append((start, end, term))
    return sorted(found)


def _even(text: str) -> str:
    """Return a text of the same length, in small letters and without hyphens."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return small.translate(_SPACED)


def _forms(term: str) -> list[str]:
    """Return a term as it is, in the plural, and in the singular."""
    forms = [term, f"{term}s", f"{term}es"]
    if term.endswith("y"):
        forms.append(f"{term[:-1]}ies")
    if term.endswith("ies"):
        forms.append(f"{term[:-3]}y")
    elif term.endswith(("xes", "ches", "shes", "sses")):
        forms.append(term[:-2])
    elif len(term) > 3 and term.endswith("s") and not term.endswith("ss"):
        forms.append(term[:-1])
    return forms


def _places(text: str, form: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether nothing but brackets, quotation marks and stops stand between a piece and white space.

    A formula's spaces are joiners here, so no piece of one stands alone.
    """
    before = text[:start].rstrip(_OPENING)
    after = text[end:].lstrip(_CLOSING)
    if text[end : end + 2] in ("'s", "’s"):
        after = text[end + 2 :].lstrip(_CLOSING)
    return (not before or before[-1].isspace() or before[-1] == _DASH) and (
        not after or after[0].isspace() or after[0] == _DASH
    )


def _spans(text: str, marks: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    end = 0
    for start, stop in marks:
        spans += [Span(shown(text[end:start])), Span(text[start:stop], marked=True)]
        end = stop
    return tuple(span for span in (*spans, Span(shown(text[end:]))) if span.text)
