"""Phrases found in papers: an index of the texts is made once, then each phrase is looked up.

A phrase is found where its words stand side by side in one field. Keywords meet through stems
(`unlearning` finds `unlearned`); mutes only through singulars, for a mute hides.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, SparseMatrix
from recommender.ranking.matrices import incidence
from recommender.ranking.stems import singular
from recommender.ranking.text import words

Normal = Callable[[Iterable[str]], Sequence[str]]
"""Brings words to the form in which they are compared."""
_END = -1
"""Stands between two fields; no word has this number."""


def singulars(plain: Iterable[str]) -> list[str]:
    """Return words without plural endings."""
    return [singular(word) for word in plain]


class PhraseIndex:
    """Where every word of some fields stands. Field `i` is the i-th given."""

    def __init__(self, fields: Iterable[Iterable[str]], normal: Normal) -> None:
        """Read all fields once."""
        self._normal = normal
        self._numbers: dict[str, int] = {}
        numbers = self._numbers
        flat: list[int] = []
        starts = [0]
        for field in fields:
            flat += [numbers.setdefault(word, len(numbers)) for word in normal(field)]
            flat.append(_END)
            starts.append(len(flat))
        self._words = np.asarray(flat, dtype=np.int64)
        self._starts = np.asarray(starts[1:], dtype=np.int64)
        self._order = np.argsort(self._words, kind="stable")
        self._bounds = np.searchsorted(self._words[self._order], np.arange(len(numbers) + 1))

    def key(self, phrase: str) -> tuple[str, ...]:
        """Return the form in which a phrase is compared; empty for a phrase of signs alone."""
        return tuple(self._normal(words(phrase)))

    def find(self, key: Sequence[str]) -> list[int]:
        """Return the fields in which a phrase stands, in order, once for each time."""
        numbers = [self._numbers.get(word) for word in key]
        if not numbers or None in numbers:
            return []
        first, *rest = (number for number in numbers if number is not None)
        places = self._order[self._bounds[first] : self._bounds[first + 1]]
        for offset, number in enumerate(rest, start=1):
            # A field's end stops every phrase, so an offset never leaves the array.
            places = places[self._words[places + offset] == number]
        found: list[int] = np.searchsorted(self._starts, places, side="right").tolist()
        return found

    def search(self, phrases: Sequence[Sequence[str]]) -> tuple[SparseMatrix, SparseMatrix]:
        """Look up each distinct phrase of several lists once.

        Returns (n_lists, n_phrases) ones where a list holds a phrase, and (n_phrases, n_fields)
        counts of each phrase in each field; both float32.
        """
        lists = [sorted({key for phrase in own if (key := self.key(phrase))}) for own in phrases]
        keys = sorted({key for own in lists for key in own})
        index = {key: place for place, key in enumerate(keys)}
        wanted = incidence(([index[key] for key in own] for own in lists), len(keys))
        return wanted, incidence((self.find(key) for key in keys), len(self._starts))


def muted(profiles: Sequence[InterestProfile], candidates: Candidates) -> npt.NDArray[np.bool_]:
    """Return (n_profiles, n_candidates): whether a mute of the profile stands in the paper.

    Title, abstract, each author's name and each category are looked at, each by itself.
    """
    if not any(profile.mute for profile in profiles):
        return np.zeros((len(profiles), len(candidates.papers)), dtype=np.bool_)
    index, owners = candidates.note("mutes", lambda: _mute_index(candidates))
    wanted, found = index.search([profile.mute for profile in profiles])
    hits: npt.NDArray[np.bool_] = (wanted @ (found @ owners)).toarray() > 0
    return hits


def _mute_index(candidates: Candidates) -> tuple[PhraseIndex, SparseMatrix]:
    """Return an index of all texts of all papers, and (n_fields, n_candidates) ones for whose they are."""
    fields: list[tuple[str, ...]] = []
    owners: list[int] = []
    for place, (paper, texts) in enumerate(zip(candidates.papers, candidates.words, strict=True)):
        own = [*texts, *(words(name) for name in (*paper.authors, *paper.categories))]
        fields += own
        owners += [place] * len(own)
    return PhraseIndex(fields, singulars), incidence(([place] for place in owners), len(candidates.papers))
