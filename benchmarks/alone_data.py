"""Reads papers and readers for the lone-reader benchmark; says where a file is broken."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.domain.papers import Paper, PaperId


class BrokenInput(Exception):
    """A line that cannot be used; the message starts with `file:line:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneReader:
    """One reader: ids of likes and dislikes, oldest first, own words, and what is to be ranked, once each."""

    name: str
    liked: tuple[PaperId, ...]
    disliked: tuple[PaperId, ...]
    words: str
    candidates: tuple[PaperId, ...]


def read_papers(path: Path) -> dict[PaperId, Paper]:
    """Read `{"id", "title", "abstract", "authors"?, "categories"?}` lines; the first of equal ids stands.

    A missing title or abstract is an empty one. Raises BrokenInput where a line is no object or has no id.
    """
    papers: dict[PaperId, Paper] = {}
    for place, row in _rows(path):
        own = PaperId(_text(row, "id", place))
        title, abstract = (_text(row, key, place, needed=False) for key in ("title", "abstract"))
        papers.setdefault(
            own,
            Paper(
                id=own,
                title=title,
                abstract=abstract,
                authors=_list(row, "authors", place),
                categories=_list(row, "categories", place),
            ),
        )
    return papers


def read_readers(path: Path, papers: Mapping[PaperId, Paper]) -> list[LoneReader]:
    """Read `{"reader", "liked", "disliked", "words"?, "candidates"}` lines.

    A paper both liked and disliked counts as neither. Raises BrokenInput where a line is no object, has no
    `reader` or `candidates`, or names a paper that `papers` does not have.
    """
    readers = []
    for place, row in _rows(path):
        if row.get("candidates") is None:
            raise BrokenInput(f"{place}: no `candidates`")
        liked, disliked, candidates = (
            _known(_list(row, key, place), key, place, papers) for key in ("liked", "disliked", "candidates")
        )
        readers.append(
            LoneReader(
                name=_text(row, "reader", place),
                liked=tuple(paper for paper in liked if paper not in disliked),
                disliked=tuple(paper for paper in disliked if paper not in liked),
                words=_text(row, "words", place, needed=False),
                candidates=candidates,
            )
        )
    return readers


def _known(ids: Sequence[str], key: str, place: str, papers: Mapping[PaperId, Paper]) -> tuple[PaperId, ...]:
    own = tuple(dict.fromkeys(map(PaperId, ids)))
    unknown = [paper for paper in own if paper not in papers]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        raise BrokenInput(f"{place}: `{key}` names unknown papers: {', '.join(unknown[:3])}{more}")
    return own


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (`file:line`, object) of each line that is not blank."""
    packed = path.suffix == ".gz"
    with gzip.open(path, "rb") if packed else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path}:{number}"
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                raise BrokenInput(f"{place}: not JSON ({error})") from error
            if not isinstance(row, dict):
                raise BrokenInput(f"{place}: not an object")
            yield place, row


def _text(row: Mapping[str, Any], key: str, place: str, *, needed: bool = True) -> str:
    value = row.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise BrokenInput(f"{place}: `{key}` must be {'a text that is not empty' if needed else 'a text'}")
    return value


def _list(row: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(own, str) for own in value):
        raise BrokenInput(f"{place}: `{key}` must be a list of texts")
    return tuple(value)
