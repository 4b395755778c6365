"""Recording what readers think of papers: votes, saves, and how to take them back.

One call is one write transaction that is committed before anything is answered. It does not rank:
the next edition derives its profiles from the log this writes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recommender.domain.editions import Edition
from recommender.domain.errors import UnknownPaper
from recommender.domain.feedback import Act, Feedback, Vote, standing_votes
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store, UnitOfWork

BURST = timedelta(seconds=5)
BURST_PAPERS = 2
_TICK = timedelta(microseconds=1)
_BY_LINK = frozenset({"web", "mail"})
_VOTES = frozenset({Act.UP, Act.DOWN, Act.UNDO})
_OPPOSITES: Mapping[Act, tuple[Act, ...]] = {
    Act.SAVE: (Act.UNSAVE,),
    Act.UNSAVE: (Act.SAVE,),
    Act.READ: (Act.UNSAVE, Act.SAVE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One act a reader wants recorded for one paper."""

    paper: PaperId
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a call to `Voting.record` appended; empty when everything already stood so."""

    entries: tuple[Feedback, ...] = ()
    undo: tuple[Mark, ...] = ()
    """The marks that would bring back what stood before, to be recorded in this order."""
    suspect: bool = False
    """The entries are kept but do not count: they came as a mail scanner's would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """How acts came: when, by which way, and through the links of which edition."""

    at: datetime
    via: str
    edition: Edition | None = None


def looks_automatic(earlier: Iterable[Feedback], entries: Sequence[Feedback]) -> bool:
    """Tell whether `entries`, of one POST, complete the trace of a mail scanner rather than a reader.

    A scanner that presses buttons presses all of them, so within 5 s separate POSTs put both thumbs on
    two or more papers. A reader who votes quickly gives each paper one thumb, and one who slips corrects
    one paper. `earlier` is what came before through links of the same edition.
    """
    at = entries[0].at
    acts: dict[PaperId, set[Act]] = defaultdict(set)
    for entry in (*(entry for entry in earlier if at - BURST < entry.at <= at), *entries):
        acts[entry.paper].add(entry.act)
    return sum({Act.UP, Act.DOWN} <= pressed for pressed in acts.values()) >= BURST_PAPERS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands for one subscriber before a call."""

    log: Sequence[Feedback]
    votes: Mapping[PaperId, Vote]
    saved: Mapping[PaperId, bool]
    """Paper to whether it was read."""

    def changes(self, mark: Mark) -> bool:
        """Tell whether a mark would change anything; a replayed link does not."""
        vote = self.votes.get(mark.paper)
        match mark.act:
            case Act.UP | Act.DOWN:
                return vote is None or vote.up is not (mark.act is Act.UP)
            case Act.UNDO:
                return vote is not None
            case Act.SAVE:
                return mark.paper not in self.saved
            case Act.UNSAVE:
                return mark.paper in self.saved
            case Act.READ:
                return self.saved.get(mark.paper) is False
            case _:
                return True

    def news(self, marks: Iterable[Mark]) -> list[Mark]:
        """Return the marks that change something, each once; a save counts after an unsave before it."""
        found: list[Mark] = []
        for mark in dict.fromkeys(marks):
            again = mark.act is Act.SAVE and Mark(paper=mark.paper, act=Act.UNSAVE) in found
            if again or self.changes(mark):
                found.append(mark)
        return found

    def reverse(self, mark: Mark) -> tuple[Mark, ...]:
        """Return the marks that restore what stood before `mark`; unread is: off the list and on again."""
        before = (vote_act(self.votes.get(mark.paper)),)
        acts = before if mark.act in _VOTES else _OPPOSITES.get(mark.act, ())
        return tuple(Mark(paper=mark.paper, act=act) for act in acts)


def vote_act(vote: Vote | None) -> Act:
    """Return the act that makes `vote` stand: up, down, or undo for none."""
    if vote is None:
        return Act.UNDO
    return Act.UP if vote.up else Act.DOWN


class Voting:
    """Appends feedback of one subscriber at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def record(
        self, subscriber: Subscriber, marks: Sequence[Mark], *, via: str, edition: Edition | None = None
    ) -> Recorded:
        """Append the marks that change something and say how to undo them.

        The interest under which `edition` showed a paper is kept with its entries. Marks that
        arrive through an edition's links are held against `looks_automatic`.
        """
        occasion = Occasion(at=self._clock.now(), via=via, edition=edition)
        with self._store.write() as uow:
            return record_acts(uow, subscriber, marks, occasion)

    def by_reference(self, email: str, paper: str, act: Act, *, via: str = "cli") -> Recorded:
        """Record one act named by address and paper reference, as the command line does.

        Raises UnknownSubscriber or UnknownPaper.
        """
        with self._store.read() as uow:
            subscriber = uow.people.find(email)
            known = uow.papers.resolve([paper]).get(paper)
        if known is None:
            raise UnknownPaper(paper)
        return self.record(subscriber, [Mark(paper=known, act=act)], via=via)


