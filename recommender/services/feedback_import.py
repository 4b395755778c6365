"""Bulk feedback from a JSONL file: `{"subscriber", "paper", "act", "at"}` a line.

A subscriber nobody declared becomes a reader: known by votes, never mailed. A line that cannot be
used is refused with its number; the others are stored.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recommender.domain.errors import InputError, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId, Refused
from recommender.domain.reports import Report
from recommender.domain.subscribers import DeclaredSubscriber, SubscriberState
from recommender.ports import Clock, Store, UnitOfWork

_VALUED = {Act.UNMUTE, Act.FOLLOW, Act.UNFOLLOW, Act.LABEL, Act.UNLABEL, Act.NOTE}
_ACTS = tuple(act for act in Act if act not in _VALUED)
"""What a line may say: it has no room for whom or what a lever is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line as read: still with references instead of ids."""

    place: str
    subscriber: str
    paper: str
    act: Act
    at: datetime


class FeedbackImport:
    """Reads a feedback file into the log."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def run(self, path: Path) -> Report:
        """Store every usable line in one transaction.

        Counts: lines, new, already known, refused, readers added. Raises InputError for a file
        that cannot be read.
        """
        lines, refused = _read(path)
        total = len(lines) + len(refused)
        with self._store.write() as unit:
            papers = unit.papers.resolve({line.paper for line in lines})
            refused += [
                Refused(place=line.place, reason=f"no paper is known as {line.paper!r}; import it first")
                for line in lines
                if line.paper not in papers
            ]
            known = [line for line in lines if line.paper in papers]
            subscribers, added = self._subscribers(unit, {line.subscriber for line in known})
            new = unit.people.record(_entries(known, subscribers, papers))
        counts = {
            "lines": total,
            "new": new,
            "already_known": len(known) - new,
            "refused": len(refused),
            "readers_added": added,
        }
        return Report(name="import feedback", counts=counts, failures=tuple(refused))

    def _subscribers(self, unit: UnitOfWork, references: Iterable[str]) -> tuple[dict[str, int], int]:
        found: dict[str, int] = {}
        added = 0
        for reference in sorted(references):
            try:
                subscriber = unit.people.find(reference)
            except UnknownSubscriber:
                reader = DeclaredSubscriber(email=reference, key=None if "@" in reference else reference)
                subscriber = unit.people.add(reader, state=SubscriberState.READER, at=self._clock.now())
                added += 1
            found[reference] = subscriber.id
        return found, added


def _entries(
    lines: Iterable[_Line], subscribers: Mapping[str, int], papers: Mapping[str, PaperId]
) -> list[Feedback]:
    ordered = sorted(lines, key=lambda line: line.at)
    return [
        Feedback(
            subscriber=subscribers[line.subscriber],
            paper=papers[line.paper],
            act=line.act,
            at=line.at,
            via="import",
        )
        for line in ordered
    ]


def _read(path: Path) -> tuple[list[_Line], list[Refused]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file; check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a UTF-8 text file ({error})") from error
    lines: list[_Line] = []
    refused: list[Refused] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        place = f"{path}:{number}"
        try:
            lines.append(_parse(raw, place))
        except ValueError as error:
            refused.append(Refused(place=place, reason=str(error)))
    return lines, refused


def _parse(raw: str, place: str) -> _Line:
    """Read one line; a ValueError says what is wrong with it."""
    try:
        row = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 one exception type for all faults of a line
    for key in ("subscriber", "paper", "act", "at"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ValueError(f'"{key}" must be a non-empty string')
    if row["act"] not in _ACTS:
        raise ValueError(f'"act" is {row["act"]!r}; it must be one of {", ".join(_ACTS)}')
    return _Line(
        place=place,
        subscriber=row["subscriber"].strip(),
        paper=row["paper"].strip(),
        act=Act(row["act"]),
        at=_instant(row["at"]),
    )


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"at" is {text!r}; write ISO 8601, as in 2026-01-30T18:00:00Z') from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
