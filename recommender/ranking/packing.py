"""A fitted recommender as flat arrays and back, every part checked against the others.

Arrays have no objects and no texts; matrices are CSR in four parts. The package's own word vectors are
not packed, only their digest: they come with the package, and others would turn every direction.
"""

import hashlib
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.papers import PaperId
from recommender.ranking.base import RankingSettings, SparseMatrix
from recommender.ranking.ease import ContentEase
from recommender.ranking.encoder import Encoder
from recommender.ranking.fitted import Fitted
from recommender.ranking.fusion import LearnedFusion, Weights
from recommender.ranking.learning import shipped
from recommender.ranking.stems import Stems
from recommender.ranking.text import FEATURES, TextSpace
from recommender.ranking.vectors import Lens
from recommender.ranking.votes import VoteModel

Arrays = dict[str, npt.NDArray[Any]]
Facts = dict[str, Any]
"""What is kept beside the arrays, as JSON has it."""
_ENCODER = ("columns", "vectors", "centre", "before")
_DTYPES = {
    "idf": np.float32,
    "columns": np.int64,
    "vectors": np.float32,
    "centre": np.float32,
    "before": np.float32,
    "readers": np.int64,
    "content": np.float32,
    "factors": np.float32,
    "pulls": np.float32,
    "gain": np.float32,
    "kernel": np.float32,
    "reference_items": np.int64,
}


def pack(fitted: Fitted) -> tuple[Arrays, Facts]:
    """Return everything that fitting found out: arrays, and the few facts that are none."""
    lens, model = fitted.lens, fitted.lens.model
    arrays: Arrays = {
        "idf": lens.space.idf,
        "readers": model.readers,
        "items": np.asarray(model.items, dtype=np.str_),
        "content": model.content,
        "factors": model.factors,
        "pulls": model.ease.pulls,
        "gain": model.ease.gain,
        "kernel": model.ease.kernel,
        "reference_items": fitted.reference.items,
    }
    own = _digest(lens.encoder)
    if own != _shipped_digest():
        arrays |= {name: getattr(lens.encoder, name) for name in _ENCODER}
    matrices = {"votes": model.votes, "links": model.ease.links, "reference": fitted.reference.rows}
    for name, matrix in matrices.items():
        arrays |= _parts(name, matrix)
    facts = {
        "settings": asdict(fitted.settings),
        "documents": lens.space.documents,
        "pairs": lens.space.pairs,
        "encoder": own,
        "fusion": None if fitted.fusion is shipped() else _told(fitted.fusion),
    }
    return arrays, facts


def unpack(arrays: Arrays, facts: Facts, settings: RankingSettings | None = None) -> Fitted:
    """Put the parts together, under the settings packed or others.

    Raise ValueError, KeyError or TypeError where they do not fit each other or this package.
    """
    for name, dtype in _DTYPES.items():
        _require(name not in arrays or arrays[name].dtype == dtype, f"{name} has another type")
    _require(arrays["idf"].shape == (FEATURES,), "idf has another width")
    _require(isinstance(facts["pairs"], bool), "pairs is neither true nor false")
    encoder = _encoder(arrays, facts["encoder"])
    width = encoder.vectors.shape[1]
    model = _model(arrays, width, width + encoder.before.shape[1])
    space = TextSpace(arrays["idf"], int(facts["documents"]), Stems.english(), facts["pairs"])
    lens = Lens(space=space, encoder=encoder, model=model)
    rows, items = _matrix(arrays, "reference"), arrays["reference_items"]
    _require(rows.shape[1] == FEATURES, "reference rows have another width")
    _require(items.shape == (rows.shape[0],), "reference papers and their rows differ in number")
    _require(bool(((items >= -1) & (items < len(model.items))).all()), "reference papers out of range")
    return Fitted(
        settings=settings or RankingSettings(**facts["settings"]),
        lens=lens,
        reference=lens.numbers(rows, items),
        fusion=_fusion(facts["fusion"]),
    )


