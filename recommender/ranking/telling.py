"""Which of the terms that two texts share tell a reader something.

A word or a phrase that many papers have tells nothing, and neither does half of one: "time rendering" of
"real-time rendering". So a term must be rare, two words must be a phrase (they stand side by side far
oftener than chance), and a term is named with the words beside it that both texts have too.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.ranking.text import TextSpace

RARE_WORD, RARE_PAIR = 0.02, 0.04
"""Parts of papers: a word or a pair that more of them hold tells nothing."""
_TITLED = 2.5
"""So many times as common may be what the reader wrote and the paper has in its title: it is about that."""
_TIED, _LIFT = 0.1, 0.2
"""A pair is a phrase if so large a part of the papers with its rarer word hold it, and if that is at least so
large a part of how many hold the other word."""
_DOUBT = 10
"""Papers without the pair that are taken to exist beside those read: one seen once is no phrase yet."""
_LEAST_WEIGHT = 0.2
"""A term with less than this part of the strongest one's weight is not named."""
LONGEST = 3
"""Words of a term."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Chooses terms by how many papers of a text space hold them."""

    space: TextSpace
    read: float
    """Papers that the space's statistics were learned from."""

    @classmethod
    def of(cls, space: TextSpace) -> "Telling":
        """Return the choice for a space; the greatest idf, of what no paper holds, tells how many it read."""
        return cls(space, float(np.exp(float(space.idf.max()) - 1.0)))

    def chosen(
        self,
        shared: Collection[str],
        weigh: Callable[[Sequence[str]], npt.NDArray[np.float32]],
        *,
        own: bool = False,
        titled: Collection[str] = (),
    ) -> list[str]:
        """Return those of `shared` terms that tell something, weightiest first, no word twice.

        `shared` are stems, pairs and triples of stems that stand in both texts; `weigh` says how much each of
        some stems and pairs counted. With `own` a text is what the reader wrote: two words that stand side by
        side there are a phrase, and those of them that are `titled`, in the paper's title, may be commoner.
        """
        short = sorted(term for term in shared if term.count(" ") < 2)
        held = dict(zip(short, self._held(short).tolist(), strict=True))
        weights = dict(zip(short, weigh(short).tolist(), strict=True))
        asked = frozenset(titled) if own else frozenset[str]()
        tells = [term for term in short if self._is_rare(term, held[term], titled=term in asked)]
        tells = [term for term in tells if self._is_phrase(term, held, own=own)]
        least = _LEAST_WEIGHT * max((weights[term] for term in tells), default=0.0)
        found: list[str] = []
        used: set[str] = set()
        for term in sorted(tells, key=lambda term: (-weights[term], -term.count(" "), term)):
            if weights[term] >= least and used.isdisjoint(term.split(" ")):
                free = [one for one in shared if used.isdisjoint(one.split(" "))]
                found.append(self._grown(term, free, held, own=own))
                used.update(found[-1].split(" "))
        return found

    def _held(self, terms: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return in how many papers read each term stands."""
        idf = self.space.idf[self.space.columns(terms)].astype(np.float64)
        return np.maximum(self.read * np.exp(1.0 - idf) - 1.0, 0.0)

    def _is_rare(self, term: str, held: float, *, titled: bool) -> bool:
        most = RARE_PAIR if " " in term else RARE_WORD
        return held <= most * (_TITLED if titled else 1) * self.read

    def _is_phrase(self, term: str, held: Mapping[str, float], *, own: bool) -> bool:
        """Tell whether a term is one word, or two that belong together."""
        if own or " " not in term:
            return True
        rarer, other = sorted(held[word] for word in term.split(" "))
        tied = held[term] / (rarer + _DOUBT)
        return tied >= _TIED and tied >= _LIFT * other / self.read

    def _grown(self, term: str, shared: Collection[str], held: Mapping[str, float], *, own: bool) -> str:
        """Return a term with the words beside it that both texts have and that make a phrase with it."""
        while True:
            words = term.split(" ")
            wider = [
                (held[pair], longer)
                for longer in shared
                for pair in _joints(words, longer.split(" "))
                if pair in held and self._is_phrase(pair, held, own=own)
            ]
            if not wider or len(words) == LONGEST:
                return term
            term = max(wider)[1]


def triples(stems: Sequence[str]) -> Iterator[str]:
    """Yield each three neighbouring stems as a term."""
    return (" ".join(stems[at : at + 3]) for at in range(len(stems) - 2))


def _joints(words: Sequence[str], longer: Sequence[str]) -> Iterator[str]:
    """Yield the pair by which one word more is tied to `words` in `longer`; nothing if it is no such term."""
    if len(longer) == len(words) + 1:
        if longer[1:] == words:
            yield " ".join(longer[:2])
        if longer[:-1] == words:
            yield " ".join(longer[-2:])
