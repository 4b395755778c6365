"""What is evaluated: the shipped fusion, every scorer alone, and what others would rank by.

Every method gives one score to each reader and candidate; -inf is an abstention.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import Candidates, FloatMatrix, Request, SparseMatrix
from recommender.ranking.content import damping
from recommender.ranking.encoder import Encoder, directions
from recommender.ranking.matrices import dense_product, unit, weighted
from recommender.ranking.phrases import muted
from recommender.ranking.run import BLOCK, Run
from recommender.ranking.stages import score
from recommender.ranking.text import paper_fields
from recommender.ranking.trending import attention
from recommender.ranking.vectors import batch, words_rows

SVM_PAPERS = 20_000
"""Known papers that a reader's classifier learns from, at most: all votes' papers, and a seeded sample."""
_SVM_C = 0.01


class Kind(StrEnum):
    """What a method is."""

    FUSION = "fusion"
    SCORER = "scorer"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stage:
    """What methods may know: candidates and likes of the readers who ask, as at the split.

    `requests` are in the order of the rows of every score matrix.
    """

    run: Run
    requests: Sequence[Request]
    before: Sequence[Vote]
    past: Sequence[Paper]
    """Papers known before the split."""
    seed: int

    @property
    def pool(self) -> Candidates:
        """The candidates, by id: the columns of every score matrix."""
        return self.run.pool


def product_scores(stage: Stage) -> dict[str, FloatMatrix]:
    """Return (readers, candidates) float32 of "fused", ranked as editions are, then of each scorer alone.

    Of several interests the best counts. The fusion is the shipped one in two stages: what the first
    stage leaves out, what is muted, and what only attention speaks for, is not ranked.
    """
    run = stage.run
    found: dict[str, list[FloatMatrix]] = {"fused": []}
    profiles = [profile for request in stage.requests for profile in request.profiles]
    for start in range(0, len(profiles), BLOCK):
        own = batch(run.fitted.lens, profiles[start : start + BLOCK], run.material.known)
        whole = score(run.fitted, own, run.pool, None)
        short = score(run.fitted, own, run.pool)
        spoken = [~np.isnan(values) for name, values in short.scores.items() if name != "trending"]
        fused = np.full(whole.fused.shape, -np.inf, dtype=np.float32)
        chosen = np.where(np.logical_or.reduce(spoken), short.fused, np.float32(-np.inf))
        np.put_along_axis(fused, short.places, chosen, axis=1)
        with np.errstate(divide="ignore"):
            fused += np.log(damping(own, run.pool))
        found["fused"].append(np.where(muted(own.profiles, run.pool), np.float32(-np.inf), fused))
        for name, values in whole.scores.items():
            found.setdefault(name, []).append(np.nan_to_num(values, nan=-np.inf, neginf=-np.inf))
    ends = np.cumsum([0, *(len(request.profiles) for request in stage.requests)])[:-1]
    return {name: np.maximum.reduceat(np.concatenate(blocks), ends) for name, blocks in found.items()}


def newest(stage: Stage) -> FloatMatrix:
    """Return the time of first sight, the same for all readers."""
    times = [paper.first_seen.timestamp() if paper.first_seen else -np.inf for paper in stage.pool.papers]
    # float32 cannot tell seconds of this century apart; places among the different times can.
    _, places = np.unique(np.asarray(times), return_inverse=True)
    return _for_all(np.where(np.isfinite(times), places, -np.inf), stage)


def popular(stage: Stage) -> FloatMatrix:
    """Return up-votes before the split, of readers and of sources together, the same for all readers."""
    own = Counter(vote.paper for vote in stage.before if vote.up)
    heat = attention(stage.pool.signals, stage.pool.now)
    total = [own[paper.id] + heat.get(paper.id, (0.0, 0))[1] for paper in stage.pool.papers]
    return _for_all(np.asarray(total, dtype=np.float32), stage)


def chance(stage: Stage) -> FloatMatrix:
    """Return random numbers."""
    shape = (len(stage.requests), len(stage.pool.papers))
    return np.random.default_rng(stage.seed).random(shape, dtype=np.float32)


def tfidf_profile(stage: Stage) -> FloatMatrix:
    """Return the cosine with the sum of what a reader wrote and liked, as tf-idf rows."""
    told = sparse.vstack(
        [
            sparse.csr_matrix(words_rows(stage.run.fitted.lens.space, request.profiles).sum(axis=0))
            for request in stage.requests
        ]
    )
    rows = unit(sparse.csr_matrix(told + _liked(stage) @ stage.run.material.known.papers.rows))
    return _silent(dense_product(rows, stage.pool.rows), np.diff(rows.indptr) == 0)


def mean_of_likes(stage: Stage) -> FloatMatrix:
    """Return the cosine with the mean direction of the likes, in the package's own untaught word vectors."""
    encoder = Encoder.shipped()
    liked = _liked(stage)
    mean = directions(np.asarray(liked @ encoder.dense(stage.run.material.known.papers.rows), np.float32))
    return _silent(mean @ encoder.dense(stage.pool.rows).T, np.asarray(~mean.any(axis=1)))


