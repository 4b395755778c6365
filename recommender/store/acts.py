"""What subscribers did: the feedback log, and the votes, levers and seen papers that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Text, and_, bindparam, func, or_, select, union

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.feedback import LEVERS, Act, Feedback, Vote, standing_levers
from recommender.domain.papers import PaperId
from recommender.store import locks
from recommender.store.ledger import may_have_arrived
from recommender.store.lists import LISTING, rebuild
from recommender.store.names import canonical, split
from recommender.store.rows import feedback_row, read_feedback
from recommender.store.schema import (
    DELIVERY,
    EDITION,
    EDITION_ITEM,
    FEEDBACK,
    PAPER_ALIAS,
    SAVED_PAPER,
    SUBSCRIBER,
)
from recommender.store.statements import chunks, either, insert_or_skip, run_either, run_many
from recommender.store.types import UTCDateTime

_VOTING = (Act.UP, Act.DOWN, Act.UNDO)
_TURNING = (*LEVERS, *LEVERS.values())
_PAPERS: Any = bindparam("papers", expanding=True)
_BOTH = (
    select(PAPER_ALIAS.c.paper_id)
    .join(SUBSCRIBER, SUBSCRIBER.c.id == bindparam("subscriber", type_=Integer))
    .where(PAPER_ALIAS.c.scheme == bindparam("scheme", type_=Text))
    .where(PAPER_ALIAS.c.value == bindparam("value", type_=Text))
)
_RECENT = (
    select(FEEDBACK)
    .where(FEEDBACK.c.subscriber_id == bindparam("subscriber", type_=Integer))
    .where(FEEDBACK.c.paper_id.in_(_PAPERS), FEEDBACK.c.at > bindparam("since", type_=UTCDateTime))
    .order_by(FEEDBACK.c.at, FEEDBACK.c.id)
)
"""Statements that every vote needs are built once: building one takes longer than running it."""


def record(connection: Connection, entries: Sequence[Feedback]) -> int:
    """Append acts and rebuild the reading lists they touch; see `ports.People.record`."""
    papers = _known(connection, entries)
    rows = [feedback_row(entry) | {"paper_id": papers[entry.paper]} for entry in entries]
    new = run_many(connection, insert_or_skip(connection, FEEDBACK), rows)
    touched = {(entry.subscriber, papers[entry.paper]) for entry in entries if entry.act in LISTING}
    if new:
        rebuild(connection, sorted(touched))
    return new


def _known(connection: Connection, entries: Sequence[Feedback]) -> Mapping[PaperId, PaperId]:
    """Return the papers' ids of today; raise UnknownPaper or UnknownSubscriber.

    What one reader did to one paper is asked for at once; whatever is odd is looked at one by one.
    """
    if len(entries) == 1 and connection.dialect.name == "sqlite":
        scheme, value = split(entries[0].paper)
        values = {"scheme": scheme, "value": value, "subscriber": entries[0].subscriber}
        if paper := connection.execute(_BOTH, values).scalar():
            return {entries[0].paper: paper}
    _require_subscribers(connection, (entry.subscriber for entry in entries))
    return canonical(connection, (entry.paper for entry in entries))


def log(connection: Connection, subscriber: int | None) -> Sequence[Feedback]:
    """Return the log, oldest first."""
    query = select(FEEDBACK).order_by(FEEDBACK.c.at, FEEDBACK.c.id)
    if subscriber is not None:
        query = query.where(FEEDBACK.c.subscriber_id == subscriber)
    return [read_feedback(row) for row in connection.execute(query)]


def recent(
    connection: Connection, subscriber: int, papers: Iterable[PaperId], since: datetime
) -> Sequence[Feedback]:
    """Return a subscriber's acts on some papers after `since`, oldest first."""
    found: list[Feedback] = []
    for part in chunks(papers):
        values = {"subscriber": subscriber, "papers": part, "since": since}
        found += map(read_feedback, connection.execute(_RECENT, values))
    return found if len(found) <= 1 else sorted(found, key=lambda entry: entry.at)


def last_turned(connection: Connection, subscriber: int) -> datetime | None:
    """Return when a subscriber last turned a lever, one way or the other, or None."""
    query = select(func.max(FEEDBACK.c.at, type_=UTCDateTime)).where(FEEDBACK.c.subscriber_id == subscriber)
    turning = FEEDBACK.c.act.in_([act.value for act in _TURNING])
    last: datetime | None = connection.execute(query.where(turning)).scalar()
    return last


