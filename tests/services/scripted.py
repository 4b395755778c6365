"""Sources that say what they are told to, and a desk with a store, an hour and ingestion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from recommender.domain.errors import SourceError, SourceUnavailable
from recommender.domain.papers import Announced, Cursor, Paper, PaperId, PaperPage, SourceState
from recommender.services.ingestion import Ingestion
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper

DAY = date(2026, 1, 30)


@dataclass(slots=True)
class Plain:
    """A source that says what it is told to; an exception among its pages is raised."""

    name: str = "arxiv"
    pages: Sequence[PaperPage | Exception] = ()
    asked: list[str | None] = field(default_factory=list)

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield the pages."""
        self.asked.append(since.position if since else None)
        yield from _said(self.pages)


@dataclass(slots=True)
class Answering(Plain):
    """One that can be asked for single papers too."""

    knows: Sequence[Paper] = ()
    trouble: Exception | None = None
    wanted: list[list[PaperId]] = field(default_factory=list)

    def look_up(self, papers: Sequence[PaperId]) -> Iterator[PaperPage]:
        """Yield what it knows of them."""
        self.wanted.append(list(papers))
        yield from _said([self.trouble] if self.trouble else [])
        yield PaperPage(papers=[paper for paper in self.knows if paper.id in papers])


def _said(pages: Sequence[PaperPage | Exception]) -> Iterator[PaperPage]:
    for page in pages:
        if isinstance(page, Exception):
            raise page
        yield page


@dataclass(slots=True)
class Desk:
    """A store, an hour, and ingestion; also the clock."""

    store: SqlStore
    instant: datetime = NOON
    seen: list[tuple[str, int, int, bool | None]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the hour."""
        return self.instant

    def told(self, what: str, papers: int, *, of: int = 0, ended: bool | None = None) -> None:
        """Note progress."""
        self.seen.append((what, papers, of, ended))

    @property
    def ingestion(self) -> Ingestion:
        """Return the service."""
        return Ingestion(self.store, self)

    def state(self, name: str = "arxiv") -> SourceState:
        """Return what is remembered of a source."""
        with self.store.read() as unit:
            return unit.papers.source_states()[name]


def page(*numbers: int, announced: Sequence[int] | None = None, **fields: object) -> PaperPage:
    """Build a page with some papers of the builders, which announces those, or others."""
    names = [a_paper(number).id for number in (numbers if announced is None else announced)]
    made = PaperPage(
        papers=[a_paper(number) for number in numbers],
        announced=[Announced(day=DAY, papers=names)],
        cursor=Cursor(position="2026-01-30"),
    )
    return replace(made, **fields)  # type: ignore[arg-type]  # a builder takes any field by name


def unavailable(**fields: object) -> SourceError:
    """Build the failure of a server."""
    return SourceUnavailable("arxiv", "http://a/feed", "answered 503", **fields)  # type: ignore[arg-type]
