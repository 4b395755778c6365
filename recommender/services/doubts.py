"""Finds pairs of papers that may be one work, among many, without comparing each with each.

Papers meet in blocks: those that share a rare word of their titles, two fairly rare words, the first
author, the whole title, or a sentence of their abstracts. Blocks have a limit, so the work grows with
the papers and not with their square. Only pairs that meet are scored, by rapidfuzz.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import TypeVar

from rapidfuzz import fuzz

from recommender.domain.identity import author_key, same_person, title_key
from recommender.domain.papers import PaperId
from recommender.domain.twins import DoubtfulPair, PaperText

_WORD = re.compile(r"[^\W_]+")
_TELLING_SENTENCE = 60
"""Letters a sentence needs to be somebody's own."""
_RARE_WORDS = 3
_LARGEST_BLOCK = 24
_NEAR = 80
"""Titles that are this much alike (0 to 100) resemble each other."""
_VERY_NEAR = 90
_ONE_TEXT = 0.8
_MUCH_SHARED = 0.5
Pair = tuple[int, int]
_T = TypeVar("_T")


def doubtful_pairs(
    papers: Iterable[PaperText], apart: frozenset[frozenset[PaperId]] = frozenset()
) -> list[DoubtfulPair]:
    """Return pairs that may be one work, the likeliest first; `apart` are pairs that a person decided on."""
    texts = list(papers)
    titles = [_words(text.title) for text in texts]
    spoken = [" ".join(words) for words in titles]
    pairs = {
        pair
        for pair in _met(_title_blocks(texts, titles))
        if fuzz.ratio(*_two(spoken, pair), score_cutoff=_NEAR)
    }
    pairs.update(_met(_sentence_blocks(texts)))
    judged = (
        _judged(*_two(texts, pair), fuzz.ratio(*_two(spoken, pair)))
        for pair in pairs
        if frozenset(text.id for text in _two(texts, pair)) not in apart
    )
    return sorted((pair for pair in judged if pair), key=lambda pair: (-pair.score, pair.paper, pair.other))


def _two(values: Sequence[_T], pair: Pair) -> tuple[_T, _T]:
    return values[pair[0]], values[pair[1]]


def _words(title: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(unicodedata.normalize("NFKD", title).casefold()))


def _met(blocks: Iterable[list[int]]) -> Iterator[Pair]:
    """Yield the pairs of each block that is neither alone nor a crowd; some come twice."""
    return chain.from_iterable(combinations(block, 2) for block in blocks if 1 < len(block) <= _LARGEST_BLOCK)


def _title_blocks(texts: Sequence[PaperText], titles: Sequence[tuple[str, ...]]) -> Iterable[list[int]]:
    """Gather papers by rare title words, by two of them, by whole title and by first author."""
    frequency = Counter(word for words in titles for word in set(words))
    blocks: dict[object, list[int]] = defaultdict(list)
    for place, (text, words) in enumerate(zip(texts, titles, strict=True)):
        shared = sorted((frequency[word], word) for word in set(words) if frequency[word] > 1)
        rare = shared[:_RARE_WORDS]
        for count, word in rare:
            if count <= _LARGEST_BLOCK:
                blocks[word].append(place)
        for (_, one), (_, other) in combinations(rare, 2):
            blocks[one, other].append(place)
        blocks["title", title_key(text.title), ""].append(place)
        if text.authors:
            blocks["author", text.authors[0].casefold(), ""].append(place)
    return blocks.values()


def _sentence_blocks(texts: Sequence[PaperText]) -> Iterable[list[int]]:
    """Gather papers by the sentences of their abstracts."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for sentence in {part for part in text.abstract.split(". ") if len(part) >= _TELLING_SENTENCE}:
            blocks[hash(sentence)].append(place)
    return blocks.values()


def _judged(one: PaperText, other: PaperText, likeness: float) -> DoubtfulPair | None:
    """Return the pair if it is in doubt, with the reason and how much alike the two are."""
    first, second = sorted((one, other), key=lambda text: text.id)
    shared = _shared(first.abstract, second.abstract)
    why = _reason(first, second, likeness, shared)
    if not why:
        return None
    return DoubtfulPair(
        paper=first.id,
        other=second.id,
        title=first.title,
        other_title=second.title,
        score=round((likeness + 100 * shared) / 2 if first.abstract and second.abstract else likeness),
        why=why,
    )


def _reason(one: PaperText, other: PaperText, likeness: float, shared: float) -> str:
    """Say in a few words why two papers may be one work; nothing where they are two."""
    key = title_key(one.title)
    if key and key == title_key(other.title):
        return "same title"
    if shared >= _ONE_TEXT:
        return "same abstract"
    if likeness < _NEAR or _numbers(one.title) != _numbers(other.title):
        return ""
    if shared >= _MUCH_SHARED and _authors(one) & _authors(other):
        return "titles and abstracts alike"
    if likeness >= _VERY_NEAR and _same_first_author(one, other):
        return "titles alike, same first author"
    return ""


def _shared(one: str, other: str) -> float:
    """Return the share of words that two texts have in common, 0 to 1."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return len(first & second) / len(first | second) if first and second else 0.0


def _numbers(title: str) -> set[str]:
    """Return the words with a digit: a volume, a year, a version of a series."""
    return {word for word in _words(title) if any(map(str.isdigit, word))}


def _authors(text: PaperText) -> set[str]:
    return {name.casefold() for name in text.authors}


def _same_first_author(one: PaperText, other: PaperText) -> bool:
    if not (one.authors and other.authors):
        return True
    first, second = one.authors[0], other.authors[0]
    return bool(author_key(first)) and same_person(first, second)