def library_similarity(stage: Stage) -> FloatMatrix:
    """Return the mean cosine with the likes, the newer ones weighing more: 1 / (1 + log10(rank)), newest 1.

    The way of zotero-arxiv-daily, on tf-idf rows.
    """
    liked = _liked(stage, lambda rank: float(1 / (1 + np.log10(rank))))
    total = np.asarray(liked.sum(axis=1)).ravel()
    scale = sparse.diags(np.divide(1, total, out=np.zeros_like(total), where=total > 0))
    pull = sparse.csr_matrix(scale @ liked @ stage.run.material.known.papers.rows)
    return _silent(dense_product(pull, stage.pool.rows), np.asarray(np.diff(liked.indptr) == 0))


def reader_svm(stage: Stage) -> FloatMatrix:
    """Return the margin of a linear classifier for each reader: likes against all other known papers.

    The way of arxiv-sanity-lite: tf-idf of words and pairs, C = 0.01, classes balanced.
    """
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - slow to import

    liked = _liked(stage)
    rows = sparse.vstack([stage.run.material.known.papers.rows, _others(stage)], format="csr")
    scores = np.full((len(stage.requests), len(stage.pool.papers)), -np.inf, dtype=np.float32)
    for place in range(len(stage.requests)):
        target = np.zeros(rows.shape[0], dtype=np.bool_)
        target[liked[place].indices] = True
        if target.any() and not target.all():
            model = LinearSVC(C=_SVM_C, class_weight="balanced", random_state=stage.seed, max_iter=10_000)
            scores[place] = model.fit(rows, target).decision_function(stage.pool.rows)
    return scores


BASELINES: Mapping[str, Callable[[Stage], FloatMatrix]] = {
    "reader_svm": reader_svm,
    "tfidf_profile": tfidf_profile,
    "library_similarity": library_similarity,
    "mean_of_likes": mean_of_likes,
    "popular": popular,
    "newest": newest,
    "random": chance,
}
"""Each by its name in tables."""


def _others(stage: Stage) -> SparseMatrix:
    """Return rows of known papers that no profile refers to."""
    known = stage.run.material.known.index
    rest = sorted((paper for paper in stage.past if paper.id not in known), key=lambda paper: paper.id)
    size = min(len(rest), max(1, SVM_PAPERS - len(known)))
    chosen = np.random.default_rng(stage.seed).choice(len(rest), size=size, replace=False)
    space = stage.run.fitted.lens.space
    return space.paper_rows(paper_fields(rest[place]) for place in np.sort(chosen))


def _liked(stage: Stage, weight: Callable[[int], float] = lambda _: 1.0) -> SparseMatrix:
    """Return (readers, known): a weight for each seed and like by its rank, 1 for the newest."""
    index = stage.run.material.known.index
    cells = []
    for row, request in enumerate(stage.requests):
        own = [paper for paper in _newest_first(request) if paper in index]
        cells += [(row, index[paper], weight(rank)) for rank, paper in enumerate(own, start=1)]
    return weighted(cells, (len(stage.requests), len(index)))


def _newest_first(request: Request) -> list[PaperId]:
    """Return likes by their time, newest first, then the seeds, whose time is not known."""
    ups = {vote.paper: vote.at for profile in request.profiles for vote in profile.up}
    dated = sorted(ups, key=lambda paper: (-(at.timestamp() if (at := ups[paper]) else 0.0), paper))
    seeds = [seed for profile in request.profiles for seed in profile.seeds]
    return list(dict.fromkeys([*dated, *seeds]))


def _for_all(row: npt.NDArray[np.floating[Any]], stage: Stage) -> FloatMatrix:
    return np.tile(np.asarray(row, dtype=np.float32), (len(stage.requests), 1))


def _silent(scores: FloatMatrix, rows: npt.NDArray[np.bool_]) -> FloatMatrix:
    return np.where(rows[:, None], np.float32(-np.inf), scores).astype(np.float32, copy=False)
