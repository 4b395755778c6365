"""What searching and browsing see with: the recommender on the shelf, and where all papers stand.

Nothing is fitted here: pages must stay quick, so without an artifact there is no sight, and who asks
says what to run. What came since the fit is added in memory; one object serves all threads.
"""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.domain.listings import Listing
from recommender.domain.papers import PaperId
from recommender.ports import Store, UnitOfWork
from recommender.services.training import Shelf

if TYPE_CHECKING:
    from recommender.ranking.atlas import Atlas
    from recommender.ranking.hybrid import HybridRecommender

_LATER = 5_000
"""Papers that came since the fit and are added, at most."""
_BEFORE = timedelta(days=1)
"""A source may date what it brings by its day alone."""


@dataclass(frozen=True, slots=True)
class View:
    """A recommender with the atlas of the papers it was fitted on and of those that came since."""

    recommender: "HybridRecommender"
    atlas: "Atlas"


@dataclass(frozen=True, slots=True)
class _Held:
    view: View
    folder: Path
    ids: frozenset[PaperId]
    later: int
    """How many papers there were since the fit when the atlas was last brought up to date."""


class Sight:
    """Gives the view of now."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        """Look at what `shelf` has fitted; loads nothing yet."""
        self._store = store
        self._shelf = shelf
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def view(self) -> View | None:
        """Return what to see with; None where no sound artifact with an atlas is there."""
        with self._lock:
            found = self._shelf.shelved()
            if found is None:
                return None
            folder, recommender = found
            held = self._held if self._held and self._held.folder == folder else _opened(folder, recommender)
            self._held = self._grown(held) if held else None
            return self._held.view if self._held else None

    def _grown(self, held: _Held) -> _Held:
        """Add what came since the fit, if anything did."""
        with self._store.read() as unit:
            since = _fitted_at(unit, held.folder.name)
            days = unit.papers.per_day(Listing(limit=_LATER, since=since))
            later = sum(count for _, count in days)
            if later == held.later:
                return held
            papers = unit.papers.newest(Listing(limit=_LATER, since=since))
        from recommender.ranking.atlas import Atlas  # noqa: PLC0415 loaded already, with the recommender

        new = [paper for paper in papers if paper.id not in held.ids]
        recommender = held.view.recommender
        atlas = held.view.atlas.joined(Atlas.of(recommender, new)) if new else held.view.atlas
        ids = held.ids | {paper.id for paper in new}
        return _Held(View(recommender, atlas), held.folder, ids, later)


def _opened(folder: Path, recommender: "HybridRecommender") -> _Held | None:
    from recommender.ranking.atlas import Atlas  # noqa: PLC0415 heavy: loaded when somebody searches

    atlas = Atlas.load(folder, recommender.width)
    return _Held(View(recommender, atlas), folder, frozenset(atlas.ids), 0) if atlas else None


def _fitted_at(unit: UnitOfWork, name: str) -> datetime:
    return dict(unit.artifacts.names()).get(name, datetime.min.replace(tzinfo=UTC) + _BEFORE) - _BEFORE
