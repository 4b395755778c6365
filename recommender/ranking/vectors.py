"""Content rows of candidates and of profiles: words, seeds and votes as one direction.

A profile's row is the sum  k words + seeds + decayed up-votes - k/2 (mean of down-votes), made unit.
As votes gather they outweigh the k of the words (evidence n against n + k), and one more up-vote only
ever adds its own direction. Subtracting the disliked mean is Rocchio's feedback (Salton & Buckley 1990).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scipy import sparse

from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Candidates, Pool, ProfileBatch, SparseMatrix
from recommender.ranking.matrices import unit, weighted
from recommender.ranking.text import TextSpace, paper_fields, words

WORDS_WEIGHT = 3.0
"""How many liked papers the reader's own words are worth."""
KEYWORDS_WEIGHT = 0.5
"""Keywords also have a scorer of their own; in the row they must not drown the sentence."""
DOWN_WEIGHT = 0.5
"""Pull away from the mean disliked paper, as a part of `WORDS_WEIGHT`; full from a few down-votes on."""
HALF_LIFE_DAYS = 180.0
"""An up-vote this old counts half."""


def candidates(space: TextSpace, pool: Pool, papers: Iterable[Paper] | None = None) -> Candidates:
    """Vectorise the pool's papers, or `papers` in its stead."""
    chosen = tuple(pool.papers if papers is None else papers)
    texts = tuple(paper_fields(paper) for paper in chosen)
    return Candidates(
        papers=chosen, words=texts, rows=space.paper_rows(texts), signals=tuple(pool.signals), now=pool.now
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The papers that profiles refer to, vectorised once a run."""

    papers: Candidates
    index: dict[PaperId, int]

    @classmethod
    def gather(cls, space: TextSpace, pool: Pool, profiles: Iterable[InterestProfile]) -> "Known":
        """Vectorise what `profiles` refer to and `pool` knows, in the order of ids."""
        by_id = {paper.id: paper for paper in pool.papers} | dict(pool.known)
        wanted = sorted({paper for profile in profiles for paper in references(profile)} & by_id.keys())
        papers = candidates(space, pool, (by_id[paper] for paper in wanted))
        return cls(papers=papers, index={paper: place for place, paper in enumerate(wanted)})


def references(profile: InterestProfile) -> set[PaperId]:
    """Return the ids of all papers a profile speaks of."""
    voted = (vote.paper for vote in (*profile.up, *profile.down))
    return {*profile.seeds, *profile.liked, *voted}


def is_empty(profile: InterestProfile) -> bool:
    """Tell whether nothing in a profile could speak for a paper."""
    declared = (profile.words.strip(), profile.authors, profile.categories)
    return not any((*declared, profile.seeds, profile.up, profile.liked))


def batch(space: TextSpace, profiles: Sequence[InterestProfile], known: Known) -> ProfileBatch:
    """Build the rows of a block of profiles."""
    rows = (
        WORDS_WEIGHT * words_rows(space, profiles)
        + liked_weights(profiles, known) @ known.papers.rows
        - _down_weights(profiles, known) @ known.papers.rows
    )
    return ProfileBatch(
        profiles=tuple(profiles),
        rows=unit(sparse.csr_matrix(rows)),
        known=known.papers,
        known_index=known.index,
    )


def words_rows(space: TextSpace, profiles: Sequence[InterestProfile]) -> SparseMatrix:
    """Return unit rows of what readers wrote; keywords weigh `KEYWORDS_WEIGHT` of name and sentence."""
    told = space.rows((words(profile.name), words(profile.about)) for profile in profiles)
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
