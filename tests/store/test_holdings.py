"""What is held about a reader is all handed out and all forgotten, in every table there is."""

from pathlib import Path

import pytest
from sqlalchemy import select

from recommender.domain.editions import Edition
from recommender.store.engine import transaction
from recommender.store.holdings import belongs, tables_of_readers
from recommender.store.schema import METADATA
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.store.household import ADDRESSLESS, ANA, BOB, NOTE, knock, settle

BY_ADDRESS = {"suppression"}
"""Tables that name a reader by address alone."""
TELLING = {"subscriber_id", "subscriber", "email", "email_key", "public_id", "address", "reader"}
"""Names of columns that point to a reader."""


def rows(store: SqlStore) -> dict[str, int]:
    """Count the rows of every table."""
    with transaction(store._engine, "read") as connection:
        return {name: len(connection.execute(select(table)).all()) for name, table in METADATA.tables.items()}


def test_every_table_that_points_to_a_reader_is_one_of_theirs() -> None:
    """One with a telling column and no reference would be missed: give it a reference, or name it above."""
    theirs = {table.name for table in tables_of_readers()} | BY_ADDRESS
    missed = [
        table.name
        for table in METADATA.sorted_tables
        if table.name not in theirs and TELLING & {column.name for column in table.c}
    ]
    assert missed == []


def test_every_table_of_readers_is_handed_out(store: SqlStore) -> None:
    """With every column. A new table fails here until the household puts something in it."""
    ana, bob = settle(store)
    with store.read() as unit:
        held = unit.holdings.of(ana.id)
    assert {table.name for table in tables_of_readers()} == set(held)
    for table in tables_of_readers():
        assert held[table.name], (
            f"nothing of Ana's is in {table.name}: tests/store/household.py must put it in"
        )
        assert all(set(row) == {column.name for column in table.c} for row in held[table.name])
    told = str(held)
    assert NOTE in told
    assert BOB not in told
    assert bob.public_id not in told


def test_every_table_of_readers_is_emptied(store: SqlStore) -> None:
    """And the other reader's rows are all there."""
    ana, bob = settle(store)
    with store.read() as unit:
        before = {name: len(own) for name, own in unit.holdings.of(bob.id).items()}
    with store.write() as unit:
        unit.people.erase(ana.id)
        unit.holdings.forget([ANA, ana.public_id])
    with store.read() as unit:
        assert not any(unit.holdings.of(ana.id).values())
        assert {name: len(own) for name, own in unit.holdings.of(bob.id).items()} == before
        assert not unit.holdings.mentions([ANA, ana.public_id, "Ahrenholz"])
        assert unit.holdings.mentions(["Brinkmann"])
    left = rows(store)
    assert {table.name: left[table.name] for table in tables_of_readers()} == before


def test_who_is_no_subscriber_is_forgotten_too(store: SqlStore) -> None:
    """Their request, in whatever case they are named."""
    settle(store)
    knock(store)
    with store.write() as unit:
        assert [row["public_id"] for row in unit.holdings.asked_for([ADDRESSLESS.upper()])] == ["r-new"]
        assert unit.holdings.forget([ADDRESSLESS.upper()]) == 1
        assert not unit.holdings.asked_for([ADDRESSLESS])
        assert not unit.holdings.mentions([ADDRESSLESS])


@pytest.mark.parametrize("word,found", [("ANA@house.example.org", True), ("an_@house.example.org", False)])
def test_a_mention_is_the_word_itself(store: SqlStore, word: str, *, found: bool) -> None:
    """In either case, and no character stands for another."""
    settle(store)
    with store.read() as unit:
        assert bool(unit.holdings.mentions([word])) is found


def test_an_edition_for_who_was_erased_meanwhile_is_not_stored(store: SqlStore) -> None:
    """Publishing has looked before; nobody is made again by what it puts, and it goes on."""
    ana, bob = settle(store)
    late = Edition(subscriber=ana.id, key="2026-01-31", created_at=NOON, due_at=NOON, considered=0)
    with store.write() as unit:
        unit.people.erase(ana.id)
    with store.write() as unit:
        assert not unit.outbox.put(late, message_id="<late@example.org>", date=NOON)
        assert [delivery.subscriber for delivery in unit.outbox.deliveries()] == [bob.id]


def test_nothing_that_was_deleted_is_left_in_the_file(sqlite_store: SqlStore) -> None:
    """Nor in its log; what is kept is still there."""
    ana, _ = settle(sqlite_store)
    with sqlite_store.write() as unit:
        unit.people.erase(ana.id)
        unit.holdings.forget([ANA, ana.public_id])
    assert sqlite_store.scrub()
    file = str(sqlite_store._engine.url.database)
    pages = b"".join(Path(f"{file}{end}").read_bytes().lower() for end in ("", "-wal"))
    assert (b"ahrenholz" in pages, b"ana@house" in pages) == (False, False)
    assert ana.public_id.lower().encode() not in pages
    assert b"brinkmann" in pages
    assert sqlite_store.check() == ()


def test_a_scrubbed_store_goes_on(store: SqlStore) -> None:
    """On both databases; it reads, writes and refuses to write while it reads, as before."""
    ana, _ = settle(store)
    assert store.scrub()
    with store.write() as unit:
        unit.people.raise_epoch(ana.id)
    with store.read() as unit:
        assert unit.people.find(ANA).epoch == ana.epoch + 1
        with pytest.raises(Exception, match=r"readonly|read-only"):
            unit.people.raise_epoch(ana.id)


def test_belonging_is_by_reference_through_other_rows() -> None:
    """An item belongs to a reader by its edition."""
    item = METADATA.tables["edition_item"]
    assert "edition_item.edition_id IN" in str(belongs(item))
