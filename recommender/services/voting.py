"""Recording what readers think of papers: votes, saves, levers, and how to take them back.

One call is one write transaction that is committed before anything is answered. It does not rank:
the next edition derives its profiles from the log this writes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from recommender.domain.editions import Edition
from recommender.domain.errors import UnknownPaper
from recommender.domain.feedback import (
    LEVERS,
    Act,
    Feedback,
    LeverKey,
    Vote,
    lever_key,
    standing_levers,
    vote_act,
)
from recommender.domain.papers import PaperId
from recommender.domain.remarks import LIST_ACTS, OnList, checked
from recommender.domain.subscribers import Subscriber
from recommender.domain.suspicion import Doubt, Patterns
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.bursts import is_automatic, is_too_soon, set_aside

_EVER = datetime.max.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_VOTES = frozenset({Act.UP, Act.DOWN, Act.UNDO})
TURNS = {**LEVERS, **{back: act for act, back in LEVERS.items()}}
"""Each act of a lever to the one that takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One act a reader wants recorded for one paper.

    `value` is the term or the name of a lever, a label, or the text of a note.
    """

    paper: PaperId
    act: Act
    value: str = ""
    interest: str | None = None
    """Key of the interest whose lever it is; None: that in which the edition showed the paper."""


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
    patterns: Patterns = field(default_factory=Patterns)
    doubt: Doubt = Doubt.NONE
    """What is known of who asks."""
    pressed: Collection[datetime] = frozenset()
    """When a client that is doubted pressed buttons unread: what it did then does not stand either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands for one subscriber before a call, as far as the marks of the call are about it."""

    subscriber: int
    recent: Sequence[Feedback]
    """The acts on papers of the marks and of the edition that count as just now, or as later than now."""
    votes: Mapping[PaperId, Vote]
    listed: Mapping[PaperId, OnList]
    levers: Mapping[LeverKey, Feedback]

    def changes(self, mark: Mark) -> bool:
        """Tell whether a mark of a vote or a lever would change anything; a replayed link does not."""
        vote = self.votes.get(mark.paper)
        match mark.act:
            case Act.UP | Act.DOWN:
                return vote is None or vote.up is not (mark.act is Act.UP)
            case Act.UNDO:
                return vote is not None
            case _:
                key = lever_key(_entry(self.subscriber, mark))
                return key is not None and (key in self.levers) is not (mark.act in LEVERS)

    def news(self, marks: Iterable[Mark]) -> list[tuple[Mark, Sequence[Mark]]]:
        """Return the marks that change something, each once, with those that take it back.

        What a mark does to a reading list is seen by those behind it. Raises InputError for a label or a note
        that cannot be one.
        """
        found: list[tuple[Mark, Sequence[Mark]]] = []
        listed = dict(self.listed)
        for mark in dict.fromkeys(marks):
            if mark.act not in LIST_ACTS:
                if self.changes(mark):
                    found.append((mark, self.reverse(mark)))
                continue
            act, value = checked((mark.act, mark.value))
            before = listed.get(mark.paper, OnList())
            listed[mark.paper] = before.after((act, value))
            if listed[mark.paper] != before:
                back = [
                    Mark(paper=mark.paper, act=own, value=text) for own, text in before.back((act, value))
                ]
                found.append((replace(mark, value=value), back))
        return found

    def reverse(self, mark: Mark) -> Sequence[Mark]:
        """Return the marks that restore the vote or the lever that stood before `mark`."""
        if mark.act in TURNS:
            return (replace(mark, act=TURNS[mark.act]),)
        return (Mark(paper=mark.paper, act=vote_act(self.votes.get(mark.paper))),)


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
        arrive through an edition's links are held against what tells a scanner.
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
    uow.people.hold(subscriber.id)
    standing = _standing(uow, subscriber.id, marks, occasion)
    found = standing.news(_placed(mark, occasion.edition) for mark in marks)
    news = [mark for mark, _ in found]
    at = _after(standing.recent, {mark.paper for mark in news}, occasion.edition, occasion.at)
    if any(mark.act in TURNS for mark in news):
        at = _after_levers(uow, standing, at)
    entries = _entries(subscriber.id, news, replace(occasion, at=at))
    if entries and _is_suspect(uow, standing, entries, occasion):
        back, kept = set_aside(
            uow.people.feedback(subscriber.id), entries, occasion.patterns, occasion.pressed
        )
        uow.people.record([*back, *kept])
        return Recorded(entries=kept, suspect=True)
    uow.people.record(entries)
    undo = (back for _, backs in reversed(found) for back in backs)
    return Recorded(entries=tuple(entries), undo=tuple(undo))


def _is_suspect(
    uow: UnitOfWork, standing: _Standing, entries: Sequence[Feedback], occasion: Occasion
) -> bool:
    """Tell whether acts through the links of an edition came as a scanner's would."""
    if occasion.edition is None:
        return False
    patterns = occasion.patterns
    if occasion.doubt is Doubt.SURE or is_automatic(standing.recent, entries, patterns):
        return True
    if occasion.via != "web" or not is_automatic(standing.recent, entries, patterns.in_doubt()):
        return False
    fresh = is_too_soon(uow.outbox.sent_at(occasion.edition.id), occasion.at, patterns)
    return fresh or occasion.doubt is Doubt.SOME


