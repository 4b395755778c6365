"""The ingest benchmark runs, finds every paper it made, and says the same in words and in JSON."""

import json
from pathlib import Path

import pytest

from benchmarks.ingest import main
from benchmarks.ingest_papers import FORMATS, papers, write
from benchmarks.ingest_work import pages


def test_a_small_run_measures_every_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain, feedparser, parse, store and store again; a step that loses a paper would raise."""
    said = tmp_path / "said.json"
    small = ["--papers", "30", "--repeats", "1", "--formats", "atom", "--folder", str(tmp_path)]
    assert main([*small, "--json", str(said)]) == 0
    figures = json.loads(said.read_text(encoding="utf-8"))
    assert [line["step"] for line in figures["lines"]] == ["plain", "feedparser", "parse", "store", "again"]
    assert all(line["papers"] == 30 and line["lowest"] > 0 for line in figures["lines"])
    assert figures["lines"][0]["times_plain"] == 1
    assert figures["store"] == "SQLite"
    assert "x plain" in capsys.readouterr().out


@pytest.mark.parametrize("kind", FORMATS)
def test_made_papers_come_back_from_every_format(tmp_path: Path, kind: str) -> None:
    """The product's parsers read what was written: ids, titles, abstracts, authors and categories."""
    made = {f"arxiv:{paper.name}": paper for paper in papers(5, 0)}
    found = [paper for page in pages(kind, write(tmp_path, kind, 5, 0)) for paper in page.papers]
    assert [paper.id for paper in found] == list(made)
    for paper in found:
        own = made[paper.id]
        assert (paper.title, paper.abstract) == (own.title, own.abstract)
        assert paper.authors == own.authors
        assert set(paper.categories) == set(own.categories)


def test_made_papers_are_the_same_every_time_and_all_different() -> None:
    """One seed, one list; 10,000 a month, so ids never repeat."""
    assert list(papers(20, 1)) == list(papers(20, 1)) != list(papers(20, 2))
    names = [paper.name for paper in papers(10_050, 0)]
    assert len(set(names)) == 10_050
    assert names[10_000] == "0702.00001"
