"""What it is too late for is told once, and what nobody missed is not told at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recommender.domain.papers import SourceState
from recommender.domain.subscribers import Cadence, Every
from recommender.services.skipping import Skips, skip_warnings
from recommender.store.sql_store import SqlStore
from tests.builders import a_subscriber
from tests.stores import sqlite_store

_NOON = datetime(2026, 2, 4, 11, 0, tzinfo=UTC)
_DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """Give an empty store."""
    store = sqlite_store(tmp_path)
    yield store
    store.close()


def _found(skips: Skips, store: SqlStore, now: datetime, every: Every = Every.DAY) -> dict[int, int]:
    reader = a_subscriber(cadence=Cadence(every=every, zone="Europe/Berlin"), joined=_NOON - 10 * _DAY)
    with store.read() as unit:
        return skips.find(unit, [reader], {}, now)


def test_a_store_without_signs_of_life_has_missed_nothing(store: SqlStore) -> None:
    """Who starts today was not asleep before."""
    assert _found(Skips(), store, _NOON) == {}


def test_the_last_fetch_tells_how_long_nobody_looked(store: SqlStore) -> None:
    """Three days after it, a new process has skipped two editions and can still make the third."""
    with store.write() as unit:
        unit.papers.save_source_state(SourceState(source="arxiv", last_ok=_NOON - 3 * _DAY))
    assert _found(Skips(), store, _NOON) == {1: 2}
    assert _found(Skips(), store, _NOON + timedelta(hours=17)) == {1: 3}


def test_nothing_is_told_twice(store: SqlStore) -> None:
    """What was found before the last look is not found again, an instant or a day later."""
    skips = Skips()
    skips.looked(_NOON - 3 * _DAY)
    assert _found(skips, store, _NOON) == {1: 2}
    skips.looked(_NOON)
    assert _found(skips, store, _NOON + timedelta(seconds=20)) == {}
    assert _found(skips, store, _NOON + timedelta(hours=5)) == {}


def test_who_joined_since_has_missed_nothing(store: SqlStore) -> None:
    """The editions before somebody joined were never theirs."""
    skips = Skips()
    skips.looked(_NOON - 8 * _DAY)
    assert _found(skips, store, _NOON) == {1: 7}
    newcomer = a_subscriber(joined=_NOON - timedelta(hours=1))
    with store.read() as unit:
        assert skips.find(unit, [newcomer], {}, _NOON) == {}


def test_a_clock_put_back_skips_nothing_and_one_put_on_is_not_counted_out(store: SqlStore) -> None:
    """A look in the future says nothing; decades are counted as a month."""
    skips = Skips()
    skips.looked(_NOON + 9 * _DAY)
    assert _found(skips, store, _NOON) == {}
    skips.looked(_NOON)
    assert _found(skips, store, _NOON + 20_000 * _DAY) == {1: 30}


def test_the_line_counts_editions_and_people() -> None:
    """One line for all; none for none."""
    assert skip_warnings({}) == ()
    assert skip_warnings({1: 1})[0].startswith("1 edition of 1 subscriber was skipped: more than 20 h late")
    assert skip_warnings({1: 2, 5: 1})[0].startswith("3 editions of 2 subscribers were skipped")
