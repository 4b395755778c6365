"""Fitted recommenders on disk hold nothing of who is not in the store any more."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from recommender.ranking import artifacts
from recommender.ranking.base import RankingSettings
from recommender.ranking.unlearning import readers_in
from recommender.services.training import Shelf, Training
from recommender.services.unlearning import Unlearning
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.services.mailroom import Hands
from tests.stores import sqlite_store

SETTINGS = RankingSettings()
READERS = 8


class House:
    """A store whose readers have voted, and a folder of artifacts."""

    def __init__(self, folder: Path) -> None:
        """Open what is in `folder`."""
        self.store: SqlStore = sqlite_store(folder)
        self.clock, self.folder = Hands(NOON), folder / "artifacts"
        self.unlearning = Unlearning(self.store, self.folder, SETTINGS)

    def move_in(self) -> None:
        """Let everybody like most papers."""
        with self.store.write() as unit:
            unit.papers.fold([a_paper(number) for number in range(1, 13)], seen_at=NOON)
            for number in range(READERS):
                declared = a_declaration(f"reader{number}@example.org")
                who = unit.people.add(declared, state=SubscriberState.ACTIVE, at=NOON)
                unit.people.record(
                    [
                        Feedback(
                            subscriber=who.id, paper=a_paper(1 + (number + step) % 12).id, act=Act.UP, at=NOON
                        )
                        for step in range(6)
                    ]
                )

    def train(self) -> None:
        """Fit, a minute later than before."""
        self.clock.move(minutes=1)
        Training(self.store, self.clock, self.folder, SETTINGS).run()

    def erase(self, number: int) -> None:
        """Erase a reader's rows."""
        with self.store.write() as unit:
            unit.people.erase(number)

    def names(self) -> list[str]:
        """Return the artifacts there are."""
        return sorted(entry.name for entry in self.folder.iterdir())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a house with two artifacts, to be copied."""
    folder = tmp_path_factory.mktemp("house")
    house = House(folder)
    house.move_in()
    house.train()
    house.train()
    house.store.close()
    return folder


@pytest.fixture
def house(trained: Path, tmp_path: Path) -> House:
    """Give a house with two artifacts."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    house = House(tmp_path)
    house.clock.move(minutes=2)
    return house


def test_a_row_is_taken_out_and_the_rest_stays(house: House) -> None:
    """The newest goes on without it, under a name of its own; the older one, a copy of it, is gone."""
    shelf = Shelf(house.store, house.folder, SETTINGS)
    before = shelf.recommender().fitted.lens.model
    newest = max(house.names())
    assert house.unlearning.holding(3) == sorted(house.names(), reverse=True)
    house.erase(3)
    assert house.unlearning.forget() == 2
    assert house.names() == [f"{newest}-"]
    after = shelf.recommender().fitted.lens.model  # the one that was loaded is not used any more
    assert set(before.readers) - set(after.readers) == {3}
    assert np.array_equal(after.factors, before.factors)
    assert (after.votes.toarray() == before.votes.toarray()[before.readers != 3]).all()
    assert not shelf.warnings
    assert house.unlearning.holding(3) == []


def test_forgetting_twice_is_once(house: House) -> None:
    """Nobody gone, nothing changed; the next reader's turn gives another name, and training goes on."""
    before = house.names()
    assert house.unlearning.forget() == 0
    assert house.names() == before
    for number in (1, 2):
        house.erase(number)
        house.unlearning.forget()
    assert [name.count("-") for name in house.names()] == [2]
    house.train()
    assert readers_in(artifacts.load(house.folder / max(house.names()))) == set(range(3, READERS + 1))
    with house.store.read() as unit:
        assert unit.artifacts.names()[0][0] == max(house.names())


def test_what_cannot_be_read_goes_too(house: House) -> None:
    """Nobody knows what it holds; where nobody asked to be forgotten, it may be read tomorrow."""
    broken = house.folder / max(house.names())
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    assert house.unlearning.forget(unreadable=False) == 0
    assert broken.exists()
    assert house.unlearning.forget() == 1
    assert not broken.exists()
    assert Shelf(house.store, house.folder, SETTINGS).shelved() is not None


def test_who_is_forgotten_while_it_is_fitted_is_not_in_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot was taken before, and the artifact written after."""
    own = Training._own_fusion

    def meanwhile(self: Training, *words: object) -> object:
        house.erase(5)
        house.unlearning.forget()
        return own(self, *words)  # type: ignore[arg-type]  # see above

    monkeypatch.setattr(Training, "_own_fusion", meanwhile)
    house.train()
    assert house.unlearning.holding(5) == []
    assert len(readers_in(artifacts.load(house.folder / max(house.names())))) == READERS - 1
