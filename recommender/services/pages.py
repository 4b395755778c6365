"""One page of papers into the store, in one transaction, and the counting of what that did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from recommender.domain.errors import SourceMalformed, UnknownSubscriber
from recommender.domain.papers import LibraryNews, PaperId, PaperPage, Refused, SourceState
from recommender.domain.reports import Report
from recommender.ports import Store, UnitOfWork
from recommender.services.library_news import record_news

_ALWAYS = ("added", "changed", "unchanged", "refused")
_WHERE_ANY = ("refused_before", "votes", "taken_back", "announced", "stored", "missing", "enriched")
"""Counts that say something only where a source has them."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts, refusals and warnings of one run."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def report(self, name: str) -> Report:
        """Return what was counted."""
        keys = [*_ALWAYS, *(key for key in _WHERE_ANY if key in self.counts)]
        counts = {key: self.counts[key] for key in keys}
        return Report(
            name=name,
            counts=counts,
            failures=tuple(self.refused),
            warnings=tuple(self.warnings),
            notes=tuple(self.notes),
        )


def store_page(
    store: Store, page: PaperPage, now: datetime, tally: Tally, *, state: SourceState | None = None
) -> int:
    """Fold a page, its signals, its books and the source's cursor in one transaction; return what was new.

    Raises SourceMalformed where a library's page is for a reader whom nobody knows.
    """
    with store.write() as unit:
        folded = unit.papers.fold(page.papers, seen_at=now)
        unit.papers.add_signals(page.signals)
        news: Counter[str] = Counter()
        known: Sequence[Refused] = ()
        if page.library is not None:
            names = dict(zip((paper.id for paper in page.papers), folded.ids, strict=True))
            news = _news(unit, page.library, names, page.place, now)
        if state is not None:
            unit.intake.announce(state.source, page.announced)
            known = unit.intake.quarantine(state.source, page.refused, at=now)
            unit.papers.save_source_state(state)
    tally.counts.update(news)
    tally.counts.update(
        added=folded.added, changed=folded.changed, unchanged=folded.unchanged, refused=len(page.refused)
    )
    if known:
        tally.counts["refused_before"] += len(known)
    # An entry that stays bad is told of once and not by every run; without their bytes, for those of many
    # bad sources together would fill the memory.
    old = {id(entry) for entry in known}
    fresh = [entry for entry in page.refused if id(entry) not in old]
    tally.refused.extend(replace(entry, body=None) for entry in fresh)
    tally.warnings.extend(_named(warning, state) for warning in page.warnings)
    return folded.added


def _news(
    unit: UnitOfWork, news: LibraryNews, names: Mapping[PaperId, PaperId], place: str, now: datetime
) -> Counter[str]:
    """Record a library's news; one for nobody is a fault of that source alone."""
    try:
        return record_news(unit, news, names, now)
    except UnknownSubscriber as error:
        reason = "nobody is known as its reader; name the address or id of a subscriber"
        raise SourceMalformed("library", place, reason) from error


def _named(warning: str, state: SourceState | None) -> str:
    """Say whose warning it is."""
    if state is None or warning.startswith(f"{state.source}: "):
        return warning
    return f"{state.source}: {warning}"
