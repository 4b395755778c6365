"""The seam to the product: its own recommender, fitted on a library, ranks a protocol.

Papers have no titles, authors or dates here, so their words stand as the abstract.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from scipy import sparse

from benchmarks.library import Library, Protocol
from benchmarks.metrics import DEPTH, PADDING, IntArray
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Candidates, Corpus, Pool, ProfileBatch, RankingSettings, Request
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.vectors import Known, batch

_NOW = datetime(2020, 1, 1, tzinfo=UTC)
"""One moment for every vote: the data has no times."""
_BLOCK = 512


def fit(library: Library) -> HybridRecommender:
    """Fit the shipped recommender on all papers' words and everything saved."""
    votes = [
        Vote(subscriber=int(reader), paper=_id(paper), up=True, at=_NOW)
        for reader, paper in zip(*library.saved.nonzero(), strict=True)
    ]
    corpus = Corpus(papers=_papers(library, range(library.text.shape[0])), votes=votes)
    return HybridRecommender.fit(corpus, RankingSettings(), pairs=False)


def rank(
    library: Library, protocol: Protocol, recommender: HybridRecommender, depth: int = DEPTH
) -> IntArray:
    """Return each reader's list, (n, depth) paper numbers, best first, padded."""
    rows = range(len(protocol.readers))
    pool = replace(_known(library, protocol, rows), papers=_papers(library, protocol.candidates))
    seen = [frozenset(map(_id, protocol.excluded[row].indices.tolist())) for row in rows]
    requests = [
        Request(subscriber=own.subscriber, profiles=(own,), seen=had, papers=depth, reasons=False)
        for own, had in zip(profiles(library, protocol, rows), seen, strict=True)
    ]
    found = np.full((len(rows), depth), PADDING, dtype=np.int64)
    for row, own in enumerate(recommender.recommend(requests, pool)):
        found[row, : len(own)] = [_number(one.paper) for one in own]
    return found


def blocks(protocol: Protocol) -> Iterator[range]:
    """Yield the rows of readers, some hundred at a time."""
    for start in range(0, len(protocol.readers), _BLOCK):
        yield range(start, min(start + _BLOCK, len(protocol.readers)))


def profiles(library: Library, protocol: Protocol, rows: range) -> list[InterestProfile]:
    """Return what the product is told of some readers: what they show, and nothing else."""
    return [
        InterestProfile(
            subscriber=int(protocol.readers[row]),
            interest="",
            name="",
            keywords=tuple(library.vocabulary[word] for word in protocol.keywords[row]),
            up=tuple(WeightedPaper(paper=_id(own)) for own in protocol.liked[row].indices.tolist()),
        )
        for row in rows
    ]


def numbers(
    library: Library, protocol: Protocol, rows: range, recommender: HybridRecommender
) -> ProfileBatch:
    """Return a block of readers as the product's scorers see them."""
    lens = recommender.fitted.lens
    own = profiles(library, protocol, rows)
    return batch(lens, own, Known.gather(lens, _known(library, protocol, rows), own))


def candidates(library: Library, protocol: Protocol, recommender: HybridRecommender) -> Candidates:
    """Return the candidates as the product's scorers see them."""
    return recommender.fitted.lens.candidates(
        Pool(papers=(), now=_NOW), _papers(library, protocol.candidates)
    )


def _known(library: Library, protocol: Protocol, rows: range) -> Pool:
    liked = _papers(library, np.unique(protocol.liked[rows.start : rows.stop].indices))
    return Pool(papers=(), known={paper.id: paper for paper in liked}, now=_NOW)


def _papers(library: Library, numbers: Sequence[int] | IntArray) -> list[Paper]:
    return [
        Paper(id=_id(number), title="", abstract=" ".join(_words(library, int(number)))) for number in numbers
    ]


def cited(library: Library) -> Library:
    """Return the library with a word more for each paper that cites or is cited, and for the paper itself.

    So two papers share a word where one cites the other, or both cite a third. Which of two papers came
    first is not known, so this flatters fresh papers somewhat: they are cited, too.
    """
    count = library.text.shape[0]
    one, other = library.citations.T
    rows = np.concatenate([one, other, np.arange(count)])
    columns = np.concatenate([other, one, np.arange(count)])
    links = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(count, count))
    links.data[:] = 1
    names = tuple(f"cited{number}" for number in range(count))
    text = sparse.csr_matrix(sparse.hstack([library.text, links]), dtype=np.float32)
    return replace(library, text=text, vocabulary=library.vocabulary + names)


def _words(library: Library, number: int) -> Iterator[str]:
    """Yield each word of a paper as often as the paper has it."""
    span = slice(library.text.indptr[number], library.text.indptr[number + 1])
    for word, count in zip(library.text.indices[span], library.text.data[span], strict=True):
        yield from [library.vocabulary[word]] * int(count)


def _id(number: int) -> PaperId:
    return PaperId(f"title:{number}")


def _number(paper: PaperId) -> int:
    return int(paper.removeprefix("title:"))
