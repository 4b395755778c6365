"""Papers into the store: from configured sources and from files a person names.

Each page is one transaction with its cursor, so a crash repeats at most a page and folding makes
the repeat harmless. A source that fails is reported and parked; the others go on.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from recommender.domain.errors import SourceError, SourceMalformed, UnknownSubscriber
from recommender.domain.papers import Cursor, LibraryNews, PaperId, PaperPage, Refused, SourceState
from recommender.domain.reports import Report
from recommender.ports import Clock, Source, Store, UnitOfWork
from recommender.services.library_news import record_news

Progress = Callable[[str, int], None]
"""Called with what is being read and how many papers of it are stored so far."""


def _silent(_what: str, _papers: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """Counts and refusals of one run; the counters are shared by all pages of the run."""

    counts: Counter[str]
    refused: list[Refused]

    def add(self, page: PaperPage, *, added: int, changed: int, unchanged: int) -> None:
        self.counts.update(added=added, changed=changed, unchanged=unchanged, refused=len(page.refused))
        self.refused.extend(page.refused)

    def report(self, name: str) -> Report:
        keys = ["added", "changed", "unchanged", "refused"]
        keys += [key for key in ("votes", "taken_back") if key in self.counts]
        return Report(name=name, counts={key: self.counts[key] for key in keys}, failures=tuple(self.refused))


def _tally() -> _Tally:
    return _Tally(counts=Counter(), refused=[])


class Ingestion:
    """Fetches every source from its cursor on."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def run(self, sources: Sequence[Source], progress: Progress = _silent) -> Report:
        """Read all sources; a failing one becomes a failure in the report and a note in its state.

        Counts: sources, sources_ok, added, changed, unchanged, refused; where a reader's own library was
        read also votes (it gave) and taken_back.
        """
        tally = _tally()
        with self._store.read() as unit:
            states = dict(unit.papers.source_states())
        done = 0
        for source in sources:
            state = states.get(source.name) or SourceState(source=source.name)
            try:
                self._read(source, state, tally, progress)
                done += 1
            except SourceError as error:
                tally.refused.append(Refused(place=f"{source.name}: {error.place}", reason=error.reason))
                self._note_failure(source.name, state, error)
        report = tally.report("ingest")
        return replace(report, counts={"sources": len(sources), "sources_ok": done, **report.counts})

    def _read(self, source: Source, state: SourceState, tally: _Tally, progress: Progress) -> None:
        papers = 0
        cursor: Cursor | None = state.cursor
        for page in source.fetch(state.cursor):
            cursor = page.cursor or cursor
            papers += len(page.papers)
            state = replace(state, cursor=cursor)
            _store_page(self._store, page, self._clock.now(), tally, state=state)
            progress(source.name, papers)
        done = replace(state, last_ok=self._clock.now(), last_error=None, last_error_at=None, papers=papers)
        with self._store.write() as unit:
            unit.papers.save_source_state(done)

    def _note_failure(self, name: str, state: SourceState, error: SourceError) -> None:
        """Keep the cursor as the last committed page left it; only the error is new."""
        with self._store.write() as unit:
            latest = unit.papers.source_states().get(name, state)
            unit.papers.save_source_state(
                replace(latest, last_error=f"{error.place}: {error.reason}", last_error_at=self._clock.now())
            )


class Importing:
    """Reads saved files into the store."""

    def __init__(
        self, store: Store, clock: Clock, read_file: Callable[[Path, datetime], Iterator[PaperPage]]
    ) -> None:
        """Keep the store, the clock and the function that turns a file into pages."""
        self._store = store
        self._clock = clock
        self._read_file = read_file

    def run(self, paths: Sequence[Path], progress: Progress = _silent) -> Report:
        """Read all files; a file or entry that cannot be used is named in the report.

        Counts: files, files_refused, added, changed, unchanged, refused. Files are named before entries.
        """
        tally = _tally()
        files: list[Refused] = []
        for path in paths:
            papers = 0
            try:
                for page in self._read_file(path, self._clock.now()):
                    _store_page(self._store, page, self._clock.now(), tally)
                    papers += len(page.papers)
                    progress(path.name, papers)
            except SourceError as error:
                files.append(Refused(place=error.place, reason=error.reason))
        report = tally.report("import")
        counts = {"files": len(paths), "files_refused": len(files), **report.counts}
        return replace(report, counts=counts, failures=(*files, *report.failures))


def _store_page(
    store: Store, page: PaperPage, now: datetime, tally: _Tally, *, state: SourceState | None = None
) -> None:
    """Fold a page, its signals and the source's cursor in one transaction."""
    with store.write() as unit:
        folded = unit.papers.fold(page.papers, seen_at=now)
        unit.papers.add_signals(page.signals)
        if page.library is not None:
            names = dict(zip((paper.id for paper in page.papers), folded.ids, strict=True))
            tally.counts.update(_news(unit, page.library, names, page.place, now))
        if state is not None:
            unit.papers.save_source_state(state)
    tally.add(page, added=folded.added, changed=folded.changed, unchanged=folded.unchanged)


def _news(
    unit: UnitOfWork, news: LibraryNews, names: Mapping[PaperId, PaperId], place: str, now: datetime
) -> Counter[str]:
    """Record a library's news; one for nobody is a fault of that source alone."""
    try:
        return record_news(unit, news, names, now)
    except UnknownSubscriber as error:
        reason = "nobody is known as its reader; name the address or id of a subscriber"
        raise SourceMalformed("library", place, reason) from error
