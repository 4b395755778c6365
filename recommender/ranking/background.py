"""What the package knows of papers before a store has any: numbers fitted on public metadata, no text.

Term statistics, word vectors and the bare word counts of a sample of papers, which serves as examples of
what a reader has not asked for and as the fixed ruler of scores. Made by `python -m benchmarks.background`.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.errors import ArtifactError
from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.text import FEATURES

FORMAT = 1
_FILE = "background.npz"
_FAULTS = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError)
_STEPS = 127
"""A word vector is stored as whole numbers of at most this size, times one scale a word."""
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Term statistics, word vectors and a sample of papers; features are those of `text`."""

    documents: int
    """Papers read."""
    frequencies: npt.NDArray[np.int32]
    """(FEATURES,): in how many of them each feature occurs."""
    columns: npt.NDArray[np.int32]
    """(K,): features that have a word vector, sorted."""
    vectors: FloatMatrix
    """(K, d) float32, for rows of sublinear tf times `idf`."""
    centre: npt.NDArray[np.float32]
    """(d,): mean direction of papers, taken off by `dense`."""
    sample: SparseMatrix
    """(m, FEATURES) float32: how often each feature occurs in each sample paper, titles counted twice."""

    @classmethod
    def shipped(cls) -> "Background":
        """Return the package's own, read once. Raise ArtifactError if it is missing or damaged."""
        return _shipped()

    @classmethod
    def read(cls, file: IO[bytes]) -> Self:
        """Read what `pack` wrote as npz. Raise ArtifactError that names the fault."""
        try:
            with np.load(file, allow_pickle=False) as archive:
                return cls._unpack({key: archive[key] for key in archive.files})
        except _FAULTS as error:
            raise ArtifactError(f"the background of the ranking is damaged: {error}; reinstall") from error

    @property
    def counts(self) -> npt.NDArray[np.int32]:
        """In how many papers each of `columns` occurs; (K,)."""
        return self.frequencies[self.columns]

    @property
    def idf(self) -> npt.NDArray[np.float32]:
        """Smoothed inverse document frequency of every feature; (FEATURES,) float32."""
        return idf(self.documents, self.frequencies)

    def dense(self, rows: SparseMatrix) -> FloatMatrix:
        """Return unit directions (n, d) float32 of content rows (n, FEATURES), less the mean direction.

        A row without any known word is zero. The rows' own lengths do not matter.
        """
        return centred(directions(rows[:, self.columns] @ self.vectors), self.centre)

    def pack(self) -> Arrays:
        """Return arrays for an npz: vectors in 8 bits, with one scale a word."""
        scale = np.abs(self.vectors).max(axis=1, initial=0) / _STEPS
        steps = np.rint(self.vectors / np.where(scale > 0, scale, 1)[:, None])
        return {
            "format": np.asarray(FORMAT, dtype=np.int64),
            "documents": np.asarray(self.documents, dtype=np.int64),
            "frequencies": self.frequencies.astype(np.uint16),
            "columns": self.columns.astype(np.int32),
            "vectors": steps.astype(np.int8),
            "scale": scale.astype(np.float32),
            "centre": self.centre.astype(np.float32),
            "sample_data": np.minimum(self.sample.data, 255).astype(np.uint8),
            "sample_indices": self.sample.indices.astype(np.int32),
            "sample_indptr": self.sample.indptr.astype(np.int32),
        }

    @classmethod
    def _unpack(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        _require(arrays["format"].tolist() == FORMAT, "another format")
        columns, scale, centre = arrays["columns"], arrays["scale"], arrays["centre"]
        _require(arrays["frequencies"].shape == (FEATURES,), "frequencies have another width")
        _require(bool((columns[1:] > columns[:-1]).all()), "columns are not sorted")
        _require(not len(columns) or (columns[0] >= 0 and columns[-1] < FEATURES), "columns out of range")
        _require(arrays["vectors"].shape == (len(columns), len(centre)), "vectors have another shape")
        _require(bool(np.isfinite(scale).all() and np.isfinite(centre).all()), "numbers are not finite")
        lengths = arrays["sample_indptr"]
        sample = sparse.csr_matrix(
            (arrays["sample_data"].astype(np.float32), arrays["sample_indices"], lengths),
            shape=(len(lengths) - 1, FEATURES),
        )
        sample.check_format(full_check=True)
        return cls(
            documents=int(arrays["documents"]),
            frequencies=arrays["frequencies"].astype(np.int32),
            columns=columns,
            vectors=arrays["vectors"].astype(np.float32) * scale[:, None],
            centre=centre,
            sample=sample,
        )


def idf(documents: int, frequencies: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Return ln((1 + documents) / (1 + frequency)) + 1 of each feature, as `TextSpace.fit` has it."""
    weights = np.log((1.0 + documents) / (1.0 + frequencies)) + 1.0
    return np.asarray(weights, dtype=np.float32)


def directions(rows: FloatMatrix) -> FloatMatrix:
    """Return rows (n, d) scaled to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))


def centred(rows: FloatMatrix, centre: npt.NDArray[np.float32]) -> FloatMatrix:
    """Return unit rows (n, d) less the mean direction, scaled to length 1; zero rows stay zero."""
    known = rows.any(axis=1, keepdims=True)
    return directions(np.where(known, rows - centre, np.float32(0)))


@cache
def _shipped() -> Background:
    try:
        with resources.files("recommender.ranking").joinpath(_FILE).open("rb") as file:
            return Background.read(file)
    except OSError as error:
        raise ArtifactError(f"the background of the ranking is missing: {error}; reinstall") from error


def _require(holds: bool, fault: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ValueError(fault)
