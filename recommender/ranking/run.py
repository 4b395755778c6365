"""One run: a pool vectorised once, blocks of requests scored against it, papers chosen and explained."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Evidence, Recommendation, Section
from recommender.domain.papers import PaperId, PaperStatus
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import (
    Candidates,
    Explanation,
    FloatMatrix,
    FusionContext,
    InterestExplanation,
    Pool,
    ProfileBatch,
    Request,
    ScorerNumber,
)
from recommender.ranking.content import damping
from recommender.ranking.diversity import sketch
from recommender.ranking.explain import Material, evidence, explainers
from recommender.ranking.fitted import Fitted
from recommender.ranking.fusion import RankFusion
from recommender.ranking.phrases import muted
from recommender.ranking.selection import Pick, Selection, Table, asked_for
from recommender.ranking.vectors import Known, batch, candidates

BLOCK = 256
"""Profiles scored at once; bounds memory and keeps a block in cache."""
_TEXTLESS = 0.3
"""What votes or categories keep of their score where the text has nothing in common with the interest."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A pool against which blocks of requests are scored."""

    fitted: Fitted
    pool: Candidates
    sketches: FloatMatrix
    material: Material

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
        space = fitted.content.space
        own = candidates(space, pool, (usable[paper] for paper in sorted(usable)))
        profiles = [profile for request in requests for profile in request.profiles]
        return cls(
            fitted=fitted,
            pool=own,
            sketches=sketch(own.rows, fitted.settings.seed),
            material=Material(
                space=space,
                candidates=own,
                known=Known.gather(space, pool, profiles),
                collaborative=fitted.collaborative,
            ),
        )

    def recommend(self, requests: Sequence[Request]) -> list[tuple[Recommendation, ...]]:
        """Return the recommendations of each request."""
        found: list[tuple[Recommendation, ...]] = [()] * len(requests)
        if not self.pool.papers:
            return found
        for places in _blocks(requests):
            own = self._block([requests[place] for place in places])
            for place, recommendations in zip(places, own, strict=True):
                found[place] = recommendations
        return found

    def explanation(self, request: Request, paper: PaperId) -> Explanation:
        """Return how each interest of one request sees one paper of the pool, best first."""
        profiles = batch(self.fitted.content.space, request.profiles, self.material.known)
        table = self._table(profiles)
        place = self.material.places[paper]
        picks = [Pick(row=row, place=place) for row in range(len(request.profiles))]
        said = self._evidence(profiles, table, picks)
        interests = [self._interest(profiles, table, pick, said[pick]) for pick in picks]
        interests.sort(key=lambda own: -1.0 if own.fused is None else own.fused, reverse=True)
        return Explanation(paper=paper, seen=paper in request.seen, interests=tuple(interests))

    def _block(self, requests: Sequence[Request]) -> list[tuple[Recommendation, ...]]:
        spans: list[slice] = []
        for request in requests:
            start = spans[-1].stop if spans else 0
            spans.append(slice(start, start + len(request.profiles)))
        profiles = batch(
            self.fitted.content.space,
            [own for request in requests for own in request.profiles],
            self.material.known,
        )
        table = self._table(profiles)
        picks = Selection(
            table=table,
            requests=requests,
            spans=spans,
            unseen=self._unseen(requests),
            sketches=self.sketches,
            diversity=self.fitted.settings.diversity,
            auto_floor=self.fitted.content.floor,
            seed=self.fitted.settings.seed,
        ).picks()
        said = self._evidence(profiles, table, [pick for own in picks for pick in own])
        return [
            tuple(self._recommendation(profiles, table, pick, said[pick]) for pick in own) for own in picks
        ]

    def table(self, profiles: Sequence[InterestProfile]) -> Table:
        """Return the numbers of some profiles against the whole pool."""
        return self._table(batch(self.fitted.content.space, profiles, self.material.known))

    def _table(self, profiles: ProfileBatch) -> Table:
        scores = {scorer.name: scorer.score(profiles, self.pool) for scorer in self.fitted.scorers}
        weights: dict[str, float | FloatMatrix] = dict(self.fitted.settings.weights)
        weights["collaborative"] = weights["collaborative"] * self.fitted.collaborative.trust(
            profiles.profiles
        )
        named = asked_for(scores)
        match, strength = self.fitted.content.calibrate(profiles, scores["content"])
        context = FusionContext(
            weights=weights,
            damping=damping(profiles, self.pool) * _certainty(scores["content"], strength, named),
        )
        fusion = RankFusion()
        parts = fusion.contributions(scores, context)
        return Table(
            scores=scores,
            parts=parts,
            weights={
                name: np.broadcast_to(own, (len(profiles.profiles), 1)) for name, own in weights.items()
            },
            fused=fusion.join(scores, parts),
            match=match,
            asked_for=named,
            muted=muted(profiles.profiles, self.pool),
        )

    def _unseen(self, requests: Sequence[Request]) -> npt.NDArray[np.bool_]:
        unseen = np.ones((len(requests), len(self.pool.papers)), dtype=np.bool_)
        for row, request in enumerate(requests):
            seen = [place for paper in request.seen if (place := self.material.places.get(paper)) is not None]
            unseen[row, seen] = False
        return unseen

    def _evidence(
        self, profiles: ProfileBatch, table: Table, picks: Sequence[Pick]
    ) -> dict[Pick, tuple[Evidence, ...]]:
        """Explain picks, each profile's together."""
        own = explainers(self.material, profiles)
        rows: dict[int, list[Pick]] = defaultdict(list)
        for pick in picks:
            rows[pick.row].append(pick)
        said: dict[Pick, tuple[Evidence, ...]] = {}
        for row, mine in rows.items():
            places = [pick.place for pick in mine]
            parts = {name: part[row, places].tolist() for name, part in table.parts.items()}
            papers = [self.pool.papers[place] for place in places]
            said |= zip(mine, evidence(own, profiles.profiles[row], papers, parts), strict=True)
        return said

    def _recommendation(
        self, profiles: ProfileBatch, table: Table, pick: Pick, said: tuple[Evidence, ...]
    ) -> Recommendation:
        if pick.section is Section.TRENDING:
            said = tuple(sorted(said, key=lambda item: item.scorer != "trending"))
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
        self, profiles: ProfileBatch, table: Table, pick: Pick, said: tuple[Evidence, ...]
    ) -> InterestExplanation:
        at = (pick.row, pick.place)
        fused = float(table.fused[at])
        silent = not np.isfinite(fused)
        numbers = [
            ScorerNumber(
                scorer=name,
                value=None if np.isnan(scores[at]) else float(scores[at]),
                weight=float(table.weights[name][pick.row, 0]),
                contribution=float(table.parts[name][at]),
            )
            for name, scores in table.scores.items()
        ]
        return InterestExplanation(
            interest=profiles.profiles[pick.row].interest,
            fused=None if silent else fused,
            rank=None if silent else 1 + int((table.fused[pick.row] > table.fused[at]).sum()),
            match=float(table.match[at]),
            muted=bool(table.muted[at]),
            numbers=tuple(numbers),
            evidence=said,
        )


def _certainty(content: FloatMatrix, strength: FloatMatrix, named: npt.NDArray[np.bool_]) -> FloatMatrix:
    """Return how much of a fused score to keep: ranks cannot tell a good paper from the best of a bad day.

    All of it for a keyword or author hit and for profiles without text; else what the text match is worth.
    """
    textless = np.isnan(content).all(axis=1, keepdims=True)
    kept = np.where(np.isnan(content), np.float32(_TEXTLESS), strength)
    return np.where(named | textless, np.float32(1), kept).astype(np.float32)


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
