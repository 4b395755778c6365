"""Which records are one paper: folds that were made, pairs in doubt, and what a person says to both."""

from collections.abc import Mapping, Sequence

from recommender.domain.errors import UnknownPaper
from recommender.domain.papers import PaperId
from recommender.domain.twins import DoubtfulPair, FoldedPair
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.doubts import doubtful_pairs


class Identities:
    """Lists folds and doubtful pairs; takes folds back and makes them by hand."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def folds(self) -> Sequence[FoldedPair]:
        """Return every fold, newest first, also those taken back."""
        with self._store.read() as unit:
            return unit.twins.folds()

    def doubtful(self) -> Sequence[DoubtfulPair]:
        """Return the pairs that may be one work, the likeliest first; looks at all papers."""
        with self._store.read() as unit:
            return in_doubt(unit)

    def undo(self, fold: int) -> FoldedPair:
        """Make two papers of one again and keep them apart from now on; raises InputError."""
        with self._store.write() as unit:
            return unit.twins.undo(fold, at=self._clock.now())

    def join(self, paper: str, other: str) -> FoldedPair:
        """Make one paper of two, named as people name them; raises UnknownPaper or InputError."""
        with self._store.write() as unit:
            known = unit.papers.resolve([paper, other])
            ids = [_found(known, reference) for reference in (paper, other)]
            return unit.twins.join(*ids, at=self._clock.now())


def in_doubt(unit: UnitOfWork, *, newest: int | None = None) -> Sequence[DoubtfulPair]:
    """Return the doubtful pairs of all papers, or among the newest by first sighting."""
    return doubtful_pairs(unit.twins.texts(newest=newest), unit.twins.apart())


def _found(known: Mapping[str, PaperId], reference: str) -> PaperId:
    if reference not in known:
        raise UnknownPaper(reference)
    return known[reference]
