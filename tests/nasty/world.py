"""A store filled from files, and what is printed of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recommender.domain.papers import Paper
from recommender.domain.reports import Report
from recommender.services.importing import Importing
from recommender.sources.files import read_file
from tests.nasty import laws
from tests.nasty.case import Case
from tests.nasty.press import Prints, printed
from tests.sources.replay import FixedClock
from tests.stores import sqlite_store

NOW = datetime(2026, 1, 30, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was read, what is held of the cases, what may be recommended, and what was printed."""

    report: Report
    papers: Mapping[str, Paper]
    held: frozenset[str]
    """Every id of the store."""
    fresh: frozenset[str]
    """Those that may be recommended, were they new."""
    prints: Prints

    def check_whole(self) -> None:
        """Assert that nothing is broken in the digest of all cases."""
        laws.check(self.prints.whole, self.papers.values())

    def check_few(self) -> None:
        """Assert that nothing is broken in the small digests."""
        start = 0
        papers = list(self.papers.values())
        for sheet in self.prints.few:
            laws.check(sheet, papers[start : start + len(sheet.blocks)])
            start += len(sheet.blocks)
        assert start == len(papers)


def world(folder: Path, files: Iterable[Path], cases: Sequence[Case]) -> World:
    """Import `files` into a store in `folder` and print every case."""
    store = sqlite_store(folder)
    report = Importing(store, FixedClock(NOW), read_file).run([*files])
    with store.read() as unit:
        held = {str(paper.id): paper for paper in unit.papers.all()}
        candidates = unit.papers.fresh(datetime.min.replace(tzinfo=UTC), NOW)
    prints = printed(store, cases)
    store.close()
    return World(
        report=report,
        papers={case.id: held[case.id] for case in cases},
        held=frozenset(held),
        fresh=frozenset(str(paper.id) for paper in candidates),
        prints=prints,
    )
