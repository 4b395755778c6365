"""What a ranker is asked, and lists from its numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchmarks.library import Protocol
from benchmarks.metrics import DEPTH, PADDING, IntArray
from recommender.ranking.base import FloatMatrix, SparseMatrix

_BLOCK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a block of readers shows: liked papers (n, papers) as CSR ones, keyword columns (n, k)."""

    liked: SparseMatrix
    keywords: IntArray


Ranker: TypeAlias = Callable[[Shown, IntArray], FloatMatrix]
"""From what readers show and (m,) candidates to (n, m) numbers, higher is better."""


def lists(ranker: Ranker, protocol: Protocol, depth: int = DEPTH) -> IntArray:
    """Return the best candidates of every reader, (n, depth), without those they have, padded."""
    found = np.full((len(protocol.readers), depth), PADDING, dtype=np.int64)
    for start in range(0, len(found), _BLOCK):
        block = slice(start, start + _BLOCK)
        shown = Shown(liked=protocol.liked[block], keywords=protocol.keywords[block])
        scores = ranker(shown, protocol.candidates)
        own = best(scores, protocol.excluded[block][:, protocol.candidates], depth)
        found[block, : own.shape[1]] = np.where(own >= 0, protocol.candidates[own], PADDING)
    return found


def best(scores: FloatMatrix, excluded: SparseMatrix, depth: int) -> IntArray:
    """Return the columns of the highest scores, best first, equal ones by column, padded.

    `excluded` is (n, m) CSR. Columns beyond m or excluded are padding. Changes nothing it was given.
    """
    usable = scores.astype(np.float32, copy=True)
    usable[excluded.nonzero()] = -np.inf
    count = min(depth, usable.shape[1])
    near = np.sort(np.argpartition(-usable, count - 1, axis=1)[:, :count], axis=1)
    values = np.take_along_axis(usable, near, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    columns = np.take_along_axis(near, order, axis=1)
    finite = np.isfinite(np.take_along_axis(values, order, axis=1))
    return np.where(finite, columns, PADDING)
