"""Which papers go into one subscriber's list: eligibility, the best interest for each paper, quotas, slots.

Works on the numbers of a scored block; finds no words and scores nothing itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import InterestStanding, Section
from recommender.domain.quotas import shares
from recommender.ranking.base import FloatMatrix, Places, Request
from recommender.ranking.company import Company, Rules
from recommender.ranking.diversity import TOP, rerank, top_places
from recommender.ranking.picks import Pick, Table
from recommender.ranking.slots import Slots
from recommender.ranking.standings import Field, by_age, standings

TREND_FROM, DIFFERENT_FROM = 5, 6
"""Sizes from which a list has a TRENDING and a DIFFERENT slot."""
TEACH_FROM = 8
"""Size from which a list of a new reader has a second DIFFERENT slot."""
ENOUGH_VOTES = 10
"""A reader with fewer votes is new: the DIFFERENT slots are chosen for what a vote would tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Chooses for the requests of one block; `spans[i]` are the rows of `requests[i]` in `table`."""

    table: Table
    requests: Sequence[Request]
    spans: Sequence[slice]
    unseen: npt.NDArray[np.bool_]
    """(n_requests, n_candidates)."""
    rules: Rules
    diversity: float
    auto_floor: float
    """Least match where the reader set no floor."""
    seed: int
    depth: int
    """How many candidates of an interest every scorer saw; of the others nothing is known."""

    def picks(self) -> list[list[Pick]]:
        """Return each request's picks: interests best first, then TRENDING, then DIFFERENT ones."""
        spoken = np.isfinite(self.table.fused) & ~self.table.muted
        ready = np.vstack([self._ready(place, spoken[span]) for place, span in enumerate(self.spans)])
        masked = np.where(ready, self.table.fused, np.float32(-np.inf))
        varied = np.concatenate([np.full(len(own.profiles), own.slots) for own in self.requests])
        lists = self._lists(masked, varied)
        return [self._pick(place, lists[self.spans[place]]) for place in range(len(self.requests))]

    def standings(
        self, picks: Sequence[Sequence[Pick]], ages: Places, days: int
    ) -> list[tuple[InterestStanding, ...]]:
        """Return how the interests of each request stood; of a plain request, nothing.

        `picks` are what `picks()` gave; `ages` (n_candidates,) are whole days since a paper was first
        seen; older than `days` are left out.
        """
        spoken = np.isfinite(self.table.fused) & ~self.table.muted
        return [
            standings(
                [profile.interest for profile in request.profiles],
                self._field(place, spoken[self.spans[place]], picks[place]),
                by_age(ages, days),
            )
            if request.slots
            else ()
            for place, request in enumerate(self.requests)
        ]

    def _field(self, place: int, spoken: npt.NDArray[np.bool_], picks: Sequence[Pick]) -> Field:
        reached = self._above_floor(self.requests[place].floor, self.spans[place])
        known = np.isfinite(self.table.fused[self.spans[place]])
        return Field(
            fitting=self._fitting(place, spoken),
            unseen=self.unseen[place],
            chosen=[pick.place for pick in picks],
            capped=((reached & known).sum(axis=1) >= self.depth) & (known.shape[1] > self.depth),
        )

    def _ready(self, place: int, spoken: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return (rows of the request, candidates): fits the row's interest and is new to the reader."""
        ready: npt.NDArray[np.bool_] = self._fitting(place, spoken) & self.unseen[place]
        return ready

    def _fitting(self, place: int, spoken: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return (rows of the request, candidates): may stand in the row's interest, and fits none better."""
        request, span = self.requests[place], self.spans[place]
        fits = spoken & self._above_floor(request.floor, span) if request.slots else spoken
        fused = np.where(fits, self.table.fused[span], -np.inf)
        best = np.arange(len(fused))[:, None] == fused.argmax(axis=0)
        owned: npt.NDArray[np.bool_] = fits & best
        return owned

    def _above_floor(self, floor: float | None, span: slice) -> npt.NDArray[np.bool_]:
        match = self.table.match[span]
        if floor is not None:
            return match >= np.float32(floor)
        return self.table.asked_for[span] | (match >= np.float32(self.auto_floor))

    def _lists(self, masked: FloatMatrix, varied: npt.NDArray[np.bool_]) -> list[list[int]]:
        """Return the places of each row by score; where `varied`, the best `TOP` in MMR order."""
        papers = max(request.papers for request in self.requests)
        places = top_places(masked, max(TOP, 2 * papers))
        values = np.take_along_axis(masked, places, axis=1)
        ordered = np.where(np.isfinite(values), places, -1)
        if varied.any():
            mixed = rerank(values[varied, :TOP], places[varied, :TOP], self.rules.sketches, self.diversity)
            ordered[varied, : mixed.shape[1]] = mixed
        return [[place for place in row if place >= 0] for row in ordered.tolist()]

    def _pick(self, place: int, lists: Sequence[Sequence[int]]) -> list[Pick]:
        request, span = self.requests[place], self.spans[place]
        wanted = self._slots(place)
        main = self._main(request, span, lists, request.papers - len(wanted), ())
        company = self._company(request, [pick.place for pick in main])
        extra: list[Pick] = []
        for choose in wanted:
            if found := choose(company):
                company.add(found.place)
                extra.append(found)
        if not main:
            # Beside papers that fit it is a change; alone it would be filler.
            extra = [pick for pick in extra if pick.section is not Section.DIFFERENT]
        if len(extra) < len(wanted):
            taken = [pick.place for pick in extra]
            main = self._main(request, span, lists, request.papers - len(extra), taken)
        return [*main, *extra]

    def _slots(self, place: int) -> list[Callable[[Company], Pick | None]]:
        """Return what fills the slots of a list that are not an interest's, in their order."""
        request = self.requests[place]
        if not request.slots:
            return []
        slots = Slots(
            table=self.table,
            rows=self.spans[place],
            unseen=self.unseen[place],
            seeds=(self.seed, request.seed, request.subscriber),
        )
        votes = sum(len(own.up) + len(own.down) for own in request.profiles)
        new = votes < ENOUGH_VOTES
        return [
            choose
            for choose, least in (
                (slots.trending, TREND_FROM),
                (slots.teaching if new else slots.different, DIFFERENT_FROM),
                *([(slots.teaching, TEACH_FROM)] if new else []),
            )
            if request.papers >= least
        ]

    def _main(
        self, request: Request, span: slice, lists: Sequence[Sequence[int]], room: int, kept: Sequence[int]
    ) -> list[Pick]:
        quotas = shares([profile.weight for profile in request.profiles], room)
        chosen = fill(lists, quotas, room, self._company(request, kept))
        picks = [Pick(row=span.start + own, place=place) for own, place in chosen]
        grouped = request.slots
        return sorted(
            picks,
            key=lambda pick: (
                pick.row if grouped else 0,
                -float(self.table.fused[pick.row, pick.place]),
                pick.place,
            ),
        )

    def _company(self, request: Request, places: Sequence[int]) -> Company:
        return Company.of(self.rules if request.slots else None, places)


def fill(
    lists: Sequence[Sequence[int]], quotas: Sequence[int], room: int, company: Company
) -> list[tuple[int, int]]:
    """Take each list's quota in order, then give unfilled slots to the others in turn.

    Returns (list, place) pairs; `company` holds what is chosen already, may refuse a place, and grows.
    """
    waiting = [list(reversed(own)) for own in lists]
    taken: list[tuple[int, int]] = []
    counts = [0] * len(lists)
    for limits in (quotas, [room] * len(lists)):
        turns = True
        while turns and len(taken) < room:
            turns = False
            for own, stack in enumerate(waiting):
                if not stack or counts[own] >= limits[own] or len(taken) >= room:
                    continue
                turns = True
                place = stack.pop()
                if not company.admits(place):
                    continue
                company.add(place)
                taken.append((own, place))
                counts[own] += 1
    return taken


__all__ = ["Pick", "Selection", "Table", "fill", "shares"]
