"""Protocol of identity: which records were folded into one paper, and which must stay apart."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from recommender.domain.papers import PaperId
from recommender.domain.twins import FoldedPair, PaperText


class Twins(Protocol):
    """Folds that were made by texts, or made one paper of two stored ones; and how to take them back."""

    def folds(self, *, standing: bool = False) -> Sequence[FoldedPair]:
        """Return all folds, newest first, or only those that were not taken back."""
        ...

    def count(self) -> int:
        """Return how many folds stand."""
        ...

    def undo(self, fold: int, *, at: datetime) -> FoldedPair:
        """Make two papers of one again and keep them apart; raise InputError where that cannot be.

        Each gets back what its own records said, its names, and what pointed to it before the fold:
        feedback, editions, signals. What came after the fold stays with the paper that kept it.
        """
        ...

    def join(self, paper: PaperId, other: PaperId, *, at: datetime) -> FoldedPair:
        """Make one paper of two canonical ids; what was undone before may be joined again.

        Raises UnknownPaper, or InputError where both are one paper already.
        """
        ...

    def texts(self, *, newest: int | None = None) -> Iterator[PaperText]:
        """Yield the texts of all papers, or of the newest by first sighting."""
        ...

    def apart(self) -> frozenset[frozenset[PaperId]]:
        """Return the pairs that a person said are two works."""
        ...
