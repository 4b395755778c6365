"""A household: subscribers in a real store, the file, and what they do on their pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState
from recommender.domain.wishes import Facts, Wish, facts_of, interest_field, interest_of
from recommender.ports import UnitOfWork
from recommender.services.preferences import Edit, Preferences
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import Unsubscribing
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return noon."""
        return NOON


class CountingStore:
    """A store that counts the write transactions it is asked for."""

    def __init__(self, store: SqlStore) -> None:
        """Wrap `store`."""
        self.inner = store
        self.writes = 0

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Open a reading transaction."""
        return self.inner.read()

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Count and open a writing transaction."""
        self.writes += 1
        return self.inner.write()


@dataclass
class House:
    """A store and the service under test."""

    store: CountingStore

    def declare(self, *declared: DeclaredSubscriber) -> dict[str, int]:
        """Reconcile and return the counts that are not zero."""
        report = Subscriptions(self.store, Noon()).run(declared)
        assert report.failures == ()
        return {name: count for name, count in report.counts.items() if count}

    def people(self) -> list[Subscriber]:
        """Return everybody stored."""
        with self.store.read() as unit:
            return list(unit.people.all())

    def states(self) -> dict[str, str]:
        """Return everybody's state by address."""
        return {subscriber.email: subscriber.state.value for subscriber in self.people()}

    def unsubscribing(self) -> Unsubscribing:
        """Return the reader's own lever."""
        return Unsubscribing(self.store, Noon())

    def add_reader(self, reference: str) -> Subscriber:
        """Store somebody known by one imported vote only."""
        reader = DeclaredSubscriber(email=reference, key=None if "@" in reference else reference)
        with self.store.write() as unit:
            unit.papers.fold([a_paper()], seen_at=NOON)
            stored = unit.people.add(reader, state=SubscriberState.READER, at=NOON)
            unit.people.record([Feedback(subscriber=stored.id, paper=a_paper().id, act=Act.UP, at=NOON)])
        return stored

    def votes(self) -> dict[int, int]:
        """Return how many votes each subscriber has."""
        with self.store.read() as unit:
            votes = unit.people.votes()
        return {vote.subscriber: sum(v.subscriber == vote.subscriber for v in votes) for vote in votes}

    def wish(self, number: int, change: Callable[[Subscriber], DeclaredSubscriber]) -> None:
        """Change what a subscriber gets, as their page does."""
        (person,) = [person for person in self.people() if person.id == number]
        before, after = facts_of(person), facts_of(change(person))
        edits = [
            Edit(field=name, value=after.get(name))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name) and _whole(name, before, after)
        ]
        assert not Preferences(self.store, Noon()).change(person, edits).refused

    def wishes(self, number: int) -> dict[str, Wish]:
        """Return the wishes of a subscriber by field."""
        with self.store.read() as unit:
            return {wish.field: wish for wish in unit.people.wishes([number]).get(number, ())}


def _whole(name: str, before: Facts, after: Facts) -> bool:
    """Tell whether a field is edited by itself: parts of interests that stay, whole ones that do not."""
    place = interest_of(name)
    if place is None:
        return True
    whole = interest_field(place[0])
    return (whole in before and whole in after) is bool(place[1])
