"""Maximal marginal relevance (Carbonell & Goldstein 1998) for many lists at once.

Cosines come from count sketches of the content rows: 512 dense numbers instead of 2^20 sparse ones,
within about 0.04 for unlike papers and much closer for near-duplicates.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.matrices import unit
from recommender.ranking.text import FEATURES

SKETCH = 512
TOP = 50
"""Papers of an interest among which MMR chooses."""
SAME = 0.9
"""Cosine above which two papers are near-duplicates and never stand in one list."""

Places = npt.NDArray[np.int64]


def sketch(rows: SparseMatrix, seed: int) -> FloatMatrix:
    """Return (n, SKETCH) float32 unit rows whose products approximate the cosines of `rows`."""
    random = np.random.default_rng(seed)
    buckets = random.integers(0, SKETCH, FEATURES)
    signs = random.choice(np.asarray([-1.0, 1.0], dtype=np.float32), FEATURES)
    projection = sparse.csr_matrix((signs, buckets, np.arange(FEATURES + 1)), shape=(FEATURES, SKETCH))
    dense: FloatMatrix = unit(rows @ projection).toarray()
    return dense


def top_places(scores: FloatMatrix, count: int = TOP) -> Places:
    """Return (n, min(count, width)) places of the highest scores of each row, best first, ties by place."""
    count = min(count, scores.shape[1])
    if count == 0:
        return np.zeros((scores.shape[0], 0), dtype=np.int64)
    part = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(scores, part, axis=1), axis=1, kind="stable")
    return np.take_along_axis(part, order, axis=1)


def rerank(scores: FloatMatrix, places: Places, sketches: FloatMatrix, diversity: float) -> Places:
    """Return each row of `places` in the order of marginal relevance, -1 where none is left.

    `scores` (n, k) belong to `places` (n, k), best first; a score of -inf is never chosen, nor is a
    near-duplicate of a paper chosen before. Relevance runs from 1 for the best to 0 for the last.
    """
    relevance = np.where(np.isfinite(scores), _relative(scores), np.float32(-np.inf))
    vectors = sketches[places]
    cosines = vectors @ vectors.transpose(0, 2, 1)
    nearest = np.zeros_like(scores)
    chosen = np.full(places.shape, -1, dtype=np.int64)
    lines = np.arange(len(places))
    for step in range(places.shape[1]):
        marginal = (1 - diversity) * relevance - diversity * nearest
        pick = marginal.argmax(axis=1)
        valid = np.isfinite(marginal[lines, pick])
        if not valid.any():
            break
        chosen[valid, step] = places[lines, pick][valid]
        near = cosines[lines, pick]
        nearest = np.maximum(nearest, np.where(valid[:, None], near, 0))
        relevance[lines, pick] = -np.inf
        relevance[valid[:, None] & (near > SAME)] = -np.inf
    return chosen


def _relative(scores: FloatMatrix) -> FloatMatrix:
    """Return scores as a part of the way from the row's least finite one to its best."""
    finite = np.isfinite(scores)
    least = np.where(finite, scores, np.float32(np.inf)).min(axis=1, keepdims=True, initial=np.inf)
    best = np.where(finite, scores, np.float32(-np.inf)).max(axis=1, keepdims=True, initial=-np.inf)
    span = np.where(best > least, best - least, np.float32(1))
    return np.where(finite, (scores - least) / span, 0).astype(np.float32)
