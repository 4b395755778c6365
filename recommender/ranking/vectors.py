"""Candidates and profiles as numbers: words, seeds and votes as one direction.

A profile's row is the sum  k words + seeds + decayed up-votes - k/5 (mean of down-votes), made unit.
As votes gather they outweigh the k of the words (evidence n against n + k), and one more up-vote only
ever adds its own direction. Subtracting the disliked mean is Rocchio's feedback (Salton & Buckley 1990).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Candidates, FloatMatrix, Pool, ProfileBatch, SparseMatrix
from recommender.ranking.encoder import Encoder, directions
from recommender.ranking.matrices import unit, weighted
from recommender.ranking.text import TextSpace, paper_fields, words
from recommender.ranking.votes import LEAST_READERS, VoteModel

WORDS_WEIGHT, NAME_WEIGHT = 3.0, 1.0
"""How many liked papers the reader's own words are worth, and a bare name, which may only be a heading."""
KEYWORDS_WEIGHT = 0.5
"""Keywords also have a scorer of their own; in the row they must not drown the sentence."""
DOWN_WEIGHT = 0.2
"""Pull away from the mean disliked paper, as a part of `WORDS_WEIGHT`; full from a few down-votes on.

Small, because what a reader dislikes is mostly near what they like; near-duplicates sink by `damping`."""
HALF_LIFE_DAYS = 730.0
"""An up-vote this old counts half."""
FRESH = timedelta(days=45)
"""A younger paper without readers is one that nobody could read yet; an older one is one that nobody took."""
STAND_INS = 5
"""Papers that stand in for the likes of a reader who has fewer, found by what the reader wrote."""
_FULL_TRUST = 100.0
"""Readers in the store from which those who share a like with somebody are ranked as one of many."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lens:
    """How papers are read: their words, their directions, and their places among the votes."""

    space: TextSpace
    encoder: Encoder
    model: VoteModel

    def candidates(self, pool: Pool, papers: Iterable[Paper]) -> Candidates:
        """Turn papers into numbers, at the pool's time."""
        chosen = tuple(papers)
        texts = tuple(paper_fields(paper) for paper in chosen)
        rows = self.space.paper_rows(texts)
        items = np.asarray([self.model.index.get(paper.id, -1) for paper in chosen], dtype=np.int64)
        dense = self.encoder.dense(rows)
        return Candidates(
            papers=chosen,
            words=texts,
            rows=rows,
            dense=dense,
            wide=self.encoder.wide(rows, dense),
            items=items,
            readers=self._readers(chosen, items, pool.now),
            signals=tuple(pool.signals),
            now=pool.now,
        )

    def numbers(self, rows: SparseMatrix, items: npt.NDArray[np.int64]) -> Candidates:
        """Return papers known by unit word rows (n, FEATURES) and places in the vote model (n,) alone."""
        readers = np.where(items >= 0, np.append(self.model.cast, 0)[items], 0).astype(np.float32)
        dense = self.encoder.dense(rows)
        wide = self.encoder.wide(rows, dense)
        return Candidates(
            papers=(), words=(), rows=rows, dense=dense, wide=wide, items=items, readers=readers
        )

    def _readers(
        self, papers: Sequence[Paper], items: npt.NDArray[np.int64], now: datetime
    ) -> npt.NDArray[np.float32]:
        old = np.asarray([_is_old(paper, now) for paper in papers], dtype=np.float32)
        return np.where(items >= 0, np.append(self.model.cast, 0)[items], old).astype(np.float32)


