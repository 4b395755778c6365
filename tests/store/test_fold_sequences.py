"""Whatever is folded, taken back, joined and folded again, in whatever order: no vote is lost.

Random sequences over a few works with many ids that claim each other's names.
"""

import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recommender.domain.errors import InputError
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.domain.subscribers import SubscriberState
from recommender.ports import UnitOfWork
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper

STEPS = 30
TITLES = ("How to fold papers without loss", "How to unfold papers without loss", "Short")
DOIS = (None, None, None, "10.1000/a", "10.1000/b")
NUMBERS = ("arxiv:2601.00001", "arxiv:2601.00002", "arxiv:2601.00003", "arxiv:2601.00004")


class Life:
    """One store, one sequence of random steps, and what must be true after each."""

    def __init__(self, store: SqlStore, seed: int) -> None:
        """Begin with three readers and no paper."""
        self.store = store
        self.dice = random.Random(seed)
        self.now = NOON
        self.ids: set[PaperId] = set()
        self.recorded: Counter[tuple[int, Act, datetime]] = Counter()
        with store.write() as unit:
            self.readers = [
                unit.people.add(
                    a_declaration(f"r{number}@example.org"), state=SubscriberState.ACTIVE, at=NOON
                ).id
                for number in range(3)
            ]

    def step(self) -> None:
        """Do one random thing."""
        self.now += timedelta(minutes=1)
        moves = (self.sight, self.sight, self.sight, self.act, self.act, self.undo, self.join)
        with self.store.write() as unit:
            self.dice.choice(moves)(unit)

    def sight(self, unit: UnitOfWork) -> None:
        """Bring in up to three papers, in one batch."""
        papers = [self._sighting() for _ in range(self.dice.randint(1, 3))]
        unit.papers.fold(papers, seen_at=self.now)
        self.ids.update(paper.id for paper in papers)

    def act(self, unit: UnitOfWork) -> None:
        """Give feedback on whatever name; now and then at an instant that was there before."""
        for _ in range(4 if self.ids else 0):
            at = self.dice.choice((NOON, self.now + timedelta(seconds=self.dice.randint(0, 59))))
            entry = Feedback(
                subscriber=self.dice.choice(self.readers),
                paper=self.dice.choice(sorted(self.ids)),
                act=self.dice.choice((Act.UP, Act.DOWN, Act.UNDO, Act.SAVE, Act.UNSAVE, Act.READ)),
                at=at,
            )
            self.recorded[entry.subscriber, entry.act, entry.at] += unit.people.record([entry])

    def undo(self, unit: UnitOfWork) -> None:
        """Take a fold back."""
        if folds := unit.twins.folds(standing=True):
            unit.twins.undo(self.dice.choice(folds).id, at=self.now)

    def join(self, unit: UnitOfWork) -> None:
        """Join any two papers."""
        papers = [paper.id for paper in unit.papers.all()]
        if len(papers) > 1:
            unit.twins.join(*self.dice.sample(papers, 2), at=self.now)

    def check(self) -> None:
        """Hold the store against the laws."""
        assert self.store.check() == ()
        with self.store.read() as unit:
            papers = {paper.id for paper in unit.papers.all()}
            names = unit.papers.resolve([*self.ids, *papers])
            log = unit.people.feedback()
            lists = {(reader, row) for reader in self.readers for row in unit.people.saved(reader)}
            apart = unit.twins.apart()
        assert set(names) == self.ids | papers
        assert set(names.values()) <= papers
        assert {paper: names[paper] for paper in papers} == {paper: paper for paper in papers}
        acts = Counter((entry.subscriber, entry.act, entry.at) for entry in log)
        assert set(acts) == set(self.recorded)
        assert all(count <= self.recorded[act] for act, count in acts.items())
        assert lists == reading_lists(log)
        for one, other in map(sorted, apart):
            if one in names and other in names:
                assert names[one] != names[other]

    def part_all(self) -> None:
        """Take every fold back, in random order; then each act is there as often as it was recorded."""
        with self.store.write() as unit:
            while folds := unit.twins.folds(standing=True):
                unit.twins.undo(self.dice.choice(folds).id, at=self.now)
            log = Counter((entry.subscriber, entry.act, entry.at) for entry in unit.people.feedback())
        assert log == self.recorded

    def _sighting(self) -> Paper:
        """Make a record of a random id; most ids keep to one title."""
        number = self.dice.choice((*NUMBERS, "doi:10.1000/a", "doi:10.1000/b"))
        home = sum(map(ord, number)) % 2
        title = TITLES[home if self.dice.random() < 0.8 else self.dice.randrange(3)]
        version = self.dice.choice((None, 1, 2, 3))
        paper = a_paper(
            1, id=PaperId(number), title=title, version=version, abstract=f"Version {version} it is."
        )
        doi = number.removeprefix("doi:") if number.startswith("doi:") else self.dice.choice(DOIS)
        status = self.dice.choice((PaperStatus.ACTIVE, PaperStatus.ACTIVE, PaperStatus.WITHDRAWN))
        return replace(paper, doi=doi, status=status, library_only=self.dice.random() < 0.1)


def reading_lists(log: Iterable[Feedback]) -> set[tuple[int, tuple[PaperId, datetime, bool]]]:
    """Replay the log in the plainest way."""
    states: dict[tuple[int, PaperId], tuple[datetime, bool]] = {}
    entries: dict[tuple[int, PaperId], list[Feedback]] = defaultdict(list)
    for entry in log:
        entries[entry.subscriber, entry.paper].append(entry)
    for pair, acts in entries.items():
        for entry in acts:
            if entry.act is Act.UNSAVE:
                states.pop(pair, None)
            elif entry.act is Act.SAVE:
                states.setdefault(pair, (entry.at, False))
            elif entry.act is Act.READ and pair in states:
                states[pair] = (states[pair][0], True)
    return {(reader, (paper, at, read)) for (reader, paper), (at, read) in states.items()}


def live(store: SqlStore, seed: int) -> int:
    """Live one life; return how many folds it had."""
    life = Life(store, seed)
    for _ in range(STEPS):
        life.step()
        life.check()
    life.part_all()
    life.check()
    with store.read() as unit:
        return len(unit.twins.folds())


@pytest.mark.parametrize("start", range(0, 20, 10))
def test_no_vote_is_lost_in_any_order(sqlite_template: Path, tmp_path: Path, start: int) -> None:
    """Ten lives each, and there is something to lose in them."""
    folds = 0
    for seed in range(start, start + 10):
        path = tmp_path / f"{seed}.db"
        shutil.copy(sqlite_template, path)
        store = SqlStore(f"sqlite:///{path}")
        folds += live(store, seed)
        store.close()
    assert folds > 20


@pytest.mark.parametrize("seed", range(3))
def test_nor_on_postgresql(postgres_url: str, seed: int) -> None:
    """The same lives."""
    store = SqlStore(postgres_url)
    live(store, seed)
    store.close()


def test_a_fold_that_cannot_be_parted_changes_nothing(sqlite_store: SqlStore) -> None:
    """Wrong numbers end in words."""
    with sqlite_store.write() as unit, pytest.raises(InputError, match="no fold has the number 1"):
        unit.twins.undo(1, at=NOON)
