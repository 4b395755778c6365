"""Paper-to-paper regression with content: EASE (Steck, WWW 2019) over readers and content columns at once.

Each paper is explained by the others, from who liked it and from what it says; the pull towards zero is
stronger for papers with many readers, as in EDLAE (Steck, NeurIPS 2020). The weights are found in their
dual form, whose size is readers plus content columns however many papers there are. What is kept is a
content direction for each paper, which carries its pull to papers nobody has read, and for the papers
that were read the strongest weights that content does not tell.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix

CONTENT = 3.0
"""Weight of the content columns beside one column a reader."""
RIDGE = 100.0
RIDGE_READER = 3.0
"""Pull towards zero: of every paper, and more for each of its readers."""
_LINKS = 200
"""Weights kept for one paper."""
_CHUNK = 1000
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ContentEase:
    """Pulls of I papers: `pulls` (I, d) through content, `links` (I, I) CSR beyond it.

    `gain` (I,) turns a pull towards each paper's content into its weight, `kernel` (d, d) gives the
    pull of papers that were not there at fitting.
    """

    pulls: FloatMatrix
    links: SparseMatrix
    gain: Vector
    kernel: FloatMatrix

    @classmethod
    def fit(cls, votes: SparseMatrix, content: FloatMatrix, others: FloatMatrix) -> Self:
        """Fit on `votes` (R, I) of ones, unit content rows (I, d), and those of unread papers (M, d)."""
        share = (1.0 / (RIDGE + RIDGE_READER * np.asarray(votes.sum(axis=0)).ravel())).astype(np.float32)
        own, rest = np.float32(CONTENT) * content, np.float32(CONTENT) * others
        inverse = _inverse(_gram(votes, own, rest, share))
        readers = votes.shape[0]
        pulls = np.empty_like(content)
        gain = np.empty(len(share), dtype=np.float32)
        links = []
        for start in range(0, len(share), _CHUNK):
            block = slice(start, start + _CHUNK)
            rows = sparse.csr_matrix(votes[:, block].T)
            seen = np.asarray(rows @ inverse[:readers] + own[block] @ inverse[readers:])
            pulls[block] = share[block, None] * seen[:, readers:]
            spread = np.asarray((rows.multiply(seen[:, :readers])).sum(axis=1)).ravel()
            spread += np.einsum("ij,ij->i", seen[:, readers:], own[block])
            gain[block] = 1.0 / (1.0 - share[block] * spread)
            links.append(_strongest((votes.T @ seen[:, :readers].T).T * share[block, None], start))
        weights = sparse.csr_matrix(sparse.vstack(links)) if links else sparse.csr_matrix((0, 0))
        weights = sparse.csr_matrix(weights.multiply(gain[None, :]), dtype=np.float32)
        kernel = inverse[readers:, readers:] / np.float32(RIDGE)
        return cls(pulls=pulls, links=weights, gain=gain, kernel=np.ascontiguousarray(kernel))

    def taste(self, liked: SparseMatrix, content: FloatMatrix) -> FloatMatrix:
        """Return (P, d): where readers are pulled by `liked` (P, I), and by the content (P, d) of the rest.

        `content` is the sum of the unit rows of liked papers that were not there at fitting.
        """
        pull: FloatMatrix = np.asarray(liked @ self.pulls, dtype=np.float32)
        pull += (np.float32(CONTENT) * content) @ self.kernel
        return pull

    def fresh_gain(self, content: FloatMatrix) -> Vector:
        """Return (n,) the gain of papers nobody has read, from their content rows (n, d)."""
        rows = np.float32(CONTENT) * content
        spread = np.einsum("ij,ij->i", rows @ self.kernel, rows)
        gain: Vector = (1.0 / np.maximum(1.0 - spread, 1e-3)).astype(np.float32)
        return gain


def _gram(votes: SparseMatrix, own: FloatMatrix, rest: FloatMatrix, share: Vector) -> FloatMatrix:
    """Return I + Y diag(share) Y' over readers and content columns."""
    readers, width = votes.shape[0], own.shape[1]
    shared = sparse.csr_matrix(votes @ sparse.diags(share))
    gram = np.empty((readers + width, readers + width), dtype=np.float32)
    gram[:readers, :readers] = (shared @ votes.T).toarray()
    gram[:readers, readers:] = shared @ own
    gram[readers:, :readers] = gram[:readers, readers:].T
    gram[readers:, readers:] = own.T @ (share[:, None] * own) + rest.T @ rest / np.float32(RIDGE)
    gram[np.diag_indices_from(gram)] += 1.0
    return gram


def _inverse(gram: FloatMatrix) -> FloatMatrix:
    """Return the inverse of a positive definite matrix, which is overwritten."""
    factor, failed = linalg.lapack.spotrf(gram, lower=True, overwrite_a=True, clean=True)
    if failed:
        raise ValueError("the votes cannot be solved for: the matrix is not positive definite")
    inverse, _ = linalg.lapack.spotri(factor, lower=True, overwrite_c=True)
    lower = np.tril(inverse, -1)
    inverse = np.tril(inverse) + lower.T
    return np.ascontiguousarray(inverse, dtype=np.float32)


def _strongest(weights: FloatMatrix, start: int) -> SparseMatrix:
    """Keep each row's `_LINKS` largest weights by size; a paper has none to itself."""
    weights = np.asarray(weights)
    weights[np.arange(len(weights)), start + np.arange(len(weights))] = 0.0
    size = np.abs(weights)
    if weights.shape[1] > _LINKS:
        least = -np.partition(-size, _LINKS - 1, axis=1)[:, _LINKS - 1 : _LINKS]
        weights[size < least] = 0.0
    return sparse.csr_matrix(weights)
