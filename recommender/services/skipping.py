"""Editions that nobody will make any more: their hour passed unseen, and now it is too late for them.

At most the latest slot of a reader is made up for, and only within its grace. What is left out by that
rule is no fault, but it is said, once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.domain.cadence import grace, slots_before, spread_of
from recommender.domain.editions import LastEdition
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork

_BLINK = timedelta(hours=1)
"""Between two looks so close nothing can be skipped: what fell due is still within its grace."""
_FAR = timedelta(days=31)
"""No further back than this is counted; a clock that jumps by decades must not make us count them."""


@dataclass(slots=True)
class Skips:
    """Counts what was skipped since somebody last looked at what is due."""

    spread: timedelta = timedelta(0)
    _looked: datetime | None = None

    def looked(self, now: datetime) -> None:
        """Remember that every subscriber's due slot was seen to."""
        self._looked = now

    def find(
        self,
        unit: UnitOfWork,
        subscribers: Iterable[Subscriber],
        last: Mapping[int, LastEdition],
        now: datetime,
    ) -> dict[int, int]:
        """Return how many editions of each subscriber were skipped; who lost none is absent.

        A new process takes the newest edition or fetch in the store for the last look.
        """
        if self._looked is not None and self._looked <= now < self._looked + _BLINK:
            return {}
        signs = [sign for sign in (self._looked, *_signs(unit, last)) if sign is not None and sign <= now]
        if not signs:
            return {}
        since = max(*signs, now - _FAR)
        numbers = {
            subscriber.id: self._number(subscriber, last.get(subscriber.id), now, since)
            for subscriber in subscribers
        }
        return {subscriber: number for subscriber, number in numbers.items() if number}

    def _number(
        self, subscriber: Subscriber, last: LastEdition | None, now: datetime, since: datetime
    ) -> int:
        """Count the slots after `since` that have no edition, but for a newest that can still be made."""
        late = spread_of(subscriber.public_id, self.spread)
        mailed = subscriber.paused_until or subscriber.joined
        begin = max(since - late, subscriber.joined, mailed, last.slot.due_at if last else since - late)
        slots = list(slots_before(subscriber.cadence, now - late, since=begin))
        makeable = bool(slots) and now - late - slots[0].due_at <= grace(subscriber.cadence)
        return len(slots) - makeable


def skip_warnings(skipped: Mapping[int, int]) -> tuple[str, ...]:
    """Say in one line what was skipped; nothing where nothing was."""
    if not skipped:
        return ()
    editions, people = _counted(sum(skipped.values()), "edition"), _counted(len(skipped), "subscriber")
    were = "was" if sum(skipped.values()) == 1 else "were"
    why = "more than 20 h late (weekly ones 72 h) or followed by a newer one"
    return (f"{editions} of {people} {were} skipped: {why}; the papers may come in the next",)


def _signs(unit: UnitOfWork, last: Mapping[int, LastEdition]) -> Iterable[datetime | None]:
    """Yield when something here was surely running."""
    yield from (edition.slot.due_at for edition in last.values())
    for state in unit.papers.source_states().values():
        yield from (state.last_ok, state.last_error_at)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
