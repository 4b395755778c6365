"""A reader's own library, from files, as feedback: examples, the reading list, or up-votes.

A library speaks only where the reader has not: an act is recorded for papers on which the reader never
acted in that way, so a library read again changes nothing and a thumb is never overridden.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from recommender.domain.errors import SourceError
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId, PaperPage, Refused
from recommender.domain.reports import Report
from recommender.ports import Clock, Store
from recommender.services.progress import Progress, silent

VOTING = frozenset({Act.UP, Act.DOWN, Act.UNDO})
LISTING = frozenset({Act.SAVE, Act.UNSAVE, Act.READ})
_COUNTS = ("papers", "added", "new", "already_known", "decided_otherwise", "refused")


class LibraryUse(StrEnum):
    """What a library is given as."""

    SEED = "seed"
    """Examples: up-votes that say in the log that they are some."""
    SAVED = "saved"
    """The reading list."""
    UP = "up"
    """Up-votes."""

    @property
    def act(self) -> Act:
        """The act that is recorded."""
        return Act.SAVE if self is LibraryUse.SAVED else Act.UP

    @property
    def via(self) -> str:
        """What the log says of where it came from."""
        return "seed" if self is LibraryUse.SEED else "import"


def latest_acts(log: Iterable[Feedback], kinds: frozenset[Act]) -> dict[PaperId, Feedback]:
    """Return the last entry of `kinds` for each paper of a log, oldest first; suspect ones do not count."""
    return {entry.paper: entry for entry in log if entry.act in kinds and not entry.suspect}


class LibraryImport:
    """Reads library files into the store and into one reader's log."""

    def __init__(
        self, store: Store, clock: Clock, read_file: Callable[[Path, datetime], Iterator[PaperPage]]
    ) -> None:
        """Keep the store, the clock and the function that turns a file into pages, bare ids included."""
        self._store = store
        self._clock = clock
        self._read_file = read_file

    def run(self, paths: Sequence[Path], reader: str, use: LibraryUse, progress: Progress = silent) -> Report:
        """Record every paper of the files for the subscriber known as `reader`.

        Each page is one transaction. Counts: files, files_refused, papers (in the files), added (to the
        store), new (acts), already_known, decided_otherwise (the reader acted differently before),
        refused. Refused files are named before entries. Raises UnknownSubscriber.
        """
        with self._store.read() as unit:
            subscriber = unit.people.find(reader).id
        counts: Counter[str] = Counter()
        files: list[Refused] = []
        refused: list[Refused] = []
        for path in paths:
            papers = 0
            progress(path.name, papers)
            try:
                for page in self._read_file(path, self._clock.now()):
                    counts += self._take(page, subscriber, use)
                    refused += page.refused
                    papers += len(page.papers)
                    progress(path.name, papers)
            except SourceError as error:
                files.append(Refused(place=error.place, reason=error.reason))
                progress(path.name, papers, ended=False)
            else:
                progress(path.name, papers, ended=True)
        told = {"files": len(paths), "files_refused": len(files)} | {name: counts[name] for name in _COUNTS}
        return Report(name="import library", counts=told, failures=(*files, *refused))

    def _take(self, page: PaperPage, subscriber: int, use: LibraryUse) -> Counter[str]:
        """Fold a page and record its acts in one transaction."""
        now = self._clock.now()
        own = [replace(paper, library_only=True) for paper in page.papers]
        with self._store.write() as unit:
            folded = unit.papers.fold(own, seen_at=now)
            named = list(dict.fromkeys(folded.ids))
            latest = latest_acts(unit.people.feedback(subscriber), LISTING if use.act is Act.SAVE else VOTING)
            new = [
                Feedback(subscriber=subscriber, paper=paper, act=use.act, at=now, via=use.via)
                for paper in named
                if paper not in latest
            ]
            unit.people.record(new)
        found = Counter(_standing(paper, latest, use.act) for paper in named)
        return found + Counter(papers=len(named), added=folded.added, refused=len(page.refused))


def _standing(paper: PaperId, latest: Mapping[PaperId, Feedback], act: Act) -> str:
    """Return the count that a paper adds to."""
    if paper not in latest:
        return "new"
    same = latest[paper].act is act or (act is Act.SAVE and latest[paper].act is Act.READ)
    return "already_known" if same else "decided_otherwise"
