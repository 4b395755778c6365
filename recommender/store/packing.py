"""A paper as JSON, for the records that are kept apart from their row."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from recommender.domain.papers import Paper, PaperStatus

_TIMES = ("published", "updated", "first_seen")
_TUPLES = ("authors", "categories", "keywords")


def pack(paper: Paper) -> dict[str, Any]:
    """Return what a paper says, without what it does not say."""
    values = {field.name: getattr(paper, field.name) for field in fields(Paper)}
    return {name: _plain(value) for name, value in values.items() if not _silent(value)}


def unpack(values: Mapping[str, Any]) -> Paper:
    """Return the paper that was packed."""
    times = {name: datetime.fromisoformat(values[name]) for name in _TIMES if name in values}
    texts = {name: tuple(values[name]) for name in _TUPLES if name in values}
    status = PaperStatus(values.get("status", PaperStatus.ACTIVE))
    return Paper(**(dict(values) | times | texts | {"status": status}))


def _silent(value: object) -> bool:
    return value is None or value is False or value in ("", ())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
