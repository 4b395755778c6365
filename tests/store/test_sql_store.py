"""Opening, checking and copying a store."""

import traceback
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from recommender.domain.errors import InputError, StoreUnavailable
from recommender.domain.subscribers import SubscriberState
from recommender.store.engine import transaction
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper


@pytest.mark.parametrize("url", ["", "var/store.db", "mysql://localhost/x"])
def test_an_unusable_url_is_refused(url: str) -> None:
    """At once, and the message names the setting."""
    with pytest.raises(InputError, match=r"\[store\] url"):
        SqlStore(url)


def test_a_store_that_was_never_migrated_is_not_ready(tmp_path: Path) -> None:
    """And the check says what to do."""
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    assert not store.ready()
    assert "paperroute db upgrade" in store.check()[0]
    store.close()


def test_a_store_that_cannot_be_reached_says_where(tmp_path: Path) -> None:
    """A folder is no database."""
    store = SqlStore(f"sqlite:///{tmp_path}")
    assert not store.ready()
    assert str(tmp_path) in store.check()[0]
    with pytest.raises(InputError, match=r"check \[store\] url"):
        store.upgrade()
    with pytest.raises(StoreUnavailable, match="see to its disk or server"), store.read():
        pass
    store.close()


def test_a_sound_store_has_no_problems(store: SqlStore) -> None:
    """On both databases."""
    assert (store.ready(), store.check()) == (True, ())


def test_a_reader_cannot_write(store: SqlStore) -> None:
    """A GET that tried would fail instead of changing the store."""
    with store.read() as unit, pytest.raises(DBAPIError):
        unit.artifacts.record("a", created_at=NOON, sha256="0", papers=1)


def test_a_naive_time_is_refused(store: SqlStore) -> None:
    """Nobody knows which instant it means."""
    naive = datetime(2026, 1, 30, 12)  # noqa: DTZ001  # the very thing under test
    with store.write() as unit, pytest.raises(StatementError, match="naive"):
        unit.artifacts.record("a", created_at=naive, sha256="0", papers=1)


def test_an_error_names_nobody(store: SqlStore) -> None:
    """What readers and their addresses are called is a parameter, and the log gets the whole chain."""
    email = a_declaration().email
    naive = datetime(2026, 1, 30, 12)  # noqa: DTZ001  # any fault of a statement
    with store.write() as unit, pytest.raises(StatementError) as caught:
        unit.people.suppress(email, reason="unsubscribed", at=naive)
    told = "".join(traceback.format_exception(caught.value))
    assert "naive" in told
    assert email not in told


def test_sqlite_keeps_what_was_committed(sqlite_store: SqlStore) -> None:
    """Write-ahead log, full synchronisation and foreign keys are on."""
    with transaction(sqlite_store._engine, "write") as connection:
        pragmas = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


def test_a_backup_is_a_whole_store(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """It opens and has what was there; a file that exists is not overwritten."""
    with sqlite_store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
    target = tmp_path / "copy.db"
    sqlite_store.backup(target)
    copy = SqlStore(f"sqlite:///{target}")
    with copy.read() as unit:
        assert unit.papers.count() == 1
    copy.close()
    with pytest.raises(InputError, match="exists"):
        sqlite_store.backup(target)


def test_public_ids_come_from_the_given_randomness(sqlite_url: str) -> None:
    """64 bits in URL-safe letters."""
    store = SqlStore(sqlite_url, random_bytes=lambda count: b"\xff" * count)
    with store.write() as unit:
        added = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
    assert added.public_id == "__________8"
    store.close()
