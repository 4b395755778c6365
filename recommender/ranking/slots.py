"""The slots of a list that are not an interest's: what draws attention, and something different."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Section
from recommender.ranking.base import FloatMatrix
from recommender.ranking.company import Company
from recommender.ranking.diversity import top_places
from recommender.ranking.picks import Pick, Table

_TREND_MATCH, _DIFFERENT_MATCH = 0.9, 0.7
_NEIGHBOUR = 0.18
"""Least cosine with an interest's direction of a paper that does not fit it but is of a neighbouring subject;
chance words alone lift others over `_DIFFERENT_MATCH`."""
_LISTED = 0.95
"""Match from which a paper is what the reader's lists bring anyway."""
_DIFFERENT_RANKS = (20, 100)
_DIFFERENT_OVERLAP = 0.3
_TEMPERATURE = 1.0
"""At 1 the chances are those the fitted scores stand for, see `learning`."""
_FAINT = 1e-3
"""Chance, before they are made to sum to 1, that every paper keeps: a propensity is never 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Chooses for one request, whose interests have the `rows` of `table`."""

    table: Table
    rows: slice
    unseen: npt.NDArray[np.bool_]
    """(n_candidates,)."""
    seeds: Sequence[int]
    """Start every draw."""

    def trending(self, company: Company) -> Pick | None:
        """Return the hottest paper that `company` admits with some relevance to an interest, or None."""
        open_ = self._open(_TREND_MATCH)
        heat = np.where(open_, np.nan_to_num(self.table.heat[self.rows], nan=-np.inf), -np.inf)
        most = heat.max(axis=0, initial=-np.inf)
        hottest = (int(place) for place in np.argsort(-most, kind="stable") if np.isfinite(most[place]))
        top = next((place for place in hottest if company.admits(place)), None)
        if top is None:
            return None
        return Pick(row=self._best_row(open_, top), place=top, section=Section.TRENDING)

    def different(self, company: Company) -> Pick | None:
        """Draw a relevant paper unlike the `company` from the middle ranks, by softmax of fit.

        Papers that fit an interest are drawn only where no neighbour is. The draw is seeded; its chance
        is kept.
        """
        open_, fused, order = self._shortlist()
        unlike = [
            place for place in order if company.admits(place) and company.nearest(place) < _DIFFERENT_OVERLAP
        ]
        aside = self._aside(unlike)
        first = set(order[: _DIFFERENT_RANKS[0]])
        middle = [place for place in aside if place not in first] or aside
        fit = fused[middle].astype(np.float64)
        return self._drawn(open_, middle, np.exp((fit - fit.max(initial=-np.inf)) / _TEMPERATURE), 0)

    def teaching(self, company: Company) -> Pick | None:
        """Draw a relevant paper whose vote would tell much: uncertain, and unlike the `company`.

        Papers that fit an interest are drawn only where no neighbour is.
        The chance is the spread between two opinions of its place on the shortlist, by words and by
        direction, times its distance from the nearest paper chosen (query by committee, Seung et al. 1992;
        with diversity, Brinker 2003). The draw is seeded; the chance it had is kept.
        """
        open_, _, order = self._shortlist()
        places = self._aside([place for place in order if company.admits(place)])
        rows = np.where(open_[:, places], self._fused()[:, places], -np.inf).argmax(axis=0)
        words, directions = (
            _standing(own[self.rows][rows, places]) if places else np.zeros(0) for own in self.table.opinions
        )
        apart = np.asarray([1 - max(0.0, company.nearest(place)) for place in places])
        found = self._drawn(open_, places, np.abs(words - directions) * apart + _FAINT, len(company.held))
        return found and replace(found, teaches=True)

    def _shortlist(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float32], list[int]]:
        """Return what is open, each paper's best score over the interests, and the best places in order."""
        near = self.table.opinions[1][self.rows] >= _NEIGHBOUR
        open_ = self._open(_TREND_MATCH) | (self._open(_DIFFERENT_MATCH) & near)
        # What is nearest to an interest that nothing fits is near by chance.
        served = self.table.match[self.rows].max(axis=1, initial=0) >= _LISTED
        if served.any():
            open_ &= served[:, None]
        fused = np.where(open_, self._fused(), -np.inf).max(axis=0, initial=-np.inf)
        best = top_places(fused[None, :], _DIFFERENT_RANKS[1])[0].tolist()
        return open_, fused, [place for place in best if np.isfinite(fused[place])]

    def _aside(self, places: list[int]) -> list[int]:
        """Return those of `places` that fit no interest, or all where all do."""
        best = self.table.match[self.rows].max(axis=0)
        return [place for place in places if best[place] < _LISTED] or places

    def _drawn(
        self,
        open_: npt.NDArray[np.bool_],
        places: Sequence[int],
        chances: npt.NDArray[np.float64],
        turn: int,
    ) -> Pick | None:
        """Draw one of `places` by `chances` that need not sum to 1; each `turn` draws anew."""
        if not places:
            return None
        chances = chances / chances.sum()
        drawn = _draw(chances, (*self.seeds, turn))
        return Pick(
            row=self._best_row(open_, places[drawn]),
            place=places[drawn],
            section=Section.DIFFERENT,
            propensity=float(chances[drawn]),
        )

    def _open(self, match: float) -> npt.NDArray[np.bool_]:
        """Return (rows, candidates): unseen, fits the interest somewhat, and no interest mutes it."""
        fits = self.table.match[self.rows] >= match
        alive = np.isfinite(self._fused())
        allowed: npt.NDArray[np.bool_] = self.unseen & ~self.table.muted[self.rows].any(axis=0)
        return fits & alive & allowed

    def _fused(self) -> FloatMatrix:
        return self.table.fused[self.rows]

    def _best_row(self, open_: npt.NDArray[np.bool_], place: int) -> int:
        fused = np.where(open_[:, place], self._fused()[:, place], -np.inf)
        start: int = self.rows.start
        return start + int(fused.argmax())


def _standing(values: FloatMatrix) -> npt.NDArray[np.float64]:
    """Return the place of each value among all, 0 for the lowest to 1; equal ones in their order."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    standing: npt.NDArray[np.float64] = order / max(1, len(values) - 1)
    return standing


def _draw(chances: npt.NDArray[np.float64], seeds: Sequence[int]) -> int:
    random = np.random.default_rng([abs(seed) for seed in seeds])
    places: list[int] = np.flatnonzero(random.multinomial(1, chances)).tolist()
    return places[0]
