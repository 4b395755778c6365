"""Which papers go into one subscriber's list: eligibility, the best interest for each paper, quotas, slots.

Works on the numbers of a scored block; finds no words and scores nothing itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Section
from recommender.ranking.base import FloatMatrix, Request
from recommender.ranking.diversity import SAME, TOP, Places, rerank, top_places

TREND_FROM, DIFFERENT_FROM = 5, 6
"""Sizes from which a list has a TRENDING and a DIFFERENT slot."""
_TREND_MATCH, _DIFFERENT_MATCH = 0.9, 0.7
_DIFFERENT_RANKS = (20, 100)
_DIFFERENT_OVERLAP = 0.3
_TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers of a block: all matrices are (n_profiles, n_candidates)."""

    scores: dict[str, FloatMatrix]
    parts: dict[str, FloatMatrix]
    """What each scorer adds to `fused`."""
    weights: dict[str, FloatMatrix]
    """(n_profiles, 1): each scorer's weight for each profile."""
    fused: FloatMatrix
    match: FloatMatrix
    muted: npt.NDArray[np.bool_]
    asked_for: npt.NDArray[np.bool_]
    """See `asked_for`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A chosen candidate: its place in the pool, the row of its interest, and how it was chosen."""

    row: int
    place: int
    section: Section = Section.INTEREST
    propensity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Chooses for the requests of one block; `spans[i]` are the rows of `requests[i]` in `table`."""

    table: Table
    requests: Sequence[Request]
    spans: Sequence[slice]
    unseen: npt.NDArray[np.bool_]
    """(n_requests, n_candidates)."""
    sketches: FloatMatrix
    diversity: float
    auto_floor: float
    """Least match where the reader set no floor."""
    seed: int

    def picks(self) -> list[list[Pick]]:
        """Return each request's picks: interests best first, then TRENDING, then DIFFERENT."""
        spoken = positive(self.table) & ~self.table.muted
        ready = np.vstack([self._ready(place, spoken[span]) for place, span in enumerate(self.spans)])
        masked = np.where(ready, self.table.fused, np.float32(-np.inf))
        lists = _lists(masked, self.sketches, self.diversity, max(r.papers for r in self.requests))
        return [self._pick(place, lists[self.spans[place]]) for place in range(len(self.requests))]

    def _ready(self, place: int, spoken: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return (rows of the request, candidates): may stand in the row's interest, and fits none better."""
        request, span = self.requests[place], self.spans[place]
        ready = spoken & self.unseen[place]
        if request.slots:
            ready &= self._above_floor(request.floor, span)
        fused = np.where(ready, self.table.fused[span], -np.inf)
        best = np.arange(len(fused))[:, None] == fused.argmax(axis=0)
        owned: npt.NDArray[np.bool_] = ready & best
        return owned

    def _above_floor(self, floor: float | None, span: slice) -> npt.NDArray[np.bool_]:
        match = self.table.match[span]
        if floor is not None:
            return match >= np.float32(floor)
        return self.table.asked_for[span] | (match >= np.float32(self.auto_floor))

    def _pick(self, place: int, lists: Sequence[Sequence[int]]) -> list[Pick]:
        request, span = self.requests[place], self.spans[place]
        slots = Slots(selection=self, place=place)
        wanted = [request.papers >= size for size in (TREND_FROM, DIFFERENT_FROM) if request.slots]
        main = self._main(request, span, lists, request.papers - sum(wanted), set())
        extra: list[Pick] = []
        for choose in (slots.trending, slots.different)[: sum(wanted)]:
            found = choose({pick.place for pick in (*main, *extra)})
            extra += [found] if found else []
        if len(extra) < sum(wanted):
            taken = {pick.place for pick in extra}
            main = self._main(request, span, lists, request.papers - len(extra), taken)
        return [*main, *extra]

    def _main(
        self, request: Request, span: slice, lists: Sequence[Sequence[int]], room: int, kept: set[int]
    ) -> list[Pick]:
        quotas = shares([profile.weight for profile in request.profiles], room)
        chosen = fill(lists, quotas, room, self.sketches, kept)
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


def asked_for(scores: Mapping[str, FloatMatrix]) -> npt.NDArray[np.bool_]:
    """Tell where a keyword or an author was found: what a reader named comes, however weak the text match."""
    found: npt.NDArray[np.bool_] = ~np.isnan(scores["keywords"]) | ~np.isnan(scores["authors"])
    return found


def positive(table: Table) -> npt.NDArray[np.bool_]:
    """Tell where something but attention speaks for a paper."""
    spoken = [part > 0 for name, part in table.parts.items() if name != "trending"]
    found: npt.NDArray[np.bool_] = np.logical_or.reduce(spoken)
    return found


def shares(weights: Sequence[float], room: int) -> list[int]:
    """Share `room` by weight with largest remainders; equal remainders go to the earlier one."""
    total = sum(max(weight, 0.0) for weight in weights)
    if total <= 0:
        return [0] * len(weights)
    exact = [max(weight, 0.0) * room / total for weight in weights]
    quotas = [math.floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (quotas[place] - exact[place], place))
    for place in order[: room - sum(quotas)]:
        quotas[place] += 1
    return quotas


def fill(
    lists: Sequence[Sequence[int]], quotas: Sequence[int], room: int, sketches: FloatMatrix, kept: set[int]
) -> list[tuple[int, int]]:
    """Take each list's quota in order, then give unfilled slots to the others in turn.

    Returns (list, place) pairs; `kept` and near-duplicates of what is taken are passed over.
    """
    waiting = [list(reversed(own)) for own in lists]
    taken: list[tuple[int, int]] = []
    held = [sketches[place] for place in sorted(kept)]
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
                if place in kept or (held and float((np.asarray(held) @ sketches[place]).max()) > SAME):
                    continue
                taken.append((own, place))
                held.append(sketches[place])
                counts[own] += 1
    return taken


def _lists(masked: FloatMatrix, sketches: FloatMatrix, diversity: float, papers: int) -> list[list[int]]:
    """Return the places of each row: the best `TOP` in MMR order, then the rest by score as far as needed."""
    places = top_places(masked, max(TOP, 2 * papers))
    values = np.take_along_axis(masked, places, axis=1)
    first: Places = rerank(values[:, :TOP], places[:, :TOP], sketches, diversity)
    tails = np.where(np.isfinite(values[:, TOP:]), places[:, TOP:], -1)
    both = np.concatenate([first, tails], axis=1)
    return [[place for place in row if place >= 0] for row in both.tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The two slots that are not an interest's, for one request."""

    selection: Selection
    place: int

    def trending(self, chosen: set[int]) -> Pick | None:
        """Return the hottest paper not `chosen` with some relevance to an interest, or None."""
        open_ = self._open(_TREND_MATCH)
        open_[:, sorted(chosen)] = False
        heat = np.where(open_, np.nan_to_num(self._rows("trending"), nan=-np.inf), -np.inf)
        if not heat.size or not np.isfinite(heat).any():
            return None
        top = int(heat.max(axis=0).argmax())
        return Pick(row=self._best_row(open_, top), place=top, section=Section.TRENDING)

    def different(self, chosen: set[int]) -> Pick | None:
        """Draw a relevant paper unlike the `chosen` ones from the middle ranks, by softmax of fit.

        The draw is seeded by settings, request and subscriber; the chance it had is kept.
        """
        selection, request = self.selection, self.selection.requests[self.place]
        open_ = self._open(_DIFFERENT_MATCH)
        fused = np.where(open_, self._fused(), -np.inf).max(axis=0, initial=-np.inf)
        order = [int(p) for p in top_places(fused[None, :], _DIFFERENT_RANKS[1])[0] if np.isfinite(fused[p])]
        middle = [place for place in order[_DIFFERENT_RANKS[0] :] or order if place not in chosen]
        if chosen and middle:
            overlap = selection.sketches[middle] @ selection.sketches[sorted(chosen)].T
            near = overlap.max(axis=1)
            middle = [p for p, cosine in zip(middle, near, strict=True) if cosine < _DIFFERENT_OVERLAP]
        if not middle:
            return None
        fit = fused[middle].astype(np.float64)
        chances = np.exp((fit - fit.max()) / (_TEMPERATURE * max(float(fit.max()), 1e-9)))
        chances /= chances.sum()
        drawn = _draw(chances, (selection.seed, request.seed, request.subscriber))
        place = middle[drawn]
        return Pick(
            row=self._best_row(open_, place),
            place=place,
            section=Section.DIFFERENT,
            propensity=float(chances[drawn]),
        )

    def _open(self, match: float) -> npt.NDArray[np.bool_]:
        """Return (rows, candidates): unseen, fits the interest somewhat, and no interest mutes it."""
        selection, span = self.selection, self.selection.spans[self.place]
        table = selection.table
        fits = ~np.isnan(table.scores["content"][span]) & (table.match[span] >= match)
        alive = self._fused() > 0
        allowed: npt.NDArray[np.bool_] = selection.unseen[self.place] & ~table.muted[span].any(axis=0)
        return fits & alive & allowed

    def _rows(self, scorer: str) -> FloatMatrix:
        return self.selection.table.scores[scorer][self.selection.spans[self.place]]

    def _fused(self) -> FloatMatrix:
        return self.selection.table.fused[self.selection.spans[self.place]]

    def _best_row(self, open_: npt.NDArray[np.bool_], place: int) -> int:
        fused = np.where(open_[:, place], self._fused()[:, place], -np.inf)
        start: int = self.selection.spans[self.place].start
        return start + int(fused.argmax())


def _draw(chances: npt.NDArray[np.float64], seeds: Sequence[int]) -> int:
    random = np.random.default_rng([abs(seed) for seed in seeds])
    places: list[int] = np.flatnonzero(random.multinomial(1, chances)).tolist()
    return places[0]
