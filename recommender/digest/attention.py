"""How the attention to a paper grew, as its snapshots tell.

Snapshots that tell nothing new are thinned out meanwhile (`domain.snapshots`), and a mail that is sent
again must not differ. So a row of days holds what was known on each, never how often somebody counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from recommender.digest.sparkline import glyphs
from recommender.digest.words import Words
from recommender.domain.digests import Spark
from recommender.domain.papers import PaperId, Signal
from recommender.domain.snapshots import LOOKED_BACK

REACH = 2 * LOOKED_BACK
"""How far back snapshots are needed: what was known on the first day of the row is at most as old again."""
LEVELS = 3
"""Different counts in a row of days before there is a trend."""
_COUNTED = ("upvotes", "stars", "comments")
"""What is drawn, the first that moved."""
_DAY = timedelta(days=1)


def by_paper(signals: Iterable[Signal]) -> dict[PaperId, list[Signal]]:
    """Return the snapshots of each paper, oldest first."""
    found: dict[PaperId, list[Signal]] = defaultdict(list)
    for signal in sorted(signals, key=lambda own: (own.taken_at, own.source)):
        found[signal.paper].append(signal)
    return dict(found)


def recent(snapshots: Iterable[Signal], made: datetime) -> list[Signal]:
    """Return those that an edition of `made` still tells of."""
    return [own for own in snapshots if made - LOOKED_BACK < own.taken_at <= made]


def trend_of(snapshots: Sequence[Signal], made: datetime, words: Words) -> Spark | None:
    """Return the growth of one count at one source over up to 14 days until `made`, a glyph a day (UTC).

    None where it had fewer than three different values in a row. Of several sources the one that moved
    most often is drawn. Snapshots are of one paper, oldest first, and reach back `REACH` before `made`.
    """
    for noun in _COUNTED:
        known: dict[str, dict[date, int]] = defaultdict(dict)
        for signal in snapshots:
            value = getattr(signal, noun)
            if value is not None and made - REACH < signal.taken_at <= made:
                known[signal.source][signal.taken_at.astimezone(UTC).date()] = value
        first = (made - LOOKED_BACK).astimezone(UTC).date() + _DAY
        rows = [_row(known[source], first, made.astimezone(UTC).date()) for source in sorted(known)]
        row = max(rows, key=_levels, default=[])
        if _levels(row) >= LEVELS:
            spoken = words.say(
                "signal.trend",
                first=words.number(row[0]),
                last=words.say(f"signal.{noun}", number=row[-1]),
                number=len(row) - 1,
            )
            return Spark(glyphs=glyphs(row), spoken=spoken)
    return None


def _row(known: dict[date, int], first: date, last: date) -> list[int]:
    """Return what was known on each day from `first` on, or from when something was, to `last`.

    Not to the last snapshot: that goes when the one after it says the same.
    """
    day = max(min(known), first)
    value = max((own for own in known.items() if own[0] <= day), default=(day, 0))[1]
    row = []
    while day <= last:
        value = known.get(day, value)
        row.append(value)
        day += _DAY
    return row


def _levels(row: Sequence[int]) -> int:
    return sum(1 for _ in groupby(row))
