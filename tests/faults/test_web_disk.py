"""A disk that is full while threads share commits: whoever was answered is kept, whoever was not is not."""

from pathlib import Path

from recommender.domain.subscribers import SubscriberState
from tests.builders import NOON, a_declaration, a_paper
from tests.faults.crowd import THREADS, crowd
from tests.faults.scale import Figures, chance, scaled
from tests.stores import sqlite_store

SIZES = scaled(tiny=1, quick=8, full=40)
GROWTH = 400_000


def test_a_full_disk_fails_who_is_not_kept(tmp_path: Path, figures: Figures) -> None:
    """At whatever byte the space ends, in a part or in the commit; afterwards all goes on."""
    luck = chance("crowd")
    for number in range(SIZES):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = sqlite_store(folder)
        with store.write() as unit:
            unit.papers.fold([a_paper()], seen_at=NOON)
            unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
        store.close()
        said = crowd(folder / "paperroute.db", luck.randrange(GROWTH // 10, GROWTH))
        assert said["kept"] == said["answered"]
        assert said["problems"] == []
        assert said["refused"] == 5 * THREADS
        assert said["before"] > 0
        figures.add(disks=1, answered=len(said["answered"]), refused=said["refused"], lost=0)
