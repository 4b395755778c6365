"""Recorded acts of subscribers and the votes that follow from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recommender.domain.papers import PaperId


class Act(StrEnum):
    """What a subscriber did. The log is append-only; `undo` takes back the standing vote."""

    UP = "up"
    DOWN = "down"
    UNDO = "undo"
    SAVE = "save"
    UNSAVE = "unsave"
    READ = "read"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One recorded act."""

    subscriber: int
    paper: PaperId
    act: Act
    at: datetime
    via: str = "cli"
    """`web`, `mail`, `cli`, `import`, `seed` (an example from a file), `zotero:…` (an item there) or
    `filed:…` (a saved paper that became an item there)."""
    interest: str | None = None
    """Key of the interest whose section showed the paper, when known."""
    edition: int | None = None
    value: str = ""
    """What the act is about beside the paper: the term that is muted, the author who is followed."""
    suspect: bool = False
    """Looks like a mail scanner; kept, but training ignores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The standing up or down of one subscriber on one paper."""

    subscriber: int
    paper: PaperId
    up: bool
    at: datetime
    interest: str | None = None


def standing_votes(log: Iterable[Feedback]) -> dict[tuple[int, PaperId], Vote]:
    """Reduce a feedback log, oldest first, to the latest vote of each (subscriber, paper)."""
    votes: dict[tuple[int, PaperId], Vote] = {}
    for entry in log:
        key = (entry.subscriber, entry.paper)
        if entry.suspect:
            continue
        if entry.act is Act.UNDO:
            votes.pop(key, None)
        elif entry.act in (Act.UP, Act.DOWN):
            votes[key] = Vote(
                subscriber=entry.subscriber,
                paper=entry.paper,
                up=entry.act is Act.UP,
                at=entry.at,
                interest=entry.interest,
            )
    return votes
