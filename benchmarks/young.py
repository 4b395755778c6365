"""What a young store loses: `python -m benchmarks.young --papers DIR [--background FILE]`.

DIR holds `papers-*.jsonl.gz` with `first_seen` days. Readers are made of authors: papers before the last
`--days` days are their likes, later ones the answers among all papers of those days; authors themselves are
not read. Stores of all days, of the last days and of the last day alone rank the same candidates, with the
package's background (or another one, for instance fitted on earlier papers only) and without any. A name
with many papers stands for several people and is left out.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks import background, product_text
from benchmarks.lists import ndcg
from benchmarks.metrics import Series, interval, paired
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.ranking.background import Background
from recommender.ranking.base import Candidates, Pool, RankingSettings
from recommender.ranking.encoder import Encoder
from recommender.ranking.fitted import OTHERS, Fitted
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.learning import shipped
from recommender.ranking.text import TextSpace, paper_fields
from recommender.ranking.vectors import Lens
from recommender.ranking.votes import VoteModel

_LEAST_LIKES, _MOST_LIKES, _MOST_PAPERS = 5, 20, 25
_DEPTH = 10
_RESAMPLES = 2000
_LINE = "{:34} {:>8} {:>8} {:>24} {:>24} {:>24}"
Fit = Callable[[Sequence[Paper]], HybridRecommender]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One made reader: likes, oldest first, and the answers."""

    liked: tuple[PaperId, ...]
    wanted: frozenset[PaperId]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All papers by id, the day each came, and the first day of the candidates."""

    papers: Mapping[PaperId, Paper]
    days: Mapping[PaperId, date]
    cut: date

    def since(self, day: date) -> list[Paper]:
        """Return the papers that came on a day or later."""
        return [paper for own, paper in self.papers.items() if self.days[own] >= day]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.young", description=__doc__)
    parser.add_argument("--papers", type=Path, required=True, help="folder of papers-*.jsonl.gz")
    parser.add_argument("--background", type=Path, help="npz in place of the package's own")
    parser.add_argument("--days", type=int, default=14, help="days of candidates")
    parser.add_argument("--readers", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rows = background.papers([options.papers], "9999")
    days = {PaperId(f"arxiv:{row['id']}"): date.fromisoformat(row["first_seen"]) for row in rows}
    last = max(days.values())
    world = World(
        papers={
            own: Paper(id=own, title=row["title"], abstract=row["abstract"])
            for own, row in zip(days, rows, strict=True)
        },
        days=days,
        cut=last - timedelta(days=options.days - 1),
    )
    authors = {own: frozenset(row["authors"]) for own, row in zip(days, rows, strict=True)}
    readers = cases(world, authors, options.readers, options.seed)
    given = None
    if options.background:
        with options.background.open("rb") as file:
            given = Background.read(file)
    ways: dict[str, Fit] = {"with": fitter(given) if given else product_text.fit, "without": fitter(None)}
    firsts = {"all days": min(days.values()), f"{options.days} days": world.cut, "last day": last}
    with threadpool_limits(1):
        _report(world, readers, ways, firsts)
    return 0


def cases(world: World, authors: Mapping[PaperId, frozenset[str]], count: int, seed: int) -> list[Case]:
    """Return made readers, drawn from all names with enough papers on both sides of the cut."""
    names: dict[str, list[PaperId]] = defaultdict(list)
    for paper in sorted(authors, key=lambda own: (world.days[own], own)):
        for name in authors[paper]:
            names[name].append(paper)
    able = []
    for _, own in sorted(names.items()):
        liked = [paper for paper in own if world.days[paper] < world.cut]
        if len(liked) >= _LEAST_LIKES and len(liked) < len(own) <= _MOST_PAPERS:
            able.append(Case(liked=tuple(liked[-_MOST_LIKES:]), wanted=frozenset(own[len(liked) :])))
    order = np.random.default_rng(seed).permutation(len(able))[:count]
    return [able[place] for place in order]


def fitter(given: Background | None) -> Fit:
    """Return what fits the recommender with another background than the package's, or with none."""

    def fit(papers: Sequence[Paper]) -> HybridRecommender:
        settings = RankingSettings()
        ordered = sorted(papers, key=lambda paper: paper.id)
        prior = given.frequencies / given.documents if given else None
        space = TextSpace.fit(ordered, prior=prior)
        rows = space.paper_rows(paper_fields(paper) for paper in ordered)
        encoder = (
            Encoder(given.columns.astype(np.int64), given.vectors, given.centre)
            if given
            else Encoder.read(rows, settings.seed)
        )
        width = encoder.vectors.shape[1]
        lens = Lens(
            space=space, encoder=encoder, model=VoteModel.empty(width, width + encoder.before.shape[1])
        )
        ruler = _ruler(lens, ordered, given)
        return HybridRecommender(
            fitted=Fitted(settings=settings, lens=lens, reference=ruler, fusion=shipped())
        )

    return fit