def _encoder(arrays: Arrays, digest: str) -> Encoder:
    if "columns" not in arrays:
        _require(digest == _shipped_digest(), "it was fitted with other word vectors than the package's")
        return Encoder.shipped()
    columns, vectors, centre, before = (arrays[name] for name in _ENCODER)
    _require(columns.ndim == centre.ndim == 1, "word vectors have another shape")
    _require(vectors.shape == (len(columns), len(centre)), "words and their vectors differ in number")
    _require(
        before.ndim == 2 and len(before) in (0, len(columns)),
        "words and their first vectors differ in number",
    )
    _require(_ascends(columns), "words are not sorted and distinct")
    _require(not len(columns) or (columns[0] >= 0 and columns[-1] < FEATURES), "words out of range")
    encoder = Encoder(columns, vectors, centre, before)
    _require(digest == _digest(encoder), "word vectors differ from those it was fitted with")
    return encoder


def _model(arrays: Arrays, width: int, wide: int) -> VoteModel:
    readers, items, factors = arrays["readers"], arrays["items"], arrays["factors"]
    votes, links = _matrix(arrays, "votes"), _matrix(arrays, "links")
    count = len(items)
    _require(readers.ndim == items.ndim == 1 and items.dtype.kind == "U", "readers or papers are no list")
    _require(_ascends(readers) and _ascends(items), "readers or papers are not sorted and distinct")
    _require(votes.shape == (len(readers), count), "votes do not match readers and papers")
    _require(bool((votes.data == 1).all()), "votes are not ones")
    _require(links.shape == (count, count), "links do not match papers")
    _require(arrays["content"].shape == (count, width), "directions do not match")
    _require(arrays["pulls"].shape == (count, wide), "pulls do not match")
    _require(factors.ndim == 2 and len(factors) == count, "papers and factors differ in number")
    _require(arrays["gain"].shape == (count,), "papers and gains differ in number")
    _require(arrays["kernel"].shape == (wide, wide), "the kernel has another width")
    ease = ContentEase(pulls=arrays["pulls"], links=links, gain=arrays["gain"], kernel=arrays["kernel"])
    return VoteModel(
        readers=readers,
        items=tuple(PaperId(item) for item in items.tolist()),
        votes=votes,
        content=arrays["content"],
        factors=factors,
        ease=ease,
    )


def _fusion(told: Facts | None) -> LearnedFusion:
    if told is None:
        return shipped()
    fusion = LearnedFusion(alone=Weights.parse(told["alone"]), shared=Weights.parse(told["shared"]))
    for weights in (fusion.alone, fusion.shared):
        finite = all(np.isfinite(own).all() for own in (weights.papers, *weights.scorers.values()))
        _require(finite, "weights of the fusion are not finite")
    return fusion


def _told(fusion: LearnedFusion) -> Facts:
    return {"alone": fusion.alone.told(digits=None), "shared": fusion.shared.told(digits=None)}


def _parts(name: str, matrix: SparseMatrix) -> Arrays:
    return {
        f"{name}_data": matrix.data.astype(np.float32),
        f"{name}_indices": matrix.indices.astype(np.int32),
        f"{name}_indptr": matrix.indptr.astype(np.int64),
        f"{name}_shape": np.asarray(matrix.shape, dtype=np.int64),
    }


def _matrix(arrays: Arrays, name: str) -> SparseMatrix:
    data, indices, indptr, shape = (
        arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr", "shape")
    )
    _require(shape.shape == (2,) and bool((shape >= 0).all()), f"{name} has no shape")
    _require(data.dtype == np.float32 and indices.dtype.kind == "i", f"{name} has another type")
    matrix = sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
    matrix.check_format(full_check=True)
    return matrix


def _ascends(values: npt.NDArray[Any]) -> bool:
    return bool((values[1:] > values[:-1]).all())


def _digest(encoder: Encoder) -> str:
    """Return a digest of an encoder's numbers and their shapes."""
    digest = hashlib.sha256(repr(encoder.vectors.shape).encode())
    for name in _ENCODER:
        digest.update(getattr(encoder, name).tobytes())
    return digest.hexdigest()


@cache
def _shipped_digest() -> str:
    return _digest(Encoder.shipped())


def _require(holds: bool, fault: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ValueError(fault)
