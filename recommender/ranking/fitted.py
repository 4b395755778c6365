"""What fitting leaves behind: settings, how papers are read, what votes taught, and all scorers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.ranking.authors import AuthorScorer
from recommender.ranking.background import Background
from recommender.ranking.base import Candidates, Corpus, RankingSettings, Scorer, SparseMatrix
from recommender.ranking.categories import CategoryScorer
from recommender.ranking.collaborative import EaseScorer, FactorScorer, SpreadScorer
from recommender.ranking.content import ContentScorer, SemanticScorer, usual_row
from recommender.ranking.contrast import Lessons
from recommender.ranking.encoder import Encoder
from recommender.ranking.fusion import LearnedFusion
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.learning import shipped
from recommender.ranking.text import TextSpace, paper_fields
from recommender.ranking.trending import TrendScorer
from recommender.ranking.vectors import Lens
from recommender.ranking.votes import Likes, VoteModel

VOTED, OTHERS = 400, 600
"""Papers on which numbers are scaled: those of other readers' votes, and those of words."""
_UNREAD = 20_000
"""Unread papers that stand against the read ones, at most."""
_LEAST_LIKES = 5_000
"""Up-votes from which the encoder learns from them."""
_LEAST_KNOWN = 0.28
"""Part of a store's words that the shipped encoder must know to be preferred to the store's own."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """Everything that scoring needs. Immutable. `reference` is a sample of papers, as numbers only."""

    settings: RankingSettings
    lens: Lens
    reference: Candidates
    fusion: LearnedFusion

    @cached_property
    def scorers(self) -> tuple[Scorer, ...]:
        """All scorers, in the order in which explanations list them. A new scorer is one more line."""
        lens = self.lens
        return (
            ContentScorer(lens.space, usual_row(self.reference.rows[self.reference.items < 0])),
            SemanticScorer(),
            KeywordScorer(lens.space.stems),
            AuthorScorer(),
            EaseScorer(lens.model),
            FactorScorer(lens.model, self.settings),
            SpreadScorer(lens.model, self.settings),
            TrendScorer(),
            CategoryScorer(),
        )

    @classmethod
    def fit(cls, corpus: Corpus, settings: RankingSettings, *, pairs: bool = True) -> Self:
        """Fit on a snapshot; `pairs` is False for bags of prepared words."""
        papers = {paper.id: paper for paper in sorted(corpus.papers, key=lambda paper: paper.id)}
        background = Background.shipped()
        prior = background.frequencies / background.documents if pairs else None
        space = TextSpace.fit(papers.values(), pairs=pairs, prior=prior)
        rows = space.paper_rows(paper_fields(paper) for paper in papers.values())
        likes = Likes.of(corpus.votes, papers)
        places = {paper: place for place, paper in enumerate(papers)}
        held = np.asarray([places[item] for item in likes.items] if likes else [], dtype=np.int64)
        start = Encoder.shipped() if pairs else Encoder.blank()
        encoder = _encoder(start, rows, (likes, rows[held]), settings)
        model = _model(encoder, rows, held, likes, settings)
        lens = Lens(space=space, encoder=encoder, model=model)
        return cls(
            settings=settings, lens=lens, reference=_reference(lens, rows, held, settings), fusion=shipped()
        )


def _encoder(
    start: Encoder, rows: SparseMatrix, liked: tuple[Likes | None, SparseMatrix], settings: RankingSettings
) -> Encoder:
    """Return `start`, or the store's own if it knows too few words, taught by likes on papers if many."""
    encoder, (likes, own) = start, liked
    if start.knows(rows) < _LEAST_KNOWN:
        read = Encoder.read(rows, settings.seed)
        encoder = read if len(read.columns) else start
    if likes is None or likes.votes.nnz < _LEAST_LIKES or not len(encoder.columns):
        return encoder
    return encoder.taught(likes.votes, own, Lessons(), settings.seed)


def _model(
    encoder: Encoder,
    rows: SparseMatrix,
    held: npt.NDArray[np.int64],
    likes: Likes | None,
    settings: RankingSettings,
) -> VoteModel:
    if likes is None:
        width = encoder.vectors.shape[1]
        return VoteModel.empty(width, width + encoder.before.shape[1])
    unread = np.setdiff1d(np.arange(rows.shape[0]), held)
    random = np.random.default_rng(settings.seed)
    some = np.sort(random.choice(unread, size=min(len(unread), _UNREAD), replace=False))
    content, unread_content = encoder.dense(rows[held]), encoder.dense(rows[some])
    wide = (encoder.wide(rows[held], content), encoder.wide(rows[some], unread_content))
    return VoteModel.fit(likes, content, wide, settings)


def _reference(
    lens: Lens, rows: SparseMatrix, held: npt.NDArray[np.int64], settings: RankingSettings
) -> Candidates:
    """Return a seeded sample: voted papers, then any papers, topped up with shipped ones in a small store.

    The latter do not depend on votes, or other readers' votes would turn the ruler of what papers say.
    """
    random = np.random.default_rng(settings.seed)
    others = np.sort(random.choice(rows.shape[0], size=min(rows.shape[0], OTHERS), replace=False))
    voted = np.sort(random.choice(len(held), size=min(len(held), VOTED), replace=False))
    missing = OTHERS - len(others) if lens.space.pairs else 0
    shipped_rows = lens.space.weighted(Background.shipped().sample[:missing])
    chosen = sparse.vstack([rows[held[voted]], rows[others], shipped_rows], format="csr")
    items = np.concatenate([voted, np.full(chosen.shape[0] - len(voted), -1)]).astype(np.int64)
    return lens.numbers(chosen, items)
