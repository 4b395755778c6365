"""A fitted recommender on disk: numbers in an npz without pickles, everything else in `manifest.json`.

The manifest names the npz by content, with its SHA-256, and carries a checksum of itself, so that a
torn, swapped or altered file is always told. Papers' ids are kept; texts, vocabulary and what readers
wrote are not.
"""

import hashlib
import importlib.metadata
import io
import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from recommender.domain.errors import ArtifactError
from recommender.ports.folders import make_private
from recommender.ranking.base import RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.packing import Arrays, Facts, pack, unpack

FORMAT = 2
"""Raised when the arrays or the way texts are read change; another format is refused."""
MANIFEST = "manifest.json"
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "implicit")
_FAULTS = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError)
"""What reading a damaged file may raise in zipfile, numpy and json."""


def save(recommender: HybridRecommender, folder: Path) -> str:
    """Write `recommender` into `folder` and return the SHA-256 of the manifest.

    Each file is written aside, synced and renamed; the manifest comes last, so that a folder holds
    either the artifact before or this one.
    """
    make_private(folder)
    arrays, facts = pack(recommender.fitted)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    digest = hashlib.sha256(buffer.getbuffer()).hexdigest()
    name = f"arrays-{digest[:16]}.npz"
    manifest = {
        "format": FORMAT,
        "arrays": name,
        "sha256": digest,
        "contents": {key: [list(own.shape), own.dtype.str] for key, own in sorted(arrays.items())},
        "facts": facts,
        "libraries": {library: importlib.metadata.version(library) for library in _LIBRARIES},
    }
    text = json.dumps(manifest | {"checksum": _checksum(manifest)}, indent=1, sort_keys=True) + "\n"
    _write(folder / name, buffer.getbuffer())
    _write(folder / MANIFEST, text.encode())
    for old in folder.glob("arrays-*.npz"):
        if old.name != name:
            old.unlink(missing_ok=True)
    return hashlib.sha256(text.encode()).hexdigest()


def load(folder: Path, settings: RankingSettings | None = None) -> HybridRecommender:
    """Read an artifact, under the settings it was fitted with or under others.

    Raise ArtifactError that names the fault if anything is missing, damaged or of another format.
    """
    manifest = _manifest(folder / MANIFEST)
    arrays = _read(folder, manifest)
    try:
        facts: Facts = manifest["facts"]
        return HybridRecommender(fitted=unpack(arrays, facts, settings))
    except _FAULTS as error:
        raise ArtifactError(f"{folder}: the arrays do not fit together: {error}; run `train`") from error


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
        checksum = manifest.pop("checksum")
    except (*_FAULTS, AttributeError, RecursionError) as error:
        raise ArtifactError(f"{path}: not a readable manifest: {error}; run `train`") from error
    if manifest.get("format") != FORMAT:
        raise ArtifactError(
            f"{path}: format {manifest.get('format')!r}, this version reads {FORMAT}; run `train`"
        )
    if checksum != _checksum(manifest):
        raise ArtifactError(f"{path}: altered since it was written (checksum differs); run `train`")
    return dict(manifest)


def _read(folder: Path, manifest: dict[str, Any]) -> Arrays:
    """Return the arrays after checking digest, names, shapes, types and finiteness."""
    try:
        path = folder / Path(manifest["arrays"]).name
        if _sha256(path) != manifest["sha256"]:
            raise ArtifactError(f"{path}: damaged (SHA-256 differs from the manifest); run `train`")
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        found = {key: [list(own.shape), own.dtype.str] for key, own in arrays.items()}
    except _FAULTS as error:
        raise ArtifactError(f"{folder}: the arrays cannot be read: {error}; run `train`") from error
    if found != manifest.get("contents"):
        raise ArtifactError(f"{path}: shapes or types differ from the manifest; run `train`")
    for key, own in arrays.items():
        if own.dtype.kind == "f" and not np.isfinite(own).all():
            raise ArtifactError(f"{path}: {key} holds numbers that are not finite; run `train`")
    return arrays


def _checksum(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes | memoryview) -> None:
    """Write aside, sync, rename, and sync the folder, so that a power cut leaves the old file or the new."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
