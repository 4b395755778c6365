"""The recommender: fits the scorers, ranks for many readers at once, explains, searches.

Domain objects in, domain objects out. Files are the business of `artifacts`, words of `digest`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from threadpoolctl import threadpool_limits

from recommender.domain.editions import Recommendation
from recommender.domain.errors import UnknownPaper
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import (
    Corpus,
    Explanation,
    Pool,
    RankingSettings,
    Request,
    SparseMatrix,
)
from recommender.ranking.fitted import Fitted
from recommender.ranking.fusion import LearnedFusion
from recommender.ranking.matrices import dense_product
from recommender.ranking.run import Run
from recommender.ranking.standings import Ranking
from recommender.ranking.text import TextSpace, paper_fields, words
from recommender.ranking.vectors import Known, batch

_LOOSE = 0.02
"""Least cosine at which a vote from nowhere belongs to an interest."""


@dataclass(frozen=True, kw_only=True)
class HybridRecommender:
    """Fitted scorers and their fusion. Immutable: fitting again gives another one."""

    fitted: Fitted

    @classmethod
    def fit(
        cls,
        corpus: Corpus,
        settings: RankingSettings,
        *,
        pairs: bool = True,
        fusion: LearnedFusion | None = None,
    ) -> Self:
        """Fit on a snapshot; `corpus.votes` must be those of readers who share theirs.

        `pairs` is False for bags of prepared words. `fusion` None takes the one that ships.
        """
        with threadpool_limits(1, "blas"):
            fitted = Fitted.fit(corpus, settings, pairs=pairs)
        return cls(fitted=fitted if fusion is None else replace(fitted, fusion=fusion))

    def recommend(self, requests: Sequence[Request], pool: Pool) -> list[tuple[Recommendation, ...]]:
        """Return each request's recommendations: interests first, then TRENDING, then DIFFERENT.

        A plain request (no slots) is ordered by score over all interests.
        """
        return [ranking.recommendations for ranking in self.rank(requests, pool)]

    def rank(self, requests: Sequence[Request], pool: Pool) -> list[Ranking]:
        """Return what `recommend` does, and how many papers fitted each interest, by day."""
        with threadpool_limits(1, "blas"):
            return Run.prepare(self.fitted, requests, pool).rank(requests)

    def explain(self, request: Request, pool: Pool, paper: PaperId) -> Explanation:
        """Return how each interest sees one paper; it need not be a candidate. Raise UnknownPaper."""
        own = next((known for known in pool.papers if known.id == paper), pool.known.get(paper))
        if own is None:
            raise UnknownPaper(paper)
        if not request.profiles:
            return Explanation(paper=paper, seen=paper in request.seen, interests=())
        others = [known for known in pool.papers if known.id != paper]
        with threadpool_limits(1, "blas"):
            run = Run.prepare(self.fitted, [request], replace(pool, papers=[*others, own]), keep=paper)
            return run.explanation(request, paper)

    def search(self, query: str, papers: Sequence[Paper], limit: int) -> list[tuple[PaperId, float]]:
        """Return up to `limit` papers that share terms with the query, by cosine, best first."""
        row = self._space.rows([(words(query),)])
        return self._nearest(row, papers, limit)

    def similar(self, paper: Paper, papers: Sequence[Paper], limit: int) -> list[tuple[PaperId, float]]:
        """Return up to `limit` other papers by cosine with `paper`, best first."""
        row = self._space.paper_rows([paper_fields(paper)])
        return self._nearest(row, [other for other in papers if other.id != paper.id], limit)

    def assign(
        self, profiles: tuple[InterestProfile, ...], loose: Sequence[Vote], known: Mapping[PaperId, Paper]
    ) -> tuple[InterestProfile, ...]:
        """Give each loose vote to the interest its paper fits best; votes that fit none stay out."""
        votes = [vote for vote in loose if vote.paper in known]
        if not profiles or not votes:
            return profiles
        pool = Pool(papers=(), known=known, now=max(vote.at for vote in votes))
        lens = self.fitted.lens
        rows = batch(lens, profiles, Known.gather(lens, pool, profiles)).rows
        papers = lens.space.paper_rows(paper_fields(known[vote.paper]) for vote in votes)
        cosines = dense_product(rows, papers)
        grown = list(profiles)
        for place, vote in enumerate(votes):
            best = int(cosines[:, place].argmax())
            if cosines[best, place] >= _LOOSE:
                entry, own = WeightedPaper(paper=vote.paper, at=vote.at), grown[best]
                grown[best] = (
                    replace(own, up=(*own.up, entry)) if vote.up else replace(own, down=(*own.down, entry))
                )
        return tuple(grown)

    @property
    def width(self) -> int:
        """Numbers in a direction."""
        return int(self.fitted.lens.encoder.vectors.shape[1])

    @property
    def _space(self) -> TextSpace:
        return self.fitted.lens.space

    def _nearest(self, row: SparseMatrix, papers: Sequence[Paper], limit: int) -> list[tuple[PaperId, float]]:
        rows = self._space.paper_rows(paper_fields(paper) for paper in papers)
        cosines = dense_product(row, rows)[0].tolist()
        found = [(paper.id, value) for paper, value in zip(papers, cosines, strict=True) if value > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]
