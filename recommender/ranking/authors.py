"""Authors: those the reader follows, and those of liked papers when something else agrees too.

One common name can stand on hundreds of papers by many people, so a learned author counts only with
a second match: another learned author, a shared category that few papers have, or a text that fits.
Papers with very many authors teach nothing and are known by no single name. The more papers of a day carry
learned names, the less one tells: of a reader with hundreds of votes half the day's papers do.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Candidates, Corpus, FloatMatrix, ProfileBatch, SparseMatrix
from recommender.ranking.matrices import incidence, weighted
from recommender.ranking.names import Bylines, Name, NameSet, agree, parse

_LEARNED = 0.3
"""A learned author's worth, from one liked paper, against 1 for a followed one."""
_TEXT_MATCH = 0.1
"""Cosine of directions above which texts fit."""
_MOST_AUTHORS = 30
"""Papers with more authors teach no names, and are known by no single one."""
_MET = 2
"""Names that are a match for one another where so many meet in a paper."""
_COMMON = 0.1
"""Part of the candidates from which on a category is shared by chance."""
_FEW = 20
"""Candidates of which so many may have a category that is shared by more than chance."""
_TELLING, _HITS = 0.005, 3
"""Learned names tell in full up to this part of the candidates, and up to so many of them."""


@dataclass(frozen=True, slots=True)
class AuthorScorer:
    """Followed authors on the paper, plus `_LEARNED` for each learned one that has a second match.

    An author of several liked papers counts more, by the binary logarithm of their number plus one.
    """

    name: str = "authors"

    def fit(self, corpus: Corpus) -> Self:  # noqa: ARG002 - the protocol's; nothing is learned ahead
        """Return itself: names are taken from the profiles."""
        return self

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN without a counted author."""
        bylines = candidates.note(self.name, lambda: Bylines(paper.authors for paper in candidates.papers))
        width = len(candidates.papers)
        followed = [dict.fromkeys(map(parse, own.authors), 1.0) for own in profiles.profiles]
        declared, wrote = _lists(followed, bylines, width)
        scores = declared @ wrote
        taught = [_learned(profile, profiles) for profile in profiles.profiles]
        learned, wrote = _lists(taught, bylines, width)
        kept = _second_match((learned > 0).astype(np.float32) @ wrote, profiles, candidates)
        worth = sparse.diags(_LEARNED * _telling(kept))
        scores = scores + worth @ kept.multiply(learned @ wrote)
        dense: FloatMatrix = scores.toarray().astype(np.float32)
        dense[dense <= 0] = np.nan
        return dense


@dataclass(frozen=True, slots=True)
class AuthorExplainer:
    """Names the first followed author of a paper, else the first learned one."""

    profiles: ProfileBatch
    name: str = "authors"

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return one author of each paper, as the paper writes the name."""
        followed = NameSet(parse(written) for written in profile.authors)
        learned = NameSet(_learned(profile, self.profiles))
        found = []
        for paper in candidates:
            author = followed.first(paper.authors)
            liked = None if author else learned.first(paper.authors)
            source = self._source(profile, liked) if liked else None
            found.append(Evidence(scorer=self.name, share=0.0, author=author or liked, paper=source))
        return found

    def _source(self, profile: InterestProfile, author: str) -> PaperId | None:
        """Return the liked paper that taught an author's name."""
        name, taught = parse(author), _taught(self.profiles)
        for place in _liked_places(profile, self.profiles):
            if any(agree(name, own) for own in taught[place]):
                return self.profiles.known.papers[place].id
        return None


def _liked_places(profile: InterestProfile, profiles: ProfileBatch) -> list[int]:
    wanted = dict.fromkeys((*profile.seeds, *(vote.paper for vote in profile.up)))
    return [profiles.known_index[paper] for paper in wanted if paper in profiles.known_index]


def _learned(profile: InterestProfile, profiles: ProfileBatch) -> dict[Name, float]:
    """Return the worth of each author of liked papers."""
    taught = _taught(profiles)
    papers = Counter(name for place in _liked_places(profile, profiles) for name in taught[place])
    return {name: math.log2(1 + count) for name, count in papers.items()}


def _taught(profiles: ProfileBatch) -> list[list[Name]]:
    """Return the names each known paper teaches."""
    return profiles.known.note("names", lambda: [_teaches(paper) for paper in profiles.known.papers])


def _teaches(paper: Paper) -> list[Name]:
    if len(paper.authors) > _MOST_AUTHORS:
        return []
    return list(dict.fromkeys(name for written in paper.authors if (name := parse(written)).given))


def _lists(
    names: Sequence[Mapping[Name, float]], bylines: Bylines, width: int
) -> tuple[SparseMatrix, SparseMatrix]:
    """Return (n_lists, n_names): the worth of each name, and (n_names, width): who may have written what."""
    index = {name: place for place, name in enumerate(dict.fromkeys(name for own in names for name in own))}
    cells = [(row, index[name], worth) for row, own in enumerate(names) for name, worth in own.items()]
    wrote = incidence([bylines.papers(name) for name in index], width)
    return weighted(cells, (len(names), len(index))), wrote


def _telling(hits: SparseMatrix) -> npt.NDArray[np.float32]:
    """Return (n,) up to 1: what a hit tells of each row, by how many candidates have one."""
    width = hits.shape[1]
    if width <= _HITS:
        return np.ones(hits.shape[0], dtype=np.float32)
    least = max(_TELLING, _HITS / width)
    part = np.clip(np.diff(hits.indptr) / width, least, 1)
    return np.asarray(np.log(part) / np.log(least), dtype=np.float32)


def _second_match(hits: SparseMatrix, profiles: ProfileBatch, candidates: Candidates) -> SparseMatrix:
    """Return ones for hits where two names meet, a category is shared, or the texts fit."""
    pairs = sparse.coo_matrix(hits)
    if not pairs.nnz:
        return hits
    rows, columns = pairs.row, pairs.col
    keep = (pairs.data >= _MET) | _share_category(rows, columns, profiles, candidates)
    open_ = np.flatnonzero(~keep)
    fit = np.einsum("ij,ij->i", profiles.dense[rows[open_]], candidates.dense[columns[open_]])
    keep[open_] = fit > _TEXT_MATCH
    few = np.asarray([len(paper.authors) for paper in candidates.papers])[columns] <= _MOST_AUTHORS
    keep &= few | (pairs.data >= _MET)
    kept = (np.ones(int(keep.sum()), dtype=np.float32), (rows[keep], columns[keep]))
    return sparse.csr_matrix(kept, shape=hits.shape)


def _share_category(
    rows: npt.NDArray[np.int32],
    columns: npt.NDArray[np.int32],
    profiles: ProfileBatch,
    candidates: Candidates,
) -> npt.NDArray[np.bool_]:
    counts = Counter(category for paper in candidates.papers for category in {*paper.categories})
    most = max(_FEW, _COMMON * len(candidates.papers))
    common = {category for category, count in counts.items() if count > most}
    liked: dict[int, set[str]] = {}
    for row in set(rows.tolist()):
        profile = profiles.profiles[row]
        places = _liked_places(profile, profiles)
        own = (category for place in places for category in profiles.known.papers[place].categories)
        liked[row] = {*profile.categories, *own} - common
    shared = [
        not liked[row].isdisjoint(candidates.papers[column].categories)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    return np.asarray(shared, dtype=np.bool_)
