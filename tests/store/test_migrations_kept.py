"""A store of the version before keeps what is in it, wherever its migration breaks off; and back again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from recommender.store import migrate
from recommender.store.engine import transaction
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.outbox import SHA, an_edition

_WRITES = ("ALTER", "CREATE", "DROP", "INSERT", "UPDATE", "DELETE")


class Broken(Exception):
    """The process is gone."""


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """Give a store of the version before with a vote, a saved paper and a delivery that waits."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    store = SqlStore(url)
    store.upgrade()
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
        unit.people.record(
            [Feedback(subscriber=ana, paper=a_paper().id, act=act, at=NOON) for act in (Act.UP, Act.SAVE)]
        )
        unit.outbox.put(an_edition(ana), message_id="<1@example.org>", date=NOON)
    back(store)
    yield store
    store.close()


def back(store: SqlStore) -> None:
    """Go back by one revision."""
    with transaction(store._engine, "migrate") as connection:
        command.downgrade(migrate.config(connection), "-1")


@contextmanager
def breaking(store: SqlStore, after: int) -> Iterator[list[str]]:
    """Let the process go after that many changes; return those that were made."""
    made: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            if len(made) == after:
                raise Broken
            made.append(statement)

    event.listen(store._engine, "before_cursor_execute", look)
    yield made
    event.remove(store._engine, "before_cursor_execute", look)


def test_a_migration_is_done_or_not(old: SqlStore) -> None:
    """Wherever it breaks off the store is that of before; the next attempt ends it, and the mail goes out."""
    before, after = revision(old), 0
    while True:
        with breaking(old, after) as made:
            try:
                old.upgrade()
            except Broken:
                pass
            else:
                break
        assert (revision(old), len(made)) == (before, after)
        after += 1
    assert after > 5
    assert revision(old) == migrate.HEAD
    with old.write() as unit:
        assert [vote.up for vote in unit.people.votes()] == [True]
        assert len(unit.people.saved_papers(1)) == 1
        (row,) = unit.outbox.claim(worker="one", now=NOON, lease=timedelta(minutes=5), limit=9)
        assert unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)


def test_votes_stay_on_the_way_back_and_up_again(old: SqlStore) -> None:
    """What the version before does not know goes."""
    old.upgrade()
    with old.write() as unit:
        label = Feedback(subscriber=1, paper=a_paper().id, act=Act.LABEL, at=NOON, value="thesis")
        unit.people.record([label])
    back(old)
    old.upgrade()
    with old.read() as unit:
        assert [entry.act for entry in unit.people.feedback()] == [Act.UP, Act.SAVE]
        (row,) = unit.people.saved_papers(1)
    assert (row.paper, row.labels) == (a_paper().id, ())


def revision(store: SqlStore) -> str | None:
    """Return where the schema stands."""
    with transaction(store._engine, "read") as connection:
        return migrate.revision(connection)
