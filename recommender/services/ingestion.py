"""Papers into the store from the configured sources, held against what the sources said there is.

Each page is one transaction with its cursor, so a crash repeats at most a page and folding makes
the repeat harmless. A source that fails is reported and parked; the others go on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from shlex import quote

from recommender.domain.condition import is_late
from recommender.domain.errors import SourceError
from recommender.domain.papers import PaperId, PaperPage, Refused, SourceState
from recommender.domain.parking import is_resting, parked
from recommender.domain.reports import Report
from recommender.ports import Clock, LooksUp, Source, Store
from recommender.services.guarding import blamed, guarded
from recommender.services.pages import Tally, store_page
from recommender.services.progress import Progress, silent

_SOUGHT = timedelta(days=14)
"""How long a paper that was announced and is missing is looked up again."""
_NAMED = 5
"""Missing papers that are named in a report."""


class Ingestion:
    """Fetches every source from its cursor on."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def run(self, sources: Sequence[Source], progress: Progress = silent, *, insist: bool = False) -> Report:
        """Read all sources; a failing one becomes a failure in the report and a note in its state.

        A parked source is passed over, which the report says, unless a person does `insist`.

        Counts: sources, sources_ok, added, changed, unchanged, refused; where a reader's own library was
        read also votes (it gave) and taken_back; where a source announced papers also announced, stored
        and missing, of the latest announcement of each, summed. The notes say the same of each source.
        """
        tally = Tally()
        done = 0
        for source in sources:
            # Not earlier: the sources before may take minutes, in which another process reads this one.
            with self._store.read() as unit:
                known = unit.papers.source_states().get(source.name)
            state = known or SourceState(source=source.name)
            if not insist and (pause := _pause(state, self._clock.now())):
                tally.refused.append(pause)
                continue
            reading = _Reading(self._store, self._clock, source, state, tally, progress)
            progress(source.name, 0)
            try:
                reading.run()
                done += 1
            except SourceError as error:
                tally.refused.append(Refused(place=f"{source.name}: {error.place}", reason=error.reason))
                reading.note_failure(error)
            progress(source.name, reading.papers, ended=not reading.state.failures)
            tally.notes.append(f"{source.name}: {reading.told()}")
        with self._store.write() as unit:
            unit.papers.thin_signals(now=self._clock.now())
        report = tally.report("ingest")
        return replace(report, counts={"sources": len(sources), "sources_ok": done, **report.counts})


@dataclass(slots=True)
class _Reading:
    """One source in one run."""

    store: Store
    clock: Clock
    source: Source
    state: SourceState
    tally: Tally
    progress: Progress
    seen: set[PaperId] = field(default_factory=set)
    new: int = 0
    announced: int = 0

    @property
    def papers(self) -> int:
        """Papers it brought, each counted once: a page that checks another names its papers again."""
        return len(self.seen)

    def run(self) -> None:
        """Read all pages, then look for what was announced and did not come; raises SourceError."""
        # Why it was quiet the last time says nothing of this time.
        self.state = replace(self.state, outlook=replace(self.state.outlook, quiet=""))
        # Nobody is asked, every few seconds at that, for what a full disk or a locked store cannot take.
        with self.store.write() as unit:
            unit.papers.save_source_state(self.state)
        self._take(guarded(self.source.name, self.source.fetch(self.state.cursor)))
        self._complete()
        self.state = replace(
            self.state,
            last_ok=self.clock.now(),
            last_error=None,
            last_error_at=None,
            failures=0,
            parked_until=None,
            papers=self.papers,
        )
        with self.store.write() as unit:
            unit.papers.save_source_state(self.state)

    def note_failure(self, error: SourceError) -> None:
        """Keep the cursor as the last committed page left it, and leave the source alone for a while."""
        told = f"{error.place}: {error.reason}"
        self.state = parked(self.state, error, told=told, now=self.clock.now())
        with self.store.write() as unit:
            unit.papers.save_source_state(self.state)

    def told(self) -> str:
        """Say in a line how this source went."""
        state = self.state
        if state.failures:
            runs = "" if state.failures == 1 else f" {state.failures} times in a row"
            return f"failed{runs}, left alone until {_instant(state.parked_until)}"
        parts = [state.outlook.quiet]
        if not state.outlook.quiet and is_late(state, self.clock.now()):
            due = _instant(state.outlook.expected_next)
            parts.append(
                f"more was expected at {due}" if self.new else f"nothing new yet, though expected since {due}"
            )
        if state.announced_on:
            stored = f"{state.announced - state.missing:,} stored, {state.missing:,} missing"
            parts.append(f"{state.announced:,} announced on {state.announced_on:%-d %B}, {stored}")
        parts.append(f"{self.papers:,} read, {self.new:,} new" if self.papers else "nothing new to read")
        return "; ".join(part for part in parts if part)

    def _take(self, pages: Iterable[PaperPage]) -> None:
        for page in pages:
            now = self.clock.now()
            self.seen.update(paper.id for paper in page.papers)
            state = replace(
                self.state,
                cursor=page.cursor or self.state.cursor,
                outlook=page.outlook or self.state.outlook,
            )
            with blamed(self.source.name, page.place or self.source.name):
                new = store_page(self.store, page, now, self.tally, state=state)
            self.state = replace(state, last_new=now) if new else state
            self.new += new
            self.announced += sum(len(entry.papers) for entry in page.announced)
            self.progress(self.source.name, self.papers, of=self.announced)

    def _complete(self) -> None:
        """Fetch by id what was announced lately and is not there; say what stays missing."""
        since = (self.clock.now() - _SOUGHT).date()
        if isinstance(self.source, LooksUp) and (wanted := self._missing(since)):
            try:
                self._take(guarded(self.source.name, self.source.look_up(wanted)))
            except SourceError as error:
                self.tally.warnings.append(f"{self.source.name}: {error.place}: {error.reason}")
        with self.store.read() as unit:
            days = unit.intake.coverage(self.source.name, since)
        if not days:  # what was missing longer ago is not looked for any more
            self.state = replace(self.state, announced_on=None, announced=0, missing=0)
            return
        last = days[-1]
        self.state = replace(
            self.state, announced_on=last.day, announced=last.announced, missing=last.missing
        )
        self.tally.counts.update(
            announced=last.announced, stored=last.announced - last.missing, missing=last.missing
        )
        if any(day.missing for day in days):
            self.tally.warnings.append(f"{self.source.name}: {_lacking(self._missing(since))}")

    def _missing(self, since: date) -> Sequence[PaperId]:
        with self.store.read() as unit:
            return unit.intake.missing(self.source.name, since)


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "the next run"


def _pause(state: SourceState, now: datetime) -> Refused | None:
    """Say until when a source is left alone, if it is."""
    if not is_resting(state.parked_until, state.last_error_at, now):
        return None
    runs = "1 run that failed" if state.failures == 1 else f"{state.failures} runs that failed"
    until = _instant(state.parked_until)
    reason = f"left alone until {until} after {runs}: {state.last_error}"
    hint = f"paperroute ingest --source {quote(state.source)} asks at once"
    return Refused(place=state.source, reason=f"{reason} ({hint})")


def _lacking(papers: Sequence[PaperId]) -> str:
    """Name what is missing."""
    named = ", ".join(papers[:_NAMED]) + (", …" if len(papers) > _NAMED else "")
    count = "1 announced paper is" if len(papers) == 1 else f"{len(papers)} announced papers are"
    return f"{count} missing and will be looked for again: {named}"
