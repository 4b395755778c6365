"""A copy of the store, put back later: whole, its owner's alone, and it mails nothing by itself."""

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState, Edition
from recommender.domain.errors import InputError
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.store.household import ANA, settle

LATER = NOON + timedelta(hours=2)


def mode(path: Path) -> int:
    """Return the bits of who may do what."""
    return stat.S_IMODE(path.stat().st_mode)


def test_what_waited_is_held_in_the_copy(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """It was sent after the copy was made: putting that back sends nothing again, unless a person says so."""
    settle(sqlite_store)
    copy = tmp_path / "copy.db"
    assert sqlite_store.backup(copy) == 2
    restored = SqlStore(f"sqlite:///{copy}")
    restored.upgrade()
    with restored.write() as unit:
        unit.people.lift(ANA)
        lease = timedelta(minutes=5)
        assert not unit.outbox.claim(worker="w", now=LATER, lease=lease, limit=9)
        assert not unit.requests.letters(now=LATER, limit=9)
        rows = unit.outbox.deliveries()
        assert {row.state for row in rows} == {DeliveryState.HELD}
        assert all("copy" in row.reply for row in rows)
        asked = unit.outbox.retry(rows[0].id, now=LATER)
        assert asked is not None
        assert [row.id for row in unit.outbox.claim(worker="w", now=LATER, lease=lease, limit=9)] == [
            asked.id
        ]
    assert restored.check() == ()
    restored.close()
    with sqlite_store.read() as unit:
        assert {row.state for row in unit.outbox.deliveries()} == {DeliveryState.READY}


def test_an_edition_that_is_in_the_copy_is_not_made_again(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """Its key is taken, so publishing after a restore makes no other of the same day."""
    ana, _ = settle(sqlite_store)
    sqlite_store.backup(tmp_path / "copy.db")
    restored = SqlStore(f"sqlite:///{tmp_path / 'copy.db'}")
    again = Edition(subscriber=ana.id, key="2026-01-30", created_at=LATER, due_at=NOON, considered=0)
    with restored.write() as unit:
        assert not unit.outbox.put(again, message_id="<again@example.org>", date=LATER)
    restored.close()


def test_a_copy_is_consistent_while_others_write(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """Every copy has as many of one row as of the other that is written with it."""
    ana, bob = settle(sqlite_store)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with sqlite_store.write() as unit:
                for who in (ana, bob):
                    key = f"k{number}"
                    made = Edition(subscriber=who.id, key=key, created_at=NOON, due_at=NOON, considered=0)
                    unit.outbox.put(made, message_id=f"<{key}.{who.id}@example.org>", date=NOON)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            sqlite_store.backup(tmp_path / f"{number}.db")
    finally:
        stop.set()
        thread.join()
    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as connection:
            counts = connection.execute("SELECT count(*) FROM edition GROUP BY subscriber_id").fetchall()
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert counts[0] == counts[1]


def test_an_older_schema_is_copied_as_it_is(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """A copy is made before an upgrade more than at any other time."""
    settle(sqlite_store)
    with closing(sqlite3.connect(str(sqlite_store._engine.url.database))) as connection:
        connection.execute("DROP TABLE letter")
    assert sqlite_store.backup(tmp_path / "copy.db") == 2


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """The folder, the database, its log, and the copy; a folder that was there is left as it is."""
    open_folder = tmp_path / "open"
    open_folder.mkdir(mode=0o755)
    open_folder.chmod(0o755)
    place = open_folder / "var" / "data"
    store = SqlStore(f"sqlite:///{place / 'store.db'}")
    store.upgrade()
    with store.write() as unit:
        unit.people.suppress(ANA, reason="r", at=NOON)
        logs = [mode(file) for file in place.glob("store.db-*")]
    store.backup(place / "copy.db")
    store.close()
    assert [mode(folder) for folder in (open_folder, open_folder / "var", place)] == [0o755, 0o700, 0o700]
    assert [mode(place / name) for name in ("store.db", "copy.db")] == [0o600, 0o600]
    assert logs
    assert set(logs) == {0o600}


@pytest.mark.parametrize("target", ["there.db", "no/such/folder/copy.db"])
def test_a_copy_that_cannot_be_written_is_refused(
    sqlite_store: SqlStore, tmp_path: Path, target: str
) -> None:
    """Nothing is overwritten, and nothing half-made is left."""
    (tmp_path / "there.db").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"exists|cannot be written"):
        sqlite_store.backup(tmp_path / target)
    assert (tmp_path / "there.db").read_text(encoding="utf-8") == "mine"


def test_a_store_that_is_not_there_is_not_copied(tmp_path: Path) -> None:
    """And none is made by asking."""
    store = SqlStore(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(InputError, match="no store"):
        store.backup(tmp_path / "copy.db")
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_server_has_its_own_tools() -> None:
    """Said before anybody connects."""
    store = SqlStore("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(InputError, match="pg_dump"):
        store.backup(Path("copy.db"))
    store.close()
