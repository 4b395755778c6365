"""The migrations make the tables that the schema describes, on both databases, there and back."""

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from recommender.domain.errors import InputError
from recommender.store import migrate
from recommender.store.engine import transaction
from recommender.store.schema import METADATA
from recommender.store.sql_store import SqlStore

TABLES = {
    "announced", "artifact", "delivery", "edition", "edition_item", "enriched", "feedback", "inbound_mail",
    "interest", "paper", "paper_alias", "paper_apart", "paper_event", "paper_fold", "paper_signal",
    "letter", "quarantine", "request", "saved_paper", "source_state", "subscriber", "suppression", "wish",
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> SqlStore:
    """Open a store on a database that was never migrated."""
    if request.param == "sqlite":
        return SqlStore(f"sqlite:///{tmp_path / 'new' / 'folder' / 'store.db'}")
    return SqlStore(request.getfixturevalue("postgres").new_database())


def test_head_is_the_newest_revision() -> None:
    """The constant that saves importing alembic is right."""
    versions = Path(migrate.__file__).parent / "migrations" / "versions"
    newest = max(versions.glob("[0-9]*.py")).read_text()
    assert re.search(r'^revision = "(.+)"$', newest, re.MULTILINE)[1] == migrate.HEAD  # type: ignore[index]


def test_upgrade_makes_the_tables_of_the_schema(empty: SqlStore) -> None:
    """Nothing is left for autogenerate to find."""
    empty.upgrade()
    with transaction(empty._engine, "read") as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert set(inspect(connection).get_table_names()) == TABLES | {"alembic_version"}
    empty.close()


def test_downgrade_leaves_nothing(empty: SqlStore) -> None:
    """Base is an empty database, and the way up is open again."""
    empty.upgrade()
    with transaction(empty._engine, "migrate") as connection:
        command.downgrade(migrate.config(connection), "base")
    with transaction(empty._engine, "read") as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    empty.upgrade()
    assert empty.ready()
    empty.close()


def test_a_number_of_an_act_is_never_given_again(tmp_path: Path) -> None:
    """Not even where the table is made anew and the rows with the highest numbers are gone."""
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    with transaction(store._engine, "migrate") as connection:
        command.upgrade(migrate.config(connection), "0003")
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('feedback', 77)"))
    store.upgrade()
    given = text("SELECT seq FROM sqlite_sequence WHERE name = 'feedback'")
    with transaction(store._engine, "read") as connection:
        assert connection.execute(given).scalars().all() == [77]
    with transaction(store._engine, "migrate") as connection:
        command.downgrade(migrate.config(connection), "0003")
        assert connection.execute(given).scalars().all() == [77]
    store.close()


def test_upgrade_twice_is_once(empty: SqlStore) -> None:
    """The second finds nothing to do."""
    empty.upgrade()
    empty.upgrade()
    assert empty.ready()
    empty.close()


def test_a_store_of_a_newer_program_is_refused(empty: SqlStore) -> None:
    """With both revisions and the fix."""
    empty.upgrade()
    with transaction(empty._engine, "write") as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match=r"9999.*install the newer"):
        empty.upgrade()
    assert not empty.ready()
    empty.close()
