"""The evaluate command: rows, table, picture, and what it does with too little."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from recommender.services.measured import kept
from tests.builders import NOON
from tests.e2e.project import Project
from tests.ranking import world

NOW = ("--now", "2026-03-01T00:00Z")
FIGURES = ("ndcg_at_10", "recall_at_10", "mrr", "coverage_at_10", "diversity", "calibration", "novelty")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose twelve readers keep to one of two subjects for fifteen days."""
    project = Project(root=tmp_path_factory.mktemp("evaluate"))
    project.configure('[mail]\nbackend = "outbox"\n')
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    papers = world.papers()
    _lines(
        project.root / "papers.jsonl",
        [
            {
                "id": paper.id.removeprefix("arxiv:"),
                "title": paper.title,
                "abstract": paper.abstract,
                "authors": list(paper.authors),
                "categories": list(paper.categories),
                "day": f"{NOON + timedelta(days=number % world.PER_SUBJECT):%Y-%m-%d}",
            }
            for number, paper in enumerate(papers)
        ],
    )
    _lines(
        project.root / "feedback.jsonl",
        [
            {
                "subscriber": f"reader{reader}",
                "paper": papers[reader % 2 * 15 + number].id,
                "act": "up",
                "at": f"{NOON + timedelta(days=number, hours=reader / 2):%Y-%m-%dT%H:%M:%SZ}",
            }
            for reader in range(12)
            for number in range(15)
            if (number + reader) % 3
        ],
    )
    project.run(*NOW, "import", "papers.jsonl")
    project.run(*NOW, "import", "--feedback", "feedback.jsonl")
    return project


def test_rows_for_programs(filled: Project) -> None:
    """Flat rows, every figure with its bounds, the fusion first; nothing but JSON on stdout."""
    done = filled.run(*NOW, "evaluate", "--json")
    rows = done.rows()
    assert [row["kind"] for row in rows[:2]] == ["fusion", "scorer"]
    assert {"reader_svm", "library_similarity", "popular"} <= {row["method"] for row in rows}
    for name in FIGURES:
        assert {name, f"{name}_low", f"{name}_high"} <= rows[0].keys()
    assert rows[0]["ndcg_at_10"] > next(row for row in rows if row["method"] == "random")["ndcg_at_10"]
    assert {row["readers"] for row in rows} == {12}


def test_the_headline_is_kept_for_the_operators_page(filled: Project) -> None:
    """As it was printed: what ships, and how far it is ahead of the strongest baseline."""
    rows = {str(row["method"]): row for row in filled.run(*NOW, "evaluate", "--json").rows()}
    own = kept(filled.root / "var" / "artifacts")
    assert own is not None
    assert own.fused is not None
    assert (own.readers, own.fused[0]) == (12, rows["fused"]["ndcg_at_10"])
    best = max((row for row in rows.values() if row["kind"] == "baseline"), key=lambda row: row["ndcg_at_10"])
    assert own.ahead is not None
    assert (own.baseline, own.ahead[0]) == (best["method"], best["fused_difference"])


def test_a_table_and_a_picture(filled: Project) -> None:
    """The table goes to stdout, remarks to stderr, the picture to its file."""
    done = filled.run(*NOW, "evaluate", "--picture", "figures.svg")
    header, first, *_ = done.out.splitlines()
    assert header.split("\t")[:3] == ["method", "nDCG@10", "recall@10"]
    assert re.match(r"fused\t0\.\d{3} 0\.\d{3}\.\.[01]\.\d{3}\t", first)
    assert "Only 12 readers" in done.err
    assert "wrote figures.svg" in done.err
    root = fromstring((filled.root / "figures.svg").read_text(encoding="utf-8"))
    assert {"fused", "reader SVM", "nDCG@10"} <= {element.text for element in root.iter()}


def test_a_picture_that_cannot_be_written_is_a_failure(filled: Project) -> None:
    """The figures are printed all the same."""
    done = filled.run(*NOW, "evaluate", "--json", "--picture", "missing/figures.svg", code=1)
    assert len(done.rows()) > 10
    assert "missing/figures.svg: cannot be written" in done.err


def test_too_little_feedback_is_said(project: Project) -> None:
    """No rows and a sentence; asking for a picture of nothing is a failure."""
    project.configure('[mail]\nbackend = "outbox"\n')
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    assert "Too few votes" in project.run(*NOW, "evaluate").err
    assert project.run(*NOW, "evaluate", "--json").rows() == []
    done = project.run(*NOW, "evaluate", "--picture", "figures.svg", code=1)
    assert "nothing to draw" in done.err
    assert not (project.root / "figures.svg").exists()


def _lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
