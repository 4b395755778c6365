"""The kinds of sources there are. A new one is a file in `recommender/sources` and its name here."""

from functools import cache
from importlib import import_module
from typing import Any

from recommender.sources.kinds import SourceKind

_FILES = (
    "arxiv_kind",
    "huggingface_kind",
    "feed",
    "biorxiv",
    "zotero_kind",
)


@cache
def kinds() -> tuple[SourceKind[Any], ...]:
    """Return what each file ends with, its `KIND`, in the order in which the manual lists them."""
    return tuple(import_module(f"recommender.sources.{name}").KIND for name in _FILES)
