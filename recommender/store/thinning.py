"""Takes snapshots of attention away that tell nothing any more; `domain.snapshots` says which."""

from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from recommender.domain.snapshots import ALL_FOR, DAILY_FOR, superseded
from recommender.store.rows import read_signal
from recommender.store.schema import PAPER_SIGNAL
from recommender.store.statements import run_many

_LATELY = timedelta(days=15)
"""Only papers with snapshots of so many days, or so many past an age that matters, are looked at: the
table is never read as a whole. What a longer pause leaves behind is little."""


def thin(connection: Connection, now: datetime) -> int:
    """Delete superseded snapshots; return how many went."""
    taken = PAPER_SIGNAL.c.taken_at
    ends = (now, now - ALL_FOR, now - DAILY_FOR)
    lately = select(PAPER_SIGNAL.c.paper_id).where(
        or_(*(and_(taken > end - _LATELY, taken <= end) for end in ends))
    )
    query = select(PAPER_SIGNAL).where(PAPER_SIGNAL.c.paper_id.in_(lately))
    query = query.order_by(PAPER_SIGNAL.c.paper_id, PAPER_SIGNAL.c.source, taken)
    signals = [read_signal(row) for row in connection.execute(query)]
    rows = [
        {"gone_paper": gone.paper, "gone_source": gone.source, "gone_at": gone.taken_at}
        for _, series in groupby(signals, key=lambda signal: (signal.paper, signal.source))
        for gone in superseded(list(series), now)
    ]
    statement = delete(PAPER_SIGNAL).where(
        PAPER_SIGNAL.c.paper_id == bindparam("gone_paper"),
        PAPER_SIGNAL.c.source == bindparam("gone_source"),
        taken == bindparam("gone_at"),
    )
    return run_many(connection, statement, rows)
