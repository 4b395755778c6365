"""What every Store does: transactions, and the register of artifacts in them."""

from datetime import timedelta

import pytest

from recommender.ports import Store
from tests.builders import NOON, a_paper


class Interrupted(Exception):
    """Something went wrong in the middle of a transaction."""


class StoreConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_what_is_written_is_read_later(self, store: Store) -> None:
        """The end of the block commits."""
        with store.write() as unit:
            unit.papers.fold([a_paper()], seen_at=NOON)
        with store.read() as unit:
            assert unit.papers.count() == 1

    def test_an_exception_takes_everything_back(self, store: Store) -> None:
        """No half of a transaction stays."""
        with pytest.raises(Interrupted):
            _write_half(store)
        with store.read() as unit:
            assert (unit.papers.count(), list(unit.artifacts.names())) == (0, [])

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        """Another's commit in between does not show."""
        with store.read() as before:
            assert before.papers.count() == 0
            with store.write() as unit:
                unit.papers.fold([a_paper()], seen_at=NOON)
            assert before.papers.count() == 0

    def test_artifacts_are_listed_newest_first(self, store: Store) -> None:
        """A name recorded again replaces its entry."""
        with store.write() as unit:
            unit.artifacts.record("b", created_at=NOON, sha256="0", papers=1)
            unit.artifacts.record("a", created_at=NOON + timedelta(hours=1), sha256="0", papers=1)
            unit.artifacts.record("b", created_at=NOON + timedelta(hours=2), sha256="1", papers=2)
            assert [name for name, _ in unit.artifacts.names()] == ["b", "a"]


def _write_half(store: Store) -> None:
    """Write something and fail before the end."""
    with store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        unit.artifacts.record("a", created_at=NOON, sha256="0", papers=1)
        raise Interrupted
