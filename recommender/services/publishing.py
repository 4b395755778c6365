"""Making the editions that are due.

due? (asked of the data) → block of subscribers → profiles → candidates minus seen → scores in
one batch → selection → reasons → edition and delivery rows, one transaction per block
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from recommender.digest.words import Wording
from recommender.domain.cadence import edition_key, grace, latest_slot, spread_of
from recommender.domain.editions import Edition, LastEdition, Section, Slot
from recommender.domain.papers import SourceState
from recommender.domain.reports import Report
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store
from recommender.ranking.base import RankingSettings
from recommender.services.editions import Due, EditionMaker
from recommender.services.skipping import Skips, skip_warnings
from recommender.services.source_health import sources_sentence, troubled

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_BLOCK = 256
"""Subscribers per transaction: large enough for matrix products, small enough to hold no lock for long."""


def due_slot(subscriber: Subscriber, last: Slot | None, now: datetime, *, force: bool) -> Slot | None:
    """Decide which slot of a subscriber is due; None when nothing is.

    The newest slot is due if it has no edition yet and is not older than the grace, nor than the end
    of a pause; older ones are never made up for. `force` makes the edition of the present local day
    or week due at once.
    """
    if force:
        today = now.astimezone(ZoneInfo(subscriber.cadence.zone)).date()
        slot = Slot(key=edition_key(subscriber.cadence, today), due_at=now)
    else:
        slot = latest_slot(subscriber.cadence, now)
        if now - slot.due_at > grace(subscriber.cadence) or _paused_at(subscriber, slot):
            return None
        if last is not None and last.due_at >= slot.due_at:
            return None
    return None if last is not None and last.key == slot.key else slot


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What there is to do, against how many papers, and what it is too late for, by subscriber."""

    due: Sequence[Due]
    papers: int
    skipped: Mapping[int, int]
    over: bool = False
    """Whether somebody's pause has ended."""


