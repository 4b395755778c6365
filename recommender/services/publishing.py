"""Making the editions that are due.

due? (asked of the data) → block of subscribers → profiles → candidates minus seen → scores in
one batch → selection → reasons → edition and delivery rows, one transaction per block
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from recommender.domain.cadence import edition_key, grace, latest_slot
from recommender.domain.editions import Edition, LastEdition, Slot
from recommender.domain.reports import Report
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store
from recommender.ranking.base import RankingSettings
from recommender.services.editions import Due, build_editions

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_BLOCK = 256
"""Subscribers per transaction: large enough for matrix products, small enough to hold no lock for long."""


def due_slot(subscriber: Subscriber, last: Slot | None, now: datetime, *, force: bool) -> Slot | None:
    """Decide which slot of a subscriber is due; None when nothing is.

    The newest slot is due if it has no edition yet and is not older than the grace; older ones are
    never made up for. `force` makes the edition of the present local day or week due at once.
    """
    if force:
        today = now.astimezone(ZoneInfo(subscriber.cadence.zone)).date()
        slot = Slot(key=edition_key(subscriber.cadence, today), due_at=now)
    else:
        slot = latest_slot(subscriber.cadence, now)
        if now - slot.due_at > grace(subscriber.cadence):
            return None
        if last is not None and last.due_at >= slot.due_at:
            return None
    return None if last is not None and last.key == slot.key else slot


class Publishing:
    """Turns due slots into editions with ready deliveries."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        recommender: "Callable[[], HybridRecommender]",
        settings: RankingSettings,
        message_id: Callable[[Subscriber, str], str],
    ) -> None:
        """`recommender` gives the current one; `message_id` names the mail of (subscriber, edition key)."""
        self._store = store
        self._clock = clock
        self._recommender = recommender
        self._settings = settings
        self._message_id = message_id
        self._empty: dict[tuple[int, str], int] = {}

    def run(self, *, only: str | None = None, force: bool = False) -> Report:
        """Make every due edition, or that of one subscriber.

        Counts: due, editions, papers, empty (nothing good enough, nothing to send), expired (older
        editions still waiting when a newer one was due; their papers are candidates again).
        Raises UnknownSubscriber when `only` names nobody.
        """
        now = self._clock.now()
        due, papers_in_store = self._due(only, now, force=force)
        made = empty = items = expired = 0
        for block in _blocks(due):
            expired += self._expire_older(block, now)
            editions = self._build(block, now)
            filled = [edition for edition in editions if edition.items or _wants_empty(block, edition)]
            made += self._put(block, filled, now)
            items += sum(len(edition.items) for edition in filled)
            empty += len(editions) - len(filled)
            for edition in editions:
                if edition not in filled:
                    self._empty[edition.subscriber, edition.key] = papers_in_store
        return Report(
            name="publish",
            counts={"due": len(due), "editions": made, "papers": items, "empty": empty, "expired": expired},
        )

    def _due(self, only: str | None, now: datetime, *, force: bool) -> tuple[list[Due], int]:
        with self._store.read() as unit:
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
                if (slot := due_slot(subscriber, _slot(last.get(subscriber.id)), now, force=force))
                and not unit.outbox.has_edition(subscriber.id, slot.key)
                and (force or self._empty.get((subscriber.id, slot.key)) != papers)
            ]
        return due, papers

    def _expire_older(self, block: Sequence[Due], now: datetime) -> int:
        """Let a newer edition replace one that never left; a reader back on line gets the latest alone."""
        with self._store.write() as unit:
            return sum(
                unit.outbox.expire_older([entry.subscriber.id], before=entry.slot.due_at, now=now)
                for entry in block
            )

    def _build(self, block: Sequence[Due], now: datetime) -> list[Edition]:
        recommender = self._recommender()
        with self._store.read() as unit:
            return build_editions(unit, block, recommender, now=now, settings=self._settings)

    def _put(self, block: Sequence[Due], editions: Iterable[Edition], now: datetime) -> int:
        subscribers: Mapping[int, Subscriber] = {entry.subscriber.id: entry.subscriber for entry in block}
        made = 0
        with self._store.write() as unit:
            for edition in editions:
                message_id = self._message_id(subscribers[edition.subscriber], edition.key)
                made += unit.outbox.put(edition, message_id=message_id, date=now)
        return made


def _slot(last: LastEdition | None) -> Slot | None:
    return last.slot if last is not None else None


def _wants_empty(block: Sequence[Due], edition: Edition) -> bool:
    return any(entry.subscriber.id == edition.subscriber and entry.subscriber.send_empty for entry in block)


def _blocks(due: Sequence[Due]) -> Iterable[Sequence[Due]]:
    return (due[start : start + _BLOCK] for start in range(0, len(due), _BLOCK))
