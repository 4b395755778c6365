"""What brings papers and feedback in: sources, files, libraries. Loaded only by commands that read papers."""

from collections.abc import Sequence
from functools import cached_property

from recommender.app.intake import build_sources, choose, read_file, read_library, rewind
from recommender.ports import Clock, Source, Store
from recommender.services.feedback_import import FeedbackImport
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
        return build_sources(settings.source, contact=settings.contact, clock=self._clock)

    def sources(self, *, only: str | None = None) -> list[Source]:
        """Return the configured sources, or the one named; raises InputError for an unknown name."""
        return self._sources if only is None else choose(self._sources, only)

    def rewind(self, sources: Sequence[Source], day: str) -> None:
        """Let sources start at a date (YYYY-MM-DD); raises InputError."""
        rewind(self._store, sources, day)

    def ingestion(self) -> Ingestion:
        """Return what fetches from sources."""
        return Ingestion(self._store, self._clock)

    def importing(self) -> Importing:
        """Return what reads saved files."""
        return Importing(self._store, self._clock, read_file)

    def library_import(self) -> LibraryImport:
        """Return what reads a reader's own library."""
        return LibraryImport(self._store, self._clock, read_library)

    def feedback_import(self) -> FeedbackImport:
        """Return what reads bulk feedback."""
        return FeedbackImport(self._store, self._clock)
