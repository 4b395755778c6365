"""Declared categories. Says nothing about papers of other categories or of none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch
from recommender.ranking.matrices import incidence

_PRIMARY = 2.0
_SECONDARY = 1.0


def names(category: str) -> tuple[str, ...]:
    """Return what a declared category may be to match this one: itself or its archive (`stat.ML`, `stat`)."""
    folded = category.strip().casefold()
    return tuple(dict.fromkeys((folded, folded.split(".", 1)[0])))


@dataclass(frozen=True, slots=True)
class CategoryScorer:
    """2 where the primary category is declared, 1 where another is."""

    name: str = "categories"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; nothing is learned
        """Return itself: categories need no corpus."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32: the best declared category's value, NaN without one."""
        declared = [{name.strip().casefold() for name in own.categories} for own in profiles.profiles]
        index = {name: column for column, name in enumerate(sorted(set().union(*declared)))}
        shape = (len(declared), len(candidates.papers))
        primary = np.zeros(shape, dtype=np.bool_)
        other = np.zeros(shape, dtype=np.bool_)
        if index:
            wanted = incidence([[index[name] for name in sorted(own)] for own in declared], len(index))
            first, rest = [], []
            for paper in candidates.papers:
                first.append([index[n] for c in paper.categories[:1] for n in names(c) if n in index])
                rest.append([index[n] for c in paper.categories[1:] for n in names(c) if n in index])
            primary = (wanted @ incidence(first, len(index)).T).toarray() > 0
            other = (wanted @ incidence(rest, len(index)).T).toarray() > 0
        scores = np.where(primary, _PRIMARY, np.where(other, _SECONDARY, np.nan))
        return scores.astype(np.float32)

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return the paper's categories that the reader declared, primary first."""
        declared = {name.strip().casefold() for name in profile.categories}
        return [
            Evidence(
                scorer=self.name,
                share=0.0,
                terms=tuple(c for c in paper.categories if not declared.isdisjoint(names(c))),
            )
            for paper in candidates
        ]