@dataclass(slots=True)
class Publishing:
    """Turns due slots into editions with ready deliveries.

    `recommender` gives the current one; `message_id` names the mail of (subscriber, edition key);
    each subscriber's editions are begun up to `spread` after they are due. `sources` are the names of
    those whose health a reader is told.
    """

    store: Store
    clock: Clock
    recommender: "Callable[[], HybridRecommender]"
    settings: RankingSettings
    message_id: Callable[[Subscriber, str], str]
    wording: Wording
    spread: timedelta = timedelta(0)
    sources: Sequence[str] = ()
    order: Sequence[Section] = tuple(Section)
    """Of the sections."""
    _empty: dict[tuple[int, str], int] = field(default_factory=dict)
    _skips: Skips = field(init=False)

    def __post_init__(self) -> None:
        """Start with no look behind."""
        self._skips = Skips(self.spread)

    def run(self, *, only: str | None = None, force: bool = False) -> Report:
        """Make every due edition, or that of one subscriber.

        Counts: due, editions, papers, empty (nothing good enough, nothing to send), expired (older
        editions still waiting when a newer one was due; their papers are candidates again), skipped
        (editions that it is too late for, each told once). Raises UnknownSubscriber when `only` names
        nobody.
        """
        now = self.clock.now()
        look = self._look(only, now, force=force)
        woken = 0
        if look.over:
            with self.store.write() as unit:
                woken = unit.people.wake(now=now)
            look = self._look(only, now, force=force)
        counts = {"due": len(look.due), "editions": 0, "papers": 0, "empty": 0, "expired": 0}
        for block in _blocks(look.due):
            counts["expired"] += self._expire_older(block, now)
            filled, empty = self._build(block, now)
            made = self._put(block, filled, now)
            counts["editions"] += len(made)
            counts["papers"] += sum(len(edition.items) for edition in made)
            counts["empty"] += len(empty)
            self._empty |= {(edition.subscriber, edition.key): look.papers for edition in empty}
        if only is None and not force:
            self._skips.looked(now)
        counts["skipped"] = sum(look.skipped.values())
        warnings = (*skip_warnings(look.skipped), *self._why_empty(counts["empty"], now))
        notes = (f"{woken} paused until now; mail goes out again",) if woken else ()
        return Report(name="publish", counts=counts, warnings=warnings, notes=notes)

    def _why_empty(self, empty: int, now: datetime) -> list[str]:
        """Tell editions that are empty for want of papers from those that nothing fits."""
        if not empty:
            return []
        with self.store.read() as unit:
            trouble = troubled(self.sources, unit.papers.source_states(), now)
        count = "1 edition is" if empty == 1 else f"{empty} editions are"
        return [f"{count} empty, and not all papers may be there: {trouble}"] if trouble else []

    def _look(self, only: str | None, now: datetime, *, force: bool) -> _Look:
        with self.store.read() as unit:
            everybody = unit.people.all() if only is None else [unit.people.find(only)]
            suppressed = unit.people.suppressed()
            mailable = [
                subscriber
                for subscriber in everybody
                if subscriber.mailable and subscriber.email.lower() not in suppressed
            ]
            last = unit.outbox.last_editions([subscriber.id for subscriber in mailable], now=now)
            papers = unit.papers.count()
            due = [
                Due(subscriber=subscriber, slot=slot)
                for subscriber in mailable
                if (slot := self._slot(subscriber, last.get(subscriber.id), now, force=force))
                and not unit.outbox.has_edition(subscriber.id, slot.key)
                and (force or self._empty.get((subscriber.id, slot.key)) != papers)
            ]
            asked = only is not None or force
            skipped = {} if asked else self._skips.find(unit, mailable, last, now)
            over = any(subscriber.pause_is_over(now) for subscriber in everybody)
        return _Look(due=due, papers=papers, skipped=skipped, over=over)

    def _slot(
        self, subscriber: Subscriber, last: LastEdition | None, now: datetime, *, force: bool
    ) -> Slot | None:
        late = timedelta(0) if force else spread_of(subscriber.public_id, self.spread)
        return due_slot(subscriber, last.slot if last else None, now - late, force=force)

    def _expire_older(self, block: Sequence[Due], now: datetime) -> int:
        """Let a newer edition replace one that never left; a reader back on line gets the latest alone."""
        with self.store.write() as unit:
            return sum(
                unit.outbox.expire_older([entry.subscriber.id], before=entry.slot.due_at, now=now)
                for entry in block
            )

    def _build(self, block: Sequence[Due], now: datetime) -> tuple[list[Edition], list[Edition]]:
        """Return the editions to be sent, and those with nothing in them that nobody wants to get."""
        recommender = self.recommender()
        with self.store.read() as unit:
            editions = self._told(
                block,
                self._maker(recommender).build(unit, block, now),
                unit.papers.source_states() if self.sources else {},
                now,
            )
            filled = [edition for edition in editions if edition.items or _wants_empty(block, edition)]
            # Another process may have made one since we looked: then its papers are no news here.
            empty = [
                edition
                for edition in editions
                if not edition.items
                and not _wants_empty(block, edition)
                and not unit.outbox.has_edition(edition.subscriber, edition.key)
            ]
        return filled, empty

    def _maker(self, recommender: "HybridRecommender") -> EditionMaker:
        return EditionMaker(
            recommender=recommender, settings=self.settings, wording=self.wording, order=self.order
        )

    def _told(
        self,
        block: Sequence[Due],
        editions: Sequence[Edition],
        states: Mapping[str, SourceState],
        now: datetime,
    ) -> list[Edition]:
        """Return editions that say how the sources stand; stored, so that a resend says the same."""
        readers = {
            entry.subscriber.id: (entry.subscriber.cadence.zone, entry.subscriber.locale) for entry in block
        }
        said = {
            (zone, locale): sources_sentence(
                self.sources, states, now=now, zone=zone, words=self.wording.of(locale)
            )
            for zone, locale in {*readers.values()}
        }
        return [replace(edition, sources=said[readers[edition.subscriber]]) for edition in editions]

    def _put(self, block: Sequence[Due], editions: Iterable[Edition], now: datetime) -> list[Edition]:
        """Store editions; return those that were not there already."""
        subscribers: Mapping[int, Subscriber] = {entry.subscriber.id: entry.subscriber for entry in block}
        with self.store.write() as unit:
            return [
                edition
                for edition in editions
                if unit.outbox.put(
                    edition,
                    message_id=self.message_id(subscribers[edition.subscriber], edition.key),
                    date=now,
                )
            ]


def _paused_at(subscriber: Subscriber, slot: Slot) -> bool:
    """Tell whether a slot fell into a pause that ended by itself; what was missed comes with the next."""
    return subscriber.paused_until is not None and slot.due_at < subscriber.paused_until


def _wants_empty(block: Sequence[Due], edition: Edition) -> bool:
    return any(entry.subscriber.id == edition.subscriber and entry.subscriber.send_empty for entry in block)


def _blocks(due: Sequence[Due]) -> Iterable[Sequence[Due]]:
    return (due[start : start + _BLOCK] for start in range(0, len(due), _BLOCK))
