"""What happened to a paper that its reader knows, in words."""

from collections.abc import Sequence
from datetime import tzinfo

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.events import EventKind, PaperEvent

_DETAIL = 60
_ORDER = (EventKind.WITHDRAWN, EventKind.PUBLISHED, EventKind.VERSION, EventKind.REVISED)
_TEXTS = frozenset({EventKind.VERSION, EventKind.REVISED})
"""What a withdrawal brings along, and nobody wants to read any more."""


def news_of(events: Sequence[PaperEvent], role: str, words: Words, zone: tzinfo) -> str:
    """Say what happened, the last of each kind, weightiest first, and how the paper is known.

    Like `New version v3, 29 January. You saved this paper.`

    `events` are of one paper, oldest first; `role` is `saved`, `liked` or `shown`.
    """
    last = {event.kind: event for event in events}
    if EventKind.WITHDRAWN in last:
        last = {kind: event for kind, event in last.items() if kind not in _TEXTS}
    said = [_sentence(last[kind], words, zone) for kind in _ORDER if kind in last]
    return " ".join([*said, words.say(f"changed.{role}")])


def _sentence(event: PaperEvent, words: Words, zone: tzinfo) -> str:
    detail = shorten(plain(to_unicode(event.detail)), _DETAIL)
    key = event.kind.value
    if event.kind is EventKind.PUBLISHED and detail.startswith("10."):
        key = "published_as"
    day = words.month_day(event.at.astimezone(zone).date())
    return words.say(f"changed.{key}", detail=detail, day=day)
