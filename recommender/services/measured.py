"""What `evaluate` found last, in a few numbers, kept beside the artifacts for whoever runs the installation.

Nothing here measures: the numbers are those of a run that a person asked for, with the time they are of.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.ranking.evaluation import Estimate, Evaluation, EvaluationRow

FILE = "measurement.json"
_FORMAT = 1
_FIGURE = "ndcg_at_10"
Interval = tuple[float, float, float]
"""Mean, and the lower and upper bound of 95 % of bootstrap means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Offline relevance as it was at one moment: nDCG@10 over readers, against the strongest baseline."""

    at: datetime
    readers: int
    note: str
    """What was asked, or why nothing could be."""
    fused: Interval | None = None
    baseline: str = ""
    ahead: Interval | None = None
    """nDCG@10 of what ships less that baseline's, reader by reader."""


def measured(evaluation: "Evaluation", at: datetime) -> Measurement:
    """Return the few numbers of an evaluation; without rows only its first note."""
    note = evaluation.notes[0] if evaluation.notes else ""
    fused = next((row for row in evaluation.rows if row.kind.value == "fusion"), None)
    if fused is None:
        return Measurement(at=at, readers=evaluation.readers, note=note)
    baselines = [row for row in evaluation.rows if row.kind.value == "baseline"]
    best = max(baselines, key=_strength, default=None)
    return Measurement(
        at=at,
        readers=evaluation.readers,
        note=note,
        fused=_interval(fused.figures[_FIGURE]),
        baseline=best.method if best else "",
        ahead=_interval(best.difference) if best else None,
    )


def keep(folder: Path, measurement: Measurement) -> None:
    """Write the numbers into `folder`, whole or not at all; raises OSError."""
    values = {
        "format": _FORMAT,
        "at": measurement.at.isoformat(),
        "readers": measurement.readers,
        "note": measurement.note,
        "fused": measurement.fused,
        "baseline": measurement.baseline,
        "ahead": measurement.ahead,
    }
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{FILE}.{os.getpid()}"
    aside.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    aside.replace(folder / FILE)


def kept(folder: Path) -> Measurement | None:
    """Return the numbers of `folder`; None where there are none that can be read."""
    try:
        values: Mapping[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if values["format"] != _FORMAT:
            return None
        return Measurement(
            at=_aware(values["at"]),
            readers=int(values["readers"]),
            note=str(values["note"]),
            fused=_read(values["fused"]),
            baseline=str(values["baseline"]),
            ahead=_read(values["ahead"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _strength(row: "EvaluationRow") -> float:
    mean = row.figures[_FIGURE].mean
    return -1.0 if mean is None else mean


def _interval(own: "Estimate") -> Interval | None:
    if own.mean is None or own.low is None or own.high is None:
        return None
    return own.mean, own.low, own.high


def _read(values: Any) -> Interval | None:
    if values is None:
        return None
    mean, low, high = map(float, values)
    return mean, low, high


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
