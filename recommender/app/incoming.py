"""What brings papers and feedback in: sources, files, libraries. Loaded only by commands that read papers."""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property

from recommender.app.enrichers import build_errands
from recommender.app.intake import build_sources, choose, data_folder, read_file, read_library, rewind
from recommender.domain.reports import Report
from recommender.ports import Clock, HasCabinet, Source, Store
from recommender.services.enriching import Enriching, Errand
from recommender.services.feedback_import import FeedbackImport
from recommender.services.filing import Filing
from recommender.services.importing import Importing
from recommender.services.ingestion import Ingestion
from recommender.services.library_import import LibraryImport
from recommender.settings.loader import Loaded


class Incoming:
    """One configuration's ways in."""

    def __init__(self, loaded: Loaded, store: Store, clock: Clock) -> None:
        """Keep what the services need."""
        self._loaded = loaded
        self._store = store
        self._clock = clock

    @cached_property
    def _sources(self) -> list[Source]:
        settings = self._loaded.settings
        lanes = data_folder(self._loaded.store_url, self._loaded.artifacts.parent)
        return build_sources(settings.source, contact=settings.contact, clock=self._clock, lanes=lanes)

    def sources(self, *, only: str | None = None) -> list[Source]:
        """Return the configured sources, or the one named; raises InputError for an unknown name."""
        return self._sources if only is None else choose(self._sources, only)

    def rewind(self, sources: Sequence[Source], day: str) -> None:
        """Let sources start at a date (YYYY-MM-DD), today at the latest; raises InputError."""
        rewind(self._store, sources, day, today=self._clock.now().date())

    def ingestion(self) -> Ingestion:
        """Return what fetches from sources."""
        return Ingestion(self._store, self._clock)

    def aftermath(self, sources: Sequence[Source], *, enriched: bool = True) -> Iterator[Report]:
        """Do what follows a reading of sources, and report it; nothing where nothing is configured.

        What readers saved goes into the libraries that were read, and then, if `enriched`, others are asked
        what they know of the papers.
        """
        if any(isinstance(source, HasCabinet) and source.cabinet for source in sources):
            yield Filing(self._store, self._clock).run(sources)
        if self._errands and enriched:
            yield Enriching(self._store, self._clock, ticks=time.monotonic).run(self._errands)

    @cached_property
    def _errands(self) -> list[Errand]:
        settings = self._loaded.settings
        return build_errands(settings.enricher, contact=settings.contact, clock=self._clock)

    def importing(self) -> Importing:
        """Return what reads saved files."""
        return Importing(self._store, self._clock, read_file)

    def library_import(self) -> LibraryImport:
        """Return what reads a reader's own library."""
        return LibraryImport(self._store, self._clock, read_library)

    def feedback_import(self) -> FeedbackImport:
        """Return what reads bulk feedback."""
        return FeedbackImport(self._store, self._clock)
