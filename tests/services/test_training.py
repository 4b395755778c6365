"""Training: whose weights end up on the shelf."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import DeclaredSubscriber, Interest, SubscriberState
from recommender.ranking.base import Corpus
from recommender.ranking.learning import shipped
from recommender.services.training import Shelf, Training
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.ranking import test_adoption as world
from tests.ranking.world import SETTINGS
from tests.services.mailroom import Hands


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[SqlStore]:
    """Give an empty store."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


def fill(store: SqlStore, corpus: Corpus) -> None:
    """Put papers and votes of readers who declare their category into a store."""
    with store.write() as unit:
        unit.papers.fold(corpus.papers, seen_at=NOON)
        readers = {}
        for reader in sorted({vote.subscriber for vote in corpus.votes}):
            interest = Interest(name="Own", key="own", categories=(f"k.{reader % world.KINDS}",))
            declared = DeclaredSubscriber(email=f"r{reader}@example.org", interests=(interest,))
            readers[reader] = unit.people.add(declared, state=SubscriberState.ACTIVE, at=NOON).id
        unit.people.record(
            [
                Feedback(
                    subscriber=readers[vote.subscriber],
                    paper=vote.paper,
                    act=Act.UP,
                    at=vote.at,
                    via="import",
                )
                for vote in corpus.votes
            ]
        )


def test_a_stores_own_weights_are_shelved_where_its_votes_ask_for_them(
    store: SqlStore, tmp_path: Path
) -> None:
    """They are fitted with what readers declare, counted in the report, and loaded with the artifact."""
    fill(store, world.store(by_category=True))
    report = Training(store, Hands(), tmp_path / "shelf", SETTINGS).run()
    assert report.counts["own_weights"] == 1
    fusion = Shelf(store, tmp_path / "shelf", SETTINGS).recommender().fitted.fusion
    assert fusion.alone.scorers["categories"][0, 0, 0] > 2 * shipped().alone.scorers["categories"][0, 0, 0]


def test_a_store_may_be_told_never_to_fit_its_weights(store: SqlStore, tmp_path: Path) -> None:
    """The same votes, and the weights that come with the package."""
    fill(store, world.store(by_category=True))
    report = Training(store, Hands(), tmp_path / "shelf", replace(SETTINGS, fit_weights="never")).run()
    assert report.counts["own_weights"] == 0
    assert Shelf(store, tmp_path / "shelf", SETTINGS).recommender().fitted.fusion is shipped()


def test_few_votes_leave_the_shipped_weights(store: SqlStore, tmp_path: Path) -> None:
    """Half the readers are too few."""
    whole = world.store(by_category=True)
    half = [vote for vote in whole.votes if vote.subscriber < world.READERS // 2]
    fill(store, replace(whole, votes=half))
    assert Training(store, Hands(), tmp_path / "shelf", SETTINGS).run().counts["own_weights"] == 0
