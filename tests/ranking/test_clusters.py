"""What liked papers fall into."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import Corpus, FloatMatrix, RankingSettings
from recommender.ranking.clusters import LEAST, clusters
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.suggestions import Suggestion, suggest
from tests.builders import NOON
from tests.paths import shared_data
from tests.ranking import world


def bunches(*sizes: int, spread: float = 0.15) -> FloatMatrix:
    """Return unit rows around one axis for each size."""
    random = np.random.default_rng(3)
    rows = np.zeros((sum(sizes), 32))
    rows[np.arange(len(rows)), np.repeat(np.arange(len(sizes)), sizes)] = 1
    rows += spread * random.standard_normal(rows.shape) / np.sqrt(32)
    unit: FloatMatrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.mark.parametrize("sizes", [(6,), (5, 7), (4, 5, 6), (4, 4, 4, 4, 4)])
def test_clear_bunches_are_found(sizes: tuple[int, ...]) -> None:
    """As many as there are, whole, the larger first."""
    found = clusters(bunches(*sizes))
    starts = np.cumsum([0, *sizes])
    wanted = [set(range(start, start + size)) for start, size in zip(starts, sizes, strict=False)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, wanted))
    assert [len(own) for own in found] == sorted(sizes, reverse=True)


def test_few_papers_and_stragglers_are_no_interest() -> None:
    """Three papers say nothing, nor does a paper of a kind of its own beside a bunch."""
    assert clusters(bunches(LEAST - 1)) == []
    assert clusters(np.zeros((0, 8), dtype=np.float32)) == []
    assert [set(own) for own in clusters(bunches(5, 6, 1))] == [set(range(5, 11)), set(range(5))]


def test_rows_without_a_direction_belong_nowhere() -> None:
    """A paper of unknown words is left out, and places are those of all rows."""
    rows = bunches(5, 5)
    rows[0] = 0
    assert sorted(map(sorted, clusters(rows))) == [[1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_the_order_of_rows_changes_nothing() -> None:
    """The same papers stand together however they come."""
    rows = bunches(5, 7)
    order = np.random.default_rng(1).permutation(12)
    found = {frozenset(order[own].tolist()) for own in clusters(rows[order])}
    assert found == {frozenset(own) for own in clusters(rows)}


def suggested(
    recommender: HybridRecommender, *subjects: str, about: str = "", seeds: Sequence[PaperId] = ()
) -> list[Suggestion]:
    """Return what six liked papers of each subject suggest to a reader with one declared interest."""
    liked = [paper for subject in subjects for paper in world.of(subject)[:6]]
    declared = [world.a_profile(about=about, seeds=tuple(seeds))]
    known = {paper.id: paper for paper in world.papers()}
    return suggest(recommender.fitted, liked, declared, known, NOON)


def test_two_subjects_are_two_suggestions(recommender: HybridRecommender) -> None:
    """Each with its papers and named by words they share; no declared interest covers them."""
    found = suggested(recommender, "galaxies", "speech")
    assert {frozenset(own.papers) for own in found} == {
        frozenset(world.of("galaxies")[:6]),
        frozenset(world.of("speech")[:6]),
    }
    for own, subject in zip(found, ("galaxies", "speech"), strict=True):
        told = " ".join(own.terms).split(" ")
        assert told
        assert set(told) <= set(world.SUBJECTS[subject].split()) | {subject}
        assert own.covered is None


@pytest.mark.parametrize("seeds", [0, 3])
def test_a_declared_interest_covers_its_part_only(recommender: HybridRecommender, seeds: int) -> None:
    """By what it says or by its seeds, and not by votes."""
    own = [paper.id for paper in world.of("speech")[10 : 10 + seeds]]
    about = "" if seeds else "speech recognition of a speaker's acoustic phonemes"
    found = suggested(recommender, "galaxies", "speech", about=about, seeds=own)
    covered = {suggestion.papers[0].categories[-1]: suggestion.covered for suggestion in found}
    assert covered == {"x.galaxies": None, "x.speech": "own"}


def test_votes_do_not_declare(recommender: HybridRecommender) -> None:
    """An interest is not covered by the very votes that suggest it."""
    liked = world.of("galaxies")[:6]
    known = {paper.id: paper for paper in liked}
    found = suggest(recommender.fitted, liked, [world.liking(liked)], known, NOON)
    assert [own.covered for own in found] == [None]


@pytest.mark.slow
def test_three_fields_of_real_papers_are_told_apart() -> None:
    """Eight papers each that two words in the title put into one field."""
    papers = arrivals()
    fields = {
        subject: [paper for paper in papers if subject in paper.title.casefold()][:8]
        for subject in ("gaussian splatting", "machine translation", "federated learning")
    }
    assert all(len(own) == 8 for own in fields.values())
    recommender = HybridRecommender.fit(Corpus(papers=papers), RankingSettings())
    liked = [paper for own in fields.values() for paper in own]
    found = suggest(recommender.fitted, liked, [], {}, datetime(2025, 7, 1, tzinfo=UTC))
    for subject, own in fields.items():
        parts = [len(set(own) & set(suggestion.papers)) for suggestion in found]
        best = found[int(np.argmax(parts))]
        assert max(parts) >= 6
        assert max(parts) >= 0.8 * len(best.papers)
        assert set(subject.split()) & set(" ".join(best.terms).split())


def arrivals() -> list[Paper]:
    """Return one month of arXiv arrivals."""
    file = shared_data("arxiv/papers-2025-06.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Paper(id=PaperId(f"arxiv:{row['id']}"), title=row["title"], abstract=row["abstract"]) for row in rows
    ]
