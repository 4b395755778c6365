"""Papers into the store from files that a person names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from recommender.domain.errors import SourceError
from recommender.domain.papers import PaperPage, Refused
from recommender.domain.reports import Report
from recommender.ports import Clock, Store
from recommender.services.pages import Tally, store_page
from recommender.services.progress import Progress, silent


class Importing:
    """Reads saved files into the store."""

    def __init__(
        self, store: Store, clock: Clock, read_file: Callable[[Path, datetime], Iterator[PaperPage]]
    ) -> None:
        """Keep the store, the clock and the function that turns a file into pages."""
        self._store = store
        self._clock = clock
        self._read_file = read_file

    def run(self, paths: Sequence[Path], progress: Progress = silent) -> Report:
        """Read all files; a file or entry that cannot be used is named in the report.

        Counts: files, files_refused, added, changed, unchanged, refused. Files are named before entries.
        """
        tally = Tally()
        files: list[Refused] = []
        for path in paths:
            papers = 0
            progress(path.name, papers)
            try:
                for page in self._read_file(path, self._clock.now()):
                    store_page(self._store, page, self._clock.now(), tally)
                    papers += len(page.papers)
                    progress(path.name, papers)
            except SourceError as error:
                files.append(Refused(place=error.place, reason=error.reason))
                progress(path.name, papers, ended=False)
            else:
                progress(path.name, papers, ended=True)
        report = tally.report("import")
        counts = {"files": len(paths), "files_refused": len(files), **report.counts}
        return replace(report, counts=counts, failures=(*files, *report.failures))
