"""A reader in an empty store, and a library that is read as it is told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from recommender.domain.errors import SourceMalformed
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper, PaperId, PaperPage, Refused
from recommender.domain.reports import Report
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from recommender.services.library_import import LibraryImport, LibraryUse
from recommender.services.voting import Mark, Voting
from tests.builders import NOON, a_declaration
from tests.services.desk import Hands


class Study:
    """A subscriber called Ana with a store, and files whose papers are given by the test."""

    def __init__(self, store: Store) -> None:
        """Add Ana."""
        self.store = store
        self.clock = Hands()
        self.files: dict[str, list[Paper]] = {}
        with store.write() as unit:
            self.ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)

    def bring(self, use: LibraryUse, *names: str) -> Report:
        """Import files for Ana; files that are not there are refused."""
        importing = LibraryImport(self.store, self.clock, self._read)
        return importing.run([Path(name) for name in names], self.ana.email, use)

    def act(self, act: Act, paper: str) -> None:
        """Let Ana act on a paper."""
        self.clock.wait(1)
        Voting(self.store, self.clock).record(self.ana, [Mark(paper=PaperId(paper), act=act)], via="cli")

    def votes(self) -> dict[PaperId, bool]:
        """Return Ana's standing votes."""
        with self.store.read() as unit:
            return {vote.paper: vote.up for vote in unit.people.votes([self.ana.id])}

    def saved(self) -> set[PaperId]:
        """Return Ana's reading list."""
        with self.store.read() as unit:
            return {paper for paper, _, _ in unit.people.saved(self.ana.id)}

    def log(self) -> Sequence[tuple[PaperId, Act, str]]:
        """Return Ana's log as (paper, act, via)."""
        with self.store.read() as unit:
            return [(entry.paper, entry.act, entry.via) for entry in unit.people.feedback(self.ana.id)]

    def _read(self, path: Path, _now: datetime) -> Iterator[PaperPage]:
        if str(path) not in self.files:
            raise SourceMalformed("file", str(path), "there is no such file; check the path")
        broken = Refused(place=f"{path}:9", reason="the entry is not valid")
        yield PaperPage(papers=self.files[str(path)], refused=[broken] if "broken" in str(path) else ())
