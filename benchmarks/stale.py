"""Old papers that nobody took are not lifted: `python -m benchmarks.stale --data DIR`.

DIR is a shared library. Of each reader's training pairs P are known and the others hidden, as in the splits
of Wang et al. (KDD 2015), but drawn here. All papers are ranked. Those without a known reader are old ones
that nobody took, and the product must not take them for fresh ones: the same fit ranks them dated long ago,
and without a date, which is what a fresh paper looks like.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import product
from benchmarks.library import Library, Protocol, load
from benchmarks.metrics import DEPTH, PADDING, Figures, IntArray, Interval, interval, measure, paired, sets_of
from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import Pool, Request, SparseMatrix
from recommender.ranking.hybrid import HybridRecommender

_NOW = datetime(2020, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
_FIGURES = ("recall@50", "recall@300")
_LINE = "{:>3}  {:16} {:>8} {:>26} {:>26}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stale", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of a shared library")
    parser.add_argument("--known", default="10,1", metavar="P,…", help="known pairs of a reader")
    parser.add_argument("--readers", type=int, default=500, help="readers ranked, drawn")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    whole = load(options.data, "val")
    print(_LINE.format("P", "without readers", "readers", "R@50", "R@300"))  # noqa: T201 - see `stages`
    with threadpool_limits(1):
        for known in map(int, options.known.split(",")):
            library, protocol = split(whole, known, options.readers, options.seed)
            for line in _lines(known, library, protocol):
                print(line, flush=True)  # noqa: T201 - see `stages`
    return 0


def split(whole: Library, known: int, count: int, seed: int) -> tuple[Library, Protocol]:
    """Return a library of `known` pairs a reader, and `count` drawn readers with what is hidden of theirs."""
    random = np.random.default_rng(seed)
    kept, hidden = [], []
    for reader in range(whole.saved.shape[0]):
        own = random.permutation(whole.saved[reader].indices.astype(np.int64))
        kept += [(reader, paper) for paper in own[:known].tolist()]
        hidden += [(reader, paper) for paper in own[known:].tolist()]
    saved, answers = (_pairs(own, whole.saved.shape) for own in (kept, hidden))
    able = np.flatnonzero(np.diff(answers.indptr))
    readers = np.sort(random.permutation(able)[:count]).astype(np.int64)
    protocol = Protocol(
        name=f"P{known}",
        readers=readers,
        liked=saved[readers],
        keywords=np.zeros((len(readers), 0), dtype=np.int64),
        candidates=np.arange(whole.saved.shape[1], dtype=np.int64),
        excluded=saved[readers],
        relevant=answers[readers],
    )
    return replace(whole, saved=saved), protocol


def rank(library: Library, protocol: Protocol, recommender: HybridRecommender, *, dated: bool) -> IntArray:
    """Return each reader's list, (n, `DEPTH`) paper numbers, padded; papers are `dated` long ago or not."""
    papers = _papers(library, published=_LONG_AGO if dated else None)
    known = {paper.id: paper for paper in papers}
    pool = Pool(papers=papers, known=known, now=_NOW)
    requests = [
        Request(
            subscriber=own.subscriber,
            profiles=(own,),
            seen=frozenset(liked.paper for liked in own.up),
            papers=DEPTH,
        )
        for own in product.profiles(library, protocol, range(len(protocol.readers)))
    ]
    found = np.full((len(requests), DEPTH), PADDING, dtype=np.int64)
    for row, chosen in enumerate(recommender.recommend(requests, pool)):
        found[row, : len(chosen)] = [int(one.paper.removeprefix("title:")) for one in chosen]
    return found


def _lines(known: int, library: Library, protocol: Protocol) -> list[str]:
    recommender = product.fit(library)
    assert protocol.relevant is not None  # noqa: S101 - `split` gives answers
    old, fresh = (
        measure(
            rank(library, protocol, recommender, dated=dated),
            protocol.relevant,
            protocol.candidates,
        )
        for dated in (True, False)
    )
    gains = [paired(old.per_reader[name], fresh.per_reader[name], seed=0) for name in _FIGURES]
    rows = [("old", _intervals(old)), ("as if fresh", _intervals(fresh)), ("old less fresh", gains)]
    return [_LINE.format(known, name, old.readers, *map(_text, own)) for name, own in rows]


def _intervals(own: Figures) -> list[Interval]:
    return [interval(own.per_reader[name], seed=0) for name in _FIGURES]


def _text(own: Interval) -> str:
    return f"{own.mean:.4f} ({own.low:.4f}–{own.high:.4f})"


def _papers(library: Library, published: datetime | None) -> list[Paper]:
    """Return all papers, their words as abstracts, as `product` has them."""
    texts = []
    for number in range(library.text.shape[0]):
        span = slice(library.text.indptr[number], library.text.indptr[number + 1])
        words = zip(library.text.indices[span], library.text.data[span].astype(np.int64), strict=True)
        texts.append(" ".join(library.vocabulary[word] for word, count in words for _ in range(count)))
    return [
        Paper(id=PaperId(f"title:{number}"), title="", abstract=text, published=published)
        for number, text in enumerate(texts)
    ]


def _pairs(pairs: Sequence[tuple[int, int]], shape: tuple[int, int]) -> SparseMatrix:
    rows, columns = np.asarray(pairs, dtype=np.int64).T
    return sets_of(rows, columns, shape)


if __name__ == "__main__":
    sys.exit(main())
