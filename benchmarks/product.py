"""The seam to the product: its own recommender, fitted on a library, ranks a protocol.

Papers have no titles, authors or dates here, so their words stand as the abstract.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from benchmarks.library import Content, Library, Protocol
from benchmarks.metrics import DEPTH, PADDING, IntArray
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Corpus, Pool, RankingSettings, Request
from recommender.ranking.hybrid import HybridRecommender

_NOW = datetime(2020, 1, 1, tzinfo=UTC)
"""One moment for every vote: the data has no times."""
_BLOCK = 512


def fit(library: Library, content: Content) -> HybridRecommender:
    """Fit the shipped recommender on all papers' words and everything saved.

    Raise ValueError for content it cannot read.
    """
    if content != "text":
        raise ValueError(f"the recommender reads no {content}")
    votes = [
        Vote(subscriber=int(reader), paper=_id(paper), up=True, at=_NOW)
        for reader, paper in zip(*library.saved.nonzero(), strict=True)
    ]
    corpus = Corpus(papers=_papers(library, range(library.text.shape[0])), votes=votes)
    return HybridRecommender.fit(corpus, RankingSettings())


def rank(
    library: Library, protocol: Protocol, recommender: HybridRecommender, depth: int = DEPTH
) -> IntArray:
    """Return each reader's list, (n, depth) paper numbers, best first, padded."""
    papers = _papers(library, protocol.candidates)
    found = np.full((len(protocol.readers), depth), PADDING, dtype=np.int64)
    for start in range(0, len(found), _BLOCK):
        rows = range(start, min(start + _BLOCK, len(found)))
        liked = _papers(library, np.unique(protocol.liked[start : start + _BLOCK].indices))
        pool = Pool(papers=papers, known={paper.id: paper for paper in liked}, now=_NOW)
        requests = [_request(library, protocol, row, depth) for row in rows]
        for row, own in zip(rows, recommender.recommend(requests, pool), strict=True):
            found[row, : len(own)] = [_number(one.paper) for one in own]
    return found


def _request(library: Library, protocol: Protocol, row: int, depth: int) -> Request:
    liked = tuple(_id(paper) for paper in protocol.liked[row].indices)
    reader = int(protocol.readers[row])
    profile = InterestProfile(
        subscriber=reader,
        interest="",
        name="",
        keywords=tuple(library.vocabulary[word] for word in protocol.keywords[row]),
        up=tuple(WeightedPaper(paper=paper, at=_NOW) for paper in liked),
        liked=liked,
    )
    seen = frozenset(_id(paper) for paper in protocol.excluded[row].indices)
    return Request(subscriber=reader, profiles=(profile,), seen=seen, papers=depth)


def _papers(library: Library, numbers: Sequence[int] | IntArray) -> list[Paper]:
    return [
        Paper(id=_id(number), title="", abstract=" ".join(_words(library, int(number)))) for number in numbers
    ]


def _words(library: Library, number: int) -> Iterator[str]:
    """Yield each word of a paper as often as the paper has it."""
    span = slice(library.text.indptr[number], library.text.indptr[number + 1])
    for word, count in zip(library.text.indices[span], library.text.data[span], strict=True):
        yield from [library.vocabulary[word]] * int(count)


def _id(number: int) -> PaperId:
    return PaperId(f"title:{number}")


def _number(paper: PaperId) -> int:
    return int(paper.removeprefix("title:"))
