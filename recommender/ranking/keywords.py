"""Declared keywords found as phrases. Says nothing about papers without a hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch, SparseMatrix
from recommender.ranking.matrices import weighted
from recommender.ranking.phrases import PhraseIndex
from recommender.ranking.stems import Stems
from recommender.ranking.text import paper_fields, words

_FIELD_WEIGHTS = (2.0, 1.0)
"""A hit in the title, and in the abstract."""


@dataclass(frozen=True, slots=True)
class KeywordScorer:
    """Sum over keywords of log(1 + 2 title hits + abstract hits); abstains without a hit."""

    stems: Stems
    name: str = "keywords"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; nothing is learned
        """Return itself: keywords need no corpus."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN without a hit."""
        index, weights = candidates.note(self.name, lambda: self._index(candidates))
        wanted, found = index.search([profile.keywords for profile in profiles.profiles])
        scores: FloatMatrix = (wanted @ (found @ weights).log1p()).toarray().astype(np.float32)
        scores[scores <= 0] = np.nan
        return scores

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return the keywords found in each paper, as the reader wrote them, in the reader's order."""
        said = {_spaced(self.stems.all(words(keyword))): keyword for keyword in reversed(profile.keywords)}
        found = []
        for paper in candidates:
            texts = [_spaced(self.stems.all(text)) for text in paper_fields(paper)]
            terms = [said[key] for key in reversed(said) if key.strip() and any(key in own for own in texts)]
            found.append(Evidence(scorer=self.name, share=0.0, terms=tuple(terms)))
        return found

    def _index(self, candidates: Candidates) -> tuple[PhraseIndex, SparseMatrix]:
        """Return an index of all fields, and (n_fields, n_candidates) weights of each paper's fields."""
        fields = [
            (place, *own)
            for place, texts in enumerate(candidates.words)
            for own in zip(_FIELD_WEIGHTS, texts, strict=True)
        ]
        cells = [(row, place, weight) for row, (place, weight, _) in enumerate(fields)]
        index = PhraseIndex((text for *_, text in fields), self.stems.all)
        return index, weighted(cells, (len(fields), len(candidates.papers)))


def _spaced(plain: Sequence[str]) -> str:
    return f" {' '.join(plain)} "
