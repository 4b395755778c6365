"""What readers know, for many of them at once: reading lists, and since when they know a paper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, union_all

from recommender.domain.papers import PaperId
from recommender.store.acts import standing
from recommender.store.ledger import may_have_arrived
from recommender.store.schema import DELIVERY, EDITION, EDITION_ITEM, SAVED_PAPER
from recommender.store.statements import chunks
from recommender.store.types import UTCDateTime

_WIDTH = 6
"""Each half of a pair of lists stands three times in one statement."""


def reading_lists(
    connection: Connection, subscribers: Sequence[int]
) -> Mapping[int, Sequence[tuple[PaperId, datetime, bool]]]:
    """Return the reading lists, each newest first; empty ones are absent."""
    found: dict[int, list[tuple[PaperId, datetime, bool]]] = defaultdict(list)
    order = (SAVED_PAPER.c.saved_at.desc(), SAVED_PAPER.c.paper_id)
    for part in chunks(subscribers):
        query = select(SAVED_PAPER).where(SAVED_PAPER.c.subscriber_id.in_(part)).order_by(*order)
        for row in connection.execute(query):
            found[row.subscriber_id].append((row.paper_id, row.saved_at, row.read))
    return dict(found)


def known_since(
    connection: Connection, subscribers: Sequence[int], papers: Iterable[PaperId]
) -> Mapping[int, Mapping[PaperId, datetime]]:
    """Return when each subscriber was first shown, voted on, or saved each of some papers, where they did."""
    found: dict[int, dict[PaperId, datetime]] = defaultdict(dict)
    wanted = list(papers)
    for part in chunks(subscribers, _WIDTH):
        for own in chunks(wanted, _WIDTH):
            for subscriber, paper, at in connection.execute(_first(part, own)):
                found[subscriber][paper] = at
    return dict(found)


def _first(subscribers: Sequence[int], papers: Sequence[PaperId]) -> Any:
    votes = standing(subscribers, papers).subquery()
    shown = (
        select(EDITION.c.subscriber_id, EDITION_ITEM.c.paper_id, EDITION.c.created_at.label("at"))
        .join(EDITION_ITEM, EDITION_ITEM.c.edition_id == EDITION.c.id)
        .join(DELIVERY, DELIVERY.c.edition_id == EDITION.c.id)
        .where(EDITION.c.subscriber_id.in_(subscribers), EDITION_ITEM.c.paper_id.in_(papers))
        .where(may_have_arrived())
    )
    kept = select(SAVED_PAPER.c.subscriber_id, SAVED_PAPER.c.paper_id, SAVED_PAPER.c.saved_at.label("at"))
    kept = kept.where(SAVED_PAPER.c.subscriber_id.in_(subscribers), SAVED_PAPER.c.paper_id.in_(papers))
    ways = union_all(shown, kept, select(votes.c.subscriber_id, votes.c.paper_id, votes.c.at)).subquery()
    first = func.min(ways.c.at, type_=UTCDateTime)
    return select(ways.c.subscriber_id, ways.c.paper_id, first).group_by(
        ways.c.subscriber_id, ways.c.paper_id
    )
