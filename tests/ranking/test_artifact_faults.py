"""Artifacts that are damaged or do not fit are refused, with the fault named."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from recommender.domain.errors import ArtifactError
from recommender.ranking.artifacts import MANIFEST, _checksum, load, save
from recommender.ranking.hybrid import HybridRecommender
from tests.ranking.test_artifacts import npz, own_words

BLANK = {"scorers": {}, "papers": [[0, 0], [0, 0]]}
Arrays = dict[str, npt.NDArray[Any]]


@pytest.mark.parametrize("seed", range(240))
def test_damaged_files_are_refused(folder: Path, seed: int) -> None:
    """Cut, flipped, emptied or swapped bytes in either file never load as something else, and never crash."""
    random = Random(seed)
    path = folder / MANIFEST if seed % 3 == 0 else npz(folder)
    content = bytearray(path.read_bytes())
    kind = seed % 4
    if kind == 0:
        del content[random.randrange(len(content)) :]
    elif kind == 1:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    elif kind == 2:
        start = random.randrange(len(content))
        content[start : start + 200] = random.randbytes(random.randrange(1, 400))
    else:
        content = bytearray(random.choice([b"", b"null", b"[]", b"PK\x03\x04", random.randbytes(999)]))
    if content == path.read_bytes():
        return
    path.write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match="run `train`"):
        load(folder)


def forge(
    folder: Path,
    change: Callable[[Arrays], object],
    facts: dict[str, Any] | None = None,
    *,
    pickles: bool = False,
) -> None:
    """Change arrays or facts and make the manifest agree, as a faulty writer would."""
    path = npz(folder)
    with np.load(path, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    change(arrays)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=pickles, **arrays)
    path.write_bytes(buffer.getvalue())
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest["checksum"]
    manifest["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    manifest["contents"] = {key: [list(own.shape), own.dtype.str] for key, own in sorted(arrays.items())}
    manifest["facts"] |= facts or {}
    manifest["checksum"] = _checksum(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def set_nan(arrays: Arrays) -> None:
    """Put a NaN among the factors."""
    arrays["factors"][0, 0] = np.nan


def set_infinite(arrays: Arrays) -> None:
    """Make one idf infinite."""
    arrays["idf"][5] = np.inf


def cut_factors(arrays: Arrays) -> None:
    """Drop a paper's factors."""
    arrays["factors"] = arrays["factors"][1:]


def cut_idf(arrays: Arrays) -> None:
    """Halve the features."""
    arrays["idf"] = arrays["idf"][::2]


def widen_idf(arrays: Arrays) -> None:
    """Change a type."""
    arrays["idf"] = arrays["idf"].astype(np.float64)


def stray_index(arrays: Arrays) -> None:
    """Point a row outside its matrix."""
    arrays["reference_indices"][0] = 2**30


def negative_index(arrays: Arrays) -> None:
    """Point a row before its matrix."""
    arrays["links_indices"][3] = -4


def torn_pointers(arrays: Arrays) -> None:
    """Let rows run backwards."""
    arrays["votes_indptr"][1] = 10**6


def other_shape(arrays: Arrays) -> None:
    """Claim more readers than there are."""
    arrays["votes_shape"][0] += 1


def missing_array(arrays: Arrays) -> None:
    """Leave one out."""
    del arrays["readers"]


def twin_items(arrays: Arrays) -> None:
    """Name one paper twice."""
    arrays["items"][1] = arrays["items"][0]


def half_votes(arrays: Arrays) -> None:
    """Count a vote half."""
    arrays["votes_data"][0] = 0.5


def narrow_kernel(arrays: Arrays) -> None:
    """Give the kernel another width than the directions have."""
    arrays["kernel"] = arrays["kernel"][:-1, :-1]


def narrow_directions(arrays: Arrays) -> None:
    """Leave out a dimension of what papers point to."""
    arrays["content"] = arrays["content"][:, 1:]


def cut_gain(arrays: Arrays) -> None:
    """Drop a paper's gain."""
    arrays["gain"] = arrays["gain"][1:]


