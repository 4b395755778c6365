"""One run: a pool vectorised once, blocks of requests scored against it, papers chosen and explained."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Evidence, Recommendation, Section
from recommender.domain.papers import PaperId, PaperStatus
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import (
    Candidates,
    Explanation,
    FloatMatrix,
    InterestExplanation,
    Pool,
    ProfileBatch,
    Request,
    ScorerNumber,
)
from recommender.ranking.company import Rules, Texts
from recommender.ranking.content import damping
from recommender.ranking.diversity import sketch
from recommender.ranking.explain import Material, evidence, explainers
from recommender.ranking.fitted import Fitted
from recommender.ranking.groups import Groups
from recommender.ranking.phrases import muted
from recommender.ranking.selection import Pick, Selection, Table
from recommender.ranking.stages import SHORTLIST, Scored, score
from recommender.ranking.standings import Ranking, ages_in_days
from recommender.ranking.trending import noticed
from recommender.ranking.vectors import Known, batch

T = TypeVar("T", np.float32, np.bool_)
BLOCK = 256
"""Profiles scored at once; bounds memory and keeps a block in cache."""
FLOOR = 0.95
"""Least match of an edition's paper when the reader set no floor; a keyword or author hit also passes."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A pool against which blocks of requests are scored."""

    fitted: Fitted
    pool: Candidates
    rules: Rules
    material: Material
    days: int

    @classmethod
    def prepare(
        cls, fitted: Fitted, requests: Sequence[Request], pool: Pool, keep: PaperId | None = None
    ) -> "Run":
        """Vectorise candidates (by id, so their order changes nothing) and what profiles refer to.

        Withdrawn papers and those from a reader's library are no candidates, `keep` excepted.
        """
        usable = {
            paper.id: paper
            for paper in pool.papers
            if paper.id == keep or (paper.status is PaperStatus.ACTIVE and not paper.library_only)
        }
        lens = fitted.lens
        own = lens.candidates(pool, (usable[paper] for paper in sorted(usable)))
        profiles = [profile for request in requests for profile in request.profiles]
        return cls(
            fitted=fitted,
            pool=own,
            rules=Rules(
                sketches=sketch(own.rows, fitted.settings.seed),
                groups=Groups(own.papers),
                same_group=fitted.settings.same_group,
                texts=Texts(own.papers),
            ),
            material=Material(fitted=fitted, candidates=own, known=Known.gather(lens, pool, profiles)),
            days=pool.days,
        )

    def rank(self, requests: Sequence[Request]) -> list[Ranking]:
        """Return what each request gets."""
        found = [Ranking()] * len(requests)
        if not self.pool.papers:
            return found
        for places in _blocks(requests):
            own = self._block([requests[place] for place in places])
            for place, ranking in zip(places, own, strict=True):
                found[place] = ranking
        return found

    def explanation(self, request: Request, paper: PaperId) -> Explanation:
        """Return how each interest of one request sees one paper of the pool, best first."""
        profiles = batch(self.fitted.lens, request.profiles, self.material.known)
        scored = self._scored(profiles, None)
        place = self.material.places[paper]
        picks = [Pick(row=row, place=place) for row in range(len(request.profiles))]
        said = self._evidence(profiles, scored, picks)
        interests = [self._interest(profiles, scored, pick, said[pick]) for pick in picks]
        interests.sort(key=lambda own: -1.0 if own.fused is None else own.fused, reverse=True)
        return Explanation(paper=paper, seen=paper in request.seen, interests=tuple(interests))

    def scores(self, own: Sequence[InterestProfile]) -> dict[str, FloatMatrix]:
        """Return "fused", -inf for papers that could not be chosen, and each scorer's numbers.

        Each is (n_profiles, n_candidates); all candidates are scored in full.
        """
        profiles = batch(self.fitted.lens, own, self.material.known)
        scored = self._scored(profiles, None)
        return {"fused": self._table(profiles, scored).fused, **scored.scores}

    def _block(self, requests: Sequence[Request]) -> list[Ranking]:
        spans = _spans(requests)
        profiles = batch(
            self.fitted.lens,
            [own for request in requests for own in request.profiles],
            self.material.known,
        )
        depth = max(request.papers for request in requests)
        depth = max(SHORTLIST, 2 * depth)
        scored = self._scored(profiles, depth)
        table = self._table(profiles, scored)
        selection = Selection(
            table=table,
            requests=requests,
            spans=spans,
            unseen=self._unseen(requests),
            rules=self.rules,
            diversity=self.fitted.settings.diversity,
            auto_floor=FLOOR,
            seed=self.fitted.settings.seed,
            depth=depth,
        )
        picks = selection.picks()
        wanted = [own for own, request in zip(picks, requests, strict=True) if request.reasons]
        said = self._evidence(profiles, scored, [pick for own in wanted for pick in own])
        standings = selection.standings(picks, ages_in_days(self.pool.papers, self.pool.now), self.days)
        return [
            Ranking(
                recommendations=tuple(
                    replace(
                        self._recommendation(profiles, table, pick, said.get(pick, ())),
                        match=scored.told_of(pick.row, pick.place),
                    )
                    for pick in own
                ),
                standings=standing,
            )
            for own, standing in zip(picks, standings, strict=True)
        ]

    def _scored(self, profiles: ProfileBatch, shortlist: int | None) -> Scored:
        return score(self.fitted, profiles, self.pool, shortlist)

    def _table(self, profiles: ProfileBatch, scored: Scored) -> Table:
        """Spread the numbers of the shortlists over all candidates; the others cannot be chosen."""
        shape = (len(profiles.profiles), len(self.pool.papers))

        def spread(own: npt.NDArray[T], blank: float) -> npt.NDArray[T]:
            wide = np.full(shape, blank, dtype=own.dtype)
            np.put_along_axis(wide, scored.places, own, axis=1)
            return wide

        spoken = [~np.isnan(own) for name, own in scored.scores.items() if name != "trending"]
        fused = np.where(np.logical_or.reduce(spoken), scored.fused, np.float32(-np.inf))
        with np.errstate(divide="ignore"):
            sunk = np.log(damping(profiles, self.pool))
        return Table(
            fused=spread(fused, -np.inf) + sunk,
            match=spread(scored.match, 0),
            heat=np.where(self._noticed(), spread(scored.scores["trending"], np.nan), np.float32(np.nan)),
            asked_for=spread(scored.named, blank=False),
            muted=muted(profiles.profiles, self.pool),
            opinions=(
                spread(np.nan_to_num(scored.scores["content"], nan=-np.inf), -np.inf),
                spread(np.nan_to_num(scored.scores["semantic"], nan=-np.inf), -np.inf),
            ),
        )

    def _noticed(self) -> npt.NDArray[np.bool_]:
        """Return (n_candidates,): whether there is attention enough to speak of."""
        known = self.pool.note("noticed", lambda: noticed(self.pool.signals, self.pool.now))
        return np.asarray([paper.id in known for paper in self.pool.papers], dtype=np.bool_)

    def _unseen(self, requests: Sequence[Request]) -> npt.NDArray[np.bool_]:
        unseen = np.ones((len(requests), len(self.pool.papers)), dtype=np.bool_)
        for row, request in enumerate(requests):
            seen = [place for paper in request.seen if (place := self.material.places.get(paper)) is not None]
            unseen[row, seen] = False
        return unseen

    def _evidence(
        self, profiles: ProfileBatch, scored: Scored, picks: Sequence[Pick]
    ) -> dict[Pick, tuple[Evidence, ...]]:
        """Explain picks, each profile's together."""
        own = explainers(self.material, profiles)
        rows: dict[int, list[Pick]] = defaultdict(list)
        for pick in picks:
            rows[pick.row].append(pick)
        said: dict[Pick, tuple[Evidence, ...]] = {}
        for row, mine in rows.items():
            places = [pick.place for pick in mine]
            columns = np.searchsorted(scored.places[row], places)
            parts = {name: part[row, columns].tolist() for name, part in scored.parts.items()}
            papers = [self.pool.papers[place] for place in places]
            said |= zip(mine, evidence(own, profiles.profiles[row], papers, parts), strict=True)
        return said

    def _recommendation(
        self, profiles: ProfileBatch, table: Table, pick: Pick, said: tuple[Evidence, ...]
    ) -> Recommendation:
        if pick.section is Section.TRENDING:
            said = tuple(sorted(said, key=lambda item: item.scorer != "trending"))
        if pick.teaches:
            said = (*said, Evidence(scorer="exploration", share=0.0))
        return Recommendation(
            paper=self.pool.papers[pick.place].id,
            section=pick.section,
            interest=profiles.profiles[pick.row].interest,
            score=float(table.fused[pick.row, pick.place]),
            match=float(table.match[pick.row, pick.place]),
            evidence=said,
            propensity=pick.propensity,
        )

    def _interest(
        self, profiles: ProfileBatch, scored: Scored, pick: Pick, said: tuple[Evidence, ...]
    ) -> InterestExplanation:
        at = (pick.row, pick.place)
        fused = float(scored.fused[at])
        silent = not np.isfinite(fused)
        numbers = [
            ScorerNumber(
                scorer=name,
                value=None if np.isnan(scores[at]) else float(scores[at]),
                weight=self.fitted.settings.weights[name],
                contribution=float(scored.parts[name][at]),
            )
            for name, scores in scored.scores.items()
        ]
        rest = ScorerNumber(
            scorer="papers", value=None, weight=1.0, contribution=float(scored.parts["papers"][at])
        )
        return InterestExplanation(
            interest=profiles.profiles[pick.row].interest,
            fused=None if silent else fused,
            rank=None if silent else 1 + int((scored.fused[pick.row] > fused).sum()),
            match=float(scored.told[at]),
            muted=bool(muted(profiles.profiles, self.pool)[at]),
            numbers=(*numbers, rest),
            evidence=said,
        )


def _spans(requests: Sequence[Request]) -> list[slice]:
    """Return which rows of a block are each request's."""
    spans: list[slice] = []
    for request in requests:
        start = spans[-1].stop if spans else 0
        spans.append(slice(start, start + len(request.profiles)))
    return spans


def _blocks(requests: Sequence[Request]) -> Iterator[list[int]]:
    """Yield places of requests with about `BLOCK` profiles together; those without profiles are left out."""
    block: list[int] = []
    size = 0
    for place, request in enumerate(requests):
        if not request.profiles:
            continue
        if block and size + len(request.profiles) > BLOCK:
            yield block
            block, size = [], 0
        block.append(place)
        size += len(request.profiles)
    if block:
        yield block
