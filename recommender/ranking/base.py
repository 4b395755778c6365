"""Values and protocols of ranking: what goes in, what comes out, what a scorer and a fusion promise.

Everything here is free of numpy at run time, so that reading the settings costs no heavy import.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

from recommender.domain.editions import Evidence
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.profiles import InterestProfile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

T = TypeVar("T")
_NEVER = datetime.max.replace(tzinfo=UTC)
VOICES = {
    "content": "content",
    "semantic": "content",
    "keywords": "keywords",
    "authors": "authors",
    "ease": "collaborative",
    "factors": "collaborative",
    "spread": "collaborative",
    "trending": "trending",
    "categories": "categories",
}
"""Whose evidence tells of each scorer's part; what a paper gets whatever the profile is no evidence."""
FloatMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""Dense (n_profiles, n_candidates) float32; NaN means the scorer abstains on that pair."""
Places: TypeAlias = "npt.NDArray[np.int64]"
"""Dense (n_profiles, k) int64: columns of candidates."""
SparseMatrix: TypeAlias = Any
"""A `scipy.sparse.csr_matrix`; scipy publishes no types."""
Fields: TypeAlias = tuple[tuple[str, ...], ...]
"""A text as fields (title, abstract, …) of plain words; phrases never cross fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingSettings:
    """Everything about ranking that an installation may turn. Weights are relative, at least 0."""

    candidates_days: int = 7
    """Papers first seen in this many days are candidates."""
    max_days: int = 30
    """After a pause candidates go back to the last edition, but never further than this."""
    weight_content: float = 1.0
    """What the paper says, against the reader's words, seeds and votes; 1 is the fitted weight, as below."""
    weight_keywords: float = 1.0
    """Declared keywords found as phrases in title or abstract."""
    weight_authors: float = 1.0
    """Followed authors, and authors of liked papers with a second match."""
    weight_collaborative: float = 1.0
    """What readers with similar votes liked."""
    weight_trending: float = 1.0
    """Attention measured by sources."""
    weight_categories: float = 1.0
    """Declared categories."""
    diversity: float = 0.1
    """0 ranks by score alone; 1 by difference from what is already chosen alone."""
    same_group: int = 3
    """Most papers of one edition that share an author, common names aside; 0 sets no limit."""
    factors: int = 128
    """Dimensions of the collaborative factors; clipped to the size of the vote matrix."""
    regularization: float = 20.0
    """Pull of the collaborative factors towards zero; more for fewer votes."""
    alpha: float = 80.0
    """Confidence of an up-vote against 1 for a pair without a vote."""
    seed: int = 0
    """Start of every random draw."""
    fit_weights: str = "auto"
    """Whether training may fit the fusion to the store's own votes: "auto" or "never"."""

    @property
    def weights(self) -> dict[str, float]:
        """Factor on the fitted weight of each scorer, by its name."""
        return {
            "content": self.weight_content,
            "semantic": self.weight_content,
            "keywords": self.weight_keywords,
            "authors": self.weight_authors,
            "ease": self.weight_collaborative,
            "factors": self.weight_collaborative,
            "spread": self.weight_collaborative,
            "trending": self.weight_trending,
            "categories": self.weight_categories,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What a recommender is fitted on: all papers and the standing votes of readers who share theirs."""

    papers: Sequence[Paper]
    votes: Sequence[Vote] = ()
    signals: Sequence[Signal] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The candidates of one run, and the papers that profiles refer to (seeds, votes)."""

    papers: Sequence[Paper]
    signals: Sequence[Signal] = ()
    known: Mapping[PaperId, Paper] = field(default_factory=dict)
    now: datetime
    days: int = 7
    """How many days back the candidates go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One subscriber's wish for a ranking."""

    subscriber: int
    profiles: tuple[InterestProfile, ...]
    seen: frozenset[PaperId] = frozenset()
    """Never recommended again."""
    papers: int = 10
    """At most so many."""
    floor: float | None = None
    """Least match in 0..1 when `slots` are wanted; None lets ranking choose (see `selection`)."""
    seed: int = 0
    """Starts the draw of the DIFFERENT slot."""
    reasons: bool = True
    """Whether recommendations carry evidence; finding it costs more than ranking."""
    slots: bool = False
    """Whether TRENDING and DIFFERENT slots are wanted; a plain ranking has none and no floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerNumber:
    """What one scorer said of one paper: its number (None abstains), weight and part of the fused score.

    The part of "papers" is what a paper gets whatever the profile; there is no number behind it.
    """

    scorer: str
    value: float | None
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestExplanation:
    """How one interest sees one paper. `fused` is None where every scorer abstains."""

    interest: str
    fused: float | None
    rank: int | None
    """Place among the pool's candidates by fused score, from 1."""
    match: float
    muted: bool
    numbers: tuple[ScorerNumber, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a subscriber's interests see one paper, best first."""

    paper: PaperId
    seen: bool
    interests: tuple[InterestExplanation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Papers to score, with their words, unit content rows (n, features), and attention snapshots."""

    papers: tuple[Paper, ...]
    words: tuple[Fields, ...]
    """(title, abstract) of each."""
    rows: SparseMatrix
    dense: "FloatMatrix"
    """(n, d) unit directions, see `encoder`."""
    wide: "FloatMatrix"
    """(n, d + e) unit rows for paper-to-paper regression, see `Encoder.wide`."""
    items: "npt.NDArray[np.int64]"
    """(n,) column of each paper in the vote model, -1 for one that nobody has voted on."""
    readers: "npt.NDArray[np.float32]"
    """(n,) readers of each paper; 0 is for fresh ones only, an old paper nobody took counts as having one."""
    signals: tuple[Signal, ...] = ()
    now: datetime = _NEVER
    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What scorers derived from these papers alone, kept for the next block of profiles."""

    def note(self, key: str, make: Callable[[], T]) -> T:
        """Return what is noted under `key`, making it the first time."""
        if key not in self.notes:
            self.notes[key] = make()
        value: T = self.notes[key]
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileBatch:
    """A block of profiles with their unit content rows and the papers they refer to.

    `known.papers[i]` has row i of `known.rows`; `known_index` finds i.
    """

    profiles: tuple[InterestProfile, ...]
    rows: SparseMatrix
    dense: "FloatMatrix"
    """(n, d) unit directions of the profiles."""
    known: Candidates
    known_index: Mapping[PaperId, int]
    liked: SparseMatrix
    """(n, n_known): 1 for a seed, up to 1 for an up-vote by its age."""
    taken: SparseMatrix
    """(n, I) what counts as liked in the vote model; empty rows where too few others stand behind it."""
    trust: "FloatMatrix"
    """(n, 1) in 0..1: how far other readers' votes tell anything of each profile."""
    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What one scorer derived from these profiles for another."""

    def note(self, key: str, make: Callable[[], T]) -> T:
        """Return what is noted under `key`, making it the first time."""
        if key not in self.notes:
            self.notes[key] = make()
        value: T = self.notes[key]
        return value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FusionContext:
    """What fusion may know beside the numbers; everything broadcasts to (n_profiles, n_candidates)."""

    readers: "FloatMatrix"
    """Readers of each paper, see `Candidates.readers`."""
    few: "FloatMatrix"
    """(n_profiles, 1): 1 / (1 + likes)."""
    trust: "FloatMatrix"
    """(n_profiles, 1), see `ProfileBatch.trust`."""
    reference: "Mapping[str, FloatMatrix]" = field(default_factory=dict)
    """What each scorer says of a fixed sample of papers, (n_profiles, sample)."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Factors on the fitted weights, by scorer; 1 where one is missing."""


class Scorer(Protocol):
    """Gives each (profile, candidate) a number or abstains.

    Laws: the order of candidates changes nothing; an empty profile abstains; same seed, same numbers.
    """

    @property
    def name(self) -> str:
        """Name in settings, explanations and evidence."""
        ...

    def fit(self, corpus: Corpus) -> Self:
        """Return a scorer that knows the corpus; the receiver stays as it was."""
        ...

    def score(self, profiles: ProfileBatch, candidates: Candidates) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, NaN where it abstains. Higher is better."""
        ...


@runtime_checkable
class SelectiveScorer(Scorer, Protocol):
    """A scorer that is too dear for every candidate, and can be asked about some."""

    def score_at(self, profiles: ProfileBatch, candidates: Candidates, places: Places) -> FloatMatrix:
        """Return (n_profiles, k): what `score` says at `places` (n_profiles, k)."""
        ...


class Explainer(Protocol):
    """Says in evidence what a scorer saw."""

    def explain(self, profile: InterestProfile, candidates: Sequence[Paper]) -> Sequence[Evidence]:
        """Return evidence for each candidate, in their order; an empty one where there is nothing to say."""
        ...


class Fusion(Protocol):
    """Joins the scorers' numbers.

    Laws: a scorer's scale changes nothing; a candidate on which all abstain ranks last (-inf).
    """

    def fuse(self, scores: Mapping[str, FloatMatrix], context: FusionContext) -> FloatMatrix:
        """Return (n_profiles, n_candidates) float32, -inf where every scorer abstains."""
        ...
