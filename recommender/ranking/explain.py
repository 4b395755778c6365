"""Evidence for chosen papers: what each scorer saw, with its part of the fused score.

Terms are found by reading the paper and the profile's own texts again, so a named term is truly in
both. Words for a reader are made elsewhere, from this evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.authors import AuthorExplainer
from recommender.ranking.base import VOICES, Candidates, Explainer, Fields, ProfileBatch, SparseMatrix
from recommender.ranking.categories import CategoryScorer
from recommender.ranking.collaborative import leads, reach, similar_readers
from recommender.ranking.fitted import Fitted
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.matrices import small_product
from recommender.ranking.telling import LONGEST, Telling, triples
from recommender.ranking.text import TextSpace, profile_fields, spoken
from recommender.ranking.trending import TrendExplainer, attention
from recommender.ranking.vectors import Known, words_rows, words_weight

MOST_TERMS = 4
"""Terms named for one paper."""
WANTED = 1 / 3
"""Part of an interest's likes; what as many of them hold, and two at least, is what the interest is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What explanations of one run read: candidates, known papers, and memory of what was read."""

    fitted: Fitted
    candidates: Candidates
    known: Known
    places: dict[PaperId, int] = field(init=False)
    spellings: dict[PaperId, dict[str, str]] = field(default_factory=dict)
    terms: dict[int, frozenset[str]] = field(default_factory=dict)
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        """Index the candidates."""
        places = {paper.id: place for place, paper in enumerate(self.candidates.papers)}
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "telling", Telling.of(self.space))

    @property
    def space(self) -> TextSpace:
        """How texts are read."""
        return self.fitted.lens.space

    def spelling(self, paper: Paper) -> dict[str, str]:
        """Return the paper's terms as its abstract, else its title, spells them."""
        if paper.id not in self.spellings:
            text = f"{paper.abstract}\n. {paper.title}"
            self.spellings[paper.id] = spoken(text, self.space.stems, longest=LONGEST)
        return self.spellings[paper.id]

    def known_terms(self, place: int) -> frozenset[str]:
        """Return the terms of a known paper, triples too."""
        if place not in self.terms:
            self.terms[place] = self.told(self.known.papers.words[place])
        return self.terms[place]

    def told(self, fields: Fields) -> frozenset[str]:
        """Return the terms of a text, triples too."""
        stems = self.space.stems
        longer = (term for field in fields for term in triples(stems.all(w for w in field if len(w) > 1)))
        return frozenset((*self.space.terms(fields), *longer))

    def strength(self, rows: SparseMatrix, place: int, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the weight of each term in one row."""
        own = slice(rows.indptr[place], rows.indptr[place + 1])
        if own.start == own.stop:
            return np.zeros(len(terms), dtype=np.float32)
        columns = self.space.columns(terms)
        # A term whose spelling is whole only here may be missing from the row: it then weighs nothing.
        at = np.searchsorted(rows.indices[own], columns).clip(0, own.stop - own.start - 1)
        return np.where(rows.indices[own][at] == columns, rows.data[own][at], np.float32(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentExplainer:
    """Names shared terms, and the nearest liked paper where votes say more than the words do.

    `words` holds the rows of what the readers of `profiles` wrote.
    """

    material: Material
    profiles: ProfileBatch
    rows: Mapping[tuple[int, str], int]
    """Row of each (subscriber, interest) in `profiles` and `words`."""
    words: SparseMatrix
    name: str = "content"

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return up to `MOST_TERMS` terms of each paper, in its spelling, and a liked paper if it counts."""
        known = self.material.known.papers
        row = self.rows[profile.subscriber, profile.interest]
        rows = self.material.candidates.rows[[self.material.places[paper.id] for paper in candidates]]
        told = words_weight(profile) * small_product(self.words[row], rows)[0]
        liked = self.profiles.liked[row]
        places, weights = liked.indices, liked.data
        near = weights[:, None] * small_product(known.rows[places], rows)
        own = self.material.told(profile_fields(profile))
        found = []
        for column, paper in enumerate(candidates):
            if len(places) and float(near[:, column].sum()) > float(told[column]):
                place = int(places[near[:, column].argmax()])
                source, texts = known.papers[place].id, (known.rows, place)
                terms = self._shared(self.material.known_terms(place), paper, texts, own=False)
            else:
                source, terms = None, self._shared(own, paper, (self.words, row), own=True)
            spelling = self.material.spelling(paper)
            found.append(
                Evidence(
                    scorer=self.name,
                    share=0.0,
                    terms=tuple(spelling[term] for term in terms),
                    paper=source,
                    wanted=tuple(spelling[term] for term in self._wanted(terms, own, places)),
                )
            )
        return found

    def _shared(
        self, told: frozenset[str], paper: Paper, source: tuple[SparseMatrix, int], *, own: bool
    ) -> list[str]:
        """Return the terms in both texts that tell something, by what each adds to their likeness."""
        material = self.material
        place = material.places[paper.id]
        chosen = material.telling.chosen(
            told & material.spelling(paper).keys(),
            lambda terms: (
                material.strength(material.candidates.rows, place, terms) * material.strength(*source, terms)
            ),
            own=own,
            titled=material.space.terms(material.candidates.words[place][:1]),
        )
        return chosen[:MOST_TERMS]

    def _wanted(
        self, terms: Sequence[str], own: frozenset[str], liked: npt.NDArray[np.int32]
    ) -> Iterator[str]:
        """Yield the terms whose words the reader wrote, and those that stand in many of the likes."""
        for term in terms:
            held = sum(term in self.material.known_terms(int(place)) for place in liked)
            if own.issuperset(term.split(" ")) or held >= max(2, WANTED * len(liked)):
                yield term


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaborativeExplainer:
    """Names the liked paper that leads here, and counts readers with shared taste behind the paper."""

    material: Material
    profiles: ProfileBatch
    rows: Mapping[tuple[int, str], int]
    name: str = "collaborative"

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return for each paper the reader's own liked paper, and the similar readers if they are enough."""
        material, fitted = self.material, self.material.fitted
        row = self.rows[profile.subscriber, profile.interest]
        near = material.candidates.note("reach", lambda: reach(fitted.lens.model, material.candidates))
        standing = near[[material.places[paper.id] for paper in candidates]]
        told = zip(
            leads(fitted.lens.model, fitted.settings, self.profiles, row, standing),
            similar_readers(fitted.lens.model, self.profiles, row, standing),
            strict=True,
        )
        return [Evidence(scorer=self.name, share=0.0, paper=paper, count=count) for paper, count in told]


def explainers(material: Material, profiles: ProfileBatch) -> dict[str, Explainer]:
    """Return the explainer of each scorer, by the scorer's name."""
    pool = material.candidates
    heat = pool.note("heat", lambda: attention(pool.signals, pool.now))
    rows = {(own.subscriber, own.interest): row for row, own in enumerate(profiles.profiles)}
    told = words_rows(material.space, profiles.profiles)
    return {
        "content": ContentExplainer(material=material, profiles=profiles, rows=rows, words=told),
        "keywords": KeywordScorer(material.space.stems),
        "authors": AuthorExplainer(profiles),
        "collaborative": CollaborativeExplainer(material=material, profiles=profiles, rows=rows),
        "trending": TrendExplainer({paper: votes for paper, (_, votes) in heat.items()}),
        "categories": CategoryScorer(),
    }


def evidence(
    own: dict[str, Explainer],
    profile: InterestProfile,
    papers: Sequence[Paper],
    parts: dict[str, Sequence[float]],
) -> list[tuple[Evidence, ...]]:
    """Return the evidence for each paper of one profile, largest part first.

    `parts[name][i]` is what a scorer adds to the fused score of `papers[i]`. Scorers of one kind speak
    with one voice; those that add nothing give no evidence, and shares sum to 1.
    """
    voices: dict[str, list[float]] = {}
    for name, values in parts.items():
        if voice := VOICES.get(name):
            before = voices.get(voice, [0.0] * len(papers))
            voices[voice] = [one + other for one, other in zip(before, values, strict=True)]
    found: list[list[Evidence]] = [[] for _ in papers]
    totals = [sum(max(0.0, own[place]) for own in voices.values()) for place in range(len(papers))]
    for name, values in voices.items():
        places = [place for place, value in enumerate(values) if value > 0]
        said = own[name].explain(profile, [papers[place] for place in places]) if places else ()
        for place, item in zip(places, said, strict=True):
            found[place].append(replace(item, share=values[place] / totals[place]))
    return [tuple(sorted(items, key=lambda item: -item.share)) for items in found]
