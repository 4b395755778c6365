"""What two-stage scoring saves and loses: `python -m benchmarks.stages --data DIR --papers DIR`.

DIR of `--data` is a shared library (validation readers of D and C), that of `--papers` holds
`papers-*.jsonl.gz`, from which 5,000 candidates and lone readers with twenty likes are drawn. Both ways of
scoring run in turns in one process, on one thread; figures are medians of five.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import product
from benchmarks.library import Library, load, part
from benchmarks.metrics import measure
from benchmarks.report import FIRST
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Candidates, Corpus, Pool, ProfileBatch, RankingSettings
from recommender.ranking.fitted import Fitted
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.stages import SHORTLIST, score
from recommender.ranking.vectors import Known, batch

_CANDIDATES, _READERS, _LIKES, _REPEATS = 5_000, 256, 20, 5
_LINE = "{:28} {:>9} {:>9} {:>12} {:>12} {:>9}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of a shared library")
    parser.add_argument("--papers", type=Path, help="folder of papers-*.jsonl.gz")
    options = parser.parse_args(arguments)
    print(_LINE.format("", "readers", "papers", "all, ms", "two, ms", "loss"))  # noqa: T201 - see `fusion`
    with threadpool_limits(1):
        if options.papers:
            print(_texts(options.papers))  # noqa: T201 - see `fusion`
        if options.data:
            library = load(options.data, "val")
            recommender = product.fit(library)
            for name in ("C", "D", "W"):
                print(_shared(library, name, recommender))  # noqa: T201 - see `fusion`
    return 0


def _texts(folder: Path) -> str:
    papers = _papers(folder)
    fitted = HybridRecommender.fit(Corpus(papers=papers), RankingSettings()).fitted
    random = np.random.default_rng(0)
    pool = Pool(papers=(), known={paper.id: paper for paper in papers}, now=datetime(2030, 1, 1, tzinfo=UTC))
    candidates = fitted.lens.candidates(pool, papers[-_CANDIDATES:])
    fields: dict[str, list[Paper]] = {}
    for paper in papers[:-_CANDIDATES]:
        fields.setdefault(paper.categories[0], []).append(paper)
    large = [own for own in fields.values() if len(own) >= _LIKES]
    profiles = []
    for reader in range(_READERS):
        own = large[random.integers(len(large))]
        liked = [own[place].id for place in random.choice(len(own), size=_LIKES, replace=False)]
        up = tuple(WeightedPaper(paper=paper) for paper in liked)
        profiles.append(InterestProfile(subscriber=reader, interest="", name="", up=up))
    block = batch(fitted.lens, profiles, Known.gather(fitted.lens, pool, profiles))
    whole, two = _times(fitted, block, candidates)
    full, short = score(fitted, block, candidates, None), score(fitted, block, candidates)
    kept = [
        len(
            np.intersect1d(
                np.argsort(-full.fused[row])[:10], short.places[row][np.argsort(-short.fused[row])[:10]]
            )
        )
        for row in range(_READERS)
    ]
    loss = f"{1 - sum(kept) / (10 * _READERS):.2%}"
    return _LINE.format("lone readers, top ten", _READERS, _CANDIDATES, f"{whole:.2f}", f"{two:.2f}", loss)


def _shared(library: Library, name: str, recommender: HybridRecommender) -> str:
    protocol = library.protocols[name]
    protocol = part(protocol, np.arange(min(1000, len(protocol.readers))))
    candidates = product.candidates(library, protocol, recommender)
    block = product.numbers(library, protocol, range(_READERS), recommender)
    whole, two = _times(recommender.fitted, block, candidates)
    figures = []
    for shortlist in (len(candidates.items), SHORTLIST):
        rankings = product.rank(library, protocol, recommender, depth=shortlist // 2)[:, :30]
        assert protocol.relevant is not None  # noqa: S101 - validation has answers
        figures.append(measure(rankings, protocol.relevant, protocol.candidates).means()[FIRST[name]])
    loss = f"{1 - figures[1] / figures[0]:.2%}"
    return _LINE.format(
        f"{name}, {FIRST[name]} {figures[0]:.4f}",
        len(protocol.readers),
        len(candidates.items),
        f"{whole:.2f}",
        f"{two:.2f}",
        loss,
    )


def _times(fitted: Fitted, block: ProfileBatch, candidates: Candidates) -> tuple[float, float]:
    """Return milliseconds a reader of full and of two-stage scoring, medians of turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_REPEATS):
        for own, shortlist in zip(taken, (None, SHORTLIST), strict=True):
            fresh = replace(block, notes={})
            started = perf_counter()
            score(fitted, fresh, candidates, shortlist)
            own.append((perf_counter() - started) / len(block.profiles) * 1000)
    return median(taken[0]), median(taken[1])


def _papers(folder: Path) -> list[Paper]:
    found = []
    for path in sorted(folder.glob("papers-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found.append(
                    Paper(
                        id=PaperId(f"arxiv:{row['id']}"),
                        title=row["title"],
                        abstract=row["abstract"],
                        authors=tuple(row["authors"]),
                        categories=tuple(row["categories"]),
                    )
                )
    return found


if __name__ == "__main__":
    sys.exit(main())
