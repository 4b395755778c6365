"""A store's own fusion: fitted to its readers' votes, and adopted only where that is surely better.

Up-votes are split at one moment as in evaluation. Two halves of the readers teach in turn and the other
half judges: nDCG@10 of the store's weights less that of the shipped ones, reader by reader, with a
bootstrap interval over readers (Efron 1979). Votes are cast on what was shown, which favours whatever
weights chose it: the shipped ones at first, the store's own once they are adopted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from recommender.ranking.base import Corpus, FloatMatrix, FusionContext, Pool, RankingSettings, Request
from recommender.ranking.evaluation_metrics import Estimate, accuracy, estimate, resamples
from recommender.ranking.evaluation_split import Declared, Split, requests, split_votes
from recommender.ranking.fusion import LearnedFusion
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.learning import Example, refit, shipped
from recommender.ranking.run import Run
from recommender.ranking.stages import few_likes, standard
from recommender.ranking.vectors import batch

LEAST_READERS = 50
LEAST_LIKES = 300
"""Readers with later likes, and their later likes, from which a store's own weights are looked for."""
COMPANY = frozenset({"ease", "factors", "spread"})
"""Scorers of others' votes, which must not speak to a reader of whom no other knows anything."""
UPWARD = frozenset({"content", "semantic", "keywords", "authors", "categories"})
"""Scorers that may only speak for a paper: more alike, or named by the reader, is never further down."""
_HARDEST, _RANDOM = 40, 200
"""Papers of a list that each scorer puts first, and others drawn."""
_BLOCK = 64
"""Profiles scored at once: every scorer's numbers on every candidate are held."""
_FOLDS = (0, 1)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trial:
    """What came of fitting: the store's own fusion, and figures on readers who did not teach."""

    fusion: LearnedFusion
    before: float
    """Mean nDCG@10 of the shipped fusion over readers."""
    after: float
    """The same of the store's own."""
    difference: Estimate
    """After less before, reader by reader."""
    readers: int
    likes: int
    lone: bool
    """Whether `alone` was fitted, because most readers' likes are shared by nobody; else `shared`."""

    @property
    def better(self) -> bool:
        """Tell whether the store's own fusion is surely better."""
        return self.difference.low is not None and self.difference.low > 0


def adopted(
    corpus: Corpus, settings: RankingSettings, declared: Declared | None = None
) -> LearnedFusion | None:
    """Return the store's own fusion; None where votes are too few or it is not surely better."""
    trial = tried(corpus, settings, declared)
    return trial.fusion if trial is not None and trial.better else None


def tried(corpus: Corpus, settings: RankingSettings, declared: Declared | None = None) -> Trial | None:
    """Fit and judge a store's own fusion; None where votes are too few.

    `declared` gives interests as the file has them, by subscriber, as in evaluation.
    """
    split = held_out(corpus, settings)
    if split is None:
        return None
    with threadpool_limits(1, "blas"):
        court = _Court.of(corpus, settings, split, declared or {})
        lessons, lone = _relevant(court.lessons())
        folds = [_fusion(court, [own for own in lessons if own.fold != fold], lone=lone) for fold in _FOLDS]
        before, after = court.judged(folds)
        fusion = _fusion(court, lessons, lone=lone)
    return Trial(
        fusion=fusion,
        before=float(before.mean()),
        after=float(after.mean()),
        difference=estimate(after - before, resamples(len(before), settings.seed)),
        readers=len(before),
        likes=sum(map(len, split.liked_next.values())),
        lone=lone,
    )


