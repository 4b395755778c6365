"""Interests that liked papers suggest: what they fall into, in words, and what is declared already."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Pool
from recommender.ranking.clusters import clusters
from recommender.ranking.fitted import Fitted
from recommender.ranking.run import FLOOR
from recommender.ranking.stages import score
from recommender.ranking.text import TextSpace, spoken
from recommender.ranking.vectors import Known, batch, is_empty

_TERMS = 3
"""Terms that name a suggestion, at most."""
_LEAST_SHARE = 0.3
"""A term that fewer of the papers hold names none of them."""
_TELLING = 3.5
"""Least idf of a naming term: one paper in twelve holds it, or fewer."""
_PLAIN = 2.5
"""A word of less idf is one that every other text holds; no pair with it is a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An interest that liked papers point to."""

    terms: tuple[str, ...]
    """Weightiest shared terms, as the papers spell them; empty where they share no telling one."""
    papers: tuple[Paper, ...]
    """The most central first."""
    covered: str | None
    """Key of the declared interest that would bring most of these papers by itself."""


def suggest(
    fitted: Fitted,
    liked: Sequence[Paper],
    declared: Sequence[InterestProfile],
    known: Mapping[PaperId, Paper],
    now: datetime,
) -> list[Suggestion]:
    """Return what the `liked` papers fall into, larger parts first; their order changes nothing.

    `known` holds the seeds of the `declared` interests.

    An interest covers a part if at least half of its papers pass the usual floor by what was declared.
    """
    papers = sorted({paper.id: paper for paper in liked}.values(), key=lambda paper: paper.id)
    found = clusters(fitted.lens.candidates(Pool(papers=(), now=now), papers).dense)
    spellings = [
        spoken(f"{paper.abstract}\n. {paper.title}", fitted.lens.space.stems)
        for places in found
        for paper in (papers[place] for place in places)
    ]
    suggestions = []
    start = 0
    for places in found:
        own = slice(start, start + len(places))
        start = own.stop
        others = [*spellings[: own.start], *spellings[own.stop :]]
        members = tuple(papers[place] for place in places)
        suggestions.append(
            Suggestion(
                terms=_terms(fitted.lens.space, spellings[own], others),
                papers=members,
                covered=_covering(fitted, declared, Pool(papers=members, known=known, now=now)),
            )
        )
    return suggestions


def _terms(
    space: TextSpace, own: Sequence[Mapping[str, str]], others: Sequence[Mapping[str, str]]
) -> tuple[str, ...]:
    """Return the telling terms that many of the texts hold and few others do, no word twice."""
    inside = Counter(term for text in own for term in text)
    outside = Counter(term for text in others for term in text)
    least = max(2, math.ceil(_LEAST_SHARE * len(own)))
    known = sorted(term for term, count in inside.items() if count >= least)
    idf = dict(zip(known, space.idf[space.columns(known)].tolist(), strict=True)) if known else {}
    weight = {
        term: idf[term] * (inside[term] / len(own) - outside[term] / max(1, len(others)))
        for term in known
        if idf[term] >= _TELLING and _is_name(term, idf)
    }
    named: list[str] = []
    used: set[str] = set()
    for term in sorted(weight, key=lambda term: (-weight[term], term)):
        if weight[term] > 0 and used.isdisjoint(term.split(" ")):
            used.update(term.split(" "))
            spelled = Counter(text[term].casefold() for text in own if term in text)
            named.append(max(sorted(spelled), key=lambda spelling: spelled[spelling]))
    return tuple(named[:_TERMS])


def _is_name(term: str, idf: Mapping[str, float]) -> bool:
    return len(term) > 2 and all(idf.get(word, 0.0) >= _PLAIN for word in term.split(" "))


def _covering(fitted: Fitted, declared: Sequence[InterestProfile], pool: Pool) -> str | None:
    """Return the key of the declared interest that most of the pool's papers match, if at least half do."""
    told = [replace(profile, up=(), down=()) for profile in declared]
    told = [profile for profile in told if not is_empty(profile)]
    if not told:
        return None
    profiles = batch(fitted.lens, told, Known.gather(fitted.lens, pool, told))
    scored = score(fitted, profiles, fitted.lens.candidates(pool, pool.papers), None)
    passing = (scored.match >= np.float32(FLOOR)) | ~np.isnan(scored.scores["keywords"])
    shares = passing.mean(axis=1)
    best = int(shares.argmax())
    return told[best].interest if shares[best] >= 1 / 2 else None