def votes(
    connection: Connection, subscribers: Sequence[int] | None, papers: Iterable[PaperId] | None = None
) -> Sequence[Vote]:
    """Return standing votes, by subscriber then time: `domain.feedback.standing_votes`, said in SQL."""
    parts = [None] if subscribers is None else list(chunks(subscribers, 2))
    own = [None] if papers is None else list(chunks(papers, 2))
    rows = (row for part in parts for some in own for row in _standing_rows(connection, part, some))
    found = [
        Vote(
            subscriber=row.subscriber_id,
            paper=row.paper_id,
            up=row.act == Act.UP.value,
            at=row.at,
            interest=row.interest,
        )
        for row in rows
    ]
    return sorted(found, key=lambda vote: (vote.subscriber, vote.at, vote.paper))


def _standing_rows(
    connection: Connection, subscribers: Sequence[int] | None, papers: Sequence[PaperId] | None
) -> Iterable[Any]:
    if subscribers is not None and papers is not None and len(subscribers) == 1:
        return run_either(connection, _STANDING_OF, "papers", papers, subscriber=subscribers[0])
    return connection.execute(standing(subscribers, papers))


def levers(
    connection: Connection, subscribers: Sequence[int], until: datetime | None = None
) -> Sequence[Feedback]:
    """Return the acts that turned the levers which stand, by time; a query for each chunk of subscribers."""
    found: list[Feedback] = []
    for part in chunks(subscribers):
        query = select(FEEDBACK).where(FEEDBACK.c.subscriber_id.in_(part), FEEDBACK.c.suspect.is_(False))
        query = query.where(FEEDBACK.c.act.in_([act.value for act in _TURNING]))
        if until is not None:
            query = query.where(FEEDBACK.c.at <= until)
        log = connection.execute(query.order_by(FEEDBACK.c.at, FEEDBACK.c.id))
        found += standing_levers(read_feedback(row) for row in log).values()
    return sorted(found, key=lambda entry: (entry.at, entry.subscriber, entry.value))


def seen(connection: Connection, subscribers: Sequence[int]) -> Mapping[int, frozenset[PaperId]]:
    """Return what each subscriber was shown in an edition that may have arrived, voted on, or saved."""
    found: dict[int, set[PaperId]] = {subscriber: set() for subscriber in subscribers}
    for part in chunks(subscribers):
        votes = standing(part).subquery()
        shown = (
            select(EDITION.c.subscriber_id, EDITION_ITEM.c.paper_id)
            .join(EDITION_ITEM, EDITION_ITEM.c.edition_id == EDITION.c.id)
            .join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id)
            .where(EDITION.c.subscriber_id.in_(part))
            .where(may_have_arrived())
        )
        kept = select(SAVED_PAPER.c.subscriber_id, SAVED_PAPER.c.paper_id)
        kept = kept.where(SAVED_PAPER.c.subscriber_id.in_(part))
        voted = select(votes.c.subscriber_id, votes.c.paper_id)
        for subscriber, paper in connection.execute(union(shown, kept, voted)):
            found[subscriber].add(paper)
    return {subscriber: frozenset(papers) for subscriber, papers in found.items()}


def standing(subscribers: Sequence[int] | None = None, papers: Sequence[PaperId] | None = None) -> Any:
    """Select the last act of voting of each pair, of some subscribers and papers or of all, unless it took
    the vote back.
    """
    whose = [] if subscribers is None else [FEEDBACK.c.subscriber_id.in_(subscribers)]
    what = [] if papers is None else [FEEDBACK.c.paper_id.in_(papers)]
    return _standing(*whose, *what)


def _standing(*conditions: Any) -> Any:
    columns = [FEEDBACK.c[name] for name in ("subscriber_id", "paper_id", "act", "at", "interest")]
    age = func.row_number().over(
        partition_by=[FEEDBACK.c.subscriber_id, FEEDBACK.c.paper_id],
        order_by=[FEEDBACK.c.at.desc(), FEEDBACK.c.id.desc()],
    )
    acts = select(*columns, age.label("age")).where(FEEDBACK.c.suspect.is_(False))
    # Not `in_`: a list is written out anew each time the statement runs.
    acts = acts.where(or_(*(FEEDBACK.c.act == act.value for act in _VOTING)), *conditions)
    aged = acts.subquery()
    return select(aged).where(and_(aged.c.age == 1, aged.c.act != Act.UNDO.value))


_STANDING_OF = tuple(
    _standing(FEEDBACK.c.subscriber_id == bindparam("subscriber", type_=Integer), what)
    for what in either(FEEDBACK.c.paper_id, "papers")
)


def _require_subscribers(connection: Connection, subscribers: Iterable[int]) -> None:
    """Raise UnknownSubscriber where a foreign key would only say that something failed.

    They are held: nobody is erased before what is recorded is kept, and the reading list that follows from
    the log follows from all of it.
    """
    wanted = list(dict.fromkeys(subscribers))
    known = frozenset(locks.hold(connection, wanted))
    for subscriber in wanted:
        if subscriber not in known:
            raise UnknownSubscriber(str(subscriber))
