"""Which snapshots of attention may go: those that tell nothing any more. Pure.

A paper that is asked about every day for two weeks has many snapshots, most of them of nothing new.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from recommender.domain.papers import Signal

ALL_FOR = timedelta(days=30)
"""So long every change is kept, as long as an edition may have to be made again."""
DAILY_FOR = timedelta(days=90)
"""So long the last one of each day (UTC) is kept; after that the first and the last of all."""
LOOKED_BACK = timedelta(days=14)
"""How far back of its time an edition looks for snapshots: none it found is taken from it."""


def superseded(series: Sequence[Signal], now: datetime) -> list[Signal]:
    """Return the snapshots that may go, of one paper and one source, given oldest first.

    The first and the last stay. One between two that say the same goes at once: what counted stays
    known at every moment. Doing it again finds nothing more.
    """
    if len(series) < 3:
        return []
    first, last = series[0], series[-1]
    kept = [entry for entry in series if entry in (first, last) or entry.taken_at > now - DAILY_FOR]
    kept = [
        entry
        for entry, after in pairwise([*kept, last])
        if entry in (first, last) or entry.taken_at > now - ALL_FOR or not _covers(after, entry)
    ]
    kept = _changes(kept)
    staying = {entry.taken_at for entry in kept}
    return [entry for entry in series if entry.taken_at not in staying]


def _covers(after: Signal, entry: Signal) -> bool:
    """Tell whether one that follows is of the same day and lacks no count."""
    pairs = zip(_counts(after), _counts(entry), strict=True)
    return _day(entry) == _day(after) and not any(new is None and old is not None for new, old in pairs)


def _changes(series: Sequence[Signal]) -> list[Signal]:
    """Drop what stands between two that say the same and are near enough to each other."""
    kept = [series[0]]
    for entry, after in pairwise(series[1:]):
        near = after.taken_at - kept[-1].taken_at < LOOKED_BACK
        if not (near and _counts(kept[-1]) == _counts(entry) == _counts(after)):
            kept.append(entry)
    return [*kept, series[-1]]


def _counts(signal: Signal) -> tuple[int | None, ...]:
    return (signal.upvotes, signal.comments, signal.stars, signal.citations)


def _day(signal: Signal) -> str:
    return signal.taken_at.astimezone(UTC).date().isoformat()
