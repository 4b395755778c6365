"""Who submitted a paper, and what others summed up of it, never move the ranking."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import recommender.ranking
from recommender.domain.papers import Paper
from recommender.ranking.base import Corpus, Pool
from recommender.ranking.hybrid import HybridRecommender
from tests.builders import NOON
from tests.ranking import world

SHOWN_ONLY = {"submitter", "summary", "summary_by", "original_title", "original_abstract"}
MODULES = sorted(Path(recommender.ranking.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_ranking_names_what_is_only_shown(module: Path) -> None:
    """Neither as an attribute nor as a text."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert not SHOWN_ONLY & (attributes | {text for text in texts if isinstance(text, str)})


def dressed(paper: Paper, number: int) -> Paper:
    """Return a paper with all that is only shown, which names other subjects than its own."""
    subject = list(world.SUBJECTS)[number % 8]
    words = world.SUBJECTS[subject]
    return replace(
        paper,
        submitter=f"Reader of {subject}",
        summary=words,
        summary_by="Some Model",
        original_title=words,
        original_abstract=words,
    )


def test_the_same_papers_with_other_submitters_rank_the_same() -> None:
    """Fitted and scored with them and without, to the last digit, evidence included."""
    plain = world.papers()
    liked = plain[:4]
    ranked = []
    for papers in (plain, [dressed(paper, number) for number, paper in enumerate(plain)]):
        fitted = HybridRecommender.fit(Corpus(papers=papers, votes=world.votes()), world.SETTINGS)
        pool = Pool(
            papers=papers, signals=world.signals(), known={paper.id: paper for paper in papers}, now=NOON
        )
        asked = world.ask(world.liking(liked, 100, about="dark matter"), slots=True)
        ranked.append(fitted.recommend([asked], pool)[0])
    assert len(ranked[0]) > 5
    assert ranked[0] == ranked[1]
