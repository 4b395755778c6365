"""Recorded acts of subscribers and the votes that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recommender.domain.papers import PaperId


class Act(StrEnum):
    """What a subscriber did. The log is append-only; `undo` takes back the standing vote.

    `mute` and `follow` turn a lever of one interest, `unmute` and `unfollow` turn it back. `label`, `unlabel`
    and `note` are about a paper of the reading list; the last note counts, an empty one is none.
    """

    UP = "up"
    DOWN = "down"
    UNDO = "undo"
    SAVE = "save"
    UNSAVE = "unsave"
    READ = "read"
    UNREAD = "unread"
    LABEL = "label"
    UNLABEL = "unlabel"
    NOTE = "note"
    MUTE = "mute"
    UNMUTE = "unmute"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


LEVERS: Mapping[Act, Act] = {Act.MUTE: Act.UNMUTE, Act.FOLLOW: Act.UNFOLLOW}
"""Each act that turns a lever, and the one that turns it back."""
_TURNED = {back: act for act, back in LEVERS.items()} | {act: act for act in LEVERS}
LeverKey = tuple[int, str, Act, str]
"""One lever: subscriber, interest (empty: none), `mute` or `follow`, and its value as `folded`."""


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
    """What the act is about beside the paper: the term that is muted, the author who is followed, a label,
    the text of a note."""
    suspect: bool = False
    """Looks like a mail scanner; kept, but training ignores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPaper:
    """One paper of a reading list with what its reader wrote to it."""

    paper: PaperId
    saved_at: datetime
    read: bool
    labels: tuple[str, ...] = ()
    """In the order in which they were given."""
    note: str = ""


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


def vote_act(vote: Vote | None) -> Act:
    """Return the act that makes `vote` stand: up, down, or undo for none."""
    if vote is None:
        return Act.UNDO
    return Act.UP if vote.up else Act.DOWN


def folded(value: str) -> str:
    """Return a term or a name as levers are compared: no case, one blank between words."""
    return " ".join(value.casefold().split())


def lever_key(entry: Feedback) -> LeverKey | None:
    """Return which lever an act turns or turns back; None for every other act, and without a value."""
    act, value = _TURNED.get(entry.act), folded(entry.value)
    return (entry.subscriber, entry.interest or "", act, value) if act and value else None


def standing_levers(log: Iterable[Feedback]) -> dict[LeverKey, Feedback]:
    """Reduce a feedback log, oldest first, to the latest act of each lever that is turned now.

    In the order in which they were turned.
    """
    standing: dict[LeverKey, Feedback] = {}
    for entry in log:
        key = lever_key(entry)
        if key is None or entry.suspect:
            continue
        if entry.act in LEVERS:
            standing.setdefault(key, entry)
        else:
            standing.pop(key, None)
    return standing
