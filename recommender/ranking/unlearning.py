"""Takes readers out of a fitted recommender without fitting it anew.

A fitted recommender holds, of each reader, the row of what they liked, under a number that links to nobody
outside the store. Factors of papers were learned from all rows together; they are learned anew, without these
readers, at the next training.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from recommender.ranking.hybrid import HybridRecommender


def readers_in(recommender: HybridRecommender) -> frozenset[int]:
    """Return the numbers of the readers whose likes are in it."""
    return frozenset(recommender.fitted.lens.model.readers.tolist())


def without_others(recommender: HybridRecommender, known: Collection[int]) -> HybridRecommender | None:
    """Return it with the rows of `known` readers alone; None if it has no others."""
    fitted = recommender.fitted
    model = fitted.lens.model
    stay = np.flatnonzero(np.isin(model.readers, np.asarray(sorted(known), dtype=np.int64)))
    if len(stay) == len(model.readers):
        return None
    left = replace(model, readers=model.readers[stay], votes=model.votes[stay])
    return HybridRecommender(fitted=replace(fitted, lens=replace(fitted.lens, model=left)))
