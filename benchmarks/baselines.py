"""Rankings by text that others use, for one reader over some candidates; all see the same tf-idf rows.

Words and pairs of neighbouring words of title, abstract and, where papers carry them, author names;
sublinear tf times smoothed idf, unit rows. Scores are float64 (candidates,), higher is better.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from recommender.domain.papers import Paper, PaperId

Scores: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = Any
"""A `scipy.sparse.csr_matrix` of float64; scipy publishes no types."""

_SVM_TERMS = 20_000
_SVM_COST = 0.01
_RARE, _COMMON = 5, 0.1
"""arxiv-sanity-lite leaves out terms in fewer papers than the first and in a larger part than the second."""
_LARGE = 1000
"""From so many papers on those bounds mean something."""
_TOKEN = r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b"  # noqa: S105 - what a word is


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each term occurs in each paper; row i of `matrix` is `places[id] == i`."""

    places: Mapping[PaperId, int]
    matrix: Rows

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> "Counts":
        """Count the terms of all papers; nothing is weighted or chosen yet, so the future teaches nothing."""
        counting = CountVectorizer(
            strip_accents="unicode", stop_words="english", token_pattern=_TOKEN, ngram_range=(1, 2)
        )
        texts = (f"{paper.title}\n{paper.abstract}\n{' '.join(paper.authors)}" for paper in papers)
        matrix = counting.fit_transform(texts).astype(np.float64)
        return cls({paper.id: place for place, paper in enumerate(papers)}, sparse.csr_matrix(matrix))

    def at(self, papers: Sequence[PaperId]) -> Places:
        """Return the rows of some papers."""
        return np.asarray([self.places[paper] for paper in papers], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Space:
    """Weights of terms, learned from the rows `known` of `counts`; `mean` is their mean unit row."""

    rows: Rows
    """Unit tf-idf rows of every paper, terms of `known` only."""
    mean: npt.NDArray[np.float64]
    narrow: Rows
    """The same over the terms that arxiv-sanity-lite would keep."""
    known: Places

    @classmethod
    def learn(cls, counts: Counts, known: Places) -> "Space":
        """Weight all rows by the document frequencies among `known` alone."""
        past = counts.matrix[known]
        frequency = np.bincount(past.indices, minlength=past.shape[1])
        large = len(known) >= _LARGE
        kept = frequency >= (2 if large else 1)
        rows = _weighted(counts.matrix, frequency, len(known), np.flatnonzero(kept))
        usual = (frequency >= _RARE) & (frequency <= _COMMON * len(known)) if large else kept
        totals = np.where(usual, np.asarray(past.sum(axis=0)).ravel(), 0)
        top = np.argsort(-totals, kind="stable")[: min(_SVM_TERMS, int(usual.sum()))]
        narrow = _weighted(counts.matrix, frequency, len(known), np.sort(top))
        mean = np.asarray(rows[known].mean(axis=0)).ravel() if len(known) else np.zeros(rows.shape[1])
        return cls(rows, mean, narrow, known)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One reader: rows of likes (oldest first), of dislikes, and of the candidates to score."""

    likes: Places
    dislikes: Places
    candidates: Places


def tfidf_profile(space: Space, case: Case) -> Scores:
    """Return the cosine with the mean of the liked rows, less half that of the disliked (Rocchio 1971)."""
    return _cosines(_profile(space, case), space.rows[case.candidates])


def centred_profile(space: Space, case: Case) -> Scores:
    """Return the same cosine after the mean of all known papers is taken from every row."""
    centre, rows = space.mean, space.rows[case.candidates]
    weight = 1.0 * bool(len(case.likes)) - 0.5 * bool(len(case.dislikes))
    profile = _profile(space, case) - weight * centre
    norms = np.sqrt(np.maximum(1.0 - 2.0 * (rows @ centre) + centre @ centre, 1e-12))
    length = float(np.linalg.norm(profile)) or 1.0
    scores: Scores = (rows @ profile - centre @ profile) / (norms * length)
    return scores


def mean_of_likes(space: Space, case: Case) -> Scores:
    """Return the mean cosine with the likes, the r-th newest weighted 1 / (1 + log10 r).

    The rule of zotero-arxiv-daily, with tf-idf rows in the place of its sentence encoder.
    """
    newest = case.likes[::-1]
    weights = 1.0 / (1.0 + np.log10(np.arange(1, len(newest) + 1)))
    profile = np.asarray(weights @ space.rows[newest]).ravel() / max(float(weights.sum()), 1e-12)
    scores: Scores = space.rows[case.candidates] @ profile
    return scores


def per_reader_svm(space: Space, case: Case) -> Scores:
    """Return the margin of a linear SVM: likes against all other known papers (arxiv-sanity-lite).

    20,000 terms, C = 0.01, balanced classes. Known dislikes are among the negatives like any other.
    """
    liked = np.isin(space.known, case.likes)
    if not liked.any() or liked.all():
        return np.zeros(len(case.candidates))
    model = LinearSVC(C=_SVM_COST, class_weight="balanced", max_iter=10_000, tol=1e-6, random_state=0)
    model.fit(space.narrow[space.known], liked)
    scores: Scores = model.decision_function(space.narrow[case.candidates])
    return scores


TEXT_BASELINES: Mapping[str, Callable[[Space, Case], Scores]] = {
    "tf-idf profile": tfidf_profile,
    "centred tf-idf profile": centred_profile,
    "mean of likes": mean_of_likes,
    "per-reader SVM": per_reader_svm,
}


def order(papers: Sequence[PaperId], scores: Sequence[float] | Scores) -> tuple[PaperId, ...]:
    """Return papers by falling score; equal ones by id."""
    pairs = zip(papers, scores, strict=True)
    return tuple(paper for paper, _ in sorted(pairs, key=lambda pair: (-float(pair[1]), pair[0])))


def _weighted(counts: Rows, frequency: npt.NDArray[np.int64], documents: int, terms: Places) -> Rows:
    idf = np.log((1.0 + documents) / (1.0 + frequency[terms])) + 1.0
    rows = sparse.csr_matrix(counts[:, terms])
    rows.data = (1.0 + np.log(rows.data)) * idf[rows.indices]
    return normalize(rows, copy=False)


def _profile(space: Space, case: Case) -> npt.NDArray[np.float64]:
    profile = np.zeros(space.rows.shape[1])
    for places, weight in ((case.likes, 1.0), (case.dislikes, -0.5)):
        if len(places):
            profile += weight * np.asarray(space.rows[places].mean(axis=0)).ravel()
    return profile


def _cosines(profile: npt.NDArray[np.float64], rows: Rows) -> Scores:
    scores: Scores = (rows @ profile) / (float(np.linalg.norm(profile)) or 1.0)
    return scores
