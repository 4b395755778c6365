"""How the attention to a paper grew, as its snapshots tell."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from recommender.digest.sparkline import glyphs
from recommender.digest.words import Words
from recommender.domain.digests import Spark
from recommender.domain.papers import PaperId, Signal

FEWEST = 3
"""Days with a snapshot before there is a trend."""
_COUNTED = ("upvotes", "stars", "comments")
"""What is drawn, the first that moved."""


def by_paper(signals: Iterable[Signal]) -> dict[PaperId, list[Signal]]:
    """Return the snapshots of each paper, oldest first."""
    found: dict[PaperId, list[Signal]] = defaultdict(list)
    for signal in sorted(signals, key=lambda own: (own.taken_at, own.source)):
        found[signal.paper].append(signal)
    return dict(found)


def trend_of(snapshots: Sequence[Signal], words: Words) -> Spark | None:
    """Return the growth of one count at one source, a glyph a day; None without three days and movement.

    Of several sources the one with most days is drawn. Snapshots are oldest first; a day's last counts.
    """
    for noun in _COUNTED:
        counts: dict[str, dict[date, int]] = defaultdict(dict)
        for signal in snapshots:
            value = getattr(signal, noun)
            if value is not None:
                counts[signal.source][signal.taken_at.date()] = value
        longest = max(counts.values(), key=len, default={})
        values = list(longest.values())
        if len(values) >= FEWEST and len(set(values)) > 1:
            first, last = words.number(values[0]), words.say(f"signal.{noun}", number=values[-1])
            span = (max(longest) - min(longest)).days
            spoken = words.say("signal.trend", first=first, last=last, number=span)
            return Spark(glyphs=glyphs(values), spoken=spoken)
    return None