def figures(recommender: HybridRecommender, world: World, readers: Sequence[Case]) -> Series:
    """Return nDCG@10 of each reader over the papers since the cut."""
    candidates = world.since(world.cut)
    now = datetime.combine(max(world.days.values()) + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    voted = now - timedelta(days=1)
    pool = Pool(papers=candidates, known=world.papers, now=now)
    requests = [
        product_text.request(
            product_text.Reader(
                number=number,
                votes=tuple(Vote(subscriber=number, paper=own, up=True, at=voted) for own in reader.liked),
            ),
            _DEPTH,
        )
        for number, reader in enumerate(readers, start=1)
    ]
    lists = recommender.recommend(requests, pool)
    gains = [
        ndcg([own.paper for own in found], reader.wanted)
        for found, reader in zip(lists, readers, strict=True)
    ]
    return np.asarray(gains, dtype=np.float64)


def _report(
    world: World, readers: Sequence[Case], ways: Mapping[str, Fit], firsts: Mapping[str, date]
) -> None:
    print(_LINE.format("store, background", "papers", "readers", "nDCG@10", "less full", "of full"))  # noqa: T201 - see `stages`
    full: Series | None = None
    for way, fit in ways.items():
        for name, first in firsts.items():
            papers = world.since(first)
            own = figures(fit(papers), world, readers)
            full = own if full is None else full
            told = (interval(own, seed=0), paired(own, full, seed=0))
            texts = [f"{one.mean:.4f} ({one.low:.4f}–{one.high:.4f})" for one in told]
            line = (f"{name}, {way}", len(papers), len(readers), *texts, _ratio(own, full))
            print(_LINE.format(*line), flush=True)  # noqa: T201 - see `stages`


def _ratio(own: Series, full: Series) -> str:
    """Return the ratio of means with its percentile bootstrap interval over readers."""
    draws = np.random.default_rng(0).integers(len(own), size=(_RESAMPLES, len(own)))
    low, high = np.quantile(own[draws].mean(axis=1) / full[draws].mean(axis=1), (0.025, 0.975))
    return f"{own.mean() / full.mean():.3f} ({low:.3f}–{high:.3f})"


def _ruler(lens: Lens, papers: Sequence[Paper], given: Background | None) -> Candidates:
    """Return the sample on which numbers are scaled, as `Fitted.fit` draws it."""
    random = np.random.default_rng(0)
    chosen = np.sort(random.choice(len(papers), size=min(len(papers), OTHERS), replace=False))
    rows = lens.space.paper_rows(paper_fields(papers[place]) for place in chosen)
    if given is not None:
        more = lens.space.weighted(given.sample[: OTHERS - len(chosen)])
        rows = sparse.vstack([rows, more], format="csr")
    return lens.numbers(rows, np.full(rows.shape[0], -1, dtype=np.int64))


if __name__ == "__main__":
    sys.exit(main())
