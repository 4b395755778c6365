"""What subscribers changed on their preference page, in SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from recommender.domain.wishes import Wish
from recommender.store.schema import WISH
from recommender.store.statements import chunks, run_many


def wishes(connection: Connection, subscribers: Sequence[int]) -> Mapping[int, Sequence[Wish]]:
    """Return the wishes of subscribers, oldest first; those without are absent."""
    found: dict[int, list[Wish]] = defaultdict(list)
    for part in chunks(subscribers):
        query = select(WISH).where(WISH.c.subscriber_id.in_(part)).order_by(WISH.c.at, WISH.c.field)
        for row in connection.execute(query):
            wish = Wish(field=row.field, value=row.value, declared=row.declared, at=row.at)
            found[row.subscriber_id].append(wish)
    return dict(found)


def set_wishes(connection: Connection, subscriber: int, held: Sequence[Wish]) -> None:
    """Replace the wishes of one subscriber."""
    connection.execute(delete(WISH).where(WISH.c.subscriber_id == subscriber))
    rows = [
        {
            "subscriber_id": subscriber,
            "field": wish.field,
            "value": wish.value,
            "declared": wish.declared,
            "at": wish.at,
        }
        for wish in held
    ]
    run_many(connection, insert(WISH), rows)
