"""Voiding the links of a reader, because somebody else has one: a forwarded digest, a feed's address."""

from recommender.ports import Store


class Voiding:
    """Makes all links of one reader worthless at once; those that unsubscribe go on."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    def void(self, reference: str) -> None:
        """Void every link made so far for the subscriber known by address, id or public id.

        Raises UnknownSubscriber.
        """
        with self._store.write() as uow:
            uow.people.raise_epoch(uow.people.find(reference).id)