def _is_old(paper: Paper, now: datetime) -> bool:
    since = paper.published or paper.first_seen
    return since is not None and now - since > FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The papers that profiles refer to, as numbers, once a run."""

    papers: Candidates
    index: dict[PaperId, int]

    @classmethod
    def gather(cls, lens: Lens, pool: Pool, profiles: Iterable[InterestProfile]) -> "Known":
        """Read what `profiles` refer to and `pool` knows, in the order of ids."""
        by_id = {paper.id: paper for paper in pool.papers} | dict(pool.known)
        wanted = sorted({paper for profile in profiles for paper in references(profile)} & by_id.keys())
        papers = lens.candidates(pool, (by_id[paper] for paper in wanted))
        return cls(papers=papers, index={paper: place for place, paper in enumerate(wanted)})


def references(profile: InterestProfile) -> set[PaperId]:
    """Return the ids of all papers a profile speaks of."""
    return {*profile.seeds, *(vote.paper for vote in (*profile.up, *profile.down))}


def is_empty(profile: InterestProfile) -> bool:
    """Tell whether nothing in a profile could speak for a paper."""
    declared = (profile.words.strip(), profile.authors, profile.categories)
    return not any((*declared, profile.seeds, profile.up))


def batch(lens: Lens, profiles: Sequence[InterestProfile], known: Known) -> ProfileBatch:
    """Turn a block of profiles into numbers."""
    own = known.papers
    told = words_rows(lens.space, profiles)
    written = lens.encoder.dense(told)
    liked, disliked = liked_weights(profiles, known), _down_weights(profiles, known)
    pull = sparse.csr_matrix(liked - disliked)
    taken = _taken(lens.model, profiles, written)
    weights = np.asarray([words_weight(profile) for profile in profiles], dtype=np.float32)
    shared = np.minimum(1, lens.model.shared(profiles, taken))
    return ProfileBatch(
        profiles=tuple(profiles),
        rows=unit(sparse.csr_matrix(sparse.diags(weights) @ told + pull @ own.rows)),
        dense=directions(weights[:, None] * written + pull @ own.dense),
        known=own,
        known_index=known.index,
        liked=liked,
        taken=taken,
        trust=shared * np.float32(min(1.0, len(lens.model.readers) / _FULL_TRUST)),
    )


def words_weight(profile: InterestProfile) -> float:
    """Return how many liked papers a reader's words are worth."""
    return WORDS_WEIGHT if profile.about or profile.keywords else NAME_WEIGHT


def words_rows(space: TextSpace, profiles: Sequence[InterestProfile]) -> SparseMatrix:
    """Return unit rows of what readers wrote; keywords weigh `KEYWORDS_WEIGHT` of name and sentence."""
    told = space.rows(
        (*space.phrases(words(profile.name)), *space.phrases(words(profile.about))) for profile in profiles
    )
    keywords = space.rows(tuple(words(word) for word in profile.keywords) for profile in profiles)
    return unit(sparse.csr_matrix(told + KEYWORDS_WEIGHT * keywords))


def liked_weights(profiles: Sequence[InterestProfile], known: Known) -> SparseMatrix:
    """Return (n_profiles, n_known): 1 for a seed, up to 1 for an up-vote by its age."""
    cells = [
        (row, known.index[liked.paper], decay(liked.at, known.papers.now))
        for row, profile in enumerate(profiles)
        for liked in (*(WeightedPaper(paper=seed) for seed in profile.seeds), *profile.up)
        if liked.paper in known.index
    ]
    return weighted(cells, (len(profiles), len(known.index)))


def decay(at: datetime | None, now: datetime) -> float:
    """Return 1 for now or a time not known, halving every `HALF_LIFE_DAYS`."""
    days = 0.0 if at is None else max(0.0, (now - at).total_seconds() / 86400.0)
    return float(0.5 ** (days / HALF_LIFE_DAYS))


def _down_weights(profiles: Sequence[InterestProfile], known: Known) -> SparseMatrix:
    cells = []
    for row, profile in enumerate(profiles):
        places = [known.index[down.paper] for down in profile.down if down.paper in known.index]
        each = WORDS_WEIGHT * DOWN_WEIGHT / (len(places) + 1)
        cells += [(row, place, each) for place in places]
    return weighted(cells, (len(profiles), len(known.index)))


def _taken(model: VoteModel, profiles: Sequence[InterestProfile], written: FloatMatrix) -> SparseMatrix:
    """Return (n, I): ones for seeds and up-votes, and stand-ins for readers with few, by what they wrote.

    Stand-ins weigh what their cosine is to the best one's, and less with each like of the reader's own.
    """
    cells = []
    nearest = written @ model.content.T if len(model.items) else np.zeros((len(profiles), 0), np.float32)
    for row, profile in enumerate(profiles):
        if model.others(profile.subscriber) < LEAST_READERS:
            continue
        liked = dict.fromkeys((*profile.seeds, *(vote.paper for vote in profile.up)))
        own = [model.index[paper] for paper in liked if paper in model.index]
        cells += [(row, item, 1.0) for item in own]
        wanted = STAND_INS if len(own) < STAND_INS else 0
        best = np.argsort(-nearest[row], kind="stable")[:wanted].tolist()
        cells += [
            (row, item, float(nearest[row, item] / nearest[row, best[0]]) / (1 + len(own)))
            for item in best
            if nearest[row, item] > 0 and item not in own
        ]
    return weighted(cells, (len(profiles), len(model.items)))