def fewer_links(arrays: Arrays) -> None:
    """Claim links of fewer papers."""
    arrays["links_shape"] -= 1


def stray_reference(arrays: Arrays) -> None:
    """Point a paper of the sample outside the vote model."""
    arrays["reference_items"][0] = len(arrays["items"])


def early_reference(arrays: Arrays) -> None:
    """Point a paper of the sample before the vote model."""
    arrays["reference_items"][0] = -2


def cut_reference(arrays: Arrays) -> None:
    """Drop a paper's place."""
    arrays["reference_items"] = arrays["reference_items"][1:]


def unsorted_readers(arrays: Arrays) -> None:
    """Turn the readers round, so that places would be found wrongly."""
    arrays["readers"] = arrays["readers"][::-1]


def word_vectors(arrays: Arrays) -> None:
    """Slip in word vectors that the recommender was not fitted with."""
    arrays["columns"] = np.asarray([1, 2], dtype=np.int64)
    arrays["vectors"] = np.ones((2, arrays["kernel"].shape[0]), dtype=np.float32)
    arrays["centre"] = np.zeros(arrays["kernel"].shape[0], dtype=np.float32)


def pickled_items(arrays: Arrays) -> None:
    """Put Python objects inside."""
    arrays["items"] = np.asarray([{"a": 1}] * len(arrays["items"]), dtype=object)


@pytest.mark.parametrize(
    "change",
    [
        set_nan,
        set_infinite,
        cut_factors,
        cut_idf,
        widen_idf,
        stray_index,
        negative_index,
        torn_pointers,
        other_shape,
        missing_array,
        twin_items,
        half_votes,
        narrow_kernel,
        narrow_directions,
        cut_gain,
        fewer_links,
        stray_reference,
        early_reference,
        cut_reference,
        unsorted_readers,
        word_vectors,
        pickled_items,
    ],
)
def test_arrays_that_do_not_fit_are_refused(folder: Path, change: Callable[[Arrays], None]) -> None:
    """Even when every digest agrees; pickles are never opened."""
    forge(folder, change, pickles=change is pickled_items)
    with pytest.raises(ArtifactError, match="run `train`"):
        load(folder)


def test_another_format_is_refused(folder: Path) -> None:
    """The message names both formats."""
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["format"] = 99
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match="format 99, this version reads 2"):
        load(folder)


def test_a_changed_setting_in_the_manifest_is_told(folder: Path) -> None:
    """The manifest carries a checksum of itself."""
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(text.replace('"weight_content": 1.0', '"weight_content": 2.0'))
    with pytest.raises(ArtifactError, match="altered"):
        load(folder)


def test_altered_word_vectors_are_refused(recommender: HybridRecommender, tmp_path: Path) -> None:
    """All papers' directions were made with those it was fitted with."""
    save(own_words(recommender), tmp_path)

    def turn(arrays: Arrays) -> None:
        arrays["vectors"][0] *= 2

    forge(tmp_path, turn)
    with pytest.raises(ArtifactError, match="word vectors differ"):
        load(tmp_path)


def test_another_packages_word_vectors_are_refused(folder: Path) -> None:
    """An artifact that counts on the package's vectors names which."""
    forge(folder, lambda arrays: None, {"encoder": "0" * 64})
    with pytest.raises(ArtifactError, match=r"other word vectors than the package's.*run `train`"):
        load(folder)


@pytest.mark.parametrize(
    "weights",
    [
        {"alone": 3, "shared": {}},
        {"alone": {"scorers": {}, "papers": [[0, 0], [0, float("nan")]]}, "shared": BLANK},
        {"alone": {"scorers": {"content": [1]}, "papers": [[0, 0], [0, 0]]}, "shared": BLANK},
        "pairs",
    ],
)
def test_weights_that_are_none_are_refused(folder: Path, weights: object) -> None:
    """Wrong shapes and kinds, or no finite numbers."""
    forge(folder, lambda arrays: None, {"fusion": weights})
    with pytest.raises(ArtifactError, match="run `train`"):
        load(folder)
