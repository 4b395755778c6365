"""From `[[source]]` tables to sources, and from files to pages. Loaded only by commands that read papers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from recommender.app.kinds import kinds
from recommender.domain.errors import InputError
from recommender.domain.papers import Cursor, PaperPage, SourceState
from recommender.ports import Clock, Source, Store
from recommender.runtime import SystemClock
from recommender.settings.source_models import SourceSection
from recommender.sources.bibliography import parse_references
from recommender.sources.files import read_file
from recommender.sources.http import PoliteClient
from recommender.sources.lanes import LaneFolder
from recommender.sources.pacing import Timing

__all__ = ["build_sources", "read_file", "read_library", "read_references"]


def build_sources(
    sections: Iterable[SourceSection], *, contact: str, clock: Clock, lanes: Path
) -> list[Source]:
    """Return the sources that the tables describe, over one HTTP client so that limits hold across them.

    In the folder `lanes` stands what holds across the processes of this machine too.
    """
    timing = Timing(folder=LaneFolder(lanes, SystemClock()))  # the wall's own time, whatever `clock` shows
    client = PoliteClient(contact=contact, timing=timing)
    build = {kind.word: kind.build for kind in kinds()}
    return [
        build[section.type](section.options(), client.allowing(section.allow_hosts), clock)
        for section in sections
    ]


def data_folder(store_url: str, otherwise: Path) -> Path:
    """Return the folder of a store's file, or `otherwise` where the store is on a server."""
    file = store_url.removeprefix("sqlite:///")
    return otherwise if file in (store_url, "", ":memory:") else Path(file).parent


def read_library(path: Path, now: datetime) -> Iterator[PaperPage]:
    """Return the pages of a reader's own library; ids without a title are papers too."""
    return read_file(path, now, bare=True)


def read_references(path: Path) -> tuple[str, ...]:
    """Return the paper references of a `seeds_file`; entries that cannot be used are left out."""
    references, _ = parse_references(path.read_bytes(), str(path))
    return references


def rewind(store: Store, sources: Sequence[Source], day: str, *, today: date) -> None:
    """Let sources start at a date (YYYY-MM-DD) instead of where they left off; raises InputError."""
    try:
        since = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 only the date is kept
    except ValueError as error:
        raise InputError(f"--since: {day!r} is not a date; write it as 2026-01-30") from error
    if since > today:
        # A cursor of tomorrow would pass over what comes until then.
        raise InputError(f"--since: {day} is in the future; today is {today} (UTC)")
    with store.write() as unit:
        states = unit.papers.source_states()
        for source in sources:
            state = states.get(source.name) or SourceState(source=source.name)
            unit.papers.save_source_state(replace(state, cursor=Cursor(position=since.isoformat())))


def choose(sources: Sequence[Source], name: str) -> list[Source]:
    """Return the source of that name; raises InputError where there is none."""
    chosen = [source for source in sources if source.name == name]
    if not chosen:
        names = ", ".join(source.name for source in sources)
        known = f"there are: {names}" if names else "none is configured"
        raise InputError(f"no source is called {name!r}; {known}")
    return chosen
