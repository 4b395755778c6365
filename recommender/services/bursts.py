"""Telling a mail scanner, which presses every button, from a reader, and setting aside what it pressed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from recommender.domain.feedback import (
    LEVERS,
    Act,
    Feedback,
    LeverKey,
    lever_key,
    standing_levers,
    standing_votes,
    vote_act,
)
from recommender.domain.papers import PaperId
from recommender.domain.suspicion import Patterns

_MOMENT = timedelta(milliseconds=1)
_BY_LINK = frozenset({"web", "mail"})
_VOTES = frozenset({Act.UP, Act.DOWN, Act.UNDO})


def looks_automatic(earlier: Iterable[Feedback], entries: Sequence[Feedback], patterns: Patterns) -> bool:
    """Tell whether `entries`, of one POST, complete the trace of a mail scanner rather than a reader.

    A scanner that presses buttons presses all of them, so within the window separate POSTs put both thumbs
    on two or more papers, turn the levers of three, or mark more papers one by one than anybody opens pages.
    A reader who votes quickly marks several on one sheet, one who slips corrects one paper, and mails that
    waited for a connection come together. `earlier` is what came before through links of the same edition.
    """
    at = entries[0].at
    acts: dict[PaperId, set[Act]] = defaultdict(set)
    turned: set[PaperId] = set()
    pages: dict[datetime, PaperId] = {}
    for entry in (*(entry for entry in earlier if at - patterns.window < entry.at <= at), *entries):
        acts[entry.paper].add(entry.act)
        if entry.via == "web" and _teaches(entry):
            pages[entry.at] = entry.paper
            turned |= {entry.paper} if lever_key(entry) else set()
    thumbs = sum({Act.UP, Act.DOWN} <= pressed for pressed in acts.values())
    counted = (
        (thumbs, patterns.both_thumbs),
        (len(turned), patterns.levers),
        (len(set(pages.values())), patterns.papers),
    )
    return any(limit and found >= limit for found, limit in counted)


def is_automatic(log: Iterable[Feedback], entries: Sequence[Feedback], patterns: Patterns) -> bool:
    """Tell whether `entries`, of one POST or mail, complete the trace of a scanner of their edition."""
    if not entries or entries[0].via not in _BY_LINK:
        return False
    return looks_automatic(_same_links(log, entries[0].edition), entries, patterns)


def is_too_soon(sent_at: datetime | None, at: datetime, patterns: Patterns) -> bool:
    """Tell whether something was pressed in a mail that had only just been delivered."""
    return sent_at is not None and timedelta(0) <= at - sent_at < patterns.after_mail


def set_aside(
    log: Sequence[Feedback],
    entries: Sequence[Feedback],
    patterns: Patterns,
    pressed: Collection[datetime] = frozenset(),
) -> tuple[tuple[Feedback, ...], tuple[Feedback, ...]]:
    """Return what puts back votes, saves and levers of the burst so far, and `entries` marked as suspect.

    What is dated at `pressed`, when whoever is doubted acted before, is put back too. An entry that is
    already stored as suspect is left out, so a scanner that returns adds nothing. So are saves: the
    reading list knows no suspicion.
    """
    at = entries[0].at
    links = _same_links(log, entries[0].edition)
    late = at - patterns.window
    burst = [own for own in links if (late < own.at or _at_once(own.at, pressed)) and not own.suspect]
    before = [entry for entry in log if entry not in burst]
    back = (*_papers_back(before, burst), *_levers_back(before, log, burst))
    known = {_what(entry) for entry in links if entry.suspect}
    counted = (entry for entry in entries if _teaches(entry))
    kept = (replace(entry, suspect=True) for entry in counted if _what(entry) not in known)
    return tuple(replace(entry, at=at) for entry in back), tuple(kept)


def _at_once(at: datetime, pressed: Collection[datetime]) -> bool:
    """Tell whether an entry came of a button; the store dates what comes at one moment one after another."""
    return any(timedelta(0) <= at - then < _MOMENT for then in pressed)


def unconfirmed(log: Iterable[Feedback]) -> dict[PaperId, Act]:
    """Return the votes of a log, oldest first, that are suspect and not followed by what a reader said."""
    found: dict[PaperId, Act] = {}
    for entry in log:
        if entry.act in _VOTES:
            found.pop(entry.paper, None)
            if entry.suspect:
                found[entry.paper] = entry.act
    return found


def _teaches(entry: Feedback) -> bool:
    """Tell whether an act moves the ranking; a reading list does not, and people fill it in a hurry."""
    return entry.act in _VOTES or lever_key(entry) is not None


def _same_links(log: Iterable[Feedback], edition: int | None) -> list[Feedback]:
    return [entry for entry in log if entry.via in _BY_LINK and entry.edition == edition]


def _what(entry: Feedback) -> tuple[PaperId, Act, str]:
    return entry.paper, entry.act, entry.value


def _papers_back(before: Iterable[Feedback], burst: Iterable[Feedback]) -> Iterable[Feedback]:
    votes = {vote.paper: vote for vote in standing_votes(before).values()}
    back: dict[tuple[PaperId, bool], Feedback] = {}
    for entry in burst:
        if entry.act in _VOTES:
            back[entry.paper, True] = replace(entry, act=vote_act(votes.get(entry.paper)))
        elif entry.act is Act.SAVE:
            back[entry.paper, False] = replace(entry, act=Act.UNSAVE)
    return back.values()


def _levers_back(
    before: Iterable[Feedback], log: Iterable[Feedback], burst: Iterable[Feedback]
) -> Iterable[Feedback]:
    turned, now = standing_levers(before), standing_levers(log)
    back: dict[LeverKey, Feedback] = {}
    for entry in burst:
        key = lever_key(entry)
        if key and (key in turned) is not (key in now):
            back[key] = replace(entry, act=key[2] if key in turned else LEVERS[key[2]])
    return back.values()
