"""Abstracts whose sentences two labellers judged, each alone: which tells most, and which would do as well.

The labels are ids, places and hashes of sentences; the texts are read from a folder of `papers-*.jsonl.gz`.
A label finds its sentence by the hash, so it stays valid when the splitter changes elsewhere in the text.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.digest.excerpt import sentences

SHIPPED = Path(__file__).parent / "data" / "key_sentences.json"
_ID = re.compile(r'"id":\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Marks:
    """What one labeller marked: places of sentences."""

    best: int
    fine: frozenset[int]
    """The best one and those that would do as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An abstract with the marks of two labellers."""

    id: str
    title: str
    sentences: tuple[str, ...]
    marks: tuple[Marks, Marks]

    @property
    def development(self) -> bool:
        """Whether weights may be fitted on it; the other half is the test."""
        return int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) % 2 == 0

    @property
    def best(self) -> frozenset[int]:
        """What either marked as best."""
        return frozenset(own.best for own in self.marks)

    @property
    def fine(self) -> frozenset[int]:
        """What would do for either."""
        return self.marks[0].fine | self.marks[1].fine


def fingerprint(sentence: str) -> str:
    """Return 12 hexadecimal digits that stand for a sentence."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:12]


def texts(folder: Path, labels: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of a folder's `papers-*.jsonl.gz` that are labelled, by id; of two the first."""
    wanted = {entry["id"] for entry in json.loads(labels.read_text(encoding="utf-8"))}
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("papers-*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            # Reading every row as JSON takes most of the time, and one in two hundred is wanted.
            for line in lines:
                name = _ID.search(line)
                if name and name[1] in wanted:
                    found.setdefault(name[1], json.loads(line))
    return found


def labelled(labels: Path, rows: Mapping[str, Mapping[str, Any]]) -> list[Labelled]:
    """Return the labelled abstracts among `rows` (by id, with `title` and `abstract`), by id.

    An abstract that is missing, or no longer has the labelled sentences, is left out.
    """
    found = []
    for entry in json.loads(labels.read_text(encoding="utf-8")):
        row = rows.get(entry["id"])
        told = tuple(sentences(row["abstract"])) if row else ()
        places = {fingerprint(sentence): place for place, sentence in enumerate(told)}
        marks = [_marks(entry[who], places) for who in ("a", "b")]
        one, other = marks
        if row and one and other:
            own = Labelled(id=entry["id"], title=row["title"], sentences=told, marks=(one, other))
            found.append(own)
    return sorted(found, key=lambda own: own.id)


def _marks(given: Sequence[tuple[int, str]], places: Mapping[str, int]) -> Marks | None:
    """Return the marks as places in the present text; None where a sentence is not in it."""
    now = [places.get(hashed) for _, hashed in given]
    known = [place for place in now if place is not None]
    return Marks(known[0], frozenset(known)) if known and len(known) == len(now) else None
