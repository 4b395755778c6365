"""Two records and one work, or not: folds that were made, and pairs that are in doubt."""

from dataclasses import dataclass
from datetime import datetime

from recommender.domain.papers import PaperId


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedPair:
    """A record that was taken for the same work as a paper, and how that came about.

    `undone_at` is set where a person took it back; the two are never folded again by themselves.
    """

    id: int
    paper: PaperId
    """The paper that has both records, or had."""
    other: PaperId
    """Id of the record that was folded into it."""
    title: str
    other_title: str
    why: str
    at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperText:
    """What tells works apart, without the rest of a paper."""

    id: PaperId
    title: str
    abstract: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulPair:
    """Two papers that may be one work and are kept apart until a person says so.

    `score` is 0 to 100: how much alike titles and abstracts are.
    """

    paper: PaperId
    other: PaperId
    title: str
    other_title: str
    score: int
    why: str
