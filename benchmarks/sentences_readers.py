"""Readers made of papers: whoever likes a paper near to an abstract shares terms with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.sentences_labels import Labelled
from recommender.ranking.background import Background
from recommender.ranking.matrices import small_product
from recommender.ranking.stems import Stems
from recommender.ranking.text import TextSpace, spoken, words

_LIKED = 3000
"""Papers drawn, of which readers like one."""
_NEAR = 20
"""A reader's paper is one of so many nearest."""
_TERMS = 4


def shared_terms(
    known: Sequence[Labelled], rows: Sequence[Mapping[str, Any]], readers: int, seed: int
) -> list[list[tuple[str, ...]]]:
    """Return for each of `readers` the terms that speak for each abstract, in its spelling."""
    if not readers:
        return []
    background, random = Background.shipped(), np.random.default_rng(seed)
    space = TextSpace(background.idf, background.documents, Stems.english())
    own = {entry.id for entry in known}
    others = [row for row in rows if row["id"] not in own]
    drawn = [others[at] for at in random.permutation(len(others))[:_LIKED]]
    liked = space.rows([(words(row["title"]), words(row["abstract"])) for row in drawn])
    told: list[list[tuple[str, ...]]] = [[] for _ in range(readers)]
    for entry in known:
        text = " ".join(entry.sentences)
        near = small_product(space.rows([(words(entry.title), words(text))]), liked)[0]
        nearest = np.argsort(-near)[:_NEAR]
        for number, at in enumerate(random.permutation(nearest)[:readers]):
            theirs = drawn[int(at)]
            told[number].append(_shared(space, text, (words(theirs["title"]), words(theirs["abstract"]))))
    return told


def _shared(space: TextSpace, text: str, fields: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return the weightiest terms in both, pairs first, no word twice; as evidence of content is made."""
    spelling = spoken(text, space.stems)
    common = sorted(set(space.terms(fields)) & spelling.keys())
    weight = dict(zip(common, space.idf[space.columns(common)].tolist(), strict=True)) if common else {}
    named: list[str] = []
    used: set[str] = set()
    for term in sorted(common, key=lambda term: (-term.count(" "), -weight[term], term)):
        if used.isdisjoint(term.split(" ")):
            used.update(term.split(" "))
            named.append(spelling[term])
    return tuple(named[:_TERMS])
