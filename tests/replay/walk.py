"""A clock that is walked through the days, an ingest on each, and what each said."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from recommender.domain.reports import Report
from recommender.services.ingestion import Ingestion
from recommender.sources.arxiv import ArxivOptions, ArxivSource
from recommender.store.sql_store import SqlStore
from tests.replay.arxiv_house import ArxivHouse, Fault
from tests.sources.replay import FakeTime, client_for

SOURCE = "arxiv"
_HOUR = 12
_PAUSE = 60.0
"""Seconds until a process that ended is started again."""


class WorldClock(FakeTime):
    """One time for everything: waiting lets it pass, and it is set forward from day to day."""

    def __init__(self, start: datetime) -> None:
        """Start at `start`, aware UTC."""
        super().__init__()
        self._start = start - timedelta(seconds=self.seconds)

    def now(self) -> datetime:
        """Return the present."""
        return self._start + timedelta(seconds=self.seconds)

    def reach(self, when: datetime) -> None:
        """Let time pass until `when`, if that is to come."""
        self.seconds = max(self.seconds, (when - self._start).total_seconds())


class Crash(Exception):
    """The process ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What goes wrong on one day, and what the report of that day must say of it."""

    name: str
    faults: Sequence[Fault] = ()
    says: str = ""
    """Pattern that a failure or a warning matches; empty where a fault costs nothing and is not told."""
    fails: bool = False
    """The source fails: its papers come with the next run."""
    late: bool = False
    """Some papers may come with the next run though the source did not fail."""
    crash_after: int = 0
    """Pages after which the process ends, once."""
    then: Sequence[timedelta] = ()
    """When it is run again on the same day, counted from the first run."""
    off: int = 0
    """Announcement days before it on which the machine was off."""
    delayed: bool = False
    """arXiv makes all of the day's announcement public only in the evening."""
    missing: int = 0
    """Papers that the report says are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run and what it said."""

    day: date
    report: Report
    requests: int
    trial: Trial | None = None
    again: bool = False
    """Not the first run of its day."""

    @property
    def told(self) -> Sequence[str]:
        """Return failures, warnings and notes as lines."""
        refused = [f"{one.place}: {one.reason}" for one in self.report.failures]
        return [*refused, *self.report.warnings, *self.report.notes]


@dataclass(slots=True)
class Walk:
    """The product beside a house: store, source and clock live from the first day to the last."""

    house: ArxivHouse
    store: SqlStore
    clock: WorldClock
    categories: Sequence[str]
    runs: list[Ran] = field(default_factory=list)
    crashes: int = 0

    def source(self) -> ArxivSource:
        """Return the source as a process that starts now has it."""
        options = ArxivOptions(
            base_url=self.house.url(""), api_url=self.house.url("/api/query"), oai_url=self.house.url("/oai")
        )
        client = client_for(self.house, self.clock)
        return ArxivSource(SOURCE, client, self.categories, clock=self.clock, options=options)

    def through(self, days: Iterable[date], trials: Callable[[date], Trial | None]) -> None:
        """Run once on each day at noon UTC, and again where its trial says so."""
        for day in days:
            trial = trials(day)
            start = datetime(day.year, day.month, day.day, _HOUR, tzinfo=UTC)
            self.clock.reach(start)
            self.house.faults = list(trial.faults) if trial else []
            if trial and trial.crash_after:
                self._crash(trial.crash_after)
            self._run(day, trial, again=False)
            for later in trial.then if trial else ():
                self.clock.reach(start + later)
                self._run(day, trial, again=True)

    def _run(self, day: date, trial: Trial | None, *, again: bool) -> None:
        before = sum(self.house.requests.values())
        report = Ingestion(self.store, self.clock).run([self.source()])
        asked = sum(self.house.requests.values()) - before
        self.runs.append(Ran(day=day, report=report, requests=asked, trial=trial, again=again))

    def _crash(self, pages: int) -> None:
        """End a run after so many of its pages are stored."""
        left = [pages]

        def progress(what: str, papers: int, *, of: int = 0, ended: bool | None = None) -> None:
            left[0] -= papers > 0
            if left[0] == 0:
                raise Crash

        try:
            Ingestion(self.store, self.clock).run([self.source()], progress)
        except Crash:
            self.crashes += 1
            self.clock.sleep(_PAUSE)