def record_acts(
    uow: UnitOfWork, subscriber: Subscriber, marks: Sequence[Mark], occasion: Occasion
) -> Recorded:
    """Do what `Voting.record` does inside a transaction that the caller opened."""
    standing = _standing(uow, subscriber.id)
    news = standing.news(marks)
    at = _after(standing.log, {mark.paper for mark in news}, occasion.edition, occasion.at)
    entries = _entries(subscriber.id, news, replace(occasion, at=at))
    if occasion.via in _BY_LINK and occasion.edition and _is_automatic(standing.log, entries):
        back, kept = _set_aside(standing, entries)
        uow.people.record([*back, *kept])
        return Recorded(entries=kept, suspect=True)
    uow.people.record(entries)
    undo = (back for mark in reversed(news) for back in standing.reverse(mark))
    return Recorded(entries=tuple(entries), undo=tuple(undo))


def _standing(uow: UnitOfWork, subscriber: int) -> _Standing:
    log = uow.people.feedback(subscriber)
    return _Standing(
        log=log,
        votes=_votes(log),
        saved={paper: read for paper, _, read in uow.people.saved(subscriber)},
    )


def _votes(log: Iterable[Feedback]) -> dict[PaperId, Vote]:
    return {vote.paper: vote for vote in standing_votes(log).values()}


def _after(
    log: Sequence[Feedback], papers: Collection[PaperId], edition: Edition | None, now: datetime
) -> datetime:
    """Return `now`, or just after the newest entry of these papers or this edition.

    A clock set back or standing still must neither hide an act nor make two POSTs look like one.
    """
    row = edition.id if edition else -1
    newest = max((entry.at for entry in log if entry.paper in papers or entry.edition == row), default=None)
    return now if newest is None or now > newest else newest + _TICK


def _entries(subscriber: int, marks: Sequence[Mark], occasion: Occasion) -> list[Feedback]:
    edition = occasion.edition
    interests = {item.paper: item.interest for item in edition.items} if edition else {}
    return [
        Feedback(
            subscriber=subscriber,
            paper=mark.paper,
            act=mark.act,
            at=occasion.at,
            via=occasion.via,
            interest=interests.get(mark.paper) or None,
            edition=edition.id if edition else None,
        )
        for mark in marks
    ]


def _same_links(log: Iterable[Feedback], edition: int | None) -> list[Feedback]:
    return [entry for entry in log if entry.via in _BY_LINK and entry.edition == edition]


def _is_automatic(log: Sequence[Feedback], entries: Sequence[Feedback]) -> bool:
    return bool(entries) and looks_automatic(_same_links(log, entries[0].edition), entries)


def _set_aside(
    standing: _Standing, entries: Sequence[Feedback]
) -> tuple[tuple[Feedback, ...], tuple[Feedback, ...]]:
    """Return what puts back the votes and saves of the burst so far, and `entries` marked as suspect.

    An entry that is already stored as suspect is left out, so a scanner that returns adds nothing. So
    are saves: the reading list knows no suspicion.
    """
    at = entries[0].at
    links = _same_links(standing.log, entries[0].edition)
    burst = [entry for entry in links if at - BURST < entry.at and not entry.suspect]
    before = _votes(entry for entry in standing.log if entry not in burst)
    back: dict[tuple[PaperId, bool], Feedback] = {}
    for entry in burst:
        if entry.act in _VOTES:
            act = vote_act(before.get(entry.paper))
            back[entry.paper, True] = replace(entry, act=act, at=at)
        elif entry.act is Act.SAVE:
            back[entry.paper, False] = replace(entry, act=Act.UNSAVE, at=at)
    known = {(entry.paper, entry.act) for entry in links if entry.suspect}
    kept = (entry for entry in entries if entry.act in _VOTES and (entry.paper, entry.act) not in known)
    return tuple(back.values()), tuple(replace(entry, suspect=True) for entry in kept)
