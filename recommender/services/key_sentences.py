"""Chooses the sentence of each paper of an edition that tells its reader most. Done once, when it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from recommender.digest.excerpt import sentences
from recommender.digest.highlight import terms_of
from recommender.digest.tex import to_unicode
from recommender.domain.editions import Edition, EditionItem
from recommender.domain.papers import PaperId
from recommender.ports import UnitOfWork
from recommender.ranking.sentences import ReadAbstract, read

_REMEMBERED = 4096
"""Papers: those of a day are in the editions of many blocks of readers."""


def with_key_sentences(unit: UnitOfWork, editions: Sequence[Edition]) -> list[Edition]:
    """Return the editions, each item with its sentence: empty only where a paper has no abstract.

    A paper is read once, in however many editions it is.
    """
    papers = unit.papers.get({item.paper for edition in editions for item in edition.items})
    known = {number: _read(paper.title, paper.abstract) for number, paper in papers.items()}
    return [
        replace(edition, items=tuple(_chosen(item, known) for item in edition.items)) for edition in editions
    ]


@lru_cache(maxsize=_REMEMBERED)
def _read(title: str, abstract: str) -> ReadAbstract:
    return read(to_unicode(title), sentences(abstract))


def _chosen(item: EditionItem, known: Mapping[PaperId, ReadAbstract]) -> EditionItem:
    own = known.get(item.paper)
    if own is None or not own.sentences:
        return item
    return replace(item, sentence=own.sentences[own.pick(terms_of(item.evidence))])
