"""Peers that know papers only by who saved them; they say nothing of papers that nobody has."""

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy import sparse
from scipy.linalg import lapack
from sklearn.preprocessing import normalize

from benchmarks.library import Library
from benchmarks.metrics import IntArray
from benchmarks.ranker import Ranker, Shown
from recommender.ranking.base import FloatMatrix, SparseMatrix

_NEIGHBOURS = 200
_BETA = 0.3
_EASE_LAMBDA = 20.0
_ALS = {"factors": 128, "regularization": 20.0, "alpha": 80.0, "iterations": 15}


def popularity(library: Library) -> Ranker:
    """Rank by number of readers, the same list for everybody."""
    readers = _readers(library)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        return np.repeat(readers[candidates][None], shown.liked.shape[0], axis=0)

    return rank


def item_knn(library: Library) -> Ranker:
    """Item neighbours under BM25 weights with the settings `implicit` ships, 200 a paper."""
    model = ItemItemRecommender(K=_NEIGHBOURS, num_threads=1)
    model.fit(bm25_weight(library.saved.T, K1=1.2, B=0.75).T.tocsr(), show_progress=False)
    return _linear(sparse.csr_matrix(model.similarity, dtype=np.float32))


def rp3beta(library: Library) -> Ranker:
    """Three steps of a random walk, damped by the readers of the paper it ends on (Paudel et al. 2017)."""
    steps = normalize(library.saved, norm="l1")
    back = normalize(library.saved.T.tocsr(), norm="l1")
    readers = np.maximum(_readers(library), 1)
    walk = (back @ steps @ sparse.diags(readers**-_BETA)).tocsr()
    return _linear(walk.astype(np.float32))


def reader_knn(library: Library) -> Ranker:
    """Readers' libraries, weighted by the cosine of idf-weighted rows; all neighbours speak."""
    count = library.saved.shape[0]
    idf = sparse.diags((1 + np.log((count + 1) / (_readers(library) + 1))).astype(np.float32))
    others = normalize(library.saved @ idf).T.tocsr()

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        near = normalize(shown.liked @ idf) @ others
        return np.asarray((near @ library.saved[:, candidates]).toarray(), dtype=np.float32)

    return rank


def als(library: Library) -> Ranker:
    """Implicit ALS (Hu, Koren & Volinsky 2008) with tuned settings; readers are folded in.

    BLAS must run on one thread: the solver works on many small systems.
    """
    model = AlternatingLeastSquares(**_ALS, num_threads=1, random_state=0)
    model.fit(library.saved, show_progress=False)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        tastes = model.recalculate_user(np.arange(shown.liked.shape[0]), shown.liked)
        return np.asarray(tastes @ model.item_factors[candidates].T, dtype=np.float32)

    return rank


def ease(library: Library) -> Ranker:
    """EASE (Steck 2019) in its dual form: the inverse is over readers, not papers.

    With K = (X X' + lambda I)^-1 the item-item inverse is (I - X' K X) / lambda, and the number of an
    unsaved paper i for a row q is q X' K x_i / (1 - x_i' K x_i).
    """
    saved = library.saved[np.flatnonzero(np.diff(library.saved.indptr))]
    kernel = _inverse(saved)
    columns = saved.tocsc()
    own = np.asarray(
        [
            kernel[np.ix_(rows, rows)].sum()
            for rows in np.split(columns.indices, columns.indptr[1:-1].astype(np.int64))
        ],
        dtype=np.float32,
    )

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        near = (shown.liked @ saved.T) @ kernel
        scores = (saved[:, candidates].T @ near.T).T / (1 - own[candidates])
        return np.asarray(scores, dtype=np.float32)

    return rank


def _readers(library: Library) -> FloatMatrix:
    """Return (papers,) float32 numbers of readers."""
    return np.asarray(library.saved.sum(axis=0), dtype=np.float32).ravel()


def _linear(items: SparseMatrix) -> Ranker:
    """Rank by the sum of the liked papers' rows of a (papers, papers) matrix."""

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        return np.asarray((shown.liked @ items[:, candidates]).toarray(), dtype=np.float32)

    return rank


def _inverse(saved: SparseMatrix) -> FloatMatrix:
    """Return (X X' + lambda I)^-1 by Cholesky. Raise ValueError where it is not positive definite."""
    gram = np.asfortranarray((saved @ saved.T).toarray(), dtype=np.float32)
    gram[np.diag_indices_from(gram)] += _EASE_LAMBDA
    factor, fault = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if not fault:
        inverse, fault = lapack.spotri(factor, lower=1, overwrite_c=1)
    if fault:
        raise ValueError("the readers' Gram matrix is not positive definite")
    lower = np.tril(inverse)
    full: FloatMatrix = lower + np.tril(lower, -1).T
    return full