def held_out(corpus: Corpus, settings: RankingSettings) -> Split | None:
    """Return the split whose later likes are held out; None where readers or likes are too few. Quick."""
    split = split_votes(corpus, timedelta(days=settings.candidates_days), seed=settings.seed)
    if split is None or len(split.readers) < LEAST_READERS:
        return None
    return split if sum(map(len, split.liked_next.values())) >= LEAST_LIKES else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Lesson:
    """One profile's list, the fold its reader belongs to, and whether others' votes tell of the profile."""

    example: Example
    fold: int
    trusted: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Block:
    """Numbers of the profiles of some requests on all candidates."""

    rows: Sequence[npt.NDArray[np.int64]]
    """Rows of each request."""
    z: Mapping[str, FloatMatrix]
    context: FusionContext


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Court:
    """Candidates and readers at the moment of the split, and what the readers liked next."""

    run: Run
    requests: Sequence[Request]
    hits: npt.NDArray[np.bool_]
    """(readers, candidates): liked next."""
    names: tuple[str, ...]
    """Scorers that are switched on."""
    folds: npt.NDArray[np.int64]
    """(readers,)"""
    seed: int

    @classmethod
    def of(cls, corpus: Corpus, settings: RankingSettings, split: Split, declared: Declared) -> "_Court":
        """Fit on what was known before the split, and lay out the candidates as they would stand there."""
        past = [own for own in corpus.papers if own.first_seen is None or own.first_seen < split.moment]
        recommender = HybridRecommender.fit(Corpus(papers=past, votes=split.before), settings)
        known = {paper.id: paper for paper in corpus.papers}
        signals = tuple(signal for signal in corpus.signals if signal.taken_at <= split.moment)
        pool = Pool(papers=split.papers, signals=signals, known=known, now=split.moment)
        own = requests(split, declared, lambda profiles, loose: recommender.assign(profiles, loose, known))
        run = Run.prepare(recommender.fitted, own, pool)
        ids = [paper.id for paper in run.pool.papers]
        return cls(
            run=run,
            requests=own,
            hits=np.asarray(
                [[paper in split.liked_next[reader] for paper in ids] for reader in split.readers]
            ),
            names=tuple(name for name, factor in settings.weights.items() if factor > 0),
            folds=np.random.default_rng(settings.seed).permutation(len(own)) % len(_FOLDS),
            seed=settings.seed,
        )

    def lessons(self) -> list[_Lesson]:
        """Return a list for each profile that any later like of its reader fits best."""
        random = np.random.default_rng(self.seed)
        found = []
        for places, block in self._blocks():
            fused = shipped().fuse(block.z, block.context)
            stacked = np.stack([block.z[name] for name in self.names], axis=-1)
            for place, rows in zip(places, block.rows, strict=True):
                liked = np.flatnonzero(self.hits[place])
                owner = rows[fused[np.ix_(rows, liked)].argmax(axis=0)]
                usable = ~self._seen(place)
                usable[liked] = False
                for row in sorted(set(owner.tolist())):
                    chosen, log_count = _list(stacked[row], liked[owner == row], usable, random)
                    example = Example(
                        z=stacked[row, chosen],
                        readers=self.run.pool.readers[chosen],
                        few=float(block.context.few[row, 0]),
                        log_count=log_count,
                        taken=np.isin(chosen, liked),
                    )
                    trusted = bool(block.context.trust[row, 0] > 0)
                    found.append(_Lesson(example=example, fold=int(self.folds[place]), trusted=trusted))
        return found

    def judged(
        self, folds: Sequence[LearnedFusion]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return nDCG@10 (readers,) of the shipped fusion, and of the own one of the other folds."""
        figures = np.zeros((2, len(self.requests)))
        for places, block in self._blocks():
            fused = [own.fuse(block.z, block.context) for own in (shipped(), *folds)]
            for place, rows in zip(places, block.rows, strict=True):
                seen = self._seen(place)
                for kind, matrix in enumerate((fused[0], fused[1 + self.folds[place]])):
                    scores = np.where(seen, -np.inf, matrix[rows].max(axis=0))
                    figures[kind, place] = _gain(self.hits[place], scores)
        return figures[0], figures[1]

    def _seen(self, place: int) -> npt.NDArray[np.bool_]:
        index = self.run.material.places
        seen = np.zeros(self.hits.shape[1], dtype=np.bool_)
        seen[[index[paper] for paper in self.requests[place].seen if paper in index]] = True
        return seen

    def _blocks(self) -> Iterator[tuple[Sequence[int], _Block]]:
        """Yield places of requests and their numbers, scaled as fusion weighs them."""
        fitted, pool = self.run.fitted, self.run.pool
        for places in _parts([len(request.profiles) for request in self.requests]):
            profiles = [profile for place in places for profile in self.requests[place].profiles]
            ends = np.cumsum([0, *(len(self.requests[place].profiles) for place in places)]).tolist()
            own = batch(fitted.lens, profiles, self.run.material.known)
            context = FusionContext(
                readers=pool.readers[None, :],
                few=few_likes(own),
                trust=own.trust,
                weights=fitted.settings.weights,
            )
            rows = [np.arange(start, end) for start, end in pairwise(ends)]
            yield places, _Block(rows=rows, z=standard(fitted, own, pool), context=context)


def _fusion(court: _Court, lessons: Sequence[_Lesson], *, lone: bool) -> LearnedFusion:
    """Return the shipped fusion with one of its tables fitted to lessons."""
    start = shipped()
    examples = [own.example for own in lessons]
    if not lone:
        return replace(start, shared=refit(start.shared, court.names, examples, upward=UPWARD))
    heard = [place for place, name in enumerate(court.names) if name not in COMPANY]
    names = tuple(court.names[place] for place in heard)
    examples = [replace(own, z=own.z[:, heard]) for own in examples]
    return replace(start, alone=refit(start.alone, names, examples, upward=UPWARD, lone=True))


def _relevant(lessons: Sequence[_Lesson]) -> tuple[list[_Lesson], bool]:
    """Return the lists of the larger party, and whether it is that of lone readers."""
    lone = 2 * sum(own.trusted for own in lessons) < len(lessons)
    return [own for own in lessons if own.trusted != lone], lone


def _list(
    z: FloatMatrix,
    liked: npt.NDArray[np.int64],
    usable: npt.NDArray[np.bool_],
    random: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the columns of a list and the log of how many papers each stands for.

    `z` (candidates, scorers); `usable` (candidates,) are the papers not liked that may stand in it.
    """
    ranked = np.where(usable[:, None], np.nan_to_num(z, nan=-np.inf), -np.inf)
    hardest = np.argpartition(-ranked, min(_HARDEST, len(z) - 1), axis=0)[:_HARDEST].ravel()
    hard = np.unique(hardest[usable[hardest]])
    rest = np.setdiff1d(np.flatnonzero(usable), hard)
    drawn = random.choice(rest, size=min(_RANDOM, len(rest)), replace=False)
    stands = np.log(len(rest) / len(drawn)) if len(drawn) else 0.0
    chosen = np.concatenate([liked, hard, drawn])
    log_count = np.zeros(len(chosen), dtype=np.float32)
    log_count[len(chosen) - len(drawn) :] = stands
    return chosen, log_count


def _gain(hits: npt.NDArray[np.bool_], scores: npt.NDArray[np.float32]) -> float:
    """Return nDCG@10; equal scores stand in a fixed shuffled order, -inf nowhere."""
    shuffled = np.random.default_rng(len(scores)).permutation(len(scores))
    order = shuffled[np.argsort(-scores[shuffled], kind="stable")]
    return accuracy(hits, order[np.isfinite(scores[order])])[0]


def _parts(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield places in runs of at most `_BLOCK` profiles together, or of one."""
    run: list[int] = []
    total = 0
    for place, size in enumerate(sizes):
        if run and total + size > _BLOCK:
            yield run
            run, total = [], 0
        run.append(place)
        total += size
    if run:
        yield run
