"""What others know of papers that are stored: citations, venues, published versions, summaries.

It runs after ingestion and never in its way: within a time, within what each enricher may be asked, and
an enricher that fails is a warning and is left alone for a while, as a source is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from recommender.domain.errors import SourceError
from recommender.domain.papers import Paper, PaperPage, SourceState
from recommender.domain.parking import is_resting, parked
from recommender.domain.reports import Report
from recommender.ports import Clock, Enricher, Store
from recommender.services.guarding import guarded

DEFAULT_SECONDS = 120.0
_STANDING = frozenset({"id", "title", "version", "updated", "status", "library_only"})
"""What a sighting needs to be neither older nor newer than the paper it is of."""
_COUNTS = ("asked", "known", "changed", "citations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An enricher and what it is asked."""

    enricher: Enricher
    days: int = 30
    """Papers first seen within so many days are asked about."""
    again_days: int = 7
    """And again after so many."""
    per_run: int = 1_000
    """At most so many papers in one run."""


class Enriching:
    """Asks every enricher about the papers it was not asked about lately."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        ticks: Callable[[], float],
        seconds: float = DEFAULT_SECONDS,
    ) -> None:
        """`ticks` gives seconds that only grow; all enrichers together get `seconds` of them in a run."""
        self._store = store
        self._clock = clock
        self._ticks = ticks
        self._seconds = seconds

    def run(self, errands: Sequence[Errand]) -> Report:
        """Ask, and store what is new; what fails is a warning and costs nothing else.

        Counts: asked (papers), known (to an enricher), changed, citations (counts taken).
        """
        deadline = self._ticks() + self._seconds
        counts: Counter[str] = Counter()
        warnings: list[str] = []
        with self._store.read() as unit:
            states = dict(unit.papers.source_states())
        for errand in errands:
            name = errand.enricher.name
            state = states.get(name) or SourceState(source=name)
            now = self._clock.now()
            if state.parked_until and is_resting(state.parked_until, state.last_error_at, now):
                until = f"{state.parked_until:%Y-%m-%d %H:%M} UTC"
                warnings.append(f"{name}: left alone until {until}: {state.last_error}")
                continue
            asking = _Asking(self._store, self._clock, errand, counts)
            try:
                if not asking.run(lambda: self._ticks() < deadline):
                    warnings.append(f"{name}: no time left; the other papers are asked about next time")
                asking.note_success(state)
            except SourceError as error:
                warnings.append(f"{name}: {_told(error)}")
                asking.note_failure(state, error)
        told = {key: counts[key] for key in _COUNTS}
        return Report(name="enrich", counts=told, warnings=tuple(warnings))


@dataclass(slots=True)
class _Asking:
    """One enricher in one run."""

    store: Store
    clock: Clock
    errand: Errand
    counts: Counter[str]
    asked: int = 0
    known: int = 0

    def run(self, in_time: Callable[[], bool]) -> bool:
        """Ask batch by batch, each answer in a transaction; return False where time ran out first."""
        enricher, papers = self.errand.enricher, self._unasked()
        for first in range(0, len(papers), enricher.batch):
            if not in_time():
                return False
            batch = papers[first : first + enricher.batch]
            self._store_answers(batch, list(guarded(enricher.name, enricher.enrich(batch))))
        return True

    def note_success(self, state: SourceState) -> None:
        """Remember that it answered; where there was nothing to ask, one that was well still is."""
        if not self.asked and (state.failures or state.last_ok is None):
            return
        fresh = SourceState(source=state.source, last_ok=self.clock.now(), papers=self.known)
        with self.store.write() as unit:
            unit.papers.save_source_state(replace(fresh, last_new=state.last_new))

    def note_failure(self, state: SourceState, error: SourceError) -> None:
        """Leave it alone for a while."""
        failed = parked(state, error, told=_told(error), now=self.clock.now())
        with self.store.write() as unit:
            unit.papers.save_source_state(failed)

    def _unasked(self) -> Sequence[Paper]:
        now, errand = self.clock.now(), self.errand
        with self.store.read() as unit:
            return unit.intake.unasked(
                errand.enricher.name,
                published_since=now - timedelta(days=errand.days),
                asked_before=now - timedelta(days=errand.again_days),
                limit=errand.per_run,
            )

    def _store_answers(self, asked: Sequence[Paper], pages: Sequence[PaperPage]) -> None:
        """Store one batch of answers and that they were asked for, in one transaction."""
        now = self.clock.now()
        known = {paper.id: paper for paper in asked}
        told = (paper for page in pages for paper in page.papers if paper.id in known)
        sightings = [gained(known[paper.id], paper) for paper in told]
        signals = [signal for page in pages for signal in page.signals]
        with self.store.write() as unit:
            before = unit.papers.resolve(paper.id for paper in asked)
            folded = unit.papers.fold([paper for paper in sightings if paper.id in before], seen_at=now)
            taken = unit.papers.add_signals(signals)
            # A gained DOI may have made two papers one: what was asked is noted under today's ids.
            names = unit.papers.resolve(paper.id for paper in asked)
            unit.intake.note_asked(self.errand.enricher.name, names.values(), folded.ids, at=now)
        self.asked += len(asked)
        self.known += len(folded.ids)
        self.counts.update(asked=len(asked), known=len(folded.ids), changed=folded.changed, citations=taken)


def gained(known: Paper, sighting: Paper) -> Paper:
    """Return a sighting without what it only repeats of the paper that was asked for; pure.

    Where two records are one paper, what the other record said must not become the own one's.
    """
    silent = Paper(id=known.id, title=known.title)
    same = {
        field.name for field in fields(Paper) if getattr(sighting, field.name) == getattr(known, field.name)
    }
    return replace(sighting, **{name: getattr(silent, name) for name in same - _STANDING})


def _told(error: SourceError) -> str:
    """Say where and why, without the fifty names that were asked for."""
    return f"{error.place.partition('?')[0]}: {error.reason}"
