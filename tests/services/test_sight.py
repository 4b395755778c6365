"""What pages see with: the newest fit, and what came since."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.papers import Signal
from recommender.ranking import atlas
from recommender.ranking.base import RankingSettings
from recommender.services.browsing import Browsing
from recommender.services.recommending import Recommending, Spoken
from recommender.services.sight import Sight
from recommender.services.training import Shelf, Training
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.digest.samples import wording
from tests.services.mailroom import Hands
from tests.stores import sqlite_store

SETTINGS = RankingSettings()


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """Return a store of twelve papers."""
    store = sqlite_store(tmp_path)
    with store.write() as unit:
        unit.papers.fold([a_paper(number) for number in range(1, 13)], seen_at=NOON)
    return store


def train(store: SqlStore, folder: Path, clock: Hands) -> None:
    """Fit and shelve."""
    Training(store, clock, folder, SETTINGS).run()


def test_nothing_is_fitted_for_a_page(store: SqlStore, tmp_path: Path) -> None:
    """An empty shelf gives nothing to see with; ranking may fit on the spot, and that is not it."""
    shelf = Shelf(store, tmp_path, SETTINGS)
    sight = Sight(store, shelf)
    assert sight.view() is None
    shelf.recommender()
    assert sight.view() is None


def test_what_came_since_the_fit_is_seen(store: SqlStore, tmp_path: Path) -> None:
    """Without a new fit, once each; and a new fit takes the place of the old one."""
    clock = Hands()
    train(store, tmp_path, clock)
    sight = Sight(store, Shelf(store, tmp_path, SETTINGS))
    first = sight.view()
    assert first is not None
    assert len(first.atlas.ids) == 12
    assert sight.view() is first
    clock.move(hours=2)
    with store.write() as unit:
        unit.papers.fold([a_paper(20), a_paper(21, library_only=True)], seen_at=clock.now())
    grown = sight.view()
    assert grown is not None
    assert grown.atlas.ids == (*first.atlas.ids, a_paper(20).id)
    assert grown.recommender is first.recommender
    clock.move(hours=2)
    train(store, tmp_path, clock)
    again = sight.view()
    assert again is not None
    assert again.recommender is not first.recommender


def test_without_its_atlas_an_artifact_shows_nothing(store: SqlStore, tmp_path: Path) -> None:
    """As those have none that were fitted before there were any."""
    train(store, tmp_path, Hands())
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (folder / atlas.FILE).unlink()
    assert Sight(store, Shelf(store, tmp_path, SETTINGS)).view() is None


def test_threads_that_come_at_once_load_once(store: SqlStore, tmp_path: Path) -> None:
    """Pages and the tick share a shelf: eight of them get one and the same recommender."""
    train(store, tmp_path, Hands())
    shelf = Shelf(store, tmp_path, SETTINGS)
    sight, start, found = Sight(store, shelf), threading.Barrier(8), []

    def look(page: bool) -> None:  # noqa: FBT001
        start.wait()
        view = sight.view() if page else None
        found.append(view.recommender if view else shelf.recommender())

    threads = [threading.Thread(target=look, args=(number % 2 == 0,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(own) for own in found}) == 1


def test_a_shelf_that_fits_on_the_spot_fits_once_for_all_threads(store: SqlStore, tmp_path: Path) -> None:
    """Who comes later waits and gets what the first one made."""
    shelf, start, found = Shelf(store, tmp_path, SETTINGS), threading.Barrier(4), []

    def rank() -> None:
        start.wait()
        found.append(shelf.recommender())

    threads = [threading.Thread(target=rank) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(own) for own in found}) == 1


def test_trends_are_those_of_the_command(store: SqlStore) -> None:
    """The page and `paperroute trending` list the same papers in the same order."""
    clock = Hands(NOON + timedelta(hours=1))
    with store.write() as unit:
        unit.papers.add_signals(
            [
                Signal(
                    paper=a_paper(number).id,
                    source=source,
                    taken_at=NOON - timedelta(hours=hours),
                    upvotes=(number * 7 + hours) % 23,
                    comments=number % 3,
                )
                for number in range(1, 13)
                for hours in range(0, 90, 9)
                for source in ("one", "two")
            ]
        )
    spoken = Spoken(settings=SETTINGS, wording=wording())
    command = Recommending(store, clock, Shelf(store, Path(), SETTINGS).recommender, spoken)
    page = Browsing(store, clock, None).trending(days=3, limit=10)
    rows = command.trending(days=3, limit=10)
    assert len(page) == 10
    assert [trend.paper.id for trend in page] == [row.paper.id for row in rows]
    assert [trend.heat for trend in page] == [pytest.approx(row.score) for row in rows]
