"""Ranking of real listing pages, judged by titles chosen by hand."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.identity import title_key
from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import Corpus, Pool, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from tests.paths import shared_data
from tests.ranking import world

NOW = datetime(2026, 1, 30, tzinfo=UTC)
ABOUT_EDITING = (
    "Should We Really Edit Language Models",
    "Uncovering Overfitting in Large Language Model Editing",
    "WISE: Rethinking the Knowledge Memory",
    "A Unified Framework for Model Editing",
    "EVEDIT: Event-based Knowledge Editing",
    "UnUnlearning",
    "EasyEdit",
    "Intrinsic Evaluation of Unlearning",
    "FineTuneBench",
    "A Comprehensive Study of Knowledge Editing",
    "Robust and Scalable Model Editing",
    "Knowledge Unlearning for LLMs",
    "Model Editing with Canonical Examples",
    "How new data permeates LLM knowledge",
    "Unforgettable Generalization",
    "Towards Continual Knowledge Learning of Language Models",
)
"""Beginnings of the titles about editing, updating or unlearning what language models know."""


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    """Return the papers of the saved pages."""
    return read_pages(shared_data("daily-papers"))


def read_pages(folder: Path) -> list[Paper]:
    """Read saved pages: an abstract is a long line, its title the line before."""
    found: dict[str, Paper] = {}
    for page in sorted(folder.glob("0*.txt")):
        lines = [line for line in page.read_text().splitlines() if line.strip()]
        for title, abstract in pairwise(lines):
            if len(abstract) > 1000 and len(title) < 400:
                key = PaperId(f"title:{title_key(title)}")
                found.setdefault(key, Paper(id=key, title=title, abstract=abstract))
    return list(found.values())


@pytest.mark.parametrize(
    "fields",
    [
        {
            "name": "Model editing",
            "about": "editing facts stored in language models without retraining",
            "keywords": ("knowledge editing",),
        },
        {"keywords": ("knowledge editing",)},
        {"about": "editing facts stored in language models"},
        {"name": "knowledge editing"},
    ],
    ids=["all", "keywords", "about", "name"],
)
def test_eight_of_ten_are_about_the_interest(papers: list[Paper], fields: dict[str, Any]) -> None:
    """However the interest is put, the first ten are about it; most name a term, truly in the paper."""
    recommender = HybridRecommender.fit(Corpus(papers=papers), RankingSettings())
    request = world.ask(world.a_profile(**fields))
    found = recommender.recommend([request], Pool(papers=papers, now=NOW))[0]
    by_id = {paper.id: paper for paper in papers}
    titles = [by_id[chosen.paper].title for chosen in found]
    assert len(titles) == 10
    assert sum(title.startswith(ABOUT_EDITING) for title in titles) >= 8, titles
    named = 0
    for chosen in found:
        text = re.sub(r"\s+", " ", f"{by_id[chosen.paper].title} {by_id[chosen.paper].abstract}")
        content = next(item for item in chosen.evidence if item.scorer == "content")
        named += bool(content.terms)
        assert all(term in text for term in content.terms)
    assert named >= 7


def test_the_pages_hold_285_papers(papers: list[Paper]) -> None:
    """The judgement above is about all of them."""
    assert len(papers) == 285
    assert all(any(paper.title.startswith(start) for paper in papers) for start in ABOUT_EDITING)
