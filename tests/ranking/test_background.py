"""The background that ships with the package: small, whole, and of use on an empty store."""

import io
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from recommender.domain.errors import ArtifactError
from recommender.ranking.background import Background, idf
from recommender.ranking.base import SparseMatrix
from recommender.ranking.stems import Stems
from recommender.ranking.text import FEATURES, TextSpace, words


def rows(*texts: str) -> SparseMatrix:
    """Return content rows of texts under the shipped term weights."""
    background = Background.shipped()
    space = TextSpace(background.idf, background.documents, Stems.english())
    return space.rows([(words(text),) for text in texts])


def file_of(arrays: dict[str, npt.NDArray[Any]]) -> io.BytesIO:
    """Return arrays as an npz."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    file.seek(0)
    return file


def small() -> Background:
    """Return a background of two papers and two words."""
    frequencies = np.zeros(FEATURES, dtype=np.int32)
    frequencies[[3, 8]] = [2, 1]
    return Background(
        documents=2,
        frequencies=frequencies,
        columns=np.asarray([3, 8], dtype=np.int32),
        vectors=np.asarray([[1.0, -0.5], [0.25, 2.0]], dtype=np.float32),
        centre=np.asarray([0.1, 0.2], dtype=np.float32),
        sample=sparse.csr_matrix(([2.0, 1.0], ([0, 1], [3, 8])), shape=(2, FEATURES), dtype=np.float32),
    )


def test_the_shipped_file_is_small_and_whole() -> None:
    """Nothing is missing, and a package stays a small download."""
    file = resources.files("recommender.ranking").joinpath("background.npz")
    background = Background.shipped()

    assert len(file.read_bytes()) <= 8_000_000
    assert background.documents > 40_000
    assert background.sample.shape[0] >= 1000
    assert background.vectors.shape == (len(background.columns), len(background.centre))
    assert background.vectors.dtype == np.float32
    assert np.isfinite(background.vectors).all()
    assert (background.counts > 0).all()
    assert background.frequencies.max() <= background.documents


def test_papers_have_unit_directions_and_silence_has_none() -> None:
    """An empty text and unknown words say nothing."""
    background = Background.shipped()
    dense = background.dense(
        sparse.vstack([background.sample[:50], rows("", "zzqqxv")], format="csr", dtype=np.float32)
    )

    assert dense.dtype == np.float32
    assert np.linalg.norm(dense[:50], axis=1) == pytest.approx(1, abs=1e-5)
    assert not dense[50:].any()


def test_related_words_meet_without_a_word_in_common() -> None:
    """Papers of one subject meet, another subject stays away."""
    background = Background.shipped()
    asked, near, far = background.dense(
        rows(
            "speech recognition of spoken audio",
            "phoneme transcription with acoustic voice encoders",
            "robot arm grasping and manipulation",
        )
    )

    assert asked @ near > asked @ far + 0.1


def test_the_length_of_a_row_does_not_matter() -> None:
    """Only the mix of words counts."""
    background = small()
    row = sparse.csr_matrix(([1.0, 2.0], ([0, 0], [3, 8])), shape=(1, FEATURES), dtype=np.float32)

    assert background.dense(row * 3) == pytest.approx(background.dense(row), abs=1e-6)


def test_packing_keeps_every_number_but_the_vectors_last_bits() -> None:
    """A vector is off by half a step of its word at most."""
    background = small()
    again = Background.read(file_of(background.pack()))

    assert again.documents == background.documents
    assert (again.frequencies == background.frequencies).all()
    assert (again.columns == background.columns).all()
    assert again.vectors == pytest.approx(background.vectors, abs=2.0 / 254 + 1e-6)
    assert again.centre == pytest.approx(background.centre)
    assert (again.sample != background.sample).nnz == 0


def test_term_weights_are_those_of_a_space_fitted_on_the_same_papers() -> None:
    """One formula for shipped and own statistics."""
    frequencies = np.zeros(FEATURES, dtype=np.int32)
    frequencies[5] = 3

    assert idf(7, frequencies)[5] == pytest.approx(np.log(8 / 4) + 1)
    assert idf(0, np.zeros(FEATURES, dtype=np.int32)) == pytest.approx(TextSpace.fit(()).idf)


@pytest.mark.parametrize(
    "fault",
    [
        {"format": np.asarray(99)},
        {"columns": np.asarray([8, 3], dtype=np.int32)},
        {"columns": np.asarray([3, FEATURES], dtype=np.int32)},
        {"vectors": np.zeros((3, 2), dtype=np.int8)},
        {"scale": np.asarray([np.nan, 1.0], dtype=np.float32)},
        {"frequencies": np.zeros(4, dtype=np.uint16)},
        {"sample_indices": np.asarray([3, FEATURES], dtype=np.int32)},
    ],
    ids=["format", "unsorted", "out of range", "shape", "not finite", "width", "sample"],
)
def test_arrays_that_do_not_fit_are_refused(fault: dict[str, npt.NDArray[Any]]) -> None:
    """The error names the background."""
    with pytest.raises(ArtifactError, match="background"):
        Background.read(file_of(small().pack() | fault))


def test_a_missing_array_is_refused() -> None:
    """The error names what is missing."""
    arrays = small().pack()
    del arrays["vectors"]

    with pytest.raises(ArtifactError, match="vectors"):
        Background.read(file_of(arrays))


@pytest.mark.parametrize("cut", [0, 10, 400])
def test_a_torn_file_is_refused(cut: int) -> None:
    """An empty or short file is an ArtifactError."""
    with pytest.raises(ArtifactError, match="damaged"):
        Background.read(io.BytesIO(file_of(small().pack()).getvalue()[:cut]))
