"""Small sparse-matrix shapes that several scorers build."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix


def incidence(lists: Iterable[Sequence[int]], width: int) -> SparseMatrix:
    """Return (n_lists, width) float32: how often each list holds each column."""
    own = list(lists)
    lengths = np.cumsum([0, *(len(columns) for columns in own)])
    columns = np.asarray([column for columns in own for column in columns], dtype=np.int64)
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, columns, lengths), shape=(len(own), width))
    matrix.sum_duplicates()
    return matrix


def weighted(cells: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> SparseMatrix:
    """Return a float32 matrix of (row, column, value) cells; equal cells add up."""
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return sparse.csr_matrix((np.asarray(values, dtype=np.float32), (rows, columns)), shape=shape)


def unit(rows: SparseMatrix) -> SparseMatrix:
    """Return rows scaled to length 1; empty rows stay empty."""
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0).astype(np.float32)
    scaled = sparse.csr_matrix(rows, dtype=np.float32, copy=True)
    scaled.data *= np.repeat(scale, np.diff(scaled.indptr))
    return scaled


def dense_product(left: SparseMatrix, right: SparseMatrix) -> FloatMatrix:
    """Return `left @ right.T` as dense float32."""
    product: npt.NDArray[np.float32] = (left @ right.T).toarray()
    return product.astype(np.float32, copy=False)


def small_product(left: SparseMatrix, right: SparseMatrix) -> FloatMatrix:
    """Return `left @ right.T` for a few rows each, without a pass over all columns.

    Transposing a sparse matrix costs a step per column, and content rows have 2^20 of them.
    """
    columns = np.unique(np.concatenate([left.indices, right.indices]))
    return _gathered(left, columns) @ _gathered(right, columns).T


def _gathered(rows: SparseMatrix, columns: npt.NDArray[np.int32]) -> FloatMatrix:
    dense = np.zeros((rows.shape[0], len(columns)), dtype=np.float32)
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    dense[owners, np.searchsorted(columns, rows.indices)] = rows.data
    return dense
