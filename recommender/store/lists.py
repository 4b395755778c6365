"""Reading lists, kept as rows and rebuilt from the log for every (subscriber, paper) that it grows on.

So late arrivals with early times end up in their place, and what was written to a paper comes back when it
is saved once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_

from recommender.domain.feedback import Act, SavedPaper, folded
from recommender.domain.papers import PaperId
from recommender.store.schema import FEEDBACK, SAVED_PAPER
from recommender.store.statements import run_many, upsert

LISTING = (Act.SAVE, Act.UNSAVE, Act.READ, Act.UNREAD, Act.LABEL, Act.UNLABEL, Act.NOTE)
"""Acts that reading lists follow from."""
_PAIRS = 10_000
Pair = tuple[int, PaperId]


def saved(connection: Connection, subscriber: int) -> Sequence[tuple[PaperId, datetime, bool]]:
    """Return the reading list, newest first."""
    return [(own.paper, own.saved_at, own.read) for own in saved_papers(connection, subscriber)]


def saved_papers(connection: Connection, subscriber: int) -> Sequence[SavedPaper]:
    """Return the reading list with labels and notes, newest first."""
    query = select(SAVED_PAPER).where(SAVED_PAPER.c.subscriber_id == subscriber)
    query = query.order_by(SAVED_PAPER.c.saved_at.desc(), SAVED_PAPER.c.paper_id)
    return [
        SavedPaper(paper=row.paper_id, saved_at=row.saved_at, read=row.read, labels=row.labels, note=row.note)
        for row in connection.execute(query)
    ]


def listed(connection: Connection, papers: Iterable[PaperId]) -> list[Pair]:
    """Return who saved, read or took some papers off the list, with which of them."""
    query = select(FEEDBACK.c.subscriber_id, FEEDBACK.c.paper_id).distinct()
    query = query.where(FEEDBACK.c.paper_id.in_(list(papers)))
    query = query.where(FEEDBACK.c.act.in_([act.value for act in LISTING]))
    return sorted((row.subscriber_id, PaperId(row.paper_id)) for row in connection.execute(query))


def rebuild(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Replay the log of each pair into its row of the reading list."""
    for start in range(0, len(pairs), _PAIRS):
        part = pairs[start : start + _PAIRS]
        rows = [
            {
                "subscriber_id": subscriber,
                "paper_id": paper,
                "saved_at": state.saved_at,
                "read": state.read,
                "labels": tuple(state.labels.values()),
                "note": state.note,
            }
            for (subscriber, paper), state in _replay(connection, part).items()
            if state.saved_at is not None
        ]
        table = SAVED_PAPER
        connection.execute(delete(table).where(tuple_(table.c.subscriber_id, table.c.paper_id).in_(part)))
        run_many(connection, upsert(connection, table, ["subscriber_id", "paper_id"]), rows)


@dataclass(slots=True)
class _State:
    """What the log says of one paper so far."""

    labels: dict[str, str]
    saved_at: datetime | None = None
    read: bool = False
    note: str = ""

    def take(self, act: str, at: datetime, value: str) -> None:
        """Take the next act: a second save keeps the first's time, reading needs saving."""
        match act:
            case Act.SAVE if self.saved_at is None:
                self.saved_at, self.read = at, False
            case Act.UNSAVE:
                self.saved_at = None
            case Act.READ | Act.UNREAD:
                self.read = act == Act.READ and self.saved_at is not None
            case Act.LABEL:
                self.labels.setdefault(folded(value), value)
            case Act.UNLABEL:
                self.labels.pop(folded(value), None)
            case Act.NOTE:
                self.note = value


def _replay(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, _State]:
    """Return how each pair stands at the end of its log."""
    columns = [FEEDBACK.c[name] for name in ("subscriber_id", "paper_id", "act", "at", "value")]
    query = select(*columns).where(tuple_(FEEDBACK.c.subscriber_id, FEEDBACK.c.paper_id).in_(pairs))
    query = query.where(FEEDBACK.c.act.in_([act.value for act in LISTING]))
    states: dict[Pair, _State] = defaultdict(lambda: _State({}))
    for subscriber, paper, act, at, value in connection.execute(query.order_by(FEEDBACK.c.at, FEEDBACK.c.id)):
        states[subscriber, paper].take(act, at, value)
    return dict(states)