def _standing(uow: UnitOfWork, subscriber: int, marks: Sequence[Mark], occasion: Occasion) -> _Standing:
    """Read what the marks need and no more: a reader's whole log grows for years.

    The acts of an edition's links are on its papers, wherever they were renamed to; or on one that a reader
    came to from there, and then whatever came just before tells whether it was a scanner.
    """
    acts = {mark.act for mark in marks}
    papers = {mark.paper for mark in marks}
    shown = {item.paper for item in occasion.edition.items} if occasion.edition else set()
    votes = uow.people.votes([subscriber], papers=papers) if acts & _VOTES else ()
    levers = uow.people.levers([subscriber]) if acts & TURNS.keys() else ()
    listed = uow.people.saved_papers(subscriber) if acts & LIST_ACTS else ()
    return _Standing(
        subscriber=subscriber,
        recent=_recent(uow, subscriber, (papers, shown), occasion.at - occasion.patterns.window)
        if acts
        else (),
        votes={vote.paper: vote for vote in votes},
        levers=standing_levers(levers),
        listed={row.paper: OnList.of(row) for row in listed},
    )


def _recent(
    uow: UnitOfWork, subscriber: int, papers: tuple[set[PaperId], set[PaperId]], since: datetime
) -> Sequence[Feedback]:
    """Return the acts after `since` on papers of marks and edition, or on any where a mark is on another."""
    marked, shown = papers
    if shown and not marked <= shown:
        return [entry for entry in uow.people.feedback(subscriber) if entry.at > since]
    return uow.people.recent(subscriber, marked | shown, since=since)


def _after(
    log: Sequence[Feedback], papers: Collection[PaperId], edition: Edition | None, now: datetime
) -> datetime:
    """Return `now`, or just after the newest entry of these papers or this edition.

    A clock set back or standing still must neither hide an act nor make two POSTs look like one.
    """
    row = edition.id if edition else -1
    newest = max((entry.at for entry in log if entry.paper in papers or entry.edition == row), default=None)
    return now if newest is None or now > newest else newest + _TICK


def _after_levers(uow: UnitOfWork, standing: _Standing, at: datetime) -> datetime:
    """Return `at`, or just after the reader's newest edition and the newest act of a lever.

    An edition shows the levers of the moment it was made, whenever it is rendered; so an act that it did not
    know, for it came late by mail or on a clock set back, must not be dated before it.
    """
    turned = uow.people.last_turned(standing.subscriber)
    last = uow.outbox.last_editions([standing.subscriber], now=_EVER).get(standing.subscriber)
    edition = uow.outbox.edition(last.id) if last else None
    known = [turned] if turned else []
    newest = max([*known, *([edition.created_at] if edition else [])], default=None)
    return at if newest is None or at > newest else newest + _TICK


def _placed(mark: Mark, edition: Edition | None) -> Mark:
    """Return a mark with the interest under which an edition showed its paper, unless it names one."""
    if mark.interest is not None or edition is None:
        return mark
    interests = {item.paper: item.interest for item in edition.items}
    return replace(mark, interest=interests.get(mark.paper))


def _entry(subscriber: int, mark: Mark, occasion: Occasion | None = None) -> Feedback:
    edition = occasion.edition if occasion else None
    return Feedback(
        subscriber=subscriber,
        paper=mark.paper,
        act=mark.act,
        at=occasion.at if occasion else _EVER,
        via=occasion.via if occasion else "",
        interest=mark.interest or None,
        edition=edition.id if edition else None,
        value=mark.value,
    )


def _entries(subscriber: int, marks: Sequence[Mark], occasion: Occasion) -> list[Feedback]:
    return [_entry(subscriber, mark, occasion) for mark in marks]
