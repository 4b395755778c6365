"""Offline evaluation: the split, the rows, and what is said of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.feedback import Vote
from recommender.domain.papers import PaperStatus
from recommender.ranking.base import Corpus
from recommender.ranking.evaluation import Evaluation, EvaluationRow, evaluate
from recommender.ranking.evaluation_split import Profiles, requests, split_votes
from tests.builders import NOON
from tests.ranking import world

SCORERS = [
    "authors",
    "categories",
    "content",
    "ease",
    "factors",
    "keywords",
    "semantic",
    "spread",
    "trending",
]
BASELINES = [
    *("reader_svm", "tfidf_profile", "library_similarity", "mean_of_likes"),
    *("popular", "newest", "random"),
]
WEEK = timedelta(days=7)


def history() -> Corpus:
    """Return readers who vote for two subjects over twenty days, on papers as they appear."""
    papers = [
        replace(paper, first_seen=NOON + timedelta(days=number % world.PER_SUBJECT))
        for number, paper in enumerate(world.papers())
    ]
    votes = [
        replace(world.a_vote(reader, paper.id), at=NOON + timedelta(days=number, hours=reader))
        for reader in range(12)
        for number, paper in enumerate(papers[(reader % 2) * 15 : (reader % 2) * 15 + 15])
        if (number + reader) % 3
    ]
    return Corpus(papers=papers, votes=votes, signals=world.signals())


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """Evaluate the history once."""
    return evaluate(history(), world.SETTINGS)


@pytest.fixture(scope="module")
def rows(found: Evaluation) -> dict[str, EvaluationRow]:
    """Return the rows by method."""
    return {row.method: row for row in found.rows}


def known(value: float | None) -> float:
    """Return a figure that must be there."""
    assert value is not None
    return value


def test_every_method_has_a_row_with_its_intervals(found: Evaluation) -> None:
    """Fusion, each scorer and the baselines; means lie inside their intervals."""
    assert [row.method for row in found.rows] == ["fused", *SCORERS, *BASELINES]
    for row in found.rows:
        for own in row.figures.values():
            if own.mean is not None:
                assert 0 <= known(own.low) <= own.mean <= known(own.high)


def test_it_tells_a_good_ranking_from_a_bad_one(rows: dict[str, EvaluationRow]) -> None:
    """Readers keep to their subject, so whatever reads their likes beats chance."""
    chance = rows["random"].figures["ndcg_at_10"]
    for method in ("fused", "content", *BASELINES[:4]):
        assert known(rows[method].figures["ndcg_at_10"].low) > known(chance.high), method
    assert known(rows["random"].difference.low) > 0
    assert rows["fused"].difference.mean is None


def test_lists_of_one_subject_are_alike_and_keep_to_the_likes(rows: dict[str, EvaluationRow]) -> None:
    """A reader of one subject gets a list that is less diverse, and better calibrated, than a random one."""
    own, chance = rows["content"].figures, rows["random"].figures
    assert known(own["diversity"].high) < known(chance["diversity"].low)
    assert known(own["calibration"].high) < known(chance["calibration"].low)
    assert known(own["coverage_at_10"].mean) < known(chance["coverage_at_10"].mean)


def test_a_silent_scorer_scores_nothing(found: Evaluation, rows: dict[str, EvaluationRow]) -> None:
    """Abstaining is never a hit, whatever the order of papers, and the notes name who was silent."""
    assert rows["keywords"].figures["mrr"].mean == rows["keywords"].figures["recall_at_10"].mean == 0
    assert rows["keywords"].figures["novelty"].mean is None
    assert any(note.startswith("Without anything to say") and "keywords" in note for note in found.notes)


def test_declared_interests_are_used() -> None:
    """With declared keywords that scorer speaks."""
    declared = {
        reader: [world.a_profile(reader, keywords=("facts", "dark", "halo", "editing", "galaxies"))]
        for reader in range(12)
    }
    rows = {row.method: row for row in evaluate(history(), world.SETTINGS, declared).rows}
    assert known(rows["keywords"].figures["mrr"].mean) > 0


def test_the_same_seed_gives_the_same_figures(found: Evaluation) -> None:
    """Bootstrap and random baseline are seeded."""
    assert evaluate(history(), world.SETTINGS) == found
    assert evaluate(history(), world.SETTINGS, seed=4) != found


def test_few_readers_are_warned_of(found: Evaluation) -> None:
    """Twelve readers prove little, and the notes say so."""
    assert any("Only 12 readers" in note for note in found.notes)


def test_too_few_votes_are_said_plainly() -> None:
    """No rows, one sentence."""
    for votes in ((), history().votes[:9]):
        found = evaluate(replace(history(), votes=votes), world.SETTINGS)
        assert found.rows == ()
        assert found.notes[0].startswith("Too few votes")


def test_rows_are_flat_and_plain(found: Evaluation) -> None:
    """Every row has the same columns, of numbers and names that JSON can hold; nothing is NaN."""
    flat = [row.flat() for row in found.rows]
    assert len({tuple(row) for row in flat}) == 1
    assert {"ndcg_at_10", "ndcg_at_10_low", "ndcg_at_10_high", "fused_difference_low"} <= flat[0].keys()
    assert json.loads(json.dumps(flat, allow_nan=False)) == flat
    assert flat[0]["fused_difference"] is None


def test_nothing_after_the_split_is_known() -> None:
    """Votes from the moment on are answers: on papers new to readers who have liked something before."""
    corpus = history()
    split = split_votes(corpus, WEEK, seed=0)
    assert split is not None
    assert {vote.at < split.moment for vote in split.before} == {True}
    for reader, papers in split.liked_next.items():
        own = {vote.paper for vote in split.before if vote.subscriber == reader}
        assert papers
        assert own
        assert not papers & own
    late = {vote.paper for vote in corpus.votes if vote.at >= split.moment}
    assert late <= {paper.id for paper in split.papers}


def test_what_is_never_recommended_is_no_candidate() -> None:
    """Withdrawn papers and those of a library are neither ranked nor awaited."""
    corpus = history()
    split = split_votes(corpus, WEEK, seed=0)
    assert split is not None
    gone, private = sorted(set().union(*split.liked_next.values()))[:2]
    papers = [
        replace(
            paper,
            status=PaperStatus.WITHDRAWN if paper.id == gone else PaperStatus.ACTIVE,
            library_only=paper.id == private,
        )
        for paper in corpus.papers
    ]
    after = split_votes(replace(corpus, papers=papers), WEEK, seed=0)
    assert after is not None
    assert not {gone, private} & {paper.id for paper in after.papers}
    assert not {gone, private} & set().union(*after.liked_next.values())


def test_votes_from_nowhere_reach_an_interest() -> None:
    """With several interests a vote that names none is handed to whoever assigns them, and is seen."""
    split = split_votes(history(), WEEK, seed=0)
    assert split is not None
    reader = split.readers[0]
    own = {vote.paper for vote in split.before if vote.subscriber == reader}
    handed: list[Sequence[Vote]] = []

    def assign(profiles: Profiles, loose: Sequence[Vote]) -> Profiles:
        handed.append(loose)
        return profiles

    declared = {reader: [world.a_profile(reader, interest="a"), world.a_profile(reader, interest="b")]}
    asked = requests(split, declared, assign)
    assert {vote.paper for vote in handed[0]} == own == asked[0].seen
    assert not handed[1]
    assert {entry.paper for entry in asked[1].profiles[0].up} == asked[1].seen


def test_an_answer_is_no_seed() -> None:
    """A seed written into the file after the split would give itself away; the others stay."""
    split = split_votes(history(), WEEK, seed=0)
    assert split is not None
    reader = split.readers[0]
    answer, other = min(split.liked_next[reader]), world.of("robots")[0].id
    declared = {reader: [world.a_profile(reader, seeds=(answer, other))]}
    asked = requests(split, declared, lambda profiles, _: profiles)
    assert asked[0].profiles[0].seeds == (other,)
