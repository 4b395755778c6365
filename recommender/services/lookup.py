"""Small questions to the store that commands ask; nothing is changed and nothing is ranked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from recommender.domain.editions import WAITING, Delivery, DeliveryState
from recommender.domain.errors import InputError
from recommender.domain.intake import Quarantined
from recommender.domain.papers import SourceState
from recommender.domain.subscribers import Subscriber
from recommender.ports import Store
from recommender.services.profiles import interest_names


class Lookup:
    """Reads subscribers, deliveries and counts."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    def subscriber(self, reference: str) -> Subscriber:
        """Return one by address or id; raises UnknownSubscriber."""
        with self._store.read() as unit:
            return unit.people.find(reference)

    def people(self) -> list[tuple[Subscriber, int]]:
        """Return every subscriber with the number of standing votes."""
        with self._store.read() as unit:
            votes = Counter(vote.subscriber for vote in unit.people.votes())
            return [(subscriber, votes[subscriber.id]) for subscriber in unit.people.all()]

    def wish_counts(self) -> Mapping[int, int]:
        """Return how many fields each subscriber changed on their page, those who changed some."""
        with self._store.read() as unit:
            held = unit.people.wishes([subscriber.id for subscriber in unit.people.all()])
        return {subscriber: len(wishes) for subscriber, wishes in held.items()}

    def suppressions(self) -> Mapping[str, str]:
        """Return why each suppressed address, lower-cased, is not mailed."""
        with self._store.read() as unit:
            return unit.people.suppressions()

    def interest_names(self, reference: str) -> dict[str, str]:
        """Return the headings of a subscriber's interests by key; raises UnknownSubscriber."""
        return interest_names(self.subscriber(reference))

    def deliveries(self, state: DeliveryState | None = None) -> Sequence[Delivery]:
        """Return deliveries, newest first."""
        with self._store.read() as unit:
            return unit.outbox.deliveries(state)

    def due_count(self, now: datetime) -> int:
        """Return how many deliveries a run at `now` would take up."""
        with self._store.read() as unit:
            standings = unit.outbox.standings(WAITING, now=now, since=now)
        return sum(standing.due for standing in standings.values())

    def paper_count(self) -> int:
        """Return how many papers there are."""
        with self._store.read() as unit:
            return unit.papers.count()

    def newest(self, until: datetime) -> datetime | None:
        """Return when the last of the papers that could be recommended at `until` was first seen."""
        with self._store.read() as unit:
            found = unit.papers.fresh(datetime.min.replace(tzinfo=UTC), until)
        return found[-1].first_seen if found else None

    def source_states(self) -> Mapping[str, SourceState]:
        """Return what is remembered of each source."""
        with self._store.read() as unit:
            return unit.papers.source_states()

    def quarantined(self, source: str | None = None) -> Sequence[Quarantined]:
        """Return entries that could not become papers, newest first, of one source or of all."""
        with self._store.read() as unit:
            return unit.intake.quarantined(source)

    def quarantined_entry(self, start: str) -> Quarantined:
        """Return the entry whose key starts so; raises InputError unless there is just one."""
        found = [entry for entry in self.quarantined() if start and entry.key.startswith(start.lower())]
        if len(found) == 1:
            return found[0]
        count = f"{len(found)} entries have" if found else "no entry has"
        raise InputError(f"{count} a key that starts with {start!r}; paperroute quarantine lists them")

    def last_artifact(self) -> datetime | None:
        """Return when the newest artifact was made."""
        with self._store.read() as unit:
            names = unit.artifacts.names()
        return names[0][1] if names else None
