"""Offline evaluation."""

from dataclasses import replace
from datetime import timedelta

from recommender.ranking.base import Corpus
from recommender.ranking.evaluation import evaluate
from tests.builders import NOON
from tests.ranking import world


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


def test_every_method_has_a_row_with_its_interval() -> None:
    """Fusion, each scorer, and the three baselines; means lie inside their intervals."""
    found = evaluate(history(), world.SETTINGS)
    assert [row.method for row in found.rows] == [
        *("fused", "authors", "categories", "collaborative", "content", "keywords", "trending"),
        *("newest", "popular", "random"),
    ]
    for row in found.rows:
        assert 0 <= row.recall_at_10_low <= row.recall_at_10 <= row.recall_at_10_high <= 1
        assert 0 <= row.ndcg_at_10_low <= row.ndcg_at_10 <= row.ndcg_at_10_high <= 1
        assert 0 <= row.mrr_low <= row.mrr <= row.mrr_high <= 1


def test_it_tells_a_good_ranking_from_a_bad_one() -> None:
    """Readers keep to their subject, so content beats chance."""
    rows = {row.method: row for row in evaluate(history(), world.SETTINGS).rows}
    assert rows["content"].ndcg_at_10_low > rows["random"].ndcg_at_10_high
    assert rows["fused"].ndcg_at_10_low > rows["random"].ndcg_at_10_high


def test_a_silent_scorer_scores_nothing() -> None:
    """Abstaining is never a hit, whatever the order of papers."""
    rows = {row.method: row for row in evaluate(history(), world.SETTINGS).rows}
    assert rows["keywords"].mrr == rows["keywords"].recall_at_10 == 0


def test_declared_interests_are_used() -> None:
    """With declared keywords that scorer speaks."""
    declared = {
        reader: [world.a_profile(reader, keywords=("facts", "dark", "halo", "editing", "galaxies"))]
        for reader in range(12)
    }
    rows = {row.method: row for row in evaluate(history(), world.SETTINGS, declared).rows}
    assert rows["keywords"].mrr > 0


def test_the_same_seed_gives_the_same_figures() -> None:
    """Bootstrap and random baseline are seeded."""
    assert evaluate(history(), world.SETTINGS, seed=3) == evaluate(history(), world.SETTINGS, seed=3)
    assert evaluate(history(), world.SETTINGS, seed=3) != evaluate(history(), world.SETTINGS, seed=4)


def test_few_readers_are_warned_of() -> None:
    """Twelve readers prove little, and the notes say so."""
    assert any("Only 12 readers" in note for note in evaluate(history(), world.SETTINGS).notes)


def test_too_few_votes_are_said_plainly() -> None:
    """No rows, one sentence."""
    for votes in ((), history().votes[:9]):
        found = evaluate(replace(history(), votes=votes), world.SETTINGS)
        assert found.rows == ()
        assert found.notes[0].startswith("Too few votes")
